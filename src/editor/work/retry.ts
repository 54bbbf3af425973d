/** Retry of a run's rejected records, and a look at an earlier run. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { keyFromJson } from "../../plan/keys";
import { type RecordKey } from "../../record";
import { type RunReport } from "../../run/report";
import { type SyncFile } from "../projects";
import { rejectionsOf } from "../results/answers";
import { type Services } from "../services";
import { confirmed } from "./confirm";
import { runResult, tellOutcome } from "./reports";
import { saved } from "./run";

/** `group`: only the records of this group of the report. Without a root, the run that the panel shows. */
export interface RetryArgument {
  readonly root?: string;
  readonly run: string;
  readonly group?: number;
  /** Only these records of the group. */
  readonly keys?: readonly RecordKey[];
}

/** A run of some of a group's records settles no group whole. */
const noGroup = -1;

export async function retryRun(services: Services, argument: RetryArgument | undefined): Promise<void> {
  const { report, sync } = await runOf(services, argument);
  const { group, keys } = argument ?? {};
  const text = await saved(sync);
  await services.checks.requireNoErrors(sync);
  const records = keys?.length ?? (group === undefined ? report.counts.rejected : (report.groups[group]?.count ?? 0));
  const deed = vscode.l10n.t("Today's rows of {0} rejected records would be sent.", records);
  // A retry goes where its run went, whatever target is chosen now.
  const overview = await services.calls.overview({ root: sync.root, target: report.target });
  if (!(await confirmed(overview, deed))) return;
  await retryIntoPanel(services, sync, { report, group, keys, text });
}

interface Retry {
  readonly report: RunReport;
  readonly group: number | undefined;
  readonly keys: readonly RecordKey[] | undefined;
  readonly text: string;
}

async function retryIntoPanel(
  services: Services,
  sync: SyncFile,
  { report, group, keys: named, text }: Retry,
): Promise<void> {
  const { calls, overviews, projects, results, runProblems } = services;
  const place = projects.place(sync.root);
  let done: RunReport | undefined;
  try {
    await results.work({
      tab: "run",
      work: "retry",
      subject: await overviews.subject(sync),
      origin: { place, file: sync.file },
      again: () =>
        retryRun(services, {
          root: sync.root,
          run: report.id,
          ...(group !== undefined && { group }),
          ...(named && { keys: named }),
        }),
      async do(progress, signal) {
        const keys =
          group === undefined && named === undefined
            ? {}
            : { keys: named ?? (await keysOf(services, sync, report, group ?? noGroup)) };
        done = await calls.retry(place, { run: report.id, ...keys }, progress, signal);
        return runResult(calls, place, done);
      },
    });
  } finally {
    if (done) await runProblems.bind(sync.root, done, text);
    const whole = group !== undefined && (named === undefined || named.length === report.groups[group]?.count);
    if (done && whole && report.groups.length > 1) await runProblems.retriedAlone(done, group);
    if (done && named !== undefined && !whole) await runProblems.retriedAlone(done, noGroup);
    await runProblems.refresh(sync.root);
    overviews.refresh();
  }
  if (done) tellOutcome(services, done);
}

/** Shows a run in the panel: `{ root, run, group? }`, or one picked from those that are kept. */
export async function openRun(services: Services, argument: unknown): Promise<void> {
  const { calls, overviews, projects, results } = services;
  const wanted = (argument as RetryArgument | undefined) ?? (await pickRun(services));
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
async function keysOf(
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

async function runOf(
  services: Services,
  argument: RetryArgument | undefined,
): Promise<{ readonly report: RunReport; readonly sync: SyncFile }> {
  const { calls, projects, results } = services;
  const shown = results.state.run;
  const root = argument?.root ?? results.origin("run")?.place.root;
  const run = argument?.run ?? (shown.state === "ready" ? shown.result.report.id : undefined);
  if (root === undefined || run === undefined) {
    throw new SyncFailure("no-run", vscode.l10n.t("There is no run to retry."), vscode.l10n.t("Run a sync first."));
  }
  const report = await calls.runReport(projects.place(root), { run });
  return { report, sync: projects.syncIn(root, report.file) };
}

async function pickRun({ calls, projects }: Services): Promise<RetryArgument | undefined> {
  const all = await Promise.all(
    (await projects.roots()).map(async (root) =>
      (await calls.runs(projects.place(root), { limit: 50 })).map((report) => ({
        label: report.sync,
        description: `${report.status} · ${new Date(report.startedAt).toLocaleString()}`,
        choice: { root, run: report.id },
      })),
    ),
  );
  const chosen = await vscode.window.showQuickPick(all.flat(), { title: vscode.l10n.t("Which run?") });
  return chosen?.choice;
}
