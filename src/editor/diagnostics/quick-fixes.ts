/** Quick fixes: the edits and actions that problems bring along. */
import * as vscode from "vscode";
import { type FileProblem } from "../../calls/calls";
import { type Fix, isObvious } from "../../problem";
import { projectFile, syncSelector } from "../files";
import { parsers } from "../parser";
import { toRange } from "../problems/rejection-diagnostic";
import { openDocument } from "../projects";
import { type Services } from "../services";
import { textOf } from "../texts";

export function registerQuickFixes(services: Services): void {
  const { checks, context, fits } = services;
  const provider: vscode.CodeActionProvider = {
    provideCodeActions(document, range) {
      return [...checks.of(document), ...fits.of(document)]
        .map((problem) => ({ problem, at: rangeOf(document, problem) }))
        .filter(({ at }) => at.intersection(range) !== undefined)
        .flatMap(({ problem, at }) =>
          (problem.fixes ?? []).flatMap((fix) => actionOf(services, document, { problem, at, fix }) ?? []),
        );
    },
  };
  const selector = [...syncSelector, { scheme: "file", pattern: `**/${projectFile}` }];
  const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  context.subscriptions.push(
    vscode.languages.registerCodeActionsProvider(selector, provider, kinds),
    vscode.languages.registerCodeActionsProvider(selector, fixAllProvider(services), {
      providedCodeActionKinds: [fixAll],
    }),
  );
}

/** Also for `editor.codeActionsOnSave`. */
const fixAll = vscode.CodeActionKind.SourceFixAll.append("sluice");

function fixAllProvider({ checks }: Services): vscode.CodeActionProvider {
  return {
    async provideCodeActions(document, _, { only }) {
      if (only === undefined || !only.contains(fixAll)) return [];
      const { obviousEdits } = await parsers();
      const edits = obviousEdits(checks.of(document));
      if (edits.length === 0) return [];
      const action = new vscode.CodeAction(vscode.l10n.t("Fix everything that has an obvious remedy"), fixAll);
      action.edit = new vscode.WorkspaceEdit();
      for (const { range, text } of edits) {
        const place = new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
        action.edit.replace(document.uri, place, text);
      }
      return [action];
    },
  };
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
): vscode.CodeAction | undefined {
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = vscode.languages
    .getDiagnostics(document.uri)
    .filter((diagnostic) => diagnostic.code === problem.code && diagnostic.range.isEqual(at));
  action.isPreferred = isObvious(problem, fix);
  if (fix.edits) {
    const file = fix.file === undefined ? document.uri : projects.fileIn(document.uri, fix.file);
    const positionAt = file === undefined ? undefined : positionsIn(document, file);
    // A file that is being edited is not what the engine read.
    if (file === undefined || positionAt === undefined) return undefined;
    action.edit = new vscode.WorkspaceEdit();
    for (const { range, text } of fix.edits)
      action.edit.replace(file, new vscode.Range(positionAt(range.start), positionAt(range.end)), text);
  }
  const about = { uri: document.uri, field: fix.field, rows: fix.rows };
  if (fix.action === "map-values")
    action.command = { command: "sluice.mapValues", title: fix.title, arguments: [about] };
  if (fix.action === "add-default")
    action.command = { command: "sluice.addDefault", title: fix.title, arguments: [about] };
  if (fix.action === "show-rows")
    action.command = { command: "sluice.showValues", title: fix.title, arguments: [about] };
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

/** Positions in a file as it was read from disk; undefined: the editor holds another text of it, or it is gone. */
function positionsIn(
  document: vscode.TextDocument,
  file: vscode.Uri,
): ((offset: number) => vscode.Position) | undefined {
  if (file.toString() === document.uri.toString()) return (offset) => document.positionAt(offset);
  const open = openDocument(file);
  if (open !== undefined) return open.isDirty ? undefined : (offset) => open.positionAt(offset);
  const text = textOf(file);
  return text === undefined ? undefined : (offset) => toRange(text, { start: offset, end: offset }).start;
}

function rangeOf(document: vscode.TextDocument, { range }: FileProblem): vscode.Range {
  return new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
}
