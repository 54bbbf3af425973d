/** A CSV file as a table. Its header's order is kept; fields it lacks become columns at the end. */
import { type Json } from "../../value";
import { type FieldSchema } from "../destination";
import { type Cell, NotCsv, readRows, writeRow } from "./csv";
import { escapeFormula, unescapeFormula } from "./formulas";
import { type FileForm } from "./options";
import { note, type Table, unreadable } from "./table";

export function csvTable(text: string, form: FileForm, fields: readonly FieldSchema[]): Table {
  const { header, rows } = readCsv(text, form);
  const columns = [...header];
  const positions = new Map(columns.map((name, position) => [name, position]));
  for (const { name } of fields) place(name);

  function place(name: string): number {
    const known = positions.get(name);
    if (known !== undefined) return known;
    positions.set(name, columns.length);
    return columns.push(name) - 1;
  }
  function cellAt(row: number, position: number): Cell {
    const cell = rows[row]?.[position] ?? null;
    return cell !== null && form.escapeFormulas ? unescapeFormula(cell) : cell;
  }
  const table: Table = {
    index(field) {
      const position = positions.get(field);
      const index = new Map<string, number>();
      if (position !== undefined) for (const row of rows.keys()) note(index, cellAt(row, position), row);
      return index;
    },
    fields(row, names) {
      const known = names.filter((name) => positions.has(name));
      return Object.fromEntries(known.map((name) => [name, cellAt(row, positions.get(name) as number)]));
    },
    set(row, values) {
      const cells = (rows[row] ??= []);
      for (const [name, value] of Object.entries(values)) cells[place(name)] = cellOf(value, form);
    },
    add(values) {
      table.set(rows.length, values);
      return rows.length - 1;
    },
    remove(row) {
      rows[row] = undefined;
    },
    text() {
      const bom = text === "" ? form.bom : text.startsWith("\ufeff");
      const lines = [writeRow(columns, form)];
      for (const cells of rows) {
        if (cells !== undefined)
          lines.push(
            writeRow(
              columns.map((_, position) => cells[position] ?? null),
              form,
            ),
          );
      }
      return (bom ? "\ufeff" : "") + lines.join("");
    },
  };
  return table;
}

/** What is to be appended to the text so that it holds these records too. Throws SyncFailure where columns are missing. */
export function appendedCsv(
  text: string | undefined,
  records: readonly Readonly<Record<string, Json>>[],
  form: FileForm,
  fields: readonly FieldSchema[],
): string {
  const fresh = text === undefined || text === "" || text === "\ufeff";
  const columns = fresh ? fields.map(({ name }) => name) : headerOf(text, form);
  const missing = fields.find(({ name }) => !columns.includes(name));
  if (missing !== undefined)
    throw unreadable(form, "line 1", `it has no column "${missing.name}", which the sync maps.`);
  const rows = records.map((record) =>
    writeRow(
      columns.map((name) => (Object.hasOwn(record, name) ? cellOf(record[name] ?? null, form) : null)),
      form,
    ),
  );
  const start = fresh ? (form.bom && text !== "\ufeff" ? "\ufeff" : "") + writeRow(columns, form) : lineEnd(text);
  return start + rows.join("");
}

function cellOf(value: Json, { escapeFormulas }: FileForm): Cell {
  if (value === null) return null;
  if (typeof value !== "string") return typeof value === "object" ? JSON.stringify(value) : String(value);
  return escapeFormulas ? escapeFormula(value) : value;
}

function readCsv(text: string, form: FileForm): { header: readonly string[]; rows: (Cell[] | undefined)[] } {
  const all = parsed(() => readRows(text, form), form);
  const [first, ...rest] = all;
  if (first === undefined) return { header: [], rows: [] };
  const header = checkedHeader(first, form);
  // A blank line is a row only where a row may be one NULL.
  const rows = rest.filter((cells) => header.length === 1 || cells.length > 1 || cells[0] !== null);
  const long = rows.findIndex((cells) => cells.length > header.length);
  if (long >= 0) throw unreadable(form, `row ${long + 1}`, "it has more cells than the header.");
  return { header, rows };
}

function headerOf(text: string, form: FileForm): readonly string[] {
  return checkedHeader(parsed(() => readRows(text, form, 1), form)[0] ?? [], form);
}

function checkedHeader(cells: readonly Cell[], form: FileForm): readonly string[] {
  if (cells.includes(null)) throw unreadable(form, "line 1", "a column has no name.");
  if (new Set(cells).size < cells.length) throw unreadable(form, "line 1", "two columns have the same name.");
  return cells as readonly string[];
}

function parsed(read: () => Cell[][], form: FileForm): Cell[][] {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotCsv) throw unreadable(form, `line ${error.line}`, error.message, error);
    throw error;
  }
}

function lineEnd(text: string): string {
  return /[\r\n]$/.test(text) ? "" : "\r\n";
}
