/** A JSON Lines file as a table. Lines that nobody touches are written back as they were. */
import { type Json } from "../../value";
import { type FieldSchema } from "../destination";
import { losesDigits } from "../exact-json";
import { NotJsonLines, type RawObject, readObject, textOf, writeObject } from "./json-lines";
import { type FileForm } from "./options";
import { note, type Table, unreadable } from "./table";

export function jsonTable(text: string, form: FileForm, fields: readonly FieldSchema[]): Table {
  const lines = linesOf(text);
  const rows: (string | undefined)[] = [];
  const numbers: number[] = [];
  for (const [position, line] of lines.entries()) {
    if (line.trim() === "") continue;
    rows.push(line);
    numbers.push(position + 1);
  }
  const raw = rawBy(fields);

  function objectAt(row: number): RawObject {
    try {
      return readObject(rows[row] ?? "{}");
    } catch (error) {
      if (error instanceof NotJsonLines) throw unreadable(form, `line ${numbers[row] ?? 0}`, error.message, error);
      throw error;
    }
  }
  const table: Table = {
    index(field) {
      const index = new Map<string, number>();
      for (const row of rows.keys()) note(index, textOf(objectAt(row).get(field) ?? "null"), row);
      return index;
    },
    fields(row, names) {
      const object = objectAt(row);
      const known = names.filter((name) => object.has(name));
      return Object.fromEntries(known.map((name) => [name, wireOf(object.get(name) as string)]));
    },
    set(row, values) {
      const object = objectAt(row);
      for (const [name, value] of Object.entries(values)) object.set(name, raw(name, value));
      rows[row] = writeObject(object);
    },
    add(values) {
      table.set(rows.length, values);
      return rows.length - 1;
    },
    remove(row) {
      rows[row] = undefined;
    },
    text() {
      return rows.map((line) => (line === undefined ? "" : `${line}\n`)).join("");
    },
  };
  return table;
}

/** What is to be appended to the text so that it holds these records too. */
export function appendedJson(
  text: string | undefined,
  records: readonly Readonly<Record<string, Json>>[],
  fields: readonly FieldSchema[],
): string {
  const raw = rawBy(fields);
  const objects = records.map((record) =>
    Object.entries(record).map(([name, value]) => [name, raw(name, value)] as const),
  );
  const start = text === undefined || text === "" || text.endsWith("\n") ? "" : "\n";
  return start + objects.map((members) => `${writeObject(new Map(members))}\n`).join("");
}

/** A wire value as JSON. A number that only text could carry exactly is written as the number it is. */
function rawBy(fields: readonly FieldSchema[]): (name: string, value: Json) => string {
  const numeric = new Set(fields.filter(({ type }) => type === "integer" || type === "number").map(({ name }) => name));
  return (name, value) =>
    typeof value === "string" && numeric.has(name) && jsonNumber.test(value) ? value : JSON.stringify(value);
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function wireOf(raw: string): Json {
  return jsonNumber.test(raw) && losesDigits(raw) ? raw : (JSON.parse(raw) as Json);
}

function linesOf(text: string): readonly string[] {
  return text.replace(/^\ufeff/, "").split(/\r?\n/);
}
