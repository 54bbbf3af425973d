/** Retry of a run's rejected records, and a look at an earlier run. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { keyFromJson } from "../../plan/keys";
import { type RecordKey } from "../../record";
import { type RunReport } from "../../run/report";
import { type SyncFile } from "../projects";
import { rejectionsOf } from "../results/answers";
import { plainExcerpt } from "../../../webview/plain-text";
import { type Services } from "../services";
import { confirmed } from "./confirm";
import { runResult, tellOutcome } from "./reports";
import { saved } from "./run";

/** Records offered to pick one from. */
const offered = 500;

/** `group`: only the records of this group of the report. Without a root, the run that the panel shows. */
export interface RetryArgument {
  readonly root?: string;
  readonly run: string;
  readonly group?: number;
  /** Only these of them. */
  readonly keys?: readonly RecordKey[];
}

export async function retryRun(services: Services, given: RetryArgument | string | undefined): Promise<void> {
  const argument = typeof given === "string" ? await latestRun(services, given) : given;
  const { report, sync } = await runOf(services, argument);
  const chosen = await chosenKeys(services, { report, sync, argument });
  const text = await saved(sync);
  await services.checks.requireNoErrors(sync);
  const deed = vscode.l10n.t(
    "Today's rows of {0} rejected records would be sent.",
    chosen?.length ?? report.counts.rejected,
  );
  // A retry goes where its run went, whatever target is chosen now.
  const overview = await services.calls.overview({ root: sync.root, target: report.target });
  if (!(await confirmed(overview, deed))) return;
  await retryIntoPanel(services, sync, { report, keys: chosen, text });
}

/** Picks one of a group's records, and retries that alone. */
export async function retryOne(services: Services, argument: RetryArgument): Promise<void> {
  const { report, sync } = await runOf(services, argument);
  const group = report.groups[argument.group ?? 0];
  if (group === undefined) return;
  const place = services.projects.place(sync.root);
  const found = await rejectionsOf(services.calls, place, { run: report.id, group, offset: 0, limit: offered });
  const items = found.flatMap(({ key, reason }) => {
    const name = keyFromJson(key);
    if (name === undefined) return [];
    return [{ label: plainExcerpt(name, 80), detail: plainExcerpt(reason, 120), name }];
  });
  const [only] = items;
  const picked =
    items.length === 1
      ? only
      : await vscode.window.showQuickPick(items, {
          title: vscode.l10n.t("Which record is to be sent again?"),
          matchOnDetail: true,
        });
  if (picked !== undefined) await retryRun(services, { ...argument, keys: [picked.name] });
}

/** undefined: all that the run rejected. */
async function chosenKeys(
  services: Services,
  { report, sync, argument }: { report: RunReport; sync: SyncFile; argument: RetryArgument | undefined },
): Promise<readonly string[] | undefined> {
  if (argument?.keys !== undefined) return argument.keys;
  return argument?.group === undefined ? undefined : keysOf(services, sync, report, argument.group);
}

async function retryIntoPanel(
  services: Services,
  sync: SyncFile,
  {
    report,
    keys,
    text,
  }: { readonly report: RunReport; readonly keys: readonly string[] | undefined; readonly text: string },
): Promise<void> {
  const { calls, overviews, projects, results, runProblems } = services;
  const place = projects.place(sync.root);
  const some = keys === undefined ? {} : { keys };
  let done: RunReport | undefined;
  try {
    await results.work({
      tab: "run",
      work: "retry",
      subject: await overviews.subject(sync),
      origin: { place, file: sync.file },
      again: () => retryRun(services, { root: sync.root, run: report.id, ...some }),
      async do(progress, signal) {
        done = await calls.retry(place, { run: report.id, ...some }, progress, signal);
        return runResult(calls, place, done);
      },
    });
  } finally {
    if (done) await runProblems.bind(sync.root, done, text);
    await runProblems.refresh(sync.root);
    overviews.refresh();
  }
  if (done) tellOutcome(services, done);
}

/** Shows a run in the panel: `{ root, run, group? }`, the latest of a sync by its name, or one picked from those that are kept. */
export async function openRun(services: Services, argument: unknown): Promise<void> {
  const { calls, overviews, projects, results } = services;
  const wanted =
    typeof argument === "string"
      ? await latestRun(services, argument)
      : ((argument as RetryArgument | undefined) ?? (await pickRun(services)));
  if (wanted === undefined) return;
  const { report, sync } = await runOf(services, wanted);
  const place = projects.place(sync.root);
  const subject = { ...(await overviews.subject(sync)), target: report.target };
  results.ready("run", {
    subject,
    origin: { place, file: sync.file },
    result: await runResult(calls, place, report),
    again: () => openRun(services, wanted),
  });
  await results.reveal("run");
  if (wanted.group !== undefined) results.showGroup(wanted.group);
}

/** The keys of a group's records; a row without a whole key cannot be named. */
export async function keysOf(
  services: Services,
  sync: SyncFile,
  report: RunReport,
  index: number,
): Promise<readonly string[]> {
  const group = report.groups[index];
  if (group === undefined) return [];
  const place = services.projects.place(sync.root);
  const found = await rejectionsOf(services.calls, place, { run: report.id, group, offset: 0, limit: group.count });
  return found.map(({ key }) => keyFromJson(key)).filter((key) => key !== undefined);
}

export async function runOf(
  services: Services,
  argument: RetryArgument | undefined,
): Promise<{ readonly report: RunReport; readonly sync: SyncFile }> {
  const { calls, projects, results } = services;
  const shown = results.state.run;
  const root = argument?.root ?? results.origin("run")?.place.root;
  const run = argument?.run ?? (shown.state === "ready" ? shown.result.report.id : undefined);
  if (root === undefined || run === undefined) {
    throw new SyncFailure("no-run", vscode.l10n.t("There is no run here."), vscode.l10n.t("Run a sync first."));
  }
  const report = await calls.runReport(projects.place(root), { run });
  return { report, sync: projects.syncIn(root, report.file) };
}

/** As the walkthrough's links name a sync. */
async function latestRun({ calls, projects }: Services, sync: string): Promise<RetryArgument> {
  for (const root of await projects.roots()) {
    const [latest] = await calls.runs(projects.place(root), { sync, limit: 1 });
    if (latest !== undefined) return { root, run: latest.id };
  }
  throw nothingRan();
}

function nothingRan(): SyncFailure {
  return new SyncFailure("no-run", vscode.l10n.t("Nothing has run yet."), vscode.l10n.t("Run a sync first."));
}

export async function pickRun({ calls, projects }: Services): Promise<RetryArgument | undefined> {
  const all = await Promise.all(
    (await projects.roots()).map(async (root) =>
      (await calls.runs(projects.place(root), { limit: 50 })).map((report) => ({
        label: report.sync,
        description: `${report.status} · ${new Date(report.startedAt).toLocaleString()}`,
        choice: { root, run: report.id },
      })),
    ),
  );
  if (all.flat().length === 0) throw nothingRan();
  const chosen = await vscode.window.showQuickPick(all.flat(), { title: vscode.l10n.t("Which run?") });
  return chosen?.choice;
}
