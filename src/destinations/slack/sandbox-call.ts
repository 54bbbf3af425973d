/** A request to the Web API as its method is given it: arguments from the query, a form or JSON, and how it answers. */
import { type SandboxRequest, type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { type State } from "./sandbox-state";

export type Arguments = Readonly<Record<string, unknown>>;

export interface Call {
  readonly state: State;
  readonly now: number;
  readonly given: Arguments;
}

export function ok(body: Readonly<Record<string, Json>>): SandboxResponse {
  return { status: 200, body: { ok: true, ...body } };
}

export function no(error: string, more: Readonly<Record<string, Json>> = {}): SandboxResponse {
  return { status: 200, body: { ok: false, error, ...more } };
}

/** As Slack: the header's seconds count, the body says little. */
export function tooMany(seconds: number): SandboxResponse {
  return { status: 429, headers: { "retry-after": String(seconds) }, body: { ok: false, error: "ratelimited" } };
}

export type Read = { readonly given: Arguments } | { readonly error: string };

/** The body wins over the query. */
export function argumentsOf({ method, query, headers, body }: SandboxRequest): Read {
  if (method !== "POST" || body === "") return { given: query };
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json") {
    const json = parsed(body);
    if (json === undefined) return { error: "invalid_json" };
    const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
    return isObject ? { given: { ...query, ...(json as Arguments) } } : { error: "json_not_object" };
  }
  if (type === "application/x-www-form-urlencoded") {
    return { given: { ...query, ...Object.fromEntries(new URLSearchParams(body)) } };
  }
  return { error: type === "" ? "missing_post_type" : "invalid_post_type" };
}

/** Lists and objects come as JSON inside a form. */
export function structured(value: unknown): unknown {
  return typeof value === "string" ? parsed(value) : value;
}

export function word(value: unknown): string {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A page of a list by limit and cursor, and the next page's cursor. */
export function page<T>(
  items: readonly T[],
  given: Arguments,
): { readonly items: readonly T[]; readonly next: string } | undefined {
  const limit = Number(word(given["limit"]) || 100);
  const cursor = word(given["cursor"]);
  const offset =
    cursor === "" ? 0 : Number(/^next:(\d+)$/.exec(Buffer.from(cursor, "base64").toString())?.[1] ?? Number.NaN);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000 || Number.isNaN(offset)) return undefined;
  const end = offset + limit;
  return {
    items: items.slice(offset, end),
    next: end < items.length ? Buffer.from(`next:${end}`).toString("base64") : "",
  };
}
