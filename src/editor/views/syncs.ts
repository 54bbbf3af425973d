/** The Syncs view: each sync with what became of its last run. */
import path from "node:path";
import * as vscode from "vscode";
import { type ProjectOverview, type SyncSummary } from "../../calls/calls";
import { type RunReport, type RunStatus } from "../../run/report";
import { plainExcerpt } from "../../../webview/plain-text";
import { failureOf } from "../failures";
import { projectFile } from "../files";
import { type SyncFile } from "../projects";
import { type Services } from "../services";

type Node = ProjectNode | SyncNode | BrokenNode;
interface ProjectNode {
  readonly kind: "project";
  readonly overview: ProjectOverview;
}
/** A project whose file cannot be read. */
interface BrokenNode {
  readonly kind: "broken";
  readonly root: string;
  readonly failure: unknown;
}
export interface SyncNode {
  readonly kind: "sync";
  readonly sync: SyncFile;
  readonly summary: SyncSummary;
}

export function syncsView({ overviews, projects }: Services): vscode.TreeDataProvider<Node> {
  const changed = new vscode.EventEmitter<undefined>();
  overviews.onDidChange(() => changed.fire(undefined));
  const nodes = (overview: ProjectOverview): readonly SyncNode[] =>
    overview.syncs.map((summary) => ({ kind: "sync", sync: projects.syncIn(overview.root, summary.file), summary }));
  return {
    onDidChangeTreeData: changed.event,
    async getChildren(node) {
      if (node?.kind === "project") return [...nodes(node.overview)];
      if (node !== undefined || !vscode.workspace.isTrusted) return [];
      const all = await overviews.everyProject();
      const [only] = all;
      if (all.length === 1 && only?.overview) return [...nodes(only.overview)];
      return all.map((project) =>
        project.overview ? { kind: "project", overview: project.overview } : { kind: "broken", ...project },
      );
    },
    getTreeItem(node) {
      switch (node.kind) {
        case "project":
          return projectItem(node.overview);
        case "broken":
          return brokenItem(node);
        case "sync":
          return syncItem(node);
      }
    },
  };
}

export function projectItem({ root, target }: ProjectOverview): vscode.TreeItem {
  const item = new vscode.TreeItem(path.basename(root), vscode.TreeItemCollapsibleState.Expanded);
  item.description = target;
  item.tooltip = root;
  item.iconPath = new vscode.ThemeIcon("folder");
  item.contextValue = "project";
  return item;
}

function brokenItem({ root, failure }: BrokenNode): vscode.TreeItem {
  const item = new vscode.TreeItem(path.basename(root));
  const { message, hint } = failureOf(failure);
  item.description = plainExcerpt(message, 200);
  item.tooltip = plainExcerpt(`${message} ${hint}`, 500);
  item.iconPath = new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"));
  item.command = {
    command: "vscode.open",
    title: vscode.l10n.t("Open"),
    arguments: [vscode.Uri.file(path.join(root, projectFile))],
  };
  return item;
}

function syncItem({ sync, summary }: SyncNode): vscode.TreeItem {
  const item = new vscode.TreeItem(plainExcerpt(summary.name, 80));
  item.id = sync.uri.toString();
  item.description = [summary.object, summary.mode].filter((part) => part !== undefined).join(" · ");
  item.iconPath = iconOf(summary);
  item.tooltip = tooltipOf(summary);
  item.contextValue = summary.lastRun && summary.lastRun.counts.rejected > 0 ? "sync rejected" : "sync";
  item.command = { command: "vscode.open", title: vscode.l10n.t("Open"), arguments: [sync.uri] };
  return item;
}

const statusIcons: Readonly<Record<RunStatus, readonly [string, string]>> = {
  succeeded: ["pass", "testing.iconPassed"],
  rejected: ["warning", "list.warningForeground"],
  guarded: ["shield", "list.warningForeground"],
  stopped: ["error", "list.errorForeground"],
  cancelled: ["circle-slash", "disabledForeground"],
};

export function statusIcon(status: RunStatus): vscode.ThemeIcon {
  const [icon, color] = statusIcons[status];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

function iconOf({ problems, lastRun }: SyncSummary): vscode.ThemeIcon {
  if (problems > 0) return new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"));
  return lastRun ? statusIcon(lastRun.status) : new vscode.ThemeIcon("sync");
}

function tooltipOf({ file, connection, object, mode, after, tags, problems, lastRun }: SyncSummary): string {
  return [
    file,
    ...(connection === undefined ? [] : [`${mode ?? ""} → ${connection} · ${object ?? ""}`]),
    ...(after.length > 0 ? [vscode.l10n.t("After: {0}", after.join(", "))] : []),
    ...(tags.length > 0 ? [vscode.l10n.t("Tags: {0}", tags.join(", "))] : []),
    ...(problems > 0 ? [vscode.l10n.t("{0} problems", problems)] : []),
    lastRun ? runText(lastRun) : vscode.l10n.t("Never run"),
  ]
    .map((line) => plainExcerpt(line, 300))
    .join("\n");
}

export function runText({ counts, startedAt, status, target }: RunReport): string {
  const applied = counts.created + counts.updated + counts.deleted;
  return vscode.l10n.t(
    "{0} · {1} · {2}: {3} applied, {4} rejected",
    new Date(startedAt).toLocaleString(),
    target,
    status,
    applied,
    counts.rejected,
  );
}
