/** Where a run would go, always in sight: the target in the status bar, and what a sync file's project is ready for. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { plainExcerpt } from "../../../webview/plain-text";
import { registerCommand } from "../register-command";
import { type Services } from "../services";
import { activeFile } from "../work/sync-argument";
import { registerLanguageStatus } from "./language-status";
import { offerUnfinished } from "./unfinished";

export function registerStatus(services: Services): void {
  const { context, overviews } = services;
  const item = vscode.window.createStatusBarItem("sluice.target", vscode.StatusBarAlignment.Left, 50);
  item.name = vscode.l10n.t("Sluice Target");
  item.command = "sluice.selectTarget";
  const follow = (): void => void show(services, item);
  context.subscriptions.push(
    item,
    vscode.window.onDidChangeActiveTextEditor(follow),
    vscode.window.tabGroups.onDidChangeTabs(follow),
    overviews.onDidChange(follow),
  );
  registerCommand(services, "sluice.selectTarget", () => selectTarget(services));
  registerLanguageStatus(services);
  offerUnfinished(services);
  follow();
}

/** The project of the active file, else the workspace's only one. */
async function activeRoot({ projects }: Services): Promise<string | undefined> {
  const root = projects.rootOf(activeFile());
  if (root !== undefined) return root;
  const roots = await projects.roots();
  return roots.length === 1 ? roots[0] : undefined;
}

async function show(services: Services, item: vscode.StatusBarItem): Promise<void> {
  const { overviews } = services;
  const root = vscode.workspace.isTrusted ? await activeRoot(services) : undefined;
  if (root === undefined) return item.hide();
  try {
    const { target, confirm } = await overviews.get(root);
    if ((await activeRoot(services)) !== root) return;
    item.text = `$(arrow-swap) ${plainExcerpt(target, 40)}`;
    item.tooltip = confirm
      ? vscode.l10n.t("Sluice target {0}: a live run asks for its name", target)
      : vscode.l10n.t("Sluice target {0}", target);
    item.accessibilityInformation = { label: item.tooltip, role: "button" };
    item.backgroundColor = confirm ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    item.show();
  } catch {
    // What is wrong with the project is said in Problems and in the views; there is no target to show.
    item.hide();
  }
}

async function selectTarget(services: Services): Promise<void> {
  const { calls, overviews, projects, runProblems } = services;
  const root = (await activeRoot(services)) ?? (await pickRoot(services));
  if (root === undefined) return;
  const overview = await overviews.get(root);
  const items = await Promise.all(
    overview.targets.map(async (target) => {
      const { confirm } = target === overview.target ? overview : await calls.overview({ root, target });
      const notes = [
        ...(target === overview.target ? [vscode.l10n.t("now")] : []),
        ...(confirm ? [vscode.l10n.t("asks before a live run")] : []),
      ];
      return {
        label: target,
        description: notes.join(" · "),
        iconPath: new vscode.ThemeIcon(confirm ? "warning" : "arrow-swap"),
        confirm,
      };
    }),
  );
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Which target do syncs run against?"),
  });
  if (chosen === undefined || chosen.label === overview.target) return;
  await projects.choose(root, chosen.label, chosen.confirm ? "until-reload" : "keep");
  await runProblems.refresh(root);
}

async function pickRoot({ projects }: Services): Promise<string | undefined> {
  const roots = await projects.roots();
  if (roots.length === 0) {
    throw new SyncFailure(
      "no-project",
      vscode.l10n.t("There is no sluice.yaml in this workspace."),
      vscode.l10n.t("Make one with “Sluice: New Project”, or try “Sluice: Create Sample Project”."),
    );
  }
  return roots.length === 1 ? roots[0] : vscode.window.showQuickPick([...roots]);
}
