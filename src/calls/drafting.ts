/** A new sync from what a wizard asked: its model is described in the warehouse, its fields are mapped where a column fits. */
import path from "node:path";
import { type FieldSchema, type ObjectSchema } from "../destinations/destination";
import { destinationOf } from "../destinations/index";
import { SyncFailure } from "../failure";
import { compileModel } from "../plan/compile";
import { readText } from "../project/find";
import { type ResolvedProject } from "../project/project";
import { syncText } from "../sync/draft";
import { type Column, QueryProblem } from "../warehouses/warehouse";
import { type ModelChoice, type Place, type SyncChoice } from "./calls";
import { type Services } from "./planning";
import { find, knownObjects } from "./schemas";
import { openWorkspace } from "./workspace";

export async function modelColumns(
  { connections }: Services,
  place: Place,
  { warehouse: name, source }: ModelChoice,
  signal?: AbortSignal,
): Promise<readonly Column[]> {
  const { project } = await openWorkspace(place);
  const sql = "file" in source ? await sqlOf(project.root, source.file) : "sql" in source ? source.sql : undefined;
  const warehouse = await connections.warehouse(project, name);
  try {
    const model = "table" in source ? { table: source.table } : { sql: sql ?? "" };
    return await warehouse.describe(compileModel(model, warehouse.dialect).sql, signal);
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    throw new SyncFailure("model-invalid", sentence(error.message), "Mend the model's SQL, or choose another one.", {
      cause: error,
    });
  } finally {
    await warehouse.close();
  }
}

export async function draftOf(
  services: Services,
  place: Place,
  choice: SyncChoice,
  signal?: AbortSignal,
): Promise<{ readonly text: string }> {
  const columns = await modelColumns(services, place, choice.model, signal);
  const { project } = await openWorkspace(place);
  const object = await chosenObject(project, choice);
  const { match, matchColumn } = choice.destination;
  const fixed = match === undefined || matchColumn === undefined ? [] : [{ field: match, mapping: matchColumn }];
  const proposed = proposals(columns, object).filter(({ field }) => field !== match || fixed.length === 0);
  const fields = [...fixed, ...proposed];
  const mapped = new Set(fields.map(({ field }) => field));
  const used = new Set(fields.map(({ mapping }) => mapping));
  const warehouses = Object.keys(project.warehouses);
  const { source, warehouse } = choice.model;
  return {
    text: syncText({
      model: {
        ...(warehouses.length > 1 && { warehouse }),
        source: "file" in source ? { file: relativeTo(choice.file, source.file) } : source,
        key: choice.key,
      },
      destination: {
        connection: choice.destination.connection,
        object: choice.destination.object,
        ...(match !== undefined && { match }),
        options: choice.destination.options,
      },
      mode: choice.mode,
      ...(choice.onRemoved !== undefined && { onRemoved: choice.onRemoved }),
      fields,
      missing: (object?.fields ?? [])
        .filter((field) => field.required === true && field.readOnly !== true && !mapped.has(field.name))
        .map(({ name }) => name),
      unused: columns.map(({ name }) => name).filter((name) => !used.has(name)),
    }),
  };
}

async function chosenObject(
  project: ResolvedProject,
  { destination: { connection, object } }: SyncChoice,
): Promise<ObjectSchema | undefined> {
  return find(await objectsOf(project, connection), object);
}

/** The snapshot's objects, or those of a destination that describes itself; undefined: not known yet. */
export async function objectsOf(
  project: ResolvedProject,
  connection: string,
): Promise<readonly ObjectSchema[] | undefined> {
  const config = Object.hasOwn(project.destinations, connection) ? project.destinations[connection] : undefined;
  const destination = config === undefined ? undefined : destinationOf(config.type);
  if (config === undefined || destination?.selfDescribing !== true) return knownObjects(project, connection);
  const step = destination.describe(config.keys, {}).next();
  return step.done === true ? step.value : undefined;
}

interface Mapped {
  readonly field: string;
  readonly mapping: string;
}

/** An object that takes any field gets every column under its own name. */
function proposals(columns: readonly Column[], object: ObjectSchema | undefined): readonly Mapped[] {
  const sendable = columns.filter(({ type }) => type !== undefined);
  if (object === undefined || (object.open === true && object.fields.length === 0))
    return object === undefined ? [] : sendable.map(({ name }) => ({ field: name, mapping: name }));
  return object.fields
    .filter(({ readOnly }) => readOnly !== true)
    .flatMap((field) => {
      const column = sendable.find(({ name }) => sameName(name, field));
      return column === undefined ? [] : [{ field: field.name, mapping: column.name }];
    });
}

function sameName(column: string, field: FieldSchema): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  if (plain(column) === plain(field.name)) return true;
  // A label alone is too weak where only certain values are taken.
  const takesAny = field.type !== "option" && field.type !== "options";
  return takesAny && field.label !== undefined && plain(column) === plain(field.label);
}

async function sqlOf(root: string, file: string): Promise<string> {
  const text = await readText(root, file);
  if (text !== undefined) return text;
  throw new SyncFailure("no-such-file", `There is no file ${file}.`, "Choose a .sql file of the project.");
}

function relativeTo(file: string, target: string): string {
  return path.posix.relative(path.posix.dirname(file), target);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
