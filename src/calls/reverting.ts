/** From a run to the plan that takes it back. The plan is carried out like any other: by `run` with its id. */
import path from "node:path";
import { SyncFailure } from "../failure";
import { makeScratch } from "../ledger/scratch";
import { type RecordKey } from "../record";
import { keyFromJson } from "../plan/keys";
import { objectContext } from "../plan/fields";
import { type PlanHeader, type StoredPlan } from "../plan/plan";
import { fingerprintOf } from "../plan/planner";
import { planRevert } from "../plan/revert";
import { openPlan } from "../plan/store";
import { beforeOf, keptPlan } from "../run/before";
import { asReader } from "../run/connect";
import { isNotAsWritten, type RunProgress, type RunStore } from "../run/report";
import { createRunStore } from "../run/store";
import { type Limit } from "../sync/definition";
import { type Place } from "./calls";
import { makeId } from "./edges";
import { accountOf, digestOf, otherLedgers, planFile, prepare, type Services, verifyAccount } from "./planning";
import { recoverSync } from "./recovering";
import { unknownRun } from "./unknown-run";
import { loadSyncs } from "./workspace";

export interface RevertAsk {
  /** A full id, its beginning, or last. */
  readonly run: string;
  /** Most records that may be removed; default: the sync's guard, without which none may be. */
  readonly maxRemoved?: Limit;
}

export interface RevertPlan {
  readonly header: PlanHeader;
  /** The sync's file, relative to the project, and the target: where the plan is carried out. */
  readonly file: string;
  readonly target: string;
}

/** Makes and stores the plan; sends nothing but reads. An earlier run that ended in the middle is recovered first. */
export async function planRevertOf(
  services: Services,
  place: Place,
  ask: RevertAsk,
  progress: (progress: RunProgress) => void,
  signal?: AbortSignal,
): Promise<RevertPlan> {
  const store = createRunStore(path.join(place.root, ".sluice"));
  const run = await store.resolve(ask.run);
  if (run === undefined) throw unknownRun(ask.run);
  const { kept, file } = await runOf(store, place, run);
  const target = kept?.header.target ?? (await store.read(run))?.target ?? place.target;
  const there: Place = { ...place, ...(target === undefined || target === "default" ? {} : { target }) };
  const prepared = await prepare(services, there, { file }, signal);
  const { definition, ledger, object, open, workspace } = prepared;
  if (!workspace.project.ledger.values) throw noValues();
  if (kept === undefined) throw noPlan(run);
  await recoverSync(services, there, { file }, signal);
  const known = await ledger.header();
  if (known === undefined) {
    throw new SyncFailure(
      "no-undo",
      `There is no ledger of "${definition.name}" any more, so it is not known what became of the run.`,
      "Mend the records by hand, or run the sync with --first-run adopt.",
    );
  }
  const reader = asReader(open.writer);
  const { root } = workspace.project;
  const { edges } = services;
  const id = makeId(edges);
  const scratch = await makeScratch(root, "plan");
  const plan = await planRevert({
    id,
    run,
    kept,
    before: beforeOf(store.folder(run)),
    rejected: await rejectedBy(store, run),
    reverts: await revertsOf(store, run),
    definition,
    definitionDigest: digestOf(prepared),
    object,
    reader,
    context: objectContext(reader, definition, object, kept.header.fields),
    fingerprint: fingerprintOf({
      account: await accountOf(prepared, known),
      definition,
      reader,
      ...(known.fingerprint.warehouse === undefined ? {} : { rowsFrom: known.fingerprint.warehouse }),
    }),
    ledger: await ledger.forPlan(),
    otherLedgers: await otherLedgers(services, prepared),
    maxRemoved: ask.maxRemoved,
    planFile: planFile(root, id),
    scratch: scratch.folder,
    now: new Date(edges.now()),
    progress: (said) => progress({ ...said, rejected: 0, requests: 0, retries: 0 }),
    signal,
  }).finally(scratch.remove);
  await verifyAccount(prepared, known, plan);
  return { header: plan.header, file, target: workspace.project.target };
}

/** What a run carried out, and of which file; also of one that was killed before it could report. */
async function runOf(
  store: RunStore,
  place: Place,
  run: string,
): Promise<{ readonly kept: StoredPlan | undefined; readonly file: string }> {
  const report = await store.read(run);
  const keptFile = keptPlan(store.folder(run));
  const kept = keptFile === undefined ? undefined : await openPlan(keptFile);
  const sync = report?.sync ?? kept?.header.sync;
  if (sync === undefined) throw noPlan(run);
  const syncs = await loadSyncs(place.root);
  const file = syncs.find(({ parsed }) => parsed.definition?.name === sync)?.file ?? report?.file;
  if (file !== undefined && syncs.some((one) => one.file === file)) return { kept, file };
  throw new SyncFailure(
    "no-such-sync",
    `The run is of the sync "${sync}", which the project does not have any more.`,
    "Bring its file back, then revert.",
  );
}

async function rejectedBy(store: RunStore, run: string): Promise<readonly RecordKey[]> {
  return (await store.rejections(run)).flatMap(({ key, code }) =>
    isNotAsWritten(code) ? [] : (keyFromJson(key) ?? []),
  );
}

/** Runs that took this one back, whether or not they came to their end. */
async function revertsOf(store: RunStore, run: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of await store.ids()) {
    if (id <= run) break;
    const report = await store.read(id);
    const kept = report === undefined ? keptPlan(store.folder(id)) : undefined;
    const of = report?.revertOf ?? (kept === undefined ? undefined : (await openPlan(kept)).header.revert?.run);
    if (of === run) found.push(id);
  }
  return found;
}

function noValues(): SyncFailure {
  return new SyncFailure(
    "no-undo",
    "There is no undo: this project's ledgers keep hashes instead of values (`ledger: { values: false }`), so what records held before is not known.",
    "Mend the records at the destination, or by the model and another run.",
  );
}

function noPlan(run: string): SyncFailure {
  return new SyncFailure(
    "no-undo",
    `The run ${run} changed nothing, or what it changed was not kept with it, so there is nothing to take back.`,
    "`sluice show` says what it did.",
  );
}
