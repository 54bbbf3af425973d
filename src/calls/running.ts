/** A live run: recover, plan, carry out, report. Holds the ledger's lock from before recovery until the report is written. */
import path from "node:path";
import { type ObjectContext } from "../destinations/destination";
import { Cancelled, SyncFailure } from "../failure";
import { keyFromJson } from "../plan/keys";
import { type StoredPlan } from "../plan/plan";
import { keepBefore, keepPlan } from "../run/before";
import { asReader } from "../run/connect";
import { run as carryOut } from "../run/run";
import { isNotAsWritten, type RunReport } from "../run/report";
import { createRunStore } from "../run/store";
import { type RecordKey } from "../record";
import { sendAlerts } from "./alerts";
import { type Place, type RetryAsk, type RunOptions, type SyncSource } from "./calls";
import { makeId } from "./edges";
import { settleDoubts } from "./doubts";
import { openRecovered } from "./recovering";
import { withoutReport } from "./unknown-run";
import { keepRetention } from "./retention";
import { admittedPlan, bindLedger, type Watch } from "./admission";
import { verifyWritten } from "./verifying";
import { contextOf, deliveryOf, prepare, type Prepared, type Services } from "./planning";

type SyncRunOptions = RunOptions & { readonly retryOf?: string; readonly retried?: "all" | "some" };

/** Carries a sync out, then tells whom its alerts name. */
export async function runSync(
  services: Services,
  place: Place,
  source: SyncSource,
  options: SyncRunOptions,
  watch: Watch,
): Promise<RunReport> {
  let report: RunReport;
  try {
    report = await runOnly(services, place, source, options, watch);
  } catch (error) {
    // A plan that is refused is refused to whoever brought it.
    const isTold = !(error instanceof Cancelled) && options.plan === undefined;
    if (isTold) await sendAlerts(services, place, source, { failure: error });
    throw error;
  }
  const alerts = await sendAlerts(services, place, source, { report });
  if (alerts.length === 0) return report;
  const told: RunReport = { ...report, alerts };
  const store = createRunStore(path.join(place.root, ".sluice"));
  await store.amend(told, { drop: () => false, add: [] });
  return told;
}

async function runOnly(
  services: Services,
  place: Place,
  source: SyncSource,
  options: SyncRunOptions,
  watch: Watch,
): Promise<RunReport> {
  const { edges } = services;
  const prepared = await prepare(services, place, source, watch.signal);
  const { definition, open, ledger, workspace } = prepared;
  const { root } = workspace.project;
  const id = makeId(edges);
  const lock = await ledger.lock(`run ${id}`);
  try {
    const { journal } = await openRecovered(services, prepared, { jobs: "go on", signal: watch.signal });
    try {
      const plan = await admittedPlan(services, prepared, { ...options, run: id }, watch);
      if (plan.header.guards.every(({ tripped }) => !tripped)) await bindLedger(prepared, plan.header);
      const store = createRunStore(path.join(root, ".sluice"));
      await journal.ran({ run: id, planFile: plan.file });
      const recorder = await store.begin(id);
      const context = contextOf(prepared, plan);
      const undo = await keepForUndo(prepared, { plan, folder: store.folder(id), context, signal: watch.signal });
      const report = await carryOut({
        id,
        file: source.file,
        plan,
        ledger,
        writer: open.writer,
        context: { ...deliveryOf(prepared, plan), run: id },
        store: recorder,
        ...undo,
        journal,
        guards: definition.guards.maxRejected === undefined ? {} : { maxRejected: definition.guards.maxRejected },
        clock: { now: edges.now, wait: edges.wait },
        ...(options.retryOf === undefined ? {} : { retryOf: options.retryOf }),
        ...(options.retried === "all" ? {} : await limitedTo(plan, options)),
        progress: watch.progress,
        ...(watch.signal === undefined ? {} : { signal: watch.signal }),
        log: edges.log,
      });
      await journal.reported(id);
      return options.verify === true ? await verifyWritten(services, prepared, { report, plan }, watch) : report;
    } finally {
      await journal.close();
    }
  } finally {
    await lock.release();
    await keepRetention(edges, workspace.project, { lookAgainMs: 60_000 });
  }
}

/** A ledger of hashes keeps no values, and so neither does a run. */
async function keepForUndo(
  { definition, object, open, workspace }: Prepared,
  ask: {
    readonly plan: StoredPlan;
    readonly folder: string;
    readonly context: ObjectContext;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Pick<Parameters<typeof carryOut>[0], "keepBefore">> {
  const { create, update, delete: removed } = ask.plan.header.counts;
  if (create + update + removed === 0 || !workspace.project.ledger.values) return {};
  await keepPlan(ask.folder, ask.plan.file);
  if (definition.undo !== true || definition.mode === "append" || !object.readable) return {};
  const keeper = keepBefore(ask.folder, asReader(open.writer), ask.context, ask.signal);
  return { keepBefore: keeper };
}

/** Which records a run is about, where it is not about all: those that were asked for, now or when the plan was made. */
async function limitedTo(plan: StoredPlan, { only }: RunOptions): Promise<{ readonly only?: readonly RecordKey[] }> {
  if (only !== undefined) return { only };
  if (plan.header.only === undefined) return {};
  const keys = new Set<RecordKey>();
  for await (const page of plan.changes()) for (const { key } of page) keys.add(key);
  for (const { key } of await plan.rejections()) {
    const found = keyFromJson(key);
    if (found !== undefined) keys.add(found);
  }
  return { only: [...keys] };
}

/**
 * Today's rows of the keys a run rejected, under the guards, by the sync file as it is now. `inDoubt: "resend"`: of those
 * it left in doubt, which are released by that: whatever becomes of this run, the next plan sends them.
 */
export async function retryRun(services: Services, place: Place, ask: RetryAsk, watch: Watch): Promise<RunReport> {
  const { root } = place;
  const store = createRunStore(path.join(root, ".sluice"));
  const report = await store.read(ask.run);
  if (report?.revertOf !== undefined) {
    throw new SyncFailure(
      "nothing-to-retry",
      "That run took another one back, and what it left it left on purpose.",
      `\`sluice revert ${report.revertOf}\` goes on where it can.`,
    );
  }
  if (ask.inDoubt === "resend") {
    const { run, file, target, keys } = await settleDoubts(services, place, { ...ask, how: "resend" }, watch.signal);
    return runSync(
      services,
      target === "default" ? place : { root, target },
      { file },
      { only: keys, retryOf: run, retried: "some", firstRun: "send" },
      watch,
    );
  }
  if (report === undefined) throw await withoutReport(store, ask.run);
  const rejected = new Set<RecordKey>();
  for (const { key, code } of await store.rejections(report.id)) {
    const found = isNotAsWritten(code) ? undefined : keyFromJson(key);
    if (found !== undefined) rejected.add(found);
  }
  const only = ask.keys === undefined ? [...rejected] : ask.keys.filter((key) => rejected.has(key));
  if (only.length === 0) {
    throw new SyncFailure(
      "nothing-to-retry",
      "That run rejected no record that has a key.",
      "Run the sync to send what has changed since.",
    );
  }
  return runSync(
    services,
    { ...place, target: report.target === "default" ? place.target : report.target } as Place,
    { file: report.file },
    { only, retryOf: report.id, retried: ask.keys === undefined ? "all" : "some" },
    watch,
  );
}
