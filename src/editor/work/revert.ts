/** Taking a run back: the plan that does it, in the Plan tab. Nothing is sent until that plan is run. */
import * as vscode from "vscode";
import { type PlanHeader } from "../../plan/plan";
import { type Limit } from "../../sync/definition";
import { type Services } from "../services";
import { type RetryArgument } from "./retry";
import { saved } from "./run";
import { type EarlierRun, earlierRun } from "./which-run";

export async function revertRun(services: Services, argument: RetryArgument | undefined): Promise<void> {
  const run = await earlierRun(services, argument);
  if (run === undefined) return;
  // The plan is of the file as it is on the disk: one that is made beside unsaved text would be refused.
  await saved(run.sync);
  const header = await planIntoPanel(services, run);
  if (!header.guards.some(({ name, tripped }) => name === "max_removed" && tripped)) return;
  const records = await askLimit(header.counts.delete);
  if (records !== undefined) await planIntoPanel(services, run, { records });
}

function planIntoPanel(services: Services, run: EarlierRun, maxRemoved?: Limit): Promise<PlanHeader> {
  const { root, report, sync, place, subject } = run;
  return services.results.work({
    tab: "plan",
    work: "plan",
    subject,
    origin: { place, file: sync.file },
    again: () => revertRun(services, { root, run: report.id }),
    async do(progress, signal) {
      const ask = { run: report.id, ...(maxRemoved && { maxRemoved }) };
      return (await services.calls.revert(place, ask, progress, signal)).header;
    },
  });
}

/** Records are removed only within a limit that somebody stated: the sync for its own runs, here whoever takes the run back. */
async function askLimit(removed: number): Promise<number | undefined> {
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t("Records that the run created would be removed: {0}", removed),
    prompt: vscode.l10n.t("How many may be removed at most? Nothing is sent before you run the plan."),
    placeHolder: String(removed),
    ignoreFocusOut: true,
    validateInput: (value) =>
      value === "" || /^\d{1,9}$/.test(value.trim()) ? undefined : vscode.l10n.t("It is a whole number."),
  });
  return typed === undefined || typed.trim() === "" ? undefined : Number(typed);
}
