import { type Conversation, type Destination, type ObjectSchema, type PresentRecord } from "../destination";
import { exactJson } from "../exact-json";
import { checkOptions } from "./check";
import { deliver, textOfFile } from "./deliver";
import { connection, formOf, options, readForm } from "./options";
import { openTable } from "./open-table";
import { several } from "./table";

/**
 * Files: records as rows of a CSV or JSON Lines file of the project.
 *
 *     destination: { connection: files, object: row, match: email, path: exports/contacts.csv }
 *     mode: mirror
 *     fields: { email: email, plan: plan }
 */
export const file: Destination = {
  type: "file",
  label: "Files (CSV, JSON Lines)",
  version: 1,
  documentation: `Writes records as rows of a CSV or JSON Lines file inside the project. Its one object, \`row\`, takes any fields;
columns stand in the order of \`fields\`, after those that the file already has.

\`\`\`yaml
name: contacts-export
model:
  sql: select email, plan, ltv from contacts
  key: email
destination:
  connection: files
  object: row
  match: email
  path: exports/contacts.csv
  escape_formulas: true
mode: mirror
on_removed: delete
guards: { max_removed: 5% }
fields:
  email: email
  plan: plan
  ltv: ltv
\`\`\`

- \`append\` adds a row for each new or changed record. The other modes read the file, merge by \`match\` and replace it as a whole,
  so that a reader never meets half a file. They suit files that fit into memory.
- CSV follows RFC 4180: UTF-8, CRLF, quotes doubled. An empty cell is NULL; the empty text is \`""\`.
- JSON Lines keeps every digit of a number, and lines that are not touched as they were.
- A row that somebody else added is left alone; \`mirror\` removes only rows this sync made. Two rows with the same \`match\` cannot be
  told apart: a change to them is rejected.`,
  connection,
  options,
  transport: "file",
  selfDescribing: true,
  place: (extra) => formOf({}, extra)?.path ?? "",
  baseUrl: () => "",
  *authorize() {
    return { headers: {} };
  },
  *probe(config) {
    const folder = connection.safeParse(config).data?.folder ?? "";
    const label = folder === "" ? "the project folder" : folder;
    return { account: folder === "" ? "." : folder, label };
  },
  *describe() {
    return [row];
  },
  read,
  readSize: 100_000,
  *lookup() {
    return new Map();
  },
  check: checkOptions,
  batching({ mode }) {
    return {
      size: mode === "append" ? 10_000 : 50_000,
      by: () => "all",
      repeatable: mode !== "append",
      concurrency: 1,
    };
  },
  deliver,
  classify: () => "answer",
  refusal: () => ({ code: "refused", reason: "The file could not be written." }),
  limits: () => [],
  ...exactJson,
};

const row: ObjectSchema = {
  name: "row",
  label: "Row",
  description: "One row of the file.",
  modes: ["insert", "update", "upsert", "mirror", "append"],
  removals: ["delete", "clear", "keep"],
  fields: [],
  open: true,
  match: "required",
  readable: true,
  whole: true,
};

function* read(
  ask: Parameters<Destination["read"]>[0],
  context: Parameters<Destination["read"]>[1],
): Conversation<ReadonlyMap<string, PresentRecord>> {
  const found = new Map<string, PresentRecord>();
  const by = ask.by === "id" ? context.match : ask.by;
  if (by === undefined || ask.values.length === 0) return found;
  const form = readForm(context.config, context.options);
  const text = yield* textOfFile(form);
  if (text === undefined) return found;
  const table = openTable(text, form, []);
  const rows = table.index(by);
  const ids = context.match === undefined || context.match === by ? undefined : context.match;
  for (const value of ask.values) {
    const at = rows.get(value);
    if (at === undefined || at === several) continue;
    const id = ids === undefined ? value : table.fields(at, [ids])[ids];
    found.set(value, { remoteId: String(id ?? value), fields: table.fields(at, ask.fields) });
  }
  return found;
}
