/** What completion and hover need of a sync file as it stands, broken as it may be: the model's columns, the destination's objects. */
import { SyncFailure } from "../failure";
import { readYaml } from "../project/yaml-text";
import { type Place, type Surroundings, type SyncSource } from "./calls";
import { askModel } from "./checking";
import { type Connections } from "./connections";
import { type Descriptions } from "./descriptions";
import { objectOf } from "./schemas";
import { loadSync, type LoadedSync, openWorkspace, type Workspace } from "./workspace";

export interface SurroundingsAsk {
  readonly place: Place;
  readonly source: SyncSource;
  readonly connections: Connections;
  readonly descriptions: Descriptions;
  readonly signal?: AbortSignal | undefined;
}

export async function surroundingsOf(ask: SurroundingsAsk): Promise<Surroundings> {
  const workspace = await openWorkspace(ask.place);
  const sync = await loadSync(ask.place.root, ask.source);
  const destination = destinationIn(sync);
  const objects = destination === undefined ? undefined : (await objectOf(workspace.project, { destination })).objects;
  const columns = await columnsIn(ask, workspace, sync);
  return { ...(columns === undefined ? {} : { columns }), ...(objects === undefined ? {} : { objects }) };
}

/** undefined: there is no model yet, or the warehouse cannot make sense of it or cannot be reached; the checks say why. */
async function columnsIn(
  { connections, descriptions, signal }: SurroundingsAsk,
  workspace: Workspace,
  sync: LoadedSync,
): Promise<Surroundings["columns"]> {
  const { model } = sync.parsed;
  if (model === undefined || model.source.kind === "dbt") return undefined;
  try {
    const answer = await askModel({ workspace, sync, connections, descriptions, describe: true, signal }, model);
    return answer !== undefined && "columns" in answer ? answer.columns : undefined;
  } catch (error) {
    if (error instanceof SyncFailure) return undefined;
    throw error;
  }
}

/** Where the records go, as far as it is written. */
function destinationIn({ text, parsed }: LoadedSync) {
  if (parsed.definition !== undefined) return parsed.definition.destination;
  const data = readYaml(text).data as { readonly destination?: Readonly<Record<string, unknown>> | null } | undefined;
  const { connection, object = "", match: _match, ...options } = data?.destination ?? {};
  return typeof connection === "string" && typeof object === "string" ? { connection, object, options } : undefined;
}
