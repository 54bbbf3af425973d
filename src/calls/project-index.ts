/**
 * The index of a project: what every sync names and where. Files are read again only when they changed on disk, so
 * that an answer about a thousand syncs costs a thousand looks at the clock; unsaved buffers win over files.
 */
import { stat } from "node:fs/promises";
import path from "node:path";
import { destinationOf } from "../destinations/index";
import { indexSync, type IndexedSync } from "../language/sync-index";
import { type ObjectIdentity } from "../language/writers";
import { readText, syncFiles } from "../project/find";
import { type ResolvedProject } from "../project/project";
import { type Place, type SyncSource } from "./calls";

export interface ProjectIndex {
  /** By file. */
  readonly syncs: readonly IndexedSync[];
  /** A file of the project as it stands, in a buffer or on disk; undefined: there is none that can be read. */
  read(file: string): Promise<string | undefined>;
}

export interface Indexes {
  of(place: Place, buffers?: readonly SyncSource[]): Promise<ProjectIndex>;
}

interface Kept {
  /** Tells versions of a file apart. */
  readonly version: string;
  readonly sync: IndexedSync;
}

/** Files indexed at one time, so that other calls are answered meanwhile. */
const portion = 50;

export function keepIndexes(): Indexes {
  const projects = new Map<string, Map<string, Kept>>();
  return {
    async of({ root }, buffers = []) {
      const known = projects.get(root) ?? new Map<string, Kept>();
      projects.set(root, known);
      const open = new Map(buffers.flatMap(({ file, text }) => (text === undefined ? [] : [[file, text] as const])));
      const files = [...new Set([...(await syncFiles(root)), ...[...open.keys()].filter(isSync)])].sort();
      const syncs: IndexedSync[] = [];
      for (let first = 0; first < files.length; first += portion) {
        const some = files.slice(first, first + portion);
        const found = await Promise.all(some.map((file) => indexed(root, { file, text: open.get(file) }, known)));
        syncs.push(...found.flatMap((sync) => sync ?? []));
      }
      for (const file of known.keys()) if (!files.includes(file)) known.delete(file);
      // Places of one answer lie in few files, each asked for again and again.
      const texts = new Map<string, Promise<string | undefined>>();
      const read = (file: string): Promise<string | undefined> => {
        const text = texts.get(file) ?? Promise.resolve(open.get(file) ?? readable(root, file));
        texts.set(file, text);
        return text;
      };
      return { syncs, read };
    },
  };
}

/** Two syncs write to the same place if this is equal. */
export function identityIn(project: ResolvedProject): ObjectIdentity {
  const known = new WeakMap<IndexedSync, string | undefined>();
  return (sync) => {
    if (!known.has(sync)) known.set(sync, identify(sync));
    return known.get(sync);
  };

  function identify({ connection, object, options }: IndexedSync): string | undefined {
    if (connection === undefined || object === undefined) return undefined;
    const config = Object.hasOwn(project.destinations, connection.name)
      ? project.destinations[connection.name]
      : undefined;
    const place = config === undefined ? undefined : destinationOf(config.type)?.place?.(options);
    return JSON.stringify([connection.name, object.name, place ?? ""]);
  }
}

async function indexed(
  root: string,
  { file, text }: { readonly file: string; readonly text: string | undefined },
  known: Map<string, Kept>,
): Promise<IndexedSync | undefined> {
  const version = text ?? (await versionOf(path.join(root, file)));
  const before = known.get(file);
  if (before !== undefined && before.version === version) return before.sync;
  const now = text ?? (await readable(root, file));
  if (version === undefined || now === undefined) return undefined;
  const sync = indexSync(file, now);
  known.set(file, { version, sync });
  return sync;
}

async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeNs, ctimeNs, size, ino } = await stat(file, { bigint: true });
    return [mtimeNs, ctimeNs, size, ino].join(" ");
  } catch {
    // Gone since the folder was listed: it is not in the index.
    return undefined;
  }
}

/** A file that cannot be read is no part of the index; whoever needs it says why. */
async function readable(root: string, file: string): Promise<string | undefined> {
  try {
    return await readText(root, file);
  } catch {
    return undefined;
  }
}

const isSync = (file: string): boolean => file.endsWith(".sync.yaml");
