/** From the text of a sync file to its definition, with every problem at its place. */
import { conform } from "../project/conform";
import { beginning } from "../project/editable";
import { mendedName, nameProblem } from "../project/name";
import { removeAt, setAt } from "../project/yaml-edit";
import { placesOf } from "../project/yaml-places";
import { allProblems, readYaml } from "../project/yaml-text";
import { type Guards, type Limit, type Model, type ParsedSync, type SyncDefinition } from "./definition";
import { parseFields } from "./parse-fields";
import { alertsOf } from "../project/alerts";
import { fixOf, type Notes, notesOf, picked, record } from "./parse-notes";
import { checkKeys } from "./parse-rules";
import { syncSchema } from "./schema";

const defaultRecheck = 7;

/**
 * Parse a sync file. Never throws. `file.name` is the sync's name unless the text gives one (see defaultSyncName).
 * The definition holds everything that could be understood: whoever runs it looks at the problems first.
 */
export function parseSync(text: string, file: { readonly name: string }): ParsedSync {
  const yaml = readYaml(text);
  const places = placesOf(yaml);
  const notes = notesOf(yaml, places);
  const data = record(yaml.data);
  let parts: { readonly definition?: SyncDefinition; readonly model?: Model } = {};
  if (data !== undefined) {
    notes.problems.push(...conform(syncSchema, data, notes.edits));
    checkKeys(data, notes);
    parts = define(data, file.name, notes);
  } else if (yaml.problems.length === 0) {
    const message = "This is not a sync file yet. It needs the keys model, destination, mode and fields.";
    const keys = "model:\n  table:\n  key:\ndestination:\n  connection:\n  object:\nmode: upsert\nfields:\n";
    notes.add("not-a-sync", message, [], beginning(yaml, text, keys));
  }
  const problems = allProblems(yaml, notes.problems);
  const { rangeOf, pathAt, offsetInScalar, textAt } = places;
  return {
    ...parts,
    problems,
    rangeOf,
    pathAt,
    offsetInScalar,
    textAt,
    setAt: (path, value) => setAt(yaml, path, value),
    removeAt: (path) => removeAt(yaml, path),
  };
}

const shape = syncSchema.shape;

function define(
  data: Readonly<Record<string, unknown>>,
  fileName: string,
  notes: Notes,
): { readonly definition?: SyncDefinition; readonly model?: Model } {
  const name = nameOf(data, fileName, notes);
  const model = modelOf(data, notes);
  const destination = destinationOf(data);
  const mode = picked(shape.mode, data["mode"]);
  const fields = parseFields(data, notes);
  if (name === undefined || model === undefined || destination === undefined || mode === undefined) {
    return model === undefined ? {} : { model };
  }
  const description = picked(shape.description, data["description"]);
  const definition: SyncDefinition = {
    name,
    ...(description === undefined ? {} : { description }),
    after: picked(shape.after, data["after"]) ?? [],
    model,
    destination,
    mode,
    onRemoved: (mode === "mirror" ? picked(shape.on_removed, data["on_removed"]) : undefined) ?? "keep",
    removeAdopted: picked(shape.remove_adopted, data["remove_adopted"]) ?? false,
    scope: picked(shape.scope, data["scope"]) ?? "ledger",
    on: picked(shape.on, data["on"]) ?? "new",
    fields,
    guards: guardsOf(data["guards"]),
    alerts: alertsOf(data["alerts"]),
    tags: picked(shape.tags, data["tags"]) ?? [],
    recheck: recheckOf(data["recheck"]),
    ...(picked(shape.undo, data["undo"]) === true ? { undo: true as const } : {}),
  };
  return { definition, model };
}

