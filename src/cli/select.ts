/** Which syncs a command means: a name, a path, `tag:x`, `all`, or `changed` (files that differ from HEAD). */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { type Calls, type Place, type SyncSummary } from "../calls/calls";
import { SyncFailure } from "../failure";

/** In the order named; `after` is the caller's. Each sync once. Throws SyncFailure for a word that names nothing. */
export async function selectSyncs(
  calls: Calls,
  place: Place,
  words: readonly string[],
  cwd: string,
): Promise<readonly SyncSummary[]> {
  const { syncs } = await calls.overview(place);
  const chosen = new Map<string, SyncSummary>();
  for (const word of words) {
    const found = await matching(syncs, word, place.root, cwd);
    if (found === undefined) throw unknownSync(word, syncs);
    for (const sync of found) chosen.set(sync.file, sync);
  }
  return inOrder([...chosen.values()]);
}

async function matching(
  syncs: readonly SyncSummary[],
  word: string,
  root: string,
  cwd: string,
): Promise<readonly SyncSummary[] | undefined> {
  if (word === "all") return syncs;
  if (word === "changed") {
    const changed = await changedFiles(root);
    return syncs.filter((sync) => changed.has(sync.file));
  }
  if (word.startsWith("tag:")) return some(syncs.filter((sync) => sync.tags.includes(word.slice(4))));
  const file = path.relative(root, path.resolve(cwd, word)).split(path.sep).join("/");
  return some(syncs.filter((sync) => sync.name === word || sync.file === file || sync.file === word));
}

const some = <T>(items: readonly T[]): readonly T[] | undefined => (items.length === 0 ? undefined : items);

/** Syncs named in another's `after` come first; otherwise the order given stays. A circle keeps the order given. */
function inOrder(syncs: readonly SyncSummary[]): readonly SyncSummary[] {
  const byName = new Map(syncs.map((sync) => [sync.name, sync]));
  const placed = new Set<SyncSummary>();
  const visit = (sync: SyncSummary, above: ReadonlySet<string>): void => {
    if (placed.has(sync) || above.has(sync.name)) return;
    const below = new Set([...above, sync.name]);
    for (const name of sync.after) {
      const before = byName.get(name);
      if (before !== undefined) visit(before, below);
    }
    placed.add(sync);
  };
  for (const sync of syncs) visit(sync, new Set());
  return [...placed];
}

async function changedFiles(root: string): Promise<ReadonlySet<string>> {
  try {
    const { stdout } = await promisify(execFile)(
      "git",
      ["status", "--porcelain", "-z", "--untracked-files=all", "--", "."],
      { cwd: root },
    );
    const top = (await promisify(execFile)("git", ["rev-parse", "--show-prefix"], { cwd: root })).stdout.trim();
    return new Set(
      stdout
        .split("\0")
        .filter((entry) => entry !== "")
        .map((entry) => entry.slice(3))
        .map((file) => (file.startsWith(top) ? file.slice(top.length) : file)),
    );
  } catch (cause) {
    throw new SyncFailure(
      "no-git",
      "`changed` needs a git repository with a commit.",
      "Name the syncs instead, or commit once.",
      { cause },
    );
  }
}

function unknownSync(word: string, syncs: readonly SyncSummary[]): SyncFailure {
  const names = syncs.map((sync) => sync.name);
  return new SyncFailure(
    "unknown-sync",
    `No sync is named "${word}".`,
    names.length === 0
      ? "The project has no *.sync.yaml file yet."
      : `The project has: ${names.slice(0, 20).join(", ")}.`,
  );
}
