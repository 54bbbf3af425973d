/** Reads back what a run wrote, and adds to the run's report what is not as it was written. */
import path from "node:path";
import { SyncFailure } from "../failure";
import { type StoredPlan } from "../plan/plan";
import { openPlan } from "../plan/store";
import { keptPlan } from "../run/before";
import { asReader } from "../run/connect";
import { createGroups } from "../run/reasons";
import { isNotAsWritten, type RunProgress, type RunReport } from "../run/report";
import { createRunStore } from "../run/store";
import { verify } from "../run/verify";
import { type Rejection } from "../record";
import { type Problem } from "../problem";
import { type FileProblem, type Place } from "./calls";
import { contextOf, prepare, type Prepared, type Services } from "./planning";
import { unknownRun } from "./unknown-run";
import { loadSync, located } from "./workspace";

interface Watch {
  readonly progress: (progress: RunProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Most records that are listed; all are counted. */
const listed = 100_000;

/** Gives the report as it is kept from now on. */
export async function verifyWritten(
  { edges }: Services,
  prepared: Prepared,
  { report, plan }: { readonly report: RunReport; readonly plan: StoredPlan },
  { progress, signal }: Watch,
): Promise<RunReport> {
  const { ledger, definition, open, workspace } = prepared;
  const names = report.fields ?? [];
  const found: Rejection[] = [];
  const groups = createGroups(names);
  const verification = await verify({
    run: report.id,
    plan,
    ledger: { file: ledger.file, hashed: (await ledger.header())?.values === false },
    reader: asReader(open.writer),
    context: contextOf(prepared, plan),
    onRemoved: plan.header.revert?.removal ?? definition.onRemoved,
    clock: { now: edges.now, wait: edges.wait },
    differs: (rejection) => {
      groups.add(rejection);
      if (found.length < listed) found.push(rejection);
      return Promise.resolve();
    },
    progress,
    signal,
  });
  const others = report.groups.filter(({ code }) => !isNotAsWritten(code));
  const all = [...others, ...groups.all()].sort((a, b) => b.count - a.count);
  const ended = report.status === "succeeded" || report.status === "rejected";
  const verified: RunReport = {
    ...report,
    ...(ended ? { status: all.length > 0 ? "rejected" : "succeeded" } : {}),
    groups: all,
    verification,
  };
  const store = createRunStore(path.join(workspace.project.root, ".sluice"));
  await store.amend(verified, { drop: ({ code }) => isNotAsWritten(code), add: found });
  return verified;
}

/** Of a run that ended earlier. What later runs have written since is none of it. */
export async function verifyRun(
  services: Services,
  place: Place,
  ask: { readonly run: string },
  watch: Watch,
): Promise<RunReport> {
  const store = createRunStore(path.join(place.root, ".sluice"));
  const report = await store.read(ask.run);
  if (report === undefined) throw unknownRun(ask.run);
  const kept = keptPlan(store.folder(report.id));
  if (kept === undefined) {
    throw new SyncFailure(
      "nothing-to-verify",
      "The run changed nothing, or what it wrote was not kept with it, so there is nothing to compare with.",
      "Add --verify to a run, so that what it writes is read back at once.",
    );
  }
  const target = report.target === "default" ? place.target : report.target;
  const there: Place = { root: place.root, ...(target === undefined ? {} : { target }) };
  const prepared = await prepare(services, there, { file: report.file }, watch.signal);
  return verifyWritten(services, prepared, { report, plan: await openPlan(kept) }, watch);
}

/** What a verification found, as warnings on the lines of the sync file as it is now. No record's value or key is in them. */
export async function verificationProblems(
  place: Place,
  ask: { readonly run: string },
): Promise<readonly FileProblem[]> {
  const report = await createRunStore(path.join(place.root, ".sluice")).read(ask.run);
  if (report === undefined) throw unknownRun(ask.run);
  const groups = report.groups.filter(({ code }) => isNotAsWritten(code));
  if (groups.length === 0) return [];
  const sync = await loadSync(place.root, { file: report.file });
  return located(
    sync.file,
    sync.text,
    groups.map(({ field, code, reason, count }): Problem => {
      const at = field === undefined ? ["destination", "object"] : ["fields", field];
      const message = `${count === 1 ? "1 record" : `${count} records`}: ${reason}`;
      return { code, message, path: at, severity: "warning", range: sync.parsed.rangeOf(at, "key") };
    }),
  );
}
