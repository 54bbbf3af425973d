/** Opens a file's text in its form. */
import { type FieldSchema } from "../destination";
import { csvTable } from "./csv-table";
import { jsonTable } from "./json-table";
import { type FileForm } from "./options";
import { type Table } from "./table";

/** `text` undefined: there is no file. Throws SyncFailure "file-unreadable" naming the line. */
export function openTable(text: string | undefined, form: FileForm, fields: readonly FieldSchema[]): Table {
  return form.format === "jsonl" ? jsonTable(text ?? "", form, fields) : csvTable(text ?? "", form, fields);
}
