/**
 * Canonical values. A value is a logical type and its canonical text; stored, it is one tagged string (`n:1.5`).
 *
 * | tag | type      | canonical text                                                                    |
 * |-----|-----------|-----------------------------------------------------------------------------------|
 * | s   | text      | as it is                                                                          |
 * | n   | number    | shortest exact decimal, no exponent below 1e21, no trailing zeros: 10, -0.5        |
 * | b   | boolean   | true, false                                                                       |
 * | d   | date      | 2026-01-31                                                                        |
 * | t   | timestamp | 2026-01-31T10:00:00, fraction without trailing zeros, no zone                      |
 * | i   | instant   | 2026-01-31T10:00:00Z, always UTC, fraction without trailing zeros                  |
 * | j   | json      | compact JSON, also lists, structs and maps                                         |
 * | z   | null      | empty                                                                             |
 *
 * Two stored values are the same when their texts after the tag are and neither or both are null: a change of
 * type alone is no change.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const logicalTypes = ["text", "number", "boolean", "date", "timestamp", "instant", "json"] as const;
export type LogicalType = (typeof logicalTypes)[number];

export interface TypedValue {
  readonly type: LogicalType;
  readonly text: string;
}
export type Value = TypedValue | null;

export const tags: Readonly<Record<LogicalType, string>> = {
  text: "s",
  number: "n",
  boolean: "b",
  date: "d",
  timestamp: "t",
  instant: "i",
  json: "j",
};
export const nullTag = "z:";

const typeOfTag = new Map(Object.entries(tags).map(([type, tag]) => [tag, type as LogicalType]));

/** Stored form of a value. */
export function toTagged(value: Value): string {
  return value === null ? nullTag : `${tags[value.type]}:${value.text}`;
}

/** Inverse of toTagged. Throws on a string that no version of Sluice wrote. */
export function fromTagged(tagged: string): Value {
  const type = typeOfTag.get(tagged.charAt(0));
  if (tagged === nullTag) return null;
  if (type === undefined || tagged.charAt(1) !== ":") throw new Error("not a tagged value");
  return { type, text: tagged.slice(2) };
}

export function sameValue(a: Value, b: Value): boolean {
  return a === null || b === null ? a === b : a.text === b.text;
}

/** JSON for people and programs: numbers that JavaScript cannot hold exactly stay text. */
export function toJson(value: Value): Json {
  if (value === null) return null;
  switch (value.type) {
    case "number": {
      const number = Number(value.text);
      return exact(value.text, number) ? number : value.text;
    }
    case "boolean":
      return value.text === "true";
    case "json":
      return JSON.parse(value.text) as Json;
    default:
      return value.text;
  }
}

/** The value a JSON scalar stands for; objects and arrays become json. */
export function fromJson(json: Json): Value {
  if (json === null) return null;
  switch (typeof json) {
    case "string":
      return { type: "text", text: json };
    case "number":
      return { type: "number", text: positional(json) };
    case "boolean":
      return { type: "boolean", text: String(json) };
    default:
      return { type: "json", text: JSON.stringify(json) };
  }
}

/** Does the JavaScript number stand for exactly this decimal text? */
function exact(text: string, number: number): boolean {
  return Number.isFinite(number) && positional(number) === text;
}

/** Shortest exact decimal without an exponent below 1e21: 1e-7 is 0.0000001. */
function positional(number: number): string {
  const text = String(number);
  const [, sign = "", whole = "", fraction = "", exponent] = /^(-?)(\d+)(?:\.(\d+))?e-(\d+)$/.exec(text) ?? [];
  return exponent === undefined ? text : `${sign}0.${"0".repeat(Number(exponent) - 1)}${whole}${fraction}`;
}
