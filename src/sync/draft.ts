/** The text of a new sync file: what was chosen, what could be mapped, and a word on what is left to do. */
import { type Mode, type OnRemoved } from "../record";
import { flowText, scalarText } from "../project/yaml-write";
import { type MappingText } from "./edit";

export interface SyncDraft {
  readonly description?: string;
  readonly model: {
    /** Left out where the project has only one. */
    readonly warehouse?: string;
    readonly source: { readonly table: string } | { readonly file: string } | { readonly sql: string };
    readonly key: readonly string[];
  };
  readonly destination: {
    readonly connection: string;
    readonly object: string;
    readonly match?: string;
    readonly options: Readonly<Record<string, string>>;
  };
  readonly mode: Mode;
  readonly onRemoved?: OnRemoved;
  /** Mapped fields, in file order. */
  readonly fields: readonly { readonly field: string; readonly mapping: MappingText; readonly note?: string }[];
  /** Required fields that no column fits: a problem stands on them until they are mapped. */
  readonly missing: readonly string[];
  /** Columns that no field takes, to be seen where they could be mapped. */
  readonly unused: readonly string[];
}

export function syncText(draft: SyncDraft): string {
  return [...model(draft), ...destination(draft), ...mode(draft), ...fields(draft)].join("\n") + "\n";
}

function model({ description, model: { warehouse, source, key } }: SyncDraft): readonly string[] {
  return [
    ...(description === undefined ? [] : [`description: ${scalarText(description)}`]),
    "# The rows: one each record. The key says which row is which: it should never change.",
    "model:",
    ...(warehouse === undefined ? [] : [`  warehouse: ${scalarText(warehouse)}`]),
    ...sourceLines(source),
    `  key: ${key.length === 1 ? scalarText(key[0] ?? "") : flowText([...key])}`,
  ];
}

function sourceLines(source: SyncDraft["model"]["source"]): readonly string[] {
  if ("table" in source) return [`  table: ${scalarText(source.table)}`];
  if ("file" in source) return [`  file: ${isPlainPath(source.file) ? source.file : scalarText(source.file)}`];
  const lines = source.sql.replace(/\s+$/, "").split(/\r?\n/);
  // A block cannot begin with spaces or hold other control characters; quoted text holds anything.
  const isBlock = !/^\s/.test(source.sql) && !/[^\P{C}\t\n\r]/u.test(source.sql) && lines.some((line) => line !== "");
  if (!isBlock) return [`  sql: ${JSON.stringify(source.sql)}`];
  return ["  sql: |", ...lines.map((line) => (line.trim() === "" ? "" : `    ${line}`))];
}

/** Plain YAML, and how people write paths. */
function isPlainPath(file: string): boolean {
  return /^(\.\.\/)*[A-Za-z_][\w/-]*\.sql$/.test(file);
}

function destination({ destination: { connection, object, match, options } }: SyncDraft): readonly string[] {
  return [
    "destination:",
    `  connection: ${scalarText(connection)}`,
    `  object: ${scalarText(object)}`,
    ...(match === undefined ? [] : [`  match: ${scalarText(match)} # finds the record of a row there`]),
    ...Object.entries(options).map(([name, value]) => `  ${scalarText(name)}: ${scalarText(value)}`),
  ];
}

const modeNotes: Readonly<Record<Mode, string>> = {
  insert: "sends new rows only",
  update: "changes records that exist, makes none",
  upsert: "creates new records and updates those that exist",
  mirror: "creates, updates, and removes what left the model",
  append: "sends each new row once, as a message or event",
};

function mode({ mode: chosen, onRemoved }: SyncDraft): readonly string[] {
  return [
    `mode: ${chosen} # ${modeNotes[chosen]}`,
    ...(onRemoved === undefined ? [] : [`on_removed: ${onRemoved} # delete, archive, clear or keep`]),
  ];
}

function fields({ fields: mapped, missing, unused }: SyncDraft): readonly string[] {
  const lines = mapped.map(
    ({ field, mapping, note }) =>
      `  ${scalarText(field)}: ${flowText(mapping)}${note === undefined ? "" : ` # ${oneLine(note)}`}`,
  );
  return [
    "# Destination field: model column. Instead of a column: { column, sql, value, template, values or lookup }.",
    mapped.length === 0 ? "fields: {}" : "fields:",
    ...lines,
    ...missing.map((field) => `  # ${oneLine(field)}: required, and no column fits it yet`),
    ...(unused.length === 0 ? [] : [`  # Not mapped: ${unused.map(oneLine).join(", ")}`]),
  ];
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, " ").trim();
}
