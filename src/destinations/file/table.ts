/** A file's rows, whatever its form: found by a field's text, changed, added, removed, and written back. */
import { SyncFailure } from "../../failure";
import { type Json } from "../../value";
import { type FileForm } from "./options";

export type Fields = Readonly<Record<string, Json>>;

export interface Table {
  /** Rows by the text of a field. A row where it is null or missing is not in it; -1 stands for several rows. */
  index(field: string): Map<string, number>;
  /** Wire values of a row. */
  fields(row: number, names: readonly string[]): Fields;
  set(row: number, fields: Fields): void;
  /** Gives the new row's number. Numbers of rows stay theirs. */
  add(fields: Fields): number;
  remove(row: number): void;
  text(): string;
}

/** `place`: "line 3", "row 7". */
export function unreadable(form: FileForm, place: string, why: string, cause?: unknown): SyncFailure {
  return new SyncFailure(
    "file-unreadable",
    `${form.path} is not the ${form.format === "jsonl" ? "JSON Lines" : "CSV"} file it should be, at ${place}: ${why}`,
    "Mend the file, move it away, or name another path; nothing was written.",
    { cause },
  );
}

/** Notes a row under its text in an index. */
export function note(index: Map<string, number>, text: string | null, row: number): void {
  if (text !== null) index.set(text, index.has(text) ? several : row);
}

export const several = -1;
