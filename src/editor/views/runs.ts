/** The Runs view: what ran lately, newest first; a click opens its report. */
import * as vscode from "vscode";
import { type RunReport } from "../../run/report";
import { plainExcerpt } from "../../../webview/plain-text";
import { type Services } from "../services";
import { runText, statusIcon } from "./syncs";

const shown = 100;

/** The commands that take a run take it as it is. */
interface RunNode {
  readonly root: string;
  readonly run: string;
  readonly report: RunReport;
}

export function runsView({ calls, overviews, projects }: Services): vscode.TreeDataProvider<RunNode> {
  const changed = new vscode.EventEmitter<undefined>();
  overviews.onDidChange(() => changed.fire(undefined));
  return {
    onDidChangeTreeData: changed.event,
    async getChildren(node) {
      if (node !== undefined || !vscode.workspace.isTrusted) return [];
      const all = await Promise.all(
        (await projects.roots()).map(async (root) =>
          (await calls.runs(projects.place(root), { limit: shown })).map((report) => ({
            root,
            run: report.id,
            report,
          })),
        ),
      );
      return all
        .flat()
        .sort((a, b) => b.report.startedAt.localeCompare(a.report.startedAt))
        .slice(0, shown);
    },
    getTreeItem({ root, run, report }) {
      const item = new vscode.TreeItem(plainExcerpt(report.sync, 80));
      item.id = `${root} ${run}`;
      item.description = `${new Date(report.startedAt).toLocaleString()} · ${report.target}`;
      item.tooltip = `${runText(report)}\n${run}`;
      item.iconPath = statusIcon(report.status);
      item.contextValue = report.counts.rejected > 0 ? "run rejected" : "run";
      item.command = { command: "sluice.openRun", title: vscode.l10n.t("Open"), arguments: [{ root, run }] };
      return item;
    },
  };
}
