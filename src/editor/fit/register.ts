/** Value fit in the editor: after each check where it costs nobody anything, else on command. */
import * as vscode from "vscode";
import { isSyncFile } from "../files";
import { registerCommand } from "../register-command";
import { type Services } from "../services";
import { syncOf } from "../work/sync-argument";
import { addDefault, type FieldArgument, mapValues } from "./map-values";
import { type RowsArgument, showRows } from "./show-rows";

export function registerFits(services: Services): void {
  const { checks, context, fits, log, projects } = services;
  const { workspace } = vscode;
  context.subscriptions.push(
    fits,
    checks.onDidCheck((document) => {
      if (!isSyncFile(document.fileName) || !workspace.isTrusted) return;
      fits.consider(document).catch((error: unknown) => log.warn(`Values could not be checked: ${String(error)}`));
    }),
    workspace.onDidChangeTextDocument((change) => fits.shift(change)),
    workspace.onDidCloseTextDocument((document) => fits.forget(document)),
    projects.onDidChange(() => fits.forgetAll()),
  );
  registerCommand(services, "sluice.checkValues", (argument) => checkValues(services, argument));
  registerCommand(services, "sluice.mapValues", (argument) => mapValues(services, argument as FieldArgument));
  registerCommand(services, "sluice.addDefault", (argument) => addDefault(services, argument as FieldArgument));
  registerCommand(services, "sluice.showValues", (argument) => showRows(services, argument as RowsArgument));
}

async function checkValues(services: Services, argument: unknown): Promise<void> {
  const sync = await syncOf(services, argument);
  if (sync === undefined) return;
  const document = await vscode.workspace.openTextDocument(sync.uri);
  const report = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Checking the values of {0}", sync.file),
      cancellable: true,
    },
    (_progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      return services.fits.count(sync, document, abort.signal);
    },
  );
  if (report === undefined) return;
  const { rows, problems } = report;
  const said =
    problems.length === 0
      ? vscode.l10n.t("$(check) All values of {0} rows fit.", rows)
      : vscode.l10n.t("$(warning) {0} warnings about the values of {1} rows.", problems.length, rows);
  vscode.window.setStatusBarMessage(said, 8000);
  if (problems.length > 0) await vscode.commands.executeCommand("workbench.actions.view.problems");
}
