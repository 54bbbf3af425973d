/** The commands that do a sync's work: preview, records, dry run, run, retry. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { registerCommand } from "../register-command";
import { type Services } from "../services";
import { planIntoPanel } from "./plan";
import { previewIntoPanel, recordsIntoPanel } from "./preview";
import { revertRun } from "./revert";
import { openRun, retryOne, retryRun, type RetryArgument } from "./retry";
import { runSync } from "./run";
import { sendOne, type SendOneArgument } from "./send-one";
import { syncOf } from "./sync-argument";
import { verifyRun } from "./verify";

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
  registerCommand(services, "sluice.runPlan", async (plan) => {
    const { sync, stored, place } = plannedBy(services, plan);
    await runSync(services, sync, { stored, ...(stored.revert && { place }) });
  });
  registerCommand(services, "sluice.sendOne", (argument) => sendOne(services, argument as SendOneArgument));
  registerCommand(services, "sluice.retry", (argument) =>
    retryRun(services, argument as RetryArgument | string | undefined),
  );
  registerCommand(services, "sluice.retryOne", (argument) => retryOne(services, argument as RetryArgument));
  registerCommand(services, "sluice.revert", (argument) => revertRun(services, argument as RetryArgument | undefined));
  registerCommand(services, "sluice.verify", (argument) => verifyRun(services, argument as RetryArgument | undefined));
  registerCommand(services, "sluice.openRun", (argument) => openRun(services, argument));
}

/** The plan with this id, or the one that is shown. */
function plannedBy({ results, projects }: Services, id: unknown) {
  const { plan } = results.state;
  const shown = plan.state === "ready" ? plan.id : undefined;
  const wanted = typeof id === "string" ? id : shown;
  const held = wanted === undefined ? undefined : results.held(wanted);
  if (held?.tab !== "plan") {
    throw new SyncFailure(
      "no-plan",
      vscode.l10n.t("There is no plan to run."),
      vscode.l10n.t("Make one with “Sluice: Dry Run”."),
    );
  }
  const { place, file } = held.origin;
  return { stored: held.given, place, sync: projects.syncIn(place.root, file) };
}
