/** Before a plan or a run: what is known of a run that ended in the middle goes into the ledger and its report. Sends nothing. */
import { existsSync, promises as fs } from "node:fs";
import path from "node:path";
import { isHeld } from "../ledger/lock";
import { journalFile, ledgerLock } from "../ledger/place";
import { openPlan } from "../plan/store";
import { reportInterrupted } from "../run/interrupted";
import { keptPlan } from "../run/before";
import { type Journal, openJournal, peekJournal, peekRuns } from "../run/journal";
import { type Ended, recover, type Recovered } from "../run/recover";
import { resumer } from "../run/resume";
import { createRunStore } from "../run/store";
import { type Place, type SyncSource } from "./calls";
import { deliveryOf, prepare, type Prepared, sameAccount, type Services } from "./planning";
import { loadSync, openWorkspace } from "./workspace";

/**
 * What is done about jobs that an earlier run had submitted. go on: the destination is asked how they ended, and what was
 * begun is completed. leave: whoever only looks has no way to write, so the whole recovery waits for the next run.
 */
export interface RecoveryAsk {
  readonly jobs: "go on" | "leave";
  readonly signal?: AbortSignal | undefined;
}

/** The journal of a sync; unless jobs are left nothing of earlier runs is open in it. The ledger's lock must be held. */
export async function openRecovered(
  { edges }: Services,
  prepared: Prepared,
  { jobs, signal }: RecoveryAsk,
): Promise<{ readonly journal: Journal; readonly recovered: Recovered }> {
  const { root, target } = prepared.workspace.project;
  const { ledger } = prepared;
  const file = journalFile(root, target, prepared.definition.name);
  const endedAt = await fs.stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => edges.now(),
  );
  const store = createRunStore(path.join(root, ".sluice"));
  async function report(run: Ended): Promise<void> {
    const plan = await openPlan(run.planFile);
    const committed = await ledger.committed(run);
    await reportInterrupted({ ...run, file: prepared.sync.file, plan, committed, endedAt, store });
  }
  const journal = await openJournal(file);
  try {
    const submitted = journal.open().some(({ checkpoints }) => checkpoints.length > 0);
    if (submitted && jobs === "leave") {
      edges.log("warn", "An earlier run ended in the middle of a job: the next run asks how it ended before it plans.");
      return { journal, recovered: nothing };
    }
    if (submitted) await sameAccount(prepared, await ledger.header());
    const recovered = await recover({
      journal,
      ledger,
      ...(submitted ? { resume: resumerOf(prepared, signal) } : {}),
      ended: report,
    });
    for (const { run, planFile } of journal.unreported()) {
      const kept = [planFile, keptPlan(store.folder(run))].find((one) => one !== undefined && existsSync(one));
      // A run without a folder did nothing; one whose plan is gone cannot be told of.
      const isTold = kept === undefined || !(await store.has(run)) || (await store.read(run)) !== undefined;
      if (!isTold) await report({ run, planFile: kept, answered: [], learnt: [] });
      await journal.reported(run);
    }
    if (recovered.runs.length > 0) {
      const { runs, committed, uncertain, inDoubt } = recovered;
      edges.log(
        "warn",
        `The run ${runs.join(", ")} ended in the middle: ${committed} answers taken in, ${uncertain} to be sent again, ${inDoubt} in doubt.`,
      );
    }
    return { journal, recovered };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

function resumerOf(prepared: Prepared, signal: AbortSignal | undefined) {
  return resumer({
    writer: prepared.open.writer,
    context: (plan) => deliveryOf(prepared, plan),
    openPlan,
    ...(signal === undefined ? {} : { signal }),
  });
}

const nothing: Recovered = { committed: 0, uncertain: 0, inDoubt: 0, runs: [] };

/** Takes the answers of a run that ended in the middle into the ledger; sends nothing. Cheap where there is no such run. */
export async function recoverSync(
  services: Services,
  place: Place,
  source: SyncSource,
  signal?: AbortSignal,
): Promise<Recovered> {
  const { project } = await openWorkspace(place);
  const name = (await loadSync(place.root, source)).parsed.definition?.name;
  if (name === undefined || !(await isLeft(project, name))) return nothing;
  return recoverPrepared(services, await prepare(services, place, source, signal));
}

/** Did a run end in the middle, and is nobody at work on it? */
export async function isLeft(
  { root, target }: { readonly root: string; readonly target: string },
  sync: string,
): Promise<boolean> {
  const file = journalFile(root, target, sync);
  if ((await peekJournal(file)).length === 0 && (await peekRuns(file)).length === 0) return false;
  return !(await isHeld(ledgerLock(root, target, sync)));
}

export async function recoverPrepared(services: Services, prepared: Prepared): Promise<Recovered> {
  const lock = await prepared.ledger.lock("recovery");
  try {
    const { journal, recovered } = await openRecovered(services, prepared, { jobs: "leave" });
    await journal.close();
    return recovered;
  } finally {
    await lock.release();
  }
}
