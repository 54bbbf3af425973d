/** What to say of a run when it is over, and when its rejections were first seen. */
import * as vscode from "vscode";
import { type Calls, type Place } from "../../calls/calls";
import { type RejectionGroup, type RunReport } from "../../run/report";
import { type RunResult } from "../../../webview/protocol";
import { type Services } from "../services";

const lookBack = 50;

/** A report with what the other runs of its sync and target say of it. */
export async function runResult(calls: Calls, place: Place, report: RunReport): Promise<RunResult> {
  const all = await calls.runs(place, { sync: report.sync, limit: lookBack });
  const runs = all.filter((run) => run.target === report.target);
  const earlier = runs.filter((run) => run.startedAt < report.startedAt);
  const before = earlier[0];
  const after = runs.filter((run) => run.startedAt > report.startedAt).at(-1);
  return {
    report,
    firstSeen: report.groups.map((group) => seenSince(group, report, earlier)),
    ...(before && { earlier: before.id }),
    ...(after && { later: after.id }),
  };
}

/** The start of the oldest of the unbroken series of runs that had the group. */
function seenSince(group: RejectionGroup, report: RunReport, earlier: readonly RunReport[]): string {
  let seen = report.startedAt;
  for (const run of earlier) {
    if (run.status === "guarded") continue;
    if (!run.groups.some((other) => same(group, other))) break;
    seen = run.startedAt;
  }
  return seen;
}

function same(a: RejectionGroup, b: RejectionGroup): boolean {
  return a.stage === b.stage && a.field === b.field && a.code === b.code && a.reason === b.reason;
}

/** Never awaited by the run: it is over, whatever becomes of the message. */
export function tellOutcome({ log }: Services, report: RunReport): void {
  const { counts, status, sync } = report;
  const applied = counts.created + counts.updated + counts.deleted;
  const show = vscode.l10n.t("Show Problems");
  log.info(`Run ${report.id} of ${sync}: ${status}, ${applied} applied, ${counts.rejected} rejected.`);
  switch (status) {
    case "succeeded":
      vscode.window.setStatusBarMessage(vscode.l10n.t("$(check) {0}: {1} applied", sync, applied), 8000);
      return;
    case "rejected":
      if (report.revertOf !== undefined) {
        const message = vscode.l10n.t("{0}: {1} taken back, {2} left as they are.", sync, applied, counts.rejected);
        return offer(message, { [vscode.l10n.t("Show Run")]: "sluice.results.focus" });
      }
      return offer(
        vscode.l10n.t("{0}: {1} applied, {2} rejected, {3} in doubt.", sync, applied, counts.rejected, counts.inDoubt),
        { [show]: "workbench.actions.view.problems" },
      );
    case "cancelled":
      vscode.window.setStatusBarMessage(vscode.l10n.t("{0}: cancelled after {1} applied", sync, applied), 8000);
      return;
    case "guarded":
    case "stopped":
      return offer(
        report.failure
          ? `${sync}: ${report.failure.message} ${report.failure.hint}`
          : vscode.l10n.t("{0} stopped after {1} applied.", sync, applied),
        { [vscode.l10n.t("Show Log")]: "sluice.showLog" },
      );
  }
}

function offer(message: string, actions: Readonly<Record<string, string>>): void {
  void vscode.window.showWarningMessage(message, ...Object.keys(actions)).then((chosen) => {
    const command = chosen === undefined ? undefined : actions[chosen];
    if (command !== undefined) void vscode.commands.executeCommand(command);
  });
}
