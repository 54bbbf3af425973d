/** The language service of sync files. */
import * as vscode from "vscode";
import { isProjectFile, isSyncFile, projectFile, syncSelector } from "../files";
import { type Services } from "../services";
import { completionProvider, completionTriggers, projectCompletionProvider } from "./complete";
import { hoverProvider, projectHoverProvider } from "./hover";
import { Knowledges } from "./knowledge";
import { foldingProvider, formattingProvider, selectionProvider, symbolProvider } from "./structure";

const projectSelector: vscode.DocumentSelector = { scheme: "file", pattern: `**/${projectFile}` };

export function registerLanguage({ calls, context, engine, overviews, projects }: Services): void {
  const knowledges = new Knowledges(calls, projects, overviews);
  const refresh = (): void => knowledges.refresh();
  const snapshots = vscode.workspace.createFileSystemWatcher("**/schema/*.json");
  for (const event of [snapshots.onDidCreate, snapshots.onDidDelete, snapshots.onDidChange]) event(refresh);
  engine.onEnd(refresh);
  context.subscriptions.push(
    snapshots,
    projects.onDidChange(refresh),
    overviews.onDidChange(refresh),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (isProjectFile(document.fileName) || document.fileName.endsWith(".sql")) refresh();
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (isSyncFile(document.fileName)) knowledges.forget(document);
    }),
    vscode.languages.registerCompletionItemProvider(
      syncSelector,
      completionProvider(knowledges),
      ...completionTriggers,
    ),
    vscode.languages.registerCompletionItemProvider(
      projectSelector,
      projectCompletionProvider,
      ...completionTriggers,
      "$",
    ),
    vscode.languages.registerHoverProvider(projectSelector, projectHoverProvider),
    vscode.languages.registerHoverProvider(syncSelector, hoverProvider(knowledges)),
    vscode.languages.registerDocumentSymbolProvider(syncSelector, symbolProvider, { label: "Sluice" }),
    vscode.languages.registerFoldingRangeProvider(syncSelector, foldingProvider),
    vscode.languages.registerSelectionRangeProvider(syncSelector, selectionProvider),
    vscode.languages.registerDocumentFormattingEditProvider(syncSelector, formattingProvider),
  );
}
