/** Lenses above syncs, models and connections. What they say comes from the engine's index: nothing is parsed here. */
import path from "node:path";
import * as vscode from "vscode";
import { type FilePlace } from "../../calls/calls";
import { type ConnectionLens, type LensFacts } from "../../calls/navigation-answers";
import { unsavedTexts } from "../buffers";
import { locationOf, rangeOfPlace } from "../diagnostics/problem-ranges";
import { inProject } from "../files";
import { namesSelector } from "../language/places";
import { registerCommand } from "../register-command";
import { type Services } from "../services";
import { syncLenses, workLenses } from "./sync-lenses";

export function registerLenses(services: Services): void {
  const { context, overviews, projects } = services;
  const provider: vscode.CodeLensProvider = {
    // Runs and files that changed refresh the overviews; typing asks again by itself.
    onDidChangeCodeLenses: overviews.onDidChange,
    async provideCodeLenses(document, token) {
      const root = projects.rootOf(document.uri);
      // What cannot be run, in a folder without a project or one that is not trusted, is not offered.
      if (root === undefined || !vscode.workspace.isTrusted) return [];
      const sync = projects.syncAt(document.uri);
      const facts = await factsOf(services, root, inProject(root, document.uri.fsPath));
      if (token.isCancellationRequested) return [];
      return [
        ...(sync === undefined ? [] : workLenses(sync)),
        ...(sync === undefined || facts?.sync === undefined ? [] : syncLenses(sync, facts.sync, Date.now())),
        ...(facts?.models ?? []).map((model) => modelLens(root, model)),
        ...(facts?.connections ?? []).flatMap((connection) => connectionLenses(root, document.uri, connection)),
      ];
    },
  };
  context.subscriptions.push(vscode.languages.registerCodeLensProvider(namesSelector, provider));
  registerCommand(services, "sluice.showPlaces", (argument) => showPlaces(argument as Places));
}

/** undefined: there is no answer now; what can be done is offered all the same. */
async function factsOf(services: Services, root: string, file: string): Promise<LensFacts | undefined> {
  const { calls, log, projects } = services;
  try {
    return await calls.lenses(projects.place(root), { file, open: unsavedTexts(projects, root) });
  } catch (error) {
    log.warn(`Lenses of ${file}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function modelLens(root: string, { file }: LensFacts["models"][number]): vscode.CodeLens {
  const title = vscode.l10n.t("used by {0}: Preview", file.split("/").at(-1) ?? file);
  const argument = vscode.Uri.file(path.join(root, file));
  return new vscode.CodeLens(top, { title, command: "sluice.preview", arguments: [argument] });
}

function connectionLenses(root: string, uri: vscode.Uri, connection: ConnectionLens): readonly vscode.CodeLens[] {
  const { name, place, syncs } = connection;
  const range = rangeOfPlace(place);
  const count = syncs.length === 1 ? vscode.l10n.t("1 sync") : vscode.l10n.t("{0} syncs", syncs.length);
  const places: Places = { root, uri, range, places: syncs };
  return [
    new vscode.CodeLens(range, { title: count, command: "sluice.showPlaces", arguments: [places] }),
    new vscode.CodeLens(range, {
      title: vscode.l10n.t("Test"),
      command: "sluice.testConnection",
      arguments: [{ root, connection: name }],
    }),
  ];
}

const top = new vscode.Range(0, 0, 0, 0);

interface Places {
  readonly root: string;
  readonly uri: vscode.Uri;
  readonly range: vscode.Range;
  readonly places: readonly FilePlace[];
}

/** One place is opened; several are listed where the lens was. */
async function showPlaces({ root, uri, range, places }: Places): Promise<void> {
  const locations = places.map((place) => locationOf(root, place));
  const [only, ...others] = locations;
  if (only === undefined) {
    vscode.window.setStatusBarMessage(vscode.l10n.t("There is nothing to go to yet."), 4000);
  } else if (others.length === 0) {
    await vscode.window.showTextDocument(only.uri, { selection: only.range });
  } else {
    await vscode.commands.executeCommand("editor.action.showReferences", uri, range.start, locations);
  }
}
