/** What the editor tests share: the extension, the sample's files, and waiting for what the editor says. */
import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import { type SluiceApi } from "../../src/extension";

export const root = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail("no workspace");

export async function sluice(): Promise<SluiceApi> {
  const extension = vscode.extensions.getExtension<SluiceApi>("sluice.sluice") ?? assert.fail("no extension");
  return extension.activate();
}

export const uriOf = (file: string): vscode.Uri => vscode.Uri.file(path.join(root(), file));

export async function open(file: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uriOf(file)));
}

/** Resolves once `ready` gives something, asked now and each time the event fires. */
export function until<Result>(
  events: readonly vscode.Event<unknown>[],
  ready: () => Result | undefined | false,
  what: string,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const listeners: vscode.Disposable[] = [];
    const end = (): void => {
      clearTimeout(timer);
      for (const listener of listeners) listener.dispose();
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`Waited in vain for ${what}.`));
    }, 40_000);
    const look = (): void => {
      const found = ready();
      if (found === undefined || found === false) return;
      end();
      resolve(found);
    };
    for (const event of events) listeners.push(event(look));
    look();
  });
}

type Source = "sluice" | "sluice values" | "sluice dev";

/** `sluice`: checks; `sluice values`: what does not fit; `sluice dev`: rejections of runs against the target dev. */
export function problems(uri: vscode.Uri, source: Source): readonly vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter((diagnostic) => diagnostic.source === source);
}

export function untilProblems(
  uri: vscode.Uri,
  source: Source,
  ready: (found: readonly vscode.Diagnostic[]) => boolean,
  what: string,
): Promise<readonly vscode.Diagnostic[]> {
  return until(
    [vscode.languages.onDidChangeDiagnostics],
    () => {
      const found = problems(uri, source);
      return ready(found) && found;
    },
    what,
  );
}

/** Replaces the first occurrence of some text in the buffer. */
export async function replace(editor: vscode.TextEditor, from: string, to: string): Promise<void> {
  const { document } = editor;
  const start = document.getText().indexOf(from);
  assert.ok(start >= 0, `the text has no ${from}`);
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
  assert.ok(await editor.edit((edit) => edit.replace(range, to)));
}

export async function quickFixes(uri: vscode.Uri, range: vscode.Range): Promise<readonly vscode.CodeAction[]> {
  return vscode.commands.executeCommand("vscode.executeCodeActionProvider", uri, range, "quickfix");
}

export async function revert(): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.files.revert");
}
