/** DuckDB's values as cells: JSON values that lose no digit. */
import { type Cell } from "./warehouse";

/** Reads one value that is not NULL. */
export type CellReader = (value: unknown) => Cell;

/** The reader of a column, by the name of DuckDB's type as the driver prints it. */
export function cellReader(type: string): CellReader {
  if (type === "FLOAT") return (value) => finite(shortestFloat(value as number));
  if (type === "DOUBLE") return (value) => finite(value as number);
  if (type.startsWith("DECIMAL")) return (value) => exactNumber(String(value));
  return (value) => {
    switch (typeof value) {
      case "string":
      case "number":
      case "boolean":
        return value;
      case "bigint":
        return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
      default:
        return String(value);
    }
  };
}

/** A decimal as number where a double holds all of its digits, else as text. */
function exactNumber(text: string): Cell {
  const trimmed = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return String(Number(trimmed)) === trimmed ? Number(trimmed) : trimmed;
}

function finite(value: number): Cell {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** The double with the fewest digits that is the same single-precision number. */
function shortestFloat(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 1; digits <= 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
