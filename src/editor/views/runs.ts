/** The Runs view: what ran lately, newest first, by day or by sync; a click opens a run's report. */
import * as vscode from "vscode";
import { type RunReport } from "../../run/report";
import { plainExcerpt } from "../../../webview/plain-text";
import { type Services } from "../services";
import { runText, statusIcon } from "./syncs";

const shown = 200;

export type RunsNode = GroupNode | RunNode;
interface GroupNode {
  readonly kind: "group";
  readonly title: string;
  readonly runs: readonly RunNode[];
}
/** The commands that take a run take it as it is. */
interface RunNode {
  readonly kind: "run";
  readonly root: string;
  readonly run: string;
  readonly report: RunReport;
}

export interface RunsView extends vscode.TreeDataProvider<RunsNode> {
  /** Only this sync's runs; undefined: all. */
  filter(sync: string | undefined): void;
  group(by: "day" | "sync"): void;
}

export function runsView({ calls, overviews, projects }: Services): RunsView {
  const changed = new vscode.EventEmitter<undefined>();
  overviews.onDidChange(() => changed.fire(undefined));
  let sync: string | undefined;
  let grouping: "day" | "sync" = "day";
  const all = async (): Promise<readonly RunNode[]> => {
    const found = await Promise.all(
      (await projects.roots()).map(async (root) => {
        const ask = { limit: shown, ...(sync !== undefined && { sync }) };
        const reports = await calls.runs(projects.place(root), ask);
        return reports.map((report): RunNode => ({ kind: "run", root, run: report.id, report }));
      }),
    );
    return found
      .flat()
      .sort((a, b) => b.report.startedAt.localeCompare(a.report.startedAt))
      .slice(0, shown);
  };
  return {
    onDidChangeTreeData: changed.event,
    filter(given) {
      sync = given;
      changed.fire(undefined);
    },
    group(by) {
      grouping = by;
      changed.fire(undefined);
    },
    async getChildren(node) {
      if (node?.kind === "group") return [...node.runs];
      if (node !== undefined || !vscode.workspace.isTrusted) return [];
      return grouped(await all(), grouping === "day" ? dayOf : ({ report }) => report.sync);
    },
    getTreeItem: (node) => (node.kind === "group" ? groupItem(node) : runItem(node, grouping)),
  };
}

function grouped(runs: readonly RunNode[], titleOf: (run: RunNode) => string): RunsNode[] {
  const groups = new Map<string, RunNode[]>();
  for (const run of runs) groups.set(titleOf(run), [...(groups.get(titleOf(run)) ?? []), run]);
  return [...groups].map(([title, members]) => ({ kind: "group", title, runs: members }));
}

function dayOf({ report }: RunNode): string {
  const day = new Date(report.startedAt).toDateString();
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day === today.toDateString()) return vscode.l10n.t("Today");
  if (day === yesterday.toDateString()) return vscode.l10n.t("Yesterday");
  return new Date(report.startedAt).toLocaleDateString(vscode.env.language, { dateStyle: "full" });
}

function groupItem({ title, runs }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(plainExcerpt(title, 80), vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group ${title}`;
  item.description = String(runs.length);
  item.contextValue = "group";
  return item;
}

function runItem({ root, run, report }: RunNode, grouping: "day" | "sync"): vscode.TreeItem {
  const { counts, startedAt, sync, target, status } = report;
  const started = new Date(startedAt);
  const time = started.toLocaleTimeString(vscode.env.language, { timeStyle: "short" });
  const day = started.toLocaleDateString(vscode.env.language, { dateStyle: "medium" });
  const applied = counts.created + counts.updated + counts.deleted;
  const item = new vscode.TreeItem(plainExcerpt(grouping === "day" ? sync : `${day}, ${time}`, 80));
  item.id = `${root} ${run}`;
  item.description = [
    ...(grouping === "day" ? [time] : []),
    target,
    vscode.l10n.t("{0} applied", applied),
    ...(counts.rejected > 0
      ? [
          report.revertOf === undefined
            ? vscode.l10n.t("{0} rejected", counts.rejected)
            : vscode.l10n.t("{0} left", counts.rejected),
        ]
      : []),
    ...(report.revertOf === undefined ? [] : [vscode.l10n.t("takes back a run")]),
    ...(counts.inDoubt > 0 ? [vscode.l10n.t("{0} in doubt", counts.inDoubt)] : []),
  ].join(" · ");
  item.tooltip = `${runText(report)}\n${run}`;
  item.iconPath = statusIcon(status);
  // The icon alone says nothing to a screen reader.
  item.accessibilityInformation = { label: `${sync}, ${status}, ${String(item.description)}, ${day}` };
  const rejected = counts.rejected > 0 && report.revertOf === undefined;
  item.contextValue = ["run", ...(rejected ? ["rejected"] : []), ...(applied > 0 ? ["wrote"] : [])].join(" ");
  item.command = { command: "sluice.openRun", title: vscode.l10n.t("Open"), arguments: [{ root, run }] };
  return item;
}
