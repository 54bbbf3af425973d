/** Which syncs write the same field of the same object, and whether one undoes what another wrote. */
import { type FieldWrite, type IndexedSync } from "./sync-index";

export interface Writer {
  readonly sync: IndexedSync;
  readonly write: FieldWrite;
}

export interface Shared {
  readonly write: FieldWrite;
  readonly others: readonly Writer[];
}

/**
 * What tells apart where syncs write: connection, object and, of the destination's own keys, those that are part of the
 * object's identity (a file's path). undefined: not known.
 */
export type ObjectIdentity = (sync: IndexedSync) => string | undefined;

/** The fields of a sync that others write too, the field that identifies the record left out. */
export function sharedFields(
  sync: IndexedSync,
  all: readonly IndexedSync[],
  identityOf: ObjectIdentity,
): readonly Shared[] {
  const identity = identityOf(sync);
  if (identity === undefined) return [];
  const others = all.filter((other) => other.file !== sync.file && identityOf(other) === identity);
  return sync.writes.flatMap((write): readonly Shared[] => {
    const writers = others.flatMap((other) => {
      const theirs = other.writes.find(({ name }) => name === write.name);
      return theirs === undefined || isMatch(sync, other, write.name) ? [] : [{ sync: other, write: theirs }];
    });
    return writers.length === 0 ? [] : [{ write, others: writers }];
  });
}

/**
 * Both send the field of a record that exists whenever their row changes, and not the same constant: the one that ran
 * last wins. What is only sent with new records or into empty fields undoes nothing.
 */
export function isContested(one: Writer, other: Writer): boolean {
  const isSame = one.write.constant !== undefined && one.write.constant === other.write.constant;
  return !isSame && overwrites(one) && overwrites(other);
}

function overwrites({ sync, write }: Writer): boolean {
  return write.write === "always" && sync.mode !== "insert" && sync.mode !== "append";
}

/** Whoever matches by the field writes what is there already. */
function isMatch(one: IndexedSync, other: IndexedSync, field: string): boolean {
  return one.match?.name === field || other.match?.name === field;
}

/** The names on the way from a sync through `after` back to itself, itself first; undefined: there is no way. */
export function circleOf(sync: IndexedSync, all: readonly IndexedSync[]): readonly string[] | undefined {
  if (sync.after.length === 0) return undefined;
  const byName = new Map(all.map((each) => [each.name, each]));
  const from = new Map<string, string>();
  const queue = [sync.name];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    for (const { name: before } of byName.get(name)?.after ?? []) {
      if (before === sync.name && name !== sync.name) return wayTo(name, sync.name, from);
      if (before === name || from.has(before) || before === sync.name) continue;
      from.set(before, name);
      queue.push(before);
    }
  }
  return undefined;
}

function wayTo(last: string, first: string, from: ReadonlyMap<string, string>): readonly string[] {
  const way = [last];
  for (let name: string | undefined = last; name !== first && name !== undefined; name = from.get(name)) {
    const previous = from.get(name);
    if (previous !== undefined) way.unshift(previous);
  }
  return way;
}
