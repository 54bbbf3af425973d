/** A new sync from what a wizard asked: its model is described in the warehouse, its fields are mapped where a column fits. */
import path from "node:path";
import { type ObjectSchema } from "../destinations/destination";
import { destinationOf } from "../destinations/index";
import { SyncFailure } from "../failure";
import { compileModel } from "../plan/compile";
import { readText } from "../project/find";
import { type ResolvedProject } from "../project/project";
import { syncText } from "../sync/draft";
import { type MappingText } from "../sync/edit";
import { propose, type Proposal } from "../sync/propose";
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
  const fields = [...fixed, ...proposals({ columns, object, key: choice.key, match: fixed[0]?.field })];
  const mapped = new Set(fields.map(({ field }) => field));
  const used = new Set(fields.map((field) => ("column" in field ? field.column : field.mapping)));
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
  const known = destination?.selfDescribing === true ? undefined : await knownObjects(project, connection);
  if (config === undefined || destination?.selfDescribing === undefined || known !== undefined) return known;
  const step = destination.describe(config.keys, {}).next();
  return step.done === true ? step.value : undefined;
}

/** A proposal that is surer than this can be written unseen. */
const sure = 0.8;

interface Proposing {
  readonly columns: readonly Column[];
  readonly object: ObjectSchema | undefined;
  readonly key: readonly string[];
  /** The match field, where it is mapped already. */
  readonly match: string | undefined;
}

/** In the order of the columns. An object that takes any field gets every column under its own name. */
function proposals({ columns, object, key, match }: Proposing) {
  if (object === undefined) return [];
  if (object.open === true && object.fields.length === 0)
    return columns
      .filter(({ type, name }) => type !== undefined && name !== match)
      .map(({ name }) => ({ field: name, mapping: name as MappingText, column: name }));
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  return propose({ columns, object, key, mapped: [], dismissed: match === undefined ? [] : [match] })
    .filter((proposal) => proposal.score >= sure && proposal.also === undefined && isSafe(proposal, object))
    .sort((a, b) => at(a.column) - at(b.column));
}

/** Without a look at the values, only its very name says that a column holds what a field of fixed options takes. */
function isSafe({ field, reasons }: Proposal, { fields }: ObjectSchema): boolean {
  const type = fields.find(({ name }) => name === field)?.type;
  return (type !== "option" && type !== "options") || reasons.includes("same-name");
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
