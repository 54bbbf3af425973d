/** The commands that do a sync's work: preview, records, dry run, run, retry. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { type PlanHeader } from "../../plan/plan";
import { registerCommand } from "../register-command";
import { type Services } from "../services";
import { planIntoPanel } from "./plan";
import { previewIntoPanel, recordsIntoPanel } from "./preview";
import { openRun, retryRun, type RetryArgument } from "./retry";
import { runSync } from "./run";
import { syncOf } from "./sync-argument";

export function registerWork(services: Services): void {
  registerCommand(services, "sluice.preview", async (argument) => {
    const sync = await syncOf(services, argument);
    if (sync) await previewIntoPanel(services, sync);
  });
  registerCommand(services, "sluice.records", async (argument) => {
    const sync = await syncOf(services, argument);
    if (sync) await recordsIntoPanel(services, sync);
  });
  registerCommand(services, "sluice.dryRun", async (argument) => {
    const sync = await syncOf(services, argument);
    if (sync) await planIntoPanel(services, sync);
  });
  registerCommand(services, "sluice.run", async (argument) => {
    const sync = await syncOf(services, argument);
    if (sync) await runSync(services, sync);
  });
  registerCommand(services, "sluice.runPlan", async () => {
    const { sync, header } = shownPlan(services);
    await runSync(services, sync, header);
  });
  registerCommand(services, "sluice.retry", (argument) => retryRun(services, argument as RetryArgument | undefined));
  registerCommand(services, "sluice.openRun", (argument) => openRun(services, argument));
}

function shownPlan({ results, projects }: Services) {
  const { plan } = results.state;
  const origin = results.origin("plan");
  if (plan.state !== "ready" || origin === undefined) {
    throw new SyncFailure(
      "no-plan",
      vscode.l10n.t("There is no plan to run."),
      vscode.l10n.t("Make one with “Sluice: Dry Run”."),
    );
  }
  const header: PlanHeader = plan.result;
  return { header, sync: projects.syncIn(origin.place.root, origin.file) };
}
