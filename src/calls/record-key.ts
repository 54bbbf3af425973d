/** A key as somebody types it, in the form in which keys are compared. */
import { SyncFailure } from "../failure";
import { fromJson, type Json, type LogicalType } from "../value";

interface KeyColumn {
  readonly name: string;
  readonly type: LogicalType;
}

/** Texts of the key's parts: `7`, and for several columns `["eu", 7]`, `eu · 7` or `eu, 7`. Throws "bad-key". */
export function typedKey(typed: string, columns: readonly KeyColumn[]): readonly string[] {
  const parts = columns.length === 1 ? [typed.trim()] : partsOf(typed);
  if (parts.length !== columns.length) {
    const names = columns.map(({ name }) => name).join(", ");
    throw new SyncFailure(
      "bad-key",
      `A key of this sync has ${columns.length} parts: ${names}.`,
      'Write them as a list, such as ["eu", 7], or with commas between them.',
    );
  }
  return parts.map((part, index) => canonical(part, columns[index]?.type ?? "text"));
}

function partsOf(typed: string): readonly string[] {
  const list = parsed(typed);
  if (Array.isArray(list))
    return (list as readonly Json[]).map((part) => (typeof part === "string" ? part : JSON.stringify(part)));
  return typed.split(typed.includes("·") ? "·" : ",").map((part) => part.trim());
}

/** 7.0 is 7; what is no number is looked for as it stands. */
function canonical(part: string, type: LogicalType): string {
  if (type === "boolean") return part.toLowerCase();
  if (type !== "number") return part;
  const whole = /^[+]?(-?)0*(\d+)(?:\.0*)?$/.exec(part);
  if (whole !== null) return whole[2] === "0" ? "0" : `${whole[1]}${whole[2]}`;
  const number = Number(part);
  const value = part !== "" && Number.isFinite(number) ? fromJson(number) : null;
  return value === null ? part : value.text;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
