/** sluice run */
import { type FileProblem, type Place, ProblemsFound, type RunOptions, type SyncSummary } from "../calls/calls";
import { type PlanHeader } from "../plan/plan";
import { type Rejection } from "../record";
import { type RunProgress, type RunReport } from "../run/report";
import { type Context, json, problemJson } from "./context";
import { reportFailure } from "./fail";
import { type Paint } from "./paint";
import { type SyncStopped } from "./plan";
import { progressLine } from "./progress";
import { renderPlan } from "./render-plan";
import { renderProblems } from "./render-problems";
import { renderRun } from "./render-run";
import { SyncFailure } from "../failure";

export interface RunArguments extends RunOptions {
  /** Do not ask. */
  readonly yes: boolean;
}

export interface Asking {
  /** undefined: nobody is there to answer. */
  readonly question?: (text: string) => Promise<string>;
}

/** Runs each sync in turn. One that stops or trips a guard ends the command: what follows may build on it. */
export async function runCommand(
  context: Context,
  syncs: readonly SyncSummary[],
  ask: RunArguments,
  asking: Asking,
  paint: Paint,
): Promise<void> {
  const place = await context.place();
  const overview = await context.calls.overview(place);
  const reports: RunReport[] = [];
  const problems: FileProblem[] = [];
  const failures: SyncStopped[] = [];
  for (const sync of syncs) {
    try {
      const options =
        overview.confirm && !ask.yes ? await confirmed(context, place, sync, ask, overview.target, asking, paint) : ask;
      if (options === undefined) {
        context.note("Nothing was sent.");
        context.exit.add("cancelled");
        break;
      }
      const report = await watched(sync.name, (progress) =>
        context.calls.run(place, { file: sync.file }, options, progress, context.signal),
      );
      reports.push(report);
      finish(context, report, paint);
      problems.push(...(await notWritten(context, place, report, paint)));
      if (report.status !== "succeeded" && report.status !== "rejected") break;
    } catch (error) {
      // What ran before is still reported.
      if (error instanceof SyncFailure) {
        failures.push({ sync: sync.name, ...reportFailure(context, error, paint) });
        break;
      }
      if (!(error instanceof ProblemsFound)) throw error;
      context.exit.add("problems");
      problems.push(...error.problems);
      if (context.format === "text") context.print(renderProblems(error.problems, paint));
      break;
    }
  }
  if (context.format === "json")
    context.print(
      json({
        version: 1,
        command: "run",
        runs: await allJson(context, place, reports),
        problems: problems.map(problemJson),
        failures,
      }),
    );
}

/** Carries out a stored plan of one sync, and says what came of it as `run` does. */
export async function carriedOut(
  context: Context,
  place: Place,
  { file, name, plan }: { readonly file: string; readonly name: string; readonly plan: string },
  paint: Paint,
): Promise<void> {
  const report = await watched(name, (progress) =>
    context.calls.run(place, { file }, { plan }, progress, context.signal),
  );
  finish(context, report, paint);
  if (context.format === "json")
    context.print(
      json({ version: 1, command: "run", runs: await allJson(context, place, [report]), problems: [], failures: [] }),
    );
}

/** Reads back what an earlier run wrote. */
export async function verifyCommand(context: Context, run: string, paint: Paint): Promise<void> {
  const place = await context.place();
  const report = await watched("verify", (progress) => context.calls.verify(place, { run }, progress, context.signal));
  finish(context, report, paint);
  const problems = await notWritten(context, place, report, paint);
  if (context.format !== "json") return;
  const runs = await allJson(context, place, [report]);
  context.print(json({ version: 1, command: "run", runs, problems: problems.map(problemJson), failures: [] }));
}

/** What was accepted and is not as it was written: as problems of the sync file. It counts as what was rejected does. */
async function notWritten(
  context: Context,
  place: Place,
  { id, verification }: RunReport,
  paint: Paint,
): Promise<readonly FileProblem[]> {
  if (verification === undefined || verification.mismatched === 0) return [];
  context.exit.add("rejected");
  const problems = await context.calls.verificationProblems(place, { run: id });
  if (context.format === "text") context.print(renderProblems(problems, paint));
  return problems;
}

/** A run as the JSON output gives it, with every rejection. */
export function runJson(report: RunReport, rejections: readonly Rejection[]) {
  const { id, sync, target, status, plan, counts, held, doubts, failure, revertOf, verification, alerts } = report;
  return {
    ...{ id, sync, target, status, plan, counts },
    ...(held === undefined ? {} : { held }),
    ...(doubts === undefined ? {} : { doubts }),
    rejections,
    ...(revertOf === undefined ? {} : { revertOf }),
    ...(verification === undefined ? {} : { verification }),
    ...(failure === undefined ? {} : { failure }),
    ...(alerts === undefined ? {} : { alerts }),
  };
}

export async function allRejections(context: Context, place: Place, run: string): Promise<readonly Rejection[]> {
  const all: Rejection[] = [];
  for (;;) {
    const page = await context.calls.rejections(place, { run, offset: all.length, limit: 1000 });
    all.push(...page);
    if (page.length < 1000) return all;
  }
}

export async function allJson(context: Context, place: Place, reports: readonly RunReport[]) {
  return Promise.all(reports.map(async (report) => runJson(report, await allRejections(context, place, report.id))));
}

export async function watched(
  name: string,
  run: (progress: (progress: RunProgress) => void) => Promise<RunReport>,
): Promise<RunReport> {
  const line = progressLine(process.stderr, name);
  try {
    return await run(line.show);
  } finally {
    line.clear();
  }
}

export function finish(context: Context, report: RunReport, paint: Paint): void {
  if (context.format === "text") context.print(renderRun(report, paint));
  if (report.status === "guarded") context.exit.add("guarded");
  if (report.status === "stopped") context.exit.add("stopped");
  if (report.status === "cancelled") context.exit.add("cancelled");
  const { rejected, inDoubt } = report.counts;
  // Those of earlier runs count until somebody settles them: a schedule must not go on in silence.
  if (rejected > 0 || inDoubt > 0 || (report.held?.inDoubt ?? 0) > 0) context.exit.add("rejected");
}

/** A `confirm` target shows the plan and asks for its name; the run carries out exactly what was shown. */
async function confirmed(
  context: Context,
  place: Place,
  sync: SyncSummary,
  ask: RunArguments,
  target: string,
  { question }: Asking,
  paint: Paint,
): Promise<RunOptions | undefined> {
  if (ask.approve !== undefined) return ask;
  if (question === undefined) {
    throw new SyncFailure(
      "confirmation-needed",
      `The target "${target}" asks for confirmation before it writes.`,
      "Run it in a terminal, or add --yes or --approve <digest>.",
    );
  }
  const header: PlanHeader = await context.calls.plan(place, { file: sync.file }, ask, () => undefined, context.signal);
  const changes = await context.calls.changes(place, { plan: header.id, offset: 0, limit: 10 });
  const rejections = await context.calls.planRejections(place, { plan: header.id, offset: 0, limit: 1000 });
  context.note(
    renderPlan(
      { header, place: `${sync.connection ?? ""} · ${sync.object ?? ""}`, changes, rejections, removal: "remove" },
      paint,
    ),
  );
  const answer = await question(`Type the target's name (${target}) to run this plan: `);
  return answer.trim() === target ? { ...ask, plan: header.id } : undefined;
}
