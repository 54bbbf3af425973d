/** The sample project: written into a folder of the user's choice, opened, and shown once the window is there. */
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { type Services } from "../services";
import { type Ask } from "./ask";

/** A project that was just made: its window opens with it. */
const justMade = "sluice.justMade";
const firstFile = "syncs/contacts.sync.yaml";

/** `argument`: the folder to make it in, without asking. Trusts nothing: that is the new window's question. */
export async function createSample({ calls, context }: Services, ask: Ask, argument: unknown): Promise<void> {
  const parent =
    argument instanceof vscode.Uri
      ? argument
      : await ask.folder(vscode.l10n.t("Where is the sample project to go?"), vscode.l10n.t("Create Here"));
  if (parent === undefined) return;
  const folder = freeFolder(parent.fsPath);
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t("Making the sample project"),
  };
  await vscode.window.withProgress(options, () =>
    calls.create({ folder, sample: context.asAbsolutePath("media/sample") }),
  );
  if (vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)) !== undefined)
    return showFirst(vscode.Uri.file(path.join(folder, firstFile)));
  await context.globalState.update(justMade, { folder, file: firstFile });
  await openMade(folder);
}

/** In this window where nothing is open in it, else where the user says. */
export async function openMade(folder: string): Promise<void> {
  const uri = vscode.Uri.file(folder);
  const open = (newWindow: boolean) =>
    vscode.commands.executeCommand("vscode.openFolder", uri, {
      forceNewWindow: newWindow,
      forceReuseWindow: !newWindow,
    });
  if (vscode.workspace.workspaceFolders === undefined) return void (await open(false));
  const [inNew, here] = [vscode.l10n.t("Open in New Window"), vscode.l10n.t("Open Here")];
  // Not awaited: the project is made, whatever becomes of the question.
  void vscode.window
    .showInformationMessage(vscode.l10n.t("The project is in {0}.", shortPath(folder)), inNew, here)
    .then((chosen) => (chosen === undefined ? undefined : open(chosen === inNew)));
}

/** After the window has opened with a project that was just made: its first file, and what to do with it. */
export async function welcomeNewProject({ context }: Services): Promise<void> {
  const made = context.globalState.get<{ readonly folder: string; readonly file: string }>(justMade);
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (made === undefined || !folders.some(({ uri }) => uri.fsPath === made.folder)) return;
  await context.globalState.update(justMade, undefined);
  await vscode.commands.executeCommand("workbench.action.openWalkthrough", walkthrough, false);
  await showFirst(vscode.Uri.file(path.join(made.folder, made.file)));
}

/** Beside the walkthrough, if that is what is open. */
async function showFirst(uri: vscode.Uri): Promise<void> {
  const hasText = vscode.window.visibleTextEditors.length > 0;
  const isEmpty = vscode.window.tabGroups.activeTabGroup.activeTab === undefined;
  const viewColumn = hasText || isEmpty ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
  await vscode.window.showTextDocument(uri, { preview: false, viewColumn });
}

export const walkthrough = "sluice.sluice#sluice.firstSync";

function freeFolder(parent: string): string {
  for (let number = 1; ; number++) {
    const folder = path.join(parent, number === 1 ? "sluice-sample" : `sluice-sample-${number}`);
    if (!existsSync(folder)) return folder;
  }
}

function shortPath(folder: string): string {
  const home = os.homedir();
  return folder.startsWith(home + path.sep) ? `~${folder.slice(home.length)}` : folder;
}
