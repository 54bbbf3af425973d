/**
 * Rows as text for the clipboard. NULL and "" stay apart where the format can tell them apart:
 *
 * | format   | NULL      | ""    | numbers beyond a double   |
 * |----------|-----------|-------|---------------------------|
 * | csv, tsv | nothing   | `""`  | all digits                |
 * | json     | null      | `""`  | as text, so none is lost  |
 * | markdown | NULL      | empty | all digits                |
 * | insert   | NULL      | `''`  | all digits                |
 */
import { type Json } from "../../value";
import { sqlName, sqlString } from "../../warehouses/duckdb-driver";
import { type Cell, type Column } from "../../warehouses/warehouse";
import { type CopyFormat } from "../calls";

export interface Copied {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** The table that INSERT names. */
  readonly table: string;
  /** csv and tsv: with the columns' names as first line? */
  readonly head: "with names" | "without names";
}

export function copyText(format: CopyFormat, copied: Copied): string {
  switch (format) {
    case "csv":
      return separated(copied, ",", "\r\n");
    case "tsv":
      return separated(copied, "\t", "\n");
    case "json":
      return json(copied);
    case "markdown":
      return markdown(copied);
    case "insert":
      return insert(copied);
  }
}

function separated({ columns, rows, head }: Copied, separator: string, end: string): string {
  const special = new RegExp(`["\\r\\n${separator}]|^\\s|\\s$`);
  const field = (cell: Cell): string => {
    if (cell === null) return "";
    const text = String(cell);
    return text === "" || special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const names = head === "with names" ? [columns.map(({ name }) => name)] : [];
  return [...names, ...rows].map((row) => row.map(field).join(separator)).join(end);
}

function json({ columns, rows }: Copied): string {
  const names = distinctNames(columns);
  const objects = rows.map((row) =>
    Object.fromEntries(names.map((name, index) => [name, jsonOf(row[index] ?? null, columns[index])])),
  );
  return JSON.stringify(objects, undefined, 2);
}

function jsonOf(cell: Cell, column: Column | undefined): Json {
  return column?.type === "json" && typeof cell === "string" ? (JSON.parse(cell) as Json) : cell;
}

function markdown({ columns, rows }: Copied): string {
  const text = (cell: Cell): string =>
    cell === null
      ? "NULL"
      : String(cell)
          .replace(/[\\|`*_<>[\]]/g, "\\$&")
          .replace(/\r\n|\r|\n/g, "<br>");
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ name }) => text(name))),
    line(columns.map(({ type }) => (type === "number" ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(text))),
  ].join("\n");
}

function insert({ columns, rows, table }: Copied): string {
  if (rows.length === 0) return "";
  const literal = (cell: Cell, index: number): string => {
    if (cell === null) return "NULL";
    const number = columns[index]?.type === "number" && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(String(cell));
    if (number || typeof cell === "boolean") return String(cell);
    return sqlString(String(cell));
  };
  const names = columns.map(({ name }) => sqlName(name)).join(", ");
  const values = rows.map((row) => `  (${row.map(literal).join(", ")})`);
  return `INSERT INTO ${sqlName(table)} (${names}) VALUES\n${values.join(",\n")};`;
}

/** An object has no two members of one name: a, a_1. */
export function distinctNames(columns: readonly Column[]): readonly string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let free = name;
    for (let number = 1; taken.has(free); number += 1) free = `${name}_${number}`;
    taken.add(free);
    return free;
  });
}
