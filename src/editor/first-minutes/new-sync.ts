/** The wizard that writes a new sync file and opens it, with the mapping editor beside. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { type ModelChoice, type ProjectOverview, type SyncChoice } from "../../calls/calls";
import { SyncFailure } from "../../failure";
import { showFailure } from "../failures";
import { inProject } from "../files";
import { type Services } from "../services";
import { type Ask } from "./ask";
import { walk } from "./steps";
import { type NewSync, type Outside, syncSteps } from "./sync-steps";

/** Where the wizard was begun: an item of the Connections view, or a folder or SQL file of the explorer. */
interface Begun {
  readonly root: string;
  readonly folder?: string;
  readonly warehouse?: string;
  readonly source?: ModelChoice["source"];
  readonly connection?: string;
  readonly objectName?: string;
}

export async function newSync(services: Services, ask: Ask, argument: unknown): Promise<void> {
  const begun = await begin(services, ask, argument);
  if (begun === undefined) return;
  const { calls, overviews, projects, log } = services;
  const { root, folder, ...given } = begun;
  const overview = await overviews.get(root);
  requireConnections(overview);
  const place = projects.place(root);
  const outside: Outside = {
    calls,
    during: async (title, work) =>
      vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => work),
    failed: (error) => void showFailure(log, error),
  };
  const state = await walk<NewSync>(
    ask,
    {
      place,
      overview,
      kinds: await calls.connectionKinds(),
      sqlFiles: await sqlFilesOf(root),
      folder: folder ?? usualFolder(overview),
      ...given,
    },
    syncSteps(outside),
  );
  if (state === undefined) return;
  const choice = choiceOf(state);
  const { text } = await calls.draft(place, choice);
  const uri = vscode.Uri.file(path.join(root, choice.file));
  await write(uri, text);
  overviews.refresh();
  await vscode.window.showTextDocument(uri, { preview: false });
  if ((await vscode.commands.getCommands(true)).includes(mapFields))
    await vscode.commands.executeCommand(mapFields, uri);
}

const mapFields = "sluice.mapFields";

function choiceOf(state: NewSync): SyncChoice {
  const { warehouse, source, connection, object, mode, key, name } = state;
  if (
    warehouse === undefined ||
    source === undefined ||
    connection === undefined ||
    object === undefined ||
    mode === undefined ||
    key === undefined ||
    name === undefined
  )
    throw new Error("The wizard ended without all its answers.");
  return {
    file: path.posix.join(state.folder, `${name}.sync.yaml`),
    model: { warehouse, source },
    key,
    destination: {
      connection,
      object: object.name,
      ...(state.match !== undefined && { match: state.match }),
      ...(state.matchColumn !== undefined && { matchColumn: state.matchColumn }),
      options: state.options ?? {},
    },
    mode,
    ...(state.onRemoved !== undefined && { onRemoved: state.onRemoved }),
  };
}

/** Never over a file that is there. */
async function write({ fsPath }: vscode.Uri, text: string): Promise<void> {
  await mkdir(path.dirname(fsPath), { recursive: true });
  try {
    await writeFile(fsPath, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new SyncFailure(
      "file-exists",
      vscode.l10n.t("There is a file {0} already.", path.basename(fsPath)),
      vscode.l10n.t("Give the new sync another name; nothing was changed."),
    );
  }
}

async function begin(services: Services, ask: Ask, argument: unknown): Promise<Begun | undefined> {
  if (argument instanceof vscode.Uri) return beginAtFile(services, argument);
  const item = argument as Partial<ItemOfView> | undefined;
  if (item?.root !== undefined && item.connection !== undefined) return beginAtItem(item as ItemOfView);
  if (item?.root !== undefined) return { root: item.root };
  const roots = await services.projects.roots();
  const active = services.projects.rootOf(vscode.window.activeTextEditor?.document.uri);
  if (active !== undefined) return { root: active };
  const [only] = roots;
  if (only === undefined) throw noProject();
  if (roots.length === 1) return { root: only };
  const root = await ask.one(
    { title: vscode.l10n.t("New Sync: in which project?"), step: 1, steps: 1, canGoBack: false },
    roots.map((each) => ({ label: path.basename(each), description: each, value: each })),
  );
  return typeof root === "string" ? { root } : undefined;
}

interface ItemOfView {
  readonly root: string;
  readonly connection: string;
  readonly connectionKind: "warehouse" | "destination";
  readonly object?: string;
}

function beginAtItem({ root, connection, connectionKind, object }: ItemOfView): Begun {
  if (connectionKind === "warehouse")
    return { root, warehouse: connection, ...(object !== undefined && { source: { table: object } }) };
  return { root, connection, ...(object !== undefined && { objectName: object }) };
}

function beginAtFile({ projects }: Services, uri: vscode.Uri): Begun {
  // The project above a folder is the one above a file in it.
  const isSql = uri.fsPath.endsWith(".sql");
  const root = projects.rootOf(isSql ? uri : vscode.Uri.joinPath(uri, "x.sync.yaml"));
  if (root === undefined) throw noProject();
  const file = inProject(root, uri.fsPath);
  return isSql ? { root, source: { file } } : { root, folder: file };
}

/** Beside the syncs that are there, most of them. */
function usualFolder({ syncs }: ProjectOverview): string {
  const counts = new Map<string, number>();
  for (const { file } of syncs) counts.set(path.posix.dirname(file), (counts.get(path.posix.dirname(file)) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  const folder = most?.[0] ?? "syncs";
  return folder === "." ? "" : folder;
}

async function sqlFilesOf(root: string): Promise<readonly string[]> {
  const pattern = new vscode.RelativePattern(root, "**/*.sql");
  const found = await vscode.workspace.findFiles(pattern, "**/{node_modules,.sluice,.git,target,dbt_packages}/**", 500);
  return found.map(({ fsPath }) => inProject(root, fsPath)).sort();
}

function requireConnections({ connections }: ProjectOverview): void {
  for (const kind of ["warehouse", "destination"] as const) {
    if (connections.some((connection) => connection.kind === kind)) continue;
    throw new SyncFailure(
      "no-connection",
      kind === "warehouse"
        ? vscode.l10n.t("The project has no warehouse to select rows from.")
        : vscode.l10n.t("The project has no destination to send records to."),
      vscode.l10n.t("Add one to sluice.yaml."),
    );
  }
}

function noProject(): SyncFailure {
  return new SyncFailure(
    "no-project",
    vscode.l10n.t("There is no sluice.yaml in this workspace."),
    vscode.l10n.t("Make one with “Sluice: New Project”, or try “Sluice: Create Sample Project”."),
  );
}
