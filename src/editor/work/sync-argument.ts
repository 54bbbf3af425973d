/** Which sync a command is about: the one it was given, by a lens, a title button or a tree, or the active editor's. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { type SyncFile } from "../projects";
import { type Services } from "../services";

/** Tree items that stand for a sync. */
export interface SyncItem {
  readonly sync: SyncFile;
}

export async function syncOf(services: Services, argument: unknown): Promise<SyncFile | undefined> {
  if (isSyncItem(argument)) return argument.sync;
  if (typeof argument === "string") return named(services, argument);
  const uri = argument instanceof vscode.Uri ? argument : activeFile();
  const sync = services.projects.syncAt(uri);
  if (sync !== undefined) return sync;
  if (argument instanceof vscode.Uri) throw notASync();
  return pick(services);
}

/** As the walkthrough's links name one. */
async function named({ overviews, projects }: Services, name: string): Promise<SyncFile> {
  for (const overview of await overviews.all()) {
    const found = overview.syncs.find((sync) => sync.name === name);
    if (found !== undefined) return projects.syncIn(overview.root, found.file);
  }
  throw new SyncFailure(
    "no-such-sync",
    vscode.l10n.t("There is no sync “{0}” in this workspace.", name),
    vscode.l10n.t("Open the sample project: “Sluice: Create Sample Project” makes it."),
  );
}

/** Of a text editor or a mapping editor. */
export function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom ? input.uri : vscode.window.activeTextEditor?.document.uri;
}

async function pick({ overviews, projects }: Services): Promise<SyncFile | undefined> {
  const all = await overviews.all();
  const items = all.flatMap((overview) =>
    overview.syncs.map((sync) => ({
      label: sync.name,
      description: sync.file,
      sync: projects.syncIn(overview.root, sync.file),
    })),
  );
  if (items.length === 0) throw notASync();
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which sync?") }))?.sync;
}

function notASync(): SyncFailure {
  return new SyncFailure(
    "not-a-sync",
    vscode.l10n.t("This is not a sync file of a project."),
    vscode.l10n.t("Open a *.sync.yaml file below a folder with a sluice.yaml."),
  );
}

function isSyncItem(argument: unknown): argument is SyncItem {
  return typeof argument === "object" && argument !== null && "sync" in argument;
}
