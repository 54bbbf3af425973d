/** The destination's schema: the committed snapshot, or read from the destination where there is none. */
import { type Reader } from "../destinations/connection";
import { type Destination, type ObjectSchema } from "../destinations/destination";
import { destinationOf } from "../destinations/index";
import { type ResolvedProject } from "../project/project";
import { readText } from "../project/find";
import { parseSnapshot, serialiseSnapshot } from "../project/snapshot";
import { projectFiles } from "../run/files";
import { type SyncDefinition } from "../sync/definition";

/** Objects of a connection without asking the destination; undefined where there is no snapshot. */
export async function knownObjects(
  project: ResolvedProject,
  connection: string,
): Promise<readonly ObjectSchema[] | undefined> {
  const text = await readText(project.root, snapshotFile(connection));
  if (text === undefined) return undefined;
  return parseSnapshot(text).snapshot?.objects;
}

/** Reads every object and field from the destination and writes the snapshot. */
export async function refreshSnapshot(
  project: ResolvedProject,
  reader: Reader,
  signal?: AbortSignal,
): Promise<{ readonly file: string; readonly objects: readonly ObjectSchema[] }> {
  const objects = await reader.describe(undefined, signal);
  const file = snapshotFile(reader.name);
  const text = serialiseSnapshot({ version: 1, type: reader.destination.type, objects });
  // A repository may bring links: whole or not at all, and never through one that leads out of the project.
  const step = { step: "file", operation: "replace", path: file, text, effect: "write", repeatable: true } as const;
  await projectFiles(project.root).perform({ ...step, changes: [] });
  return { file, objects };
}

/** Open destinations (a plain endpoint, a file) have no snapshot: their options say what the object is. */
export function describesItself(destination: Destination): boolean {
  return destination.selfDescribing !== undefined;
}

/** The object a sync writes to, without asking the destination; undefined where nothing is known of it. */
export async function objectOf(
  project: ResolvedProject,
  definition: Pick<SyncDefinition, "destination">,
): Promise<{ object: ObjectSchema | undefined; objects: readonly ObjectSchema[] | undefined }> {
  const config = Object.hasOwn(project.destinations, definition.destination.connection)
    ? project.destinations[definition.destination.connection]
    : undefined;
  const destination = config === undefined ? undefined : destinationOf(config.type);
  if (config === undefined || destination === undefined) return { object: undefined, objects: undefined };
  const objects = await objectsFor(destination, config.keys, { project, definition });
  return { object: find(objects, definition.destination.object), objects };
}

/** A snapshot knows more than a destination that describes itself can without being asked. */
async function objectsFor(
  destination: Destination,
  keys: Readonly<Record<string, unknown>>,
  sync: { readonly project: ResolvedProject; readonly definition: Pick<SyncDefinition, "destination"> },
): Promise<readonly ObjectSchema[] | undefined> {
  const described =
    destination.selfDescribing === true
      ? undefined
      : await knownObjects(sync.project, sync.definition.destination.connection);
  return describesItself(destination) && described === undefined
    ? selfDescription(destination, keys, sync.definition)
    : described;
}

export function find(objects: readonly ObjectSchema[] | undefined, name: string): ObjectSchema | undefined {
  const any = objects?.find((object) => object.name === "*");
  return objects?.find((object) => object.name === name) ?? (any === undefined ? undefined : { ...any, name });
}

function selfDescription(
  destination: Destination,
  keys: Readonly<Record<string, unknown>>,
  definition: Pick<SyncDefinition, "destination">,
): readonly ObjectSchema[] | undefined {
  const options = destination.options.safeParse(definition.destination.options);
  const conversation = destination.describe(
    keys,
    options.success ? (options.data as Readonly<Record<string, unknown>>) : {},
  );
  const step = conversation.next();
  if (step.done !== true) return undefined;
  // One object that is whatever the options say may be called as its author likes.
  return step.value.length === 1
    ? step.value.map((object) => ({ ...object, name: definition.destination.object }))
    : step.value;
}

function snapshotFile(connection: string): string {
  return `schema/${connection}.json`;
}
