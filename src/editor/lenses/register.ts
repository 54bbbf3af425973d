/** Lenses above a sync file: what can be done with it. */
import * as vscode from "vscode";
import { syncSelector } from "../files";
import { type Services } from "../services";

export function registerLenses({ context, projects }: Services): void {
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: projects.onDidChange,
    provideCodeLenses(document) {
      // What cannot be run, in a folder without a project or one that is not trusted, is not offered.
      if (projects.syncAt(document.uri) === undefined || !vscode.workspace.isTrusted) return [];
      const top = new vscode.Range(0, 0, 0, 0);
      return lenses().map(
        ([title, command]) => new vscode.CodeLens(top, { title, command, arguments: [document.uri] }),
      );
    },
  };
  context.subscriptions.push(vscode.languages.registerCodeLensProvider([...syncSelector], provider));
}

function lenses(): readonly (readonly [string, string])[] {
  return [
    [vscode.l10n.t("Preview"), "sluice.preview"],
    [vscode.l10n.t("Records"), "sluice.records"],
    [vscode.l10n.t("Check values"), "sluice.checkValues"],
    [vscode.l10n.t("Dry run"), "sluice.dryRun"],
    [vscode.l10n.t("Run"), "sluice.run"],
    [vscode.l10n.t("Map fields"), "sluice.mapFields"],
  ];
}