function nameOf(data: Readonly<Record<string, unknown>>, fileName: string, notes: Notes): string | undefined {
  const written = picked(shape.name, data["name"]);
  const problem = nameProblem(written ?? fileName);
  if (problem === undefined) return written ?? fileName;
  const mended = mendedName(written ?? fileName);
  const edits =
    mended === undefined
      ? undefined
      : written === undefined
        ? notes.edits.insertAt(["name"], mended, ["name"])
        : setAt(notes.yaml, ["name"], mended);
  const fixes = [fixOf(written === undefined ? `Add name: ${mended}` : `Change to "${mended}"`, edits)];
  if (written !== undefined) notes.add("invalid-name", problem, ["name"], { fixes });
  else notes.add("invalid-name", `The file's name cannot be the sync's. Give it one: name: contacts.`, [], { fixes });
  return nameProblem(fileName) === undefined ? fileName : undefined;
}

function modelOf(data: Readonly<Record<string, unknown>>, notes: Notes): Model | undefined {
  const model = record(data["model"]);
  if (model === undefined) return undefined;
  const of = shape.model.shape;
  const key = picked(of.key, model["key"]);
  const columns = key === undefined ? undefined : typeof key === "string" ? [key] : key;
  const [sql, file, table, dbt] = [
    picked(of.sql, model["sql"]),
    picked(of.file, model["file"]),
    picked(of.table, model["table"]),
    picked(of.dbt, model["dbt"]),
  ];
  const sources: Model["source"][] = [];
  if (sql !== undefined) sources.push({ kind: "sql", sql });
  if (file !== undefined) sources.push({ kind: "file", file });
  if (table !== undefined) sources.push({ kind: "table", table });
  if (dbt !== undefined) sources.push({ kind: "dbt", dbt });
  const [source] = sources;
  if (sql !== undefined && sql.trim() === "") {
    notes.add("missing-value", '"sql" has no value. Write a SELECT.', ["model", "sql"]);
    return undefined;
  }
  if (source === undefined || sources.length > 1 || columns === undefined) return undefined;
  const warehouse = picked(of.warehouse, model["warehouse"]);
  return { ...(warehouse === undefined ? {} : { warehouse }), source, key: [...new Set(columns)] };
}

function destinationOf(data: Readonly<Record<string, unknown>>): SyncDefinition["destination"] | undefined {
  const destination = record(data["destination"]);
  if (destination === undefined) return undefined;
  const { connection: _connection, object: _object, match: _match, ...options } = destination;
  const of = shape.destination.shape;
  const connection = picked(of.connection, destination["connection"]);
  const object = picked(of.object, destination["object"]);
  const match = picked(of.match, destination["match"]);
  if (connection === undefined || object === undefined) return undefined;
  return { connection, object, ...(match === undefined ? {} : { match }), options };
}

function guardsOf(value: unknown): Guards {
  const of = shape.guards.unwrap().shape;
  const guards = record(value) ?? {};
  const maxRemoved = limitOf(picked(of.max_removed, guards["max_removed"]));
  const maxChanges = limitOf(picked(of.max_changes, guards["max_changes"]));
  const maxRejected = limitOf(picked(of.max_rejected, guards["max_rejected"]));
  const minRows = picked(of.min_rows, guards["min_rows"]);
  return {
    ...(maxRemoved === undefined ? {} : { maxRemoved }),
    ...(maxChanges === undefined ? {} : { maxChanges }),
    ...(maxRejected === undefined ? {} : { maxRejected }),
    ...(minRows === undefined ? {} : { minRows }),
  };
}

/** A limit as it is written: 100, or "5%". */
export function limitOf(written: number | string | undefined): Limit | undefined {
  if (written === undefined) return undefined;
  if (typeof written === "number") return { records: written };
  // Shifting the decimal point in text spares 7% from becoming 0.07000000000000001.
  return { share: Number(`${written.replace("%", "").trim()}e-2`) };
}

function recheckOf(value: unknown): number {
  const written = picked(shape.recheck, value);
  return written === undefined ? defaultRecheck : Number.parseInt(String(written), 10);
}
