/** Reads back what a run wrote, into its report: the Run tab says what was found, and Problems where it is mapped. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { type RunReport } from "../../run/report";
import { type Services } from "../services";
import { runResult } from "./reports";
import { openRun, type RetryArgument } from "./retry";
import { type EarlierRun, earlierRun } from "./which-run";

export async function verifyRun(services: Services, argument: RetryArgument | undefined): Promise<void> {
  const run = await earlierRun(services, argument);
  if (run === undefined) return;
  const report = await verifyIntoPanel(services, run);
  const { overviews, runProblems } = services;
  await runProblems.bindVerified(run.root, { before: run.report, report });
  await runProblems.refresh(run.root);
  overviews.refresh();
  // How far it came is in the report, whether or not there was anything to say.
  if (report.verification !== undefined) tell(report, report.verification);
}

async function verifyIntoPanel(services: Services, run: EarlierRun): Promise<RunReport> {
  const { calls, results } = services;
  const { root, sync, place, subject } = run;
  const again = { root, run: run.report.id };
  try {
    const { report } = await results.work({
      tab: "run",
      work: "verify",
      subject,
      origin: { place, file: sync.file },
      again: () => verifyRun(services, again),
      do: async (progress, signal) =>
        runResult(calls, place, await calls.verify(place, { run: run.report.id }, progress, signal)),
    });
    return report;
  } catch (error) {
    // The run is as it was: its report is not lost over a look that failed.
    if (error instanceof SyncFailure) await openRun(services, again);
    throw error;
  }
}

function tell(
  { sync }: RunReport,
  { verified, mismatched, unverifiable }: NonNullable<RunReport["verification"]>,
): void {
  if (mismatched === 0) {
    const found =
      unverifiable === 0
        ? vscode.l10n.t("$(check) {0}: {1} as written", sync, verified)
        : vscode.l10n.t("{0}: {1} as written, {2} could not be verified", sync, verified, unverifiable);
    vscode.window.setStatusBarMessage(found, 8000);
    return;
  }
  const show = vscode.l10n.t("Show Problems");
  const message = vscode.l10n.t("{0}: {1} records are not as they were written.", sync, mismatched);
  void vscode.window.showWarningMessage(message, show).then((chosen) => {
    if (chosen === show) void vscode.commands.executeCommand("workbench.actions.view.problems");
  });
}
