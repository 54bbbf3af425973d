/** How values look: NULL is not "", numbers stand right, long text is one line, nothing is in disguise. */
import { type Json, type LogicalType, type Value } from "../src/value";
import { plainLine } from "./plain-text";
import { t } from "./text";

export interface CellLook {
  readonly text: string;
  /** null and empty are words about the value, not the value; they look different from text that reads the same. */
  readonly kind: "value" | "null" | "empty";
  readonly align: "left" | "right";
}

export function cellOf(json: Json, type?: LogicalType): CellLook {
  if (json === null) return { text: "NULL", kind: "null", align: type === "number" ? "right" : "left" };
  if (json === "") return { text: t("empty text"), kind: "empty", align: "left" };
  const align = type === "number" || (type === undefined && typeof json === "number") ? "right" : "left";
  return { text: plainLine(typeof json === "string" ? json : JSON.stringify(json)), kind: "value", align };
}

export function valueCell(value: Value): CellLook {
  return value === null ? cellOf(null) : { ...cellOf(value.text, value.type), align: "left" };
}

/** A record's key as people read it; parts of a composite key are set apart. */
export function keyText(key: Json, columns: number): string {
  let parts: Json = key;
  if (columns > 1 && typeof key === "string") parts = parsed(key);
  const shown = Array.isArray(parts) ? (parts as readonly Json[]) : [parts];
  return shown
    .map((part) => (typeof part === "string" ? plainLine(part) : plainLine(JSON.stringify(part))))
    .join(" · ");
}

export function requestCount(value: number): string {
  return value === 1 ? t("1 request") : t("{0} requests", count(value));
}

export function retryCount(value: number): string {
  return value === 1 ? t("1 retry") : t("{0} retries", count(value));
}

export function keyCount(value: number): string {
  return value === 1 ? t("1 key") : t("{0} keys", count(value));
}

/** Grouped digits: 11,139. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** The body as people read it: JSON indented, anything else as it is. */
export function prettyBody(body: string | undefined): string {
  if (body === undefined || body === "") return t("(no body)");
  const json = parsed(body);
  return json === body ? body : JSON.stringify(json, undefined, 2);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
