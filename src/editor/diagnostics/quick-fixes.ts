/** Quick fixes: the edits and actions that problems bring along. */
import * as vscode from "vscode";
import { type FileProblem } from "../../calls/calls";
import { type Fix } from "../../problem";
import { projectFile, syncSelector } from "../files";
import { type Services } from "../services";

export function registerQuickFixes(services: Services): void {
  const { checks, context } = services;
  const provider: vscode.CodeActionProvider = {
    provideCodeActions(document, range) {
      return checks
        .of(document)
        .map((problem) => ({ problem, at: rangeOf(document, problem) }))
        .filter(({ at }) => at.intersection(range) !== undefined)
        .flatMap(({ problem, at }) =>
          (problem.fixes ?? []).map((fix) => actionOf(services, document, { problem, at, fix })),
        );
    },
  };
  const selector = [...syncSelector, { scheme: "file", pattern: `**/${projectFile}` }];
  const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  context.subscriptions.push(vscode.languages.registerCodeActionsProvider(selector, provider, kinds));
}

interface Remedy {
  readonly problem: FileProblem;
  readonly at: vscode.Range;
  readonly fix: Fix;
}

function actionOf(
  { projects }: Services,
  document: vscode.TextDocument,
  { problem, at, fix }: Remedy,
): vscode.CodeAction {
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = vscode.languages
    .getDiagnostics(document.uri)
    .filter((diagnostic) => diagnostic.code === problem.code && diagnostic.range.isEqual(at));
  action.isPreferred = problem.fixes?.length === 1;
  if (fix.edits) {
    action.edit = new vscode.WorkspaceEdit();
    for (const { range, text } of fix.edits) {
      const place = new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
      action.edit.replace(document.uri, place, text);
    }
  }
  if (fix.action === "refresh-schema") {
    const root = projects.rootOf(document.uri);
    action.command = { command: "sluice.refreshSchema", title: fix.title, arguments: [{ root, uri: document.uri }] };
  }
  if (fix.action === "store-secret") {
    const argument = { uri: document.uri, range: problem.range, path: problem.path };
    action.command = { command: "sluice.storeSecret", title: fix.title, arguments: [argument] };
  }
  return action;
}

function rangeOf(document: vscode.TextDocument, { range }: FileProblem): vscode.Range {
  return new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
}
