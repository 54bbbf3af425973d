/** Keeps rejections in Problems current: on start-up, when a report is written, and as you type. */
import * as vscode from "vscode";
import { type Path } from "../../problem";
import { parsers } from "../parser";
import { isSyncFile, syncName, syncSelector } from "../files";
import { registerCommand } from "../register-command";
import { type Services } from "../services";
import { type RetryArgument } from "../work/retry";
import { mappingPath, mappingRange } from "./placement";
import { excludeRecords } from "./exclude-records";
import { registerExchanges } from "./exchange-document";
import { rejectionFixes } from "./rejection-fixes";
import { toRange } from "./rejection-diagnostic";

const pause = 150;

export function registerRunProblems(services: Services): void {
  const { context, overviews, projects, runProblems } = services;
  const reports = vscode.workspace.createFileSystemWatcher("**/.sluice/runs/*/report.json");
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const soon = (key: string, work: () => Promise<void>): void => {
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => void work().catch((error: unknown) => services.log.warn(String(error))), pause),
    );
  };
  const onReport = (uri: vscode.Uri): void => {
    const root = projects.rootOf(uri);
    if (root === undefined || !vscode.workspace.isTrusted) return;
    soon(root, async () => {
      await runProblems.refresh(root);
      overviews.refresh();
    });
  };
  const restore = (): void => {
    if (!vscode.workspace.isTrusted) return;
    soon("restore", async () => {
      const found = await vscode.workspace.findFiles("**/.sluice/runs/*/report.json", null, 1);
      // Without a report there is nothing to restore, and no reason to start the engine.
      if (found.length > 0) await runProblems.refreshAll();
    });
  };
  context.subscriptions.push(
    runProblems,
    reports,
    reports.onDidCreate(onReport),
    reports.onDidChange(onReport),
    reports.onDidDelete(onReport),
    projects.onDidChange(restore),
    vscode.workspace.onDidChangeTextDocument(({ document: { uri } }) => {
      if (isSyncFile(uri.path) || uri.path.endsWith(".sql"))
        soon(uri.toString(), () => runProblems.drawWhatConcerns(uri));
    }),
    vscode.languages.registerCodeActionsProvider([...syncSelector], rejectionFixes(services), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    { dispose: () => timers.forEach((timer) => clearTimeout(timer)) },
  );
  registerCommand(services, "sluice.excludeRecords", (argument) => excludeRecords(services, argument as RetryArgument));
  registerExchanges(services);
  registerCommand(services, "sluice.showMapping", (argument) => showMapping(services, argument as RetryArgument));
  restore();
}

/** Opens the sync file at the mapping that a group of rejections comes from. */
async function showMapping({ calls, projects, results }: Services, argument: RetryArgument): Promise<void> {
  const root = argument.root ?? results.origin("run")?.place.root;
  if (root === undefined || argument.group === undefined) return;
  const report = await calls.runReport(projects.place(root), { run: argument.run });
  const group = report.groups[argument.group];
  if (group === undefined) return;
  const document = await vscode.workspace.openTextDocument(projects.syncIn(root, report.file).uri);
  const text = document.getText();
  const { parseSync } = await parsers();
  const parsed = parseSync(text, { name: syncName(report.file) });
  const path: Path = mappingPath(parsed, group);
  await vscode.window.showTextDocument(document, { selection: toRange(text, mappingRange(parsed, text, path)) });
}
