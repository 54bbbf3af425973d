/**
 * A result as a file, written by DuckDB.
 *
 * | format  | NULL    | ""    | types                                                                         |
 * |---------|---------|-------|-------------------------------------------------------------------------------|
 * | csv     | nothing | `""`  | text in canonical form: all digits of numbers, dates as 2026-01-31            |
 * | json    | null    | `""`  | an array of objects; numbers that a double cannot hold are text; JSON nested  |
 * | parquet | NULL    | text  | the warehouse's own, where Parquet has them; 128-bit integers as decimal(38)  |
 */
import { duckdbDialect } from "../../warehouses/duckdb-dialect";
import { sqlName, sqlString } from "../../warehouses/duckdb-driver";
import { type Column } from "../../warehouses/warehouse";
import { type ExportFormat } from "../calls";
import { distinctNames } from "./copy-formats";
import { textOf } from "./rows-sql";

export interface Exported {
  readonly format: ExportFormat;
  readonly columns: readonly Column[];
  /** Indexes of columns of 128-bit integers that all fit decimal(38). */
  readonly fitting: ReadonlySet<number>;
  /** `from …` and the order, over columns c0, c1 … */
  readonly from: string;
  readonly file: string;
}

export function exportSql({ format, columns, fitting, from, file }: Exported): string {
  const names = distinctNames(columns).map(sqlName);
  const cell = { csv: textOf, json: jsonCell, parquet: (...of: [number, Column]) => parquetCell(...of, fitting) }[
    format
  ];
  const list = columns.map((column, index) => `${cell(index, column)} as ${names[index] ?? ""}`).join(", ");
  return `copy (select ${list} ${from}) to ${sqlString(file)} (${options[format]})`;
}

const options: Readonly<Record<ExportFormat, string>> = {
  csv: `format csv, header true, delimiter ',', quote '"', escape '"', nullstr ''`,
  json: "format json, array true",
  parquet: "format parquet, compression zstd",
};

export const isWide = ({ native }: Column): boolean => native === "HUGEINT" || native === "UHUGEINT";

function jsonCell(index: number, column: Column): string {
  const text = textOf(index, column);
  switch (column.type) {
    case "number": {
      // The same rule as everywhere: a number where a double holds all of its digits, else text.
      const double = duckdbDialect.canonical(`cast(c${index} as double)`, { ...column, native: "DOUBLE" });
      const own = /^(DOUBLE|FLOAT)$/.test(column.native) ? `isfinite(c${index})` : `${double} = ${text}`;
      return `case when ${own} then cast(${text} as json) else to_json(${text}) end`;
    }
    case "boolean":
      return `c${index}`;
    case "json":
      return `cast(${text} as json)`;
    default:
      return text;
  }
}

/** What Parquet would store as another value, or not at all, goes in as text. */
function parquetCell(index: number, column: Column, fitting: ReadonlySet<number>): string {
  if (isWide(column)) return fitting.has(index) ? `cast(c${index} as decimal(38, 0))` : textOf(index, column);
  if (/^(BIGNUM|BIT|INTERVAL|TIME WITH TIME ZONE|TIME_NS)$|^UNION\(|HUGEINT/.test(column.native))
    return textOf(index, column);
  return `c${index}`;
}
