/** The plan's database: its tables, and the SQL words that name their parts. */
import { sqlName } from "../warehouses/duckdb-driver";

/** Tables of a plan file. `changes` and `notes` have these columns and four or five more for each field. */
export const changeColumns = [
  "id",
  "action",
  "key",
  "remote_id",
  "match",
  "match_before",
  "origin",
  "takes_over",
] as const;

/** What a plan says of a field, by the letter before its name. */
export const fieldParts = {
  /** Value now, tagged; it becomes `considered`. NULL: not considered by this plan. */
  now: "c",
  /** Is it to be written? */
  write: "w",
  /** Value before, tagged; NULL: not known. */
  before: "b",
  /** Did someone else change it? */
  drifted: "d",
  /** Value to send where it is not the considered one: what a lookup found. Only lookup fields have it. */
  found: "v",
} as const;
export type FieldPart = keyof typeof fieldParts;

/** Quoted column of a field: "w:email". */
export function part(which: FieldPart | "ledger" | "sent", field: string): string {
  if (which === "ledger") return sqlName(`c:${field}`);
  if (which === "sent") return sqlName(`s:${field}`);
  return sqlName(`${fieldParts[which]}:${field}`);
}

/** What is sent: the found value of a lookup, else the value now. */
export function sendable(field: string, lookups: ReadonlySet<string>): string {
  return lookups.has(field) ? part("found", field) : part("now", field);
}

/** Did someone else change a field that the change writes? */
export function driftedIn(fields: readonly string[]): string {
  const each = fields.map((field) => `coalesce(${part("write", field)} and ${part("drifted", field)}, false)`);
  return each.length === 0 ? "false" : `(${each.join(" or ")})`;
}

/** Definition of the columns of `changes` (and, with `state`, of `notes`). */
export function changeTable(name: string, fields: readonly string[], lookups: ReadonlySet<string>): string {
  const fixed = changeColumns.map((column) => `${sqlName(column)} ${column === "id" ? "bigint" : "varchar"}`);
  const perField = fields.flatMap((field) => [
    `${part("now", field)} varchar`,
    `${part("write", field)} boolean`,
    `${part("before", field)} varchar`,
    `${part("drifted", field)} boolean`,
    ...(lookups.has(field) ? [`${part("found", field)} varchar`] : []),
  ]);
  const state = name === "notes" ? ["state varchar"] : [];
  return `create table ${sqlName(name)} (${[...fixed, ...perField, ...state].join(", ")})`;
}

/** Quoted names of those columns, but for `state`. */
export function changeColumnList(fields: readonly string[], lookups: ReadonlySet<string>): readonly string[] {
  return [
    ...changeColumns.map((column) => sqlName(column)),
    ...fields.flatMap((field) => [
      part("now", field),
      part("write", field),
      part("before", field),
      part("drifted", field),
      ...(lookups.has(field) ? [part("found", field)] : []),
    ]),
  ];
}

export const rejectionTable =
  "create table rejections (seq bigint, key varchar, stage varchar, field varchar, code varchar, reason varchar)";

/** A JSON string of a text expression, letter for letter what JSON.stringify gives. NULL stays NULL. */
export function jsonText(expression: string): string {
  const plain = `replace(replace(${expression}, '\\', '\\\\'), '"', '\\"')`;
  let escaped = plain;
  for (let code = 0; code < 32; code += 1) {
    const short = shortEscapes.get(code);
    const escape = short ?? `\\u${code.toString(16).padStart(4, "0")}`;
    escaped = `replace(${escaped}, chr(${code}), '${escape}')`;
  }
  return `('"' || case when regexp_matches(${expression}, '[\\x00-\\x1f]') then ${escaped} else ${plain} end || '"')`;
}

const shortEscapes = new Map([
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [12, "\\f"],
  [13, "\\r"],
]);
