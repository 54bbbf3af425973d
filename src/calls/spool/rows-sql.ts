/** How spooled rows are looked at, as SQL over the spool's typed columns c0, c1 … */
import { SyncFailure } from "../../failure";
import { duckdbDialect, shown } from "../../warehouses/duckdb-dialect";
import { sqlString } from "../../warehouses/duckdb-driver";
import { type Column } from "../../warehouses/warehouse";
import { type RowFilter, type RowsView } from "../calls";

export const spoolTable = "spooled";

/** A view of the rows: one row each, `row` being its rowid in the spool, in the view's order. */
export function viewSql(view: RowsView, columns: readonly Column[]): string {
  const conditions = (view.filters ?? []).map((filter) => condition(filter, columnAt(columns, filter.column)));
  if (view.search !== undefined && view.search !== "")
    conditions.push(`(${columns.map((column, index) => holds(index, column, view.search ?? "")).join(" or ")})`);
  // NULL comes last in either order, and rows that are equal keep the model's order.
  const order = (view.sort ?? []).map(({ column, order: direction }) => {
    columnAt(columns, column);
    return `c${column} ${direction === "ascending" ? "asc" : "desc"} nulls last`;
  });
  const where = conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
  return `select rowid as row from ${spoolTable}${where} order by ${[...order, "rowid"].join(", ")}`;
}

/** The text of a cell, by which it is found; NULL stays NULL. */
export function textOf(index: number, column: Column): string {
  return duckdbDialect.canonical(`c${index}`, column);
}

export function shownCell(index: number, column: Column): string {
  return shown(`c${index}`, column);
}

/** Does the cell's text hold this one, whatever its case? NULL holds nothing. */
export function holds(index: number, column: Column, text: string): string {
  return `coalesce(contains(lower(${textOf(index, column)}), lower(${sqlString(text)})), false)`;
}

export function columnAt(columns: readonly Column[], index: number): Column {
  const column = columns[index];
  if (column === undefined) throw new Error(`the result has no column ${index}`);
  return column;
}

function condition(filter: RowFilter, column: Column): string {
  const cell = `c${filter.column}`;
  switch (filter.test) {
    case "null":
      return `${cell} is null`;
    case "not-null":
      return `${cell} is not null`;
    case "contains":
      return holds(filter.column, column, filter.value);
    case "excludes":
      return `not ${holds(filter.column, column, filter.value)}`;
    case "equals":
      return compared(filter.column, column, "is not distinct from", filter.value);
    case "differs":
      return compared(filter.column, column, "is distinct from", filter.value);
    case "less":
      return compared(filter.column, column, "<", filter.value);
    case "greater":
      return compared(filter.column, column, ">", filter.value);
  }
}

function compared(index: number, column: Column, operator: string, value: string): string {
  const cell = `c${index}`;
  const trimmed = value.trim();
  switch (column.type) {
    case "number": {
      const plain = trimmed.replace(/[,_ ]/g, "");
      if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) throw misfit(column, "a number, as 12.5");
      // As a literal, so that DuckDB compares without rounding either side.
      return `${cell} ${operator} (${plain.replace(/^\+/, "")})`;
    }
    case "boolean":
      if (!/^(true|false)$/i.test(trimmed)) throw misfit(column, "true or false");
      return `${cell} ${operator} ${trimmed.toLowerCase()}`;
    case "date":
    case "timestamp":
    case "instant": {
      const [, day] = /^(-?\d{4,}-\d{2}-\d{2})$/.exec(trimmed) ?? [];
      if (
        day === undefined &&
        !/^-?\d{4,}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?$/.test(trimmed)
      )
        throw misfit(column, column.type === "date" ? "a date, as 2026-01-31" : "a time, as 2026-01-31 10:00:00");
      // A day alone means all of it: it is less than nothing on that day, and nothing on it is greater.
      const whole = day !== undefined || column.type === "date" ? `cast(${cell} as date)` : cell;
      const type = whole === cell ? column.native : "date";
      return `${whole} ${operator} cast(${sqlString(trimmed)} as ${type})`;
    }
    default:
      return `${textOf(index, column)} ${operator} ${sqlString(value)}`;
  }
}

function misfit(column: Column, form: string): SyncFailure {
  return new SyncFailure(
    "filter-value",
    `The column ${column.name} is ${column.native}, which does not compare with that.`,
    `Write ${form}.`,
  );
}
