/**
 * The matrix that `npm run test:faults` prints: what each test counted, a row each, and the total of each table. A test counts
 * what it found before it asserts anything, so that a failing one is in the table too.
 */
import { after } from "mocha";

export interface Row {
  readonly case: string;
  /** How often something was killed, or made to fail. */
  readonly [tried: string]: string | number;
  /** Records whose outcome was checked. */
  readonly records: number;
  readonly lost: number;
  readonly repeated: number;
  /** Secrets found where none may be. */
  readonly leaked: number;
}

/** Adds a row to a table; tables are printed when all tests have ended. Rows may have more columns than those named above. */
export function tell(table: string, row: Row): void {
  tables.set(table, [...(tables.get(table) ?? []), row]);
}

/** Said below a table: a seed, how to have it again. */
export function note(table: string, line: string): void {
  notes.set(table, [...(notes.get(table) ?? []), line]);
}

/** One line a row, columns aligned, the total last. */
export function matrix(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const totals = columns.map((name) =>
    name === "case" ? "total" : rows.reduce((sum, row) => sum + Number(row[name] ?? 0), 0),
  );
  const lines = [columns, ...rows.map((row) => columns.map((name) => row[name] ?? "")), totals];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => String(line[index]).length)));
  return lines
    .map((line) =>
      line
        .map((cell, index) =>
          index === 0 ? String(cell).padEnd(widths[index] ?? 0) : String(cell).padStart(widths[index] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

const tables = new Map<string, readonly Row[]>();
const notes = new Map<string, readonly string[]>();

after(() => {
  for (const [name, rows] of tables) console.log(`\n${[name, matrix(rows), ...(notes.get(name) ?? [])].join("\n")}`);
});
