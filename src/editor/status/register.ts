/** The target in the status bar: that of the active file's project, production coloured. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { registerCommand } from "../register-command";
import { type Services } from "../services";

export function registerStatus(services: Services): void {
  const { context, overviews } = services;
  const item = vscode.window.createStatusBarItem("sluice.target", vscode.StatusBarAlignment.Left, 50);
  item.name = vscode.l10n.t("Sluice Target");
  item.command = "sluice.selectTarget";
  const follow = (): void => void show(services, item);
  context.subscriptions.push(item, vscode.window.onDidChangeActiveTextEditor(follow), overviews.onDidChange(follow));
  registerCommand(services, "sluice.selectTarget", () => selectTarget(services));
  follow();
}

async function show({ overviews, projects }: Services, item: vscode.StatusBarItem): Promise<void> {
  const root = projects.rootOf(vscode.window.activeTextEditor?.document.uri);
  if (root === undefined || !vscode.workspace.isTrusted) return item.hide();
  try {
    const { target, confirm } = await overviews.get(root);
    if (projects.rootOf(vscode.window.activeTextEditor?.document.uri) !== root) return;
    item.text = `$(arrow-swap) ${target}`;
    item.tooltip = confirm
      ? vscode.l10n.t("Sluice target {0}: a live run asks for its name", target)
      : vscode.l10n.t("Sluice target {0}", target);
    item.backgroundColor = confirm ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    item.show();
  } catch {
    // What is wrong with the project is said in Problems and in the views; there is no target to show.
    item.hide();
  }
}

async function selectTarget(services: Services): Promise<void> {
  const { calls, overviews, projects, runProblems } = services;
  const root = projects.rootOf(vscode.window.activeTextEditor?.document.uri) ?? (await pickRoot(services));
  if (root === undefined) return;
  const overview = await overviews.get(root);
  const items = overview.targets.map((target) => ({
    label: target,
    description: target === overview.target ? vscode.l10n.t("now") : "",
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Which target do syncs run against?"),
  });
  if (chosen === undefined || chosen.label === overview.target) return;
  const { confirm } = await calls.overview({ root, target: chosen.label });
  await projects.choose(root, chosen.label, confirm ? "until-reload" : "keep");
  await runProblems.refresh(root);
}

async function pickRoot({ projects }: Services): Promise<string | undefined> {
  const roots = await projects.roots();
  if (roots.length === 0) {
    throw new SyncFailure(
      "no-project",
      vscode.l10n.t("There is no sluice.yaml in this workspace."),
      vscode.l10n.t("Make a project with the command “sluice init”."),
    );
  }
  return roots.length === 1 ? roots[0] : vscode.window.showQuickPick([...roots]);
}
