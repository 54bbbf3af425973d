/** Records in doubt: which they are, and settling them. It needs the ledger alone: neither the plan nor the run's folder. */
import path from "node:path";
import { existsSync } from "node:fs";
import { SyncFailure } from "../failure";
import { journalFile } from "../ledger/place";
import { type ResolvedProject } from "../project/project";
import { type RecordKey } from "../record";
import { peekJournal } from "../run/journal";
import { createRunStore } from "../run/store";
import { type Place } from "./calls";
import { type DoubtAsk, type Doubts, type SettleAsk, type Settled } from "./doubt-answers";
import { openLedger } from "./ledgers";
import { type Services } from "./planning";
import { recoverSync } from "./recovering";
import { unknownRun } from "./unknown-run";
import { loadSyncs, openWorkspace } from "./workspace";

export async function doubtsOf(
  services: Services,
  place: Place,
  { run, ...page }: DoubtAsk,
  signal?: AbortSignal,
): Promise<Doubts> {
  const found = await findRun(services, place, run, signal);
  const ledger = openLedger(found.project, found.sync, services.edges.now);
  const all = await ledger.doubts({ run: found.run });
  const { offset = 0, limit = all.length } = page;
  return { ...named(found), total: all.length, records: all.slice(offset, offset + limit) };
}

/** Throws SyncFailure "nothing-in-doubt". */
export async function settleDoubts(
  services: Services,
  place: Place,
  { run, how, keys }: SettleAsk,
  signal?: AbortSignal,
): Promise<Settled> {
  const found = await findRun(services, place, run, signal);
  const ledger = openLedger(found.project, found.sync, services.edges.now);
  const lock = await ledger.lock(`settling of run ${found.run}`);
  try {
    const all = (await ledger.doubts({ run: found.run })).map(({ key }) => key);
    const wanted = keys === undefined ? undefined : new Set(keys);
    const chosen = wanted === undefined ? all : all.filter((key) => wanted.has(key));
    if (chosen.length === 0) throw nothingInDoubt(found, keys);
    await ledger.settle(chosen, how);
    return { ...named(found), how, keys: chosen, left: all.length - chosen.length };
  } finally {
    await lock.release();
  }
}

interface FoundRun {
  readonly run: string;
  readonly sync: string;
  readonly file: string;
  readonly target: string;
  readonly project: ResolvedProject;
}

const named = ({ run, sync, file, target }: FoundRun) => ({ run, sync, file, target });

/**
 * By its report. A run that ended in the middle has none until it is recovered, and one whose folder is gone has none
 * any more: the journal and the ledger know it still.
 */
async function findRun(services: Services, place: Place, word: string, signal?: AbortSignal): Promise<FoundRun> {
  const store = createRunStore(path.join(place.root, ".sluice"));
  const report = await store.read(word);
  if (report !== undefined) {
    const { id: run, sync, file } = report;
    const { project } = await openWorkspace(placeOf(place, report.target));
    await takeIn(services, { project, sync, file }, signal);
    return { run, sync, file, target: project.target, project };
  }
  const found = await findByBeginning(services, place, word, signal);
  const [first, ...others] = [...found.values()];
  if (first === undefined || word === "") throw unknownRun(word);
  if (others.length === 0) return first;
  throw new SyncFailure(
    "ambiguous-run",
    `${found.size} runs begin with "${word}".`,
    `Give more of the id: ${[...found.keys()].slice(0, 5).join(", ")}.`,
  );
}

/** A report of a project without targets names "default". */
function placeOf(place: Place, target: string): Place {
  if (target !== "default") return { ...place, target };
  return place.target === undefined ? { root: place.root } : place;
}

async function findByBeginning(services: Services, place: Place, word: string, signal?: AbortSignal) {
  const { project: preset, targets } = await openWorkspace({ root: place.root });
  const found = new Map<string, FoundRun>();
  for (const { file, parsed } of await loadSyncs(place.root)) {
    const sync = parsed.definition?.name;
    if (sync === undefined) continue;
    for (const target of new Set([preset.target, ...targets])) {
      const { project } = await openWorkspace(placeOf(place, target));
      const ledger = openLedger(project, sync, services.edges.now);
      const add = (run: string) => {
        if (run.startsWith(word)) found.set(run, { run, sync, file, target, project });
      };
      for (const { run } of await ledger.doubts()) add(run);
      const left = await peekJournal(journalFile(project.root, target, sync));
      if (!left.some(({ run }) => run.startsWith(word))) continue;
      left.forEach(({ run }) => add(run));
      await takeIn(services, { project, sync, file }, signal);
    }
  }
  return found;
}

/** What is in doubt is only in the journal until somebody recovers it. */
async function takeIn(
  services: Services,
  { project, sync, file }: Pick<FoundRun, "project" | "sync" | "file">,
  signal?: AbortSignal,
): Promise<void> {
  const { root, target } = project;
  if ((await peekJournal(journalFile(root, target, sync))).length === 0) return;
  if (existsSync(path.join(root, file))) await recoverSync(services, placeOf({ root }, target), { file }, signal);
}

function nothingInDoubt({ run, sync }: FoundRun, keys: readonly RecordKey[] | undefined): SyncFailure {
  return new SyncFailure(
    "nothing-in-doubt",
    keys === undefined
      ? `No record of the run ${run} is in doubt.`
      : `None of these keys is in doubt since the run ${run}.`,
    `If they were settled before, \`sluice plan ${sync}\` shows what is still to be sent.`,
  );
}
