/** Commands for the engine and its log. */
import * as vscode from "vscode";
import { registerCommand } from "../register-command";
import { type Services } from "../services";

export function registerEngine(services: Services): void {
  const { engine, log, overviews } = services;
  registerCommand(services, "sluice.restartEngine", () => {
    engine.restart();
    overviews.refresh();
    vscode.window.setStatusBarMessage(vscode.l10n.t("The Sluice engine starts anew on the next request."), 4000);
  });
  registerCommand(services, "sluice.showLog", () => log.show());
}
