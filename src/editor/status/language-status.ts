/** Behind the braces in the status bar of a sync file: its target, how old the destination's fields are, the engine. */
import { stat } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { type EngineStatus } from "../engine/engine-client";
import { syncSelector } from "../files";
import { type SyncFile } from "../projects";
import { type Services } from "../services";

export function registerLanguageStatus(services: Services): void {
  const { context, engine, overviews, projects } = services;
  const make = (id: string, name: string): vscode.LanguageStatusItem => {
    const item = vscode.languages.createLanguageStatusItem(id, [...syncSelector]);
    item.name = name;
    context.subscriptions.push(item);
    return item;
  };
  const target = make("sluice.target", vscode.l10n.t("Target"));
  const fields = make("sluice.fields", vscode.l10n.t("Destination Fields"));
  const process = make("sluice.engine", vscode.l10n.t("Sluice Engine"));

  const follow = async (): Promise<void> => {
    const sync = projects.syncAt(vscode.window.activeTextEditor?.document.uri);
    if (sync === undefined || !vscode.workspace.isTrusted) return restrict(target, fields);
    try {
      await Promise.all([showTarget(services, target, sync), showFields(services, fields, sync)]);
    } catch {
      // What is wrong with the project is said in Problems and in the views.
      restrict(target, fields);
    }
  };
  let status: EngineStatus | undefined;
  const tell = (): void => {
    if (engine.status === status) return;
    status = engine.status;
    showEngine(process, status);
  };
  engine.onStatus(tell);
  tell();
  const following = (): void => void follow();
  context.subscriptions.push(
    vscode.window.onDidChangeActiveTextEditor(following),
    overviews.onDidChange(following),
    vscode.workspace.onDidGrantWorkspaceTrust(following),
  );
  following();
}

function restrict(...items: readonly vscode.LanguageStatusItem[]): void {
  for (const item of items) {
    item.text = vscode.workspace.isTrusted
      ? vscode.l10n.t("Not part of a project that can be read")
      : vscode.l10n.t("The workspace is not trusted");
    item.detail = "";
    item.severity = vscode.LanguageStatusSeverity.Information;
    delete (item as { command?: vscode.Command }).command;
  }
}

async function showTarget({ overviews }: Services, item: vscode.LanguageStatusItem, sync: SyncFile): Promise<void> {
  const { target, confirm, root } = await overviews.get(sync.root);
  item.text = vscode.l10n.t("Target {0}", target);
  item.detail = confirm
    ? vscode.l10n.t("{0}: a live run asks for the target's name", path.basename(root))
    : path.basename(root);
  item.severity = confirm ? vscode.LanguageStatusSeverity.Warning : vscode.LanguageStatusSeverity.Information;
  item.command = { command: "sluice.selectTarget", title: vscode.l10n.t("Change") };
}

async function showFields({ overviews }: Services, item: vscode.LanguageStatusItem, sync: SyncFile): Promise<void> {
  const { syncs, connections } = await overviews.get(sync.root);
  const name = syncs.find(({ file }) => file === sync.file)?.connection;
  const connection = connections.find((each) => each.kind === "destination" && each.name === name);
  if (connection === undefined) return restrict(item);
  const read = await stat(path.join(sync.root, "schema", `${connection.name}.json`)).catch(() => undefined);
  item.command = {
    command: "sluice.refreshSchema",
    title: vscode.l10n.t("Read Again"),
    arguments: [{ root: sync.root, connection: connection.name }],
  };
  item.detail = connection.label;
  item.severity = vscode.LanguageStatusSeverity.Information;
  item.text =
    read === undefined
      ? vscode.l10n.t("{0}: fields not read yet", connection.name)
      : vscode.l10n.t("{0}: fields read {1}", connection.name, ago(read.mtimeMs));
}

function showEngine(item: vscode.LanguageStatusItem, status: EngineStatus): void {
  const texts: Readonly<Record<EngineStatus, string>> = {
    idle: vscode.l10n.t("Engine: starts when it is needed"),
    ready: vscode.l10n.t("Engine: ready"),
    busy: vscode.l10n.t("Engine: at work"),
    ended: vscode.l10n.t("Engine: ended unexpectedly, starts anew when it is needed"),
    "gave-up": vscode.l10n.t("Engine: ended too often, waits to be started"),
  };
  item.text = texts[status];
  item.busy = status === "busy";
  item.severity =
    status === "gave-up"
      ? vscode.LanguageStatusSeverity.Error
      : status === "ended"
        ? vscode.LanguageStatusSeverity.Warning
        : vscode.LanguageStatusSeverity.Information;
  item.command =
    status === "ended" || status === "gave-up"
      ? { command: "sluice.restartEngine", title: vscode.l10n.t("Restart Engine") }
      : { command: "sluice.showLog", title: vscode.l10n.t("Show Log") };
}

/** “3 days ago”, in the editor's language. */
function ago(time: number): string {
  const format = new Intl.RelativeTimeFormat(vscode.env.language, { numeric: "auto" });
  const minutes = (time - Date.now()) / 60_000;
  if (minutes > -60) return format.format(Math.round(minutes), "minute");
  if (minutes > -60 * 24) return format.format(Math.round(minutes / 60), "hour");
  return format.format(Math.round(minutes / 60 / 24), "day");
}
