/** The views of the activity bar's container, and the commands of their items. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { plainLine } from "../../../webview/plain-text";
import { projectFile } from "../files";
import { registerCommand } from "../register-command";
import { type Services } from "../services";
import { connectionsView } from "./connections";
import { runsView } from "./runs";
import { syncsView } from "./syncs";

/** Gives what the views show, which tests look at. */
export function registerViews(services: Services) {
  const { context, engine, overviews, projects } = services;
  const [syncs, connections, runs] = [syncsView(services), connectionsView(services), runsView(services)];
  const runsTree = vscode.window.createTreeView("sluice.runs", { treeDataProvider: runs, showCollapseAll: true });
  context.subscriptions.push(
    vscode.window.createTreeView("sluice.syncs", { treeDataProvider: syncs, showCollapseAll: true }),
    vscode.window.createTreeView("sluice.connections", {
      treeDataProvider: connections,
      showCollapseAll: true,
    }),
    runsTree,
  );
  const filter = async (sync: string | undefined): Promise<void> => {
    runs.filter(sync);
    runsTree.description = sync ?? "";
    await vscode.commands.executeCommand("setContext", "sluice.runsFiltered", sync !== undefined);
  };
  registerCommand(services, "sluice.filterRuns", async (argument) => {
    const sync = (argument as { readonly summary?: { readonly name: string } } | undefined)?.summary?.name;
    const chosen = sync ?? (await pickSync(services));
    if (chosen === undefined) return;
    await filter(chosen);
    await vscode.commands.executeCommand("sluice.runs.focus");
  });
  registerCommand(services, "sluice.showAllRuns", () => filter(undefined));
  registerCommand(services, "sluice.groupRunsBySync", async () => {
    runs.group("sync");
    await vscode.commands.executeCommand("setContext", "sluice.runsBySync", true);
  });
  registerCommand(services, "sluice.groupRunsByDay", async () => {
    runs.group("day");
    await vscode.commands.executeCommand("setContext", "sluice.runsBySync", false);
  });
  registerCommand(services, "sluice.openReport", async (argument) => {
    const { root, run } = argument as { readonly root: string; readonly run: string };
    const file = vscode.Uri.joinPath(vscode.Uri.file(root), ".sluice", "runs", run, "report.json");
    await vscode.window.showTextDocument(file, { preview: true });
  });
  registerCommand(services, "sluice.openConnection", (argument) => openConnection(services, argument));
  engine.onEnd(() => overviews.refresh());
  const tellProjects = async (): Promise<void> => {
    const found = await projects.roots();
    await vscode.commands.executeCommand("setContext", "sluice.hasProject", found.length > 0);
  };
  projects.onDidChange(() => void tellProjects());
  void tellProjects();
  registerCommand(services, "sluice.refresh", () => overviews.refresh());
  registerCommand(services, "sluice.testConnection", (argument) => testConnection(services, argument));
  registerCommand(services, "sluice.refreshSchema", (argument) => refreshSchema(services, argument));
  return { syncs, connections, runs };
}

interface Connection {
  readonly root: string;
  readonly connection: string;
}

async function pickSync({ overviews }: Services): Promise<string | undefined> {
  const names = (await overviews.all()).flatMap(({ syncs }) => syncs.map(({ name }) => name));
  return vscode.window.showQuickPick([...new Set(names)].sort(), { title: vscode.l10n.t("Whose runs?") });
}

/** sluice.yaml at the line that names the connection. */
async function openConnection(services: Services, argument: unknown): Promise<void> {
  const chosen = await connectionOf(services, argument, "any");
  if (chosen === undefined) return;
  const uri = vscode.Uri.joinPath(vscode.Uri.file(chosen.root), projectFile);
  const document = await vscode.workspace.openTextDocument(uri);
  const lines = document.getText().split(/\r?\n/);
  const named = lines.findIndex((line) => /^\s+["']?([^"':#]+)["']?\s*:/.exec(line)?.[1]?.trim() === chosen.connection);
  const start = new vscode.Position(Math.max(named, 0), 0);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(start, start) });
}

async function testConnection(services: Services, argument: unknown): Promise<void> {
  const chosen = await connectionOf(services, argument, "any");
  if (chosen === undefined) return;
  const { root, connection } = chosen;
  const title = vscode.l10n.t("Testing {0}", connection);
  const found = await cancellable(title, (signal) =>
    services.calls.test(services.projects.place(root), { connection }, signal),
  );
  void vscode.window.showInformationMessage(
    plainLine(vscode.l10n.t("{0} answers: {1} ({2}).", connection, found.label, found.account)),
  );
}

async function refreshSchema(services: Services, argument: unknown): Promise<void> {
  const { calls, checks, overviews, projects } = services;
  const chosen = await connectionOf(services, argument, "destination");
  if (chosen === undefined) return;
  const { root, connection } = chosen;
  const title = vscode.l10n.t("Reading the fields of {0}", connection);
  const found = await cancellable(title, (signal) => calls.describe(projects.place(root), { connection }, signal));
  overviews.refresh();
  checks.scheduleAll();
  vscode.window.setStatusBarMessage(vscode.l10n.t("{0}: {1} objects", found.file, found.objects.length), 5000);
}

/** The connection of a tree item or a quick fix, else one picked from the projects'. */
async function connectionOf(
  { overviews, projects }: Services,
  argument: unknown,
  kind: "any" | "destination",
): Promise<Connection | undefined> {
  const given = argument as Partial<Connection> & { readonly uri?: vscode.Uri };
  if (given?.root !== undefined && given.connection !== undefined)
    return { root: given.root, connection: given.connection };
  const all = given?.root === undefined ? await overviews.all() : [await overviews.get(given.root)];
  const sync = projects.syncAt(given?.uri);
  const items = all.flatMap(({ root, syncs, connections }) => {
    // A fix in a sync file means that sync's own destination.
    const own = syncs.find((one) => sync?.root === root && one.file === sync.file)?.connection;
    return connections
      .filter((one) => kind === "any" || one.kind === kind)
      .filter((one) => own === undefined || one.name === own)
      .map((one) => ({ label: one.name, description: one.label, choice: { root, connection: one.name } }));
  });
  if (items.length === 0) {
    throw new SyncFailure(
      "no-connection",
      vscode.l10n.t("There is no such connection in this workspace."),
      vscode.l10n.t("Add one to sluice.yaml."),
    );
  }
  const [only] = items;
  if (items.length === 1) return only?.choice;
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which connection?") }))?.choice;
}

async function cancellable<Result>(title: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return work(abort.signal);
  });
}
