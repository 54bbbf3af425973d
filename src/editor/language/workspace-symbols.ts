/** Go to a sync of any project by its name. */
import * as vscode from "vscode";
import { unsavedTexts } from "../buffers";
import { locationOf } from "../diagnostics/problem-ranges";
import { type Services } from "../services";

export function registerWorkspaceSymbols({ calls, context, log, projects }: Services): void {
  const provider: vscode.WorkspaceSymbolProvider = {
    async provideWorkspaceSymbols(query) {
      if (!vscode.workspace.isTrusted) return [];
      const found = (await projects.roots()).map(async (root) => {
        try {
          const symbols = await calls.symbols(projects.place(root), { query, open: unsavedTexts(projects, root) });
          return symbols.map(
            ({ name, place, into }) =>
              new vscode.SymbolInformation(name, vscode.SymbolKind.Module, into, locationOf(root, place)),
          );
        } catch (error) {
          log.warn(`Symbols of ${root}: ${error instanceof Error ? error.message : String(error)}`);
          return [];
        }
      });
      return (await Promise.all(found)).flat();
    },
  };
  context.subscriptions.push(vscode.languages.registerWorkspaceSymbolProvider(provider));
}
