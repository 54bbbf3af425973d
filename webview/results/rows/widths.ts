/** How wide columns are: as their first rows need, then as the user drags them. */
import { type Column } from "../../../src/warehouses/warehouse";
import { type Json } from "../../../src/value";
import { cellOf } from "../../cells";

export const narrowest = 48;
/** No column is made wider than this unasked, in pixels. */
const widest = 360;
const widestFitted = 900;
/** Room for the sign of the order and the filter's button. */
const headExtra = 58;
const cellExtra = 22;

export interface Widths {
  of(column: number): number;
  set(column: number, width: number): void;
  /** As wide as what is here of the column needs. */
  fit(column: number, rows: readonly (readonly Json[])[]): void;
  /** Once, from the first rows. */
  measure(rows: readonly (readonly Json[])[]): void;
}

export function columnWidths(columns: readonly Column[], characterWidth: number): Widths {
  let measured = false;
  const needed = (index: number, rows: readonly (readonly Json[])[], most: number): number => {
    const column = columns[index] as Column;
    const longest = rows.reduce(
      (length, row) => Math.max(length, cellOf(row[index] ?? null, column.type).text.length),
      0,
    );
    const head = column.name.length * characterWidth + headExtra;
    return Math.round(Math.max(narrowest, Math.min(most, Math.max(head, longest * characterWidth + cellExtra))));
  };
  const widths = columns.map((_, index) => needed(index, [], widest));
  return {
    of: (column) => widths[column] ?? narrowest,
    set: (column, width) => (widths[column] = Math.max(narrowest, Math.round(width))),
    fit: (column, rows) => (widths[column] = needed(column, rows, widestFitted)),
    measure(rows) {
      if (measured || rows.length === 0) return;
      measured = true;
      for (const index of columns.keys()) widths[index] = needed(index, rows, widest);
    },
  };
}
