/** Carries out an intent on a document, by one edit and so one undo; or says why not. */
import * as vscode from "vscode";
import { type Intent } from "../../sync/intent";
import { parsers } from "../parser";

/** The last texts of a document, so that an intent made for an earlier one can be judged. */
export class Versions {
  private readonly texts = new Map<number, string>();

  remember(version: number, text: string): void {
    this.texts.set(version, text);
    for (const oldest of [...this.texts.keys()].slice(0, -20)) this.texts.delete(oldest);
  }

  at(version: number): string | undefined {
    return this.texts.get(version);
  }
}

/** Gives why it was refused. */
export async function carryOut(
  document: vscode.TextDocument,
  versions: Versions,
  { version, intent }: { readonly version: number; readonly intent: Intent },
): Promise<string | undefined> {
  const { applyIntent, stillHolds } = await parsers();
  const text = document.getText();
  const seen = versions.at(version);
  if (version !== document.version && (seen === undefined || !stillHolds(intent, seen, text)))
    return vscode.l10n.t("The text changed meanwhile. Look at it, and try again.");
  const applied = applyIntent(text, intent);
  if ("refused" in applied) return applied.refused;
  if (applied.edits.length === 0) return undefined;
  const edit = new vscode.WorkspaceEdit();
  for (const { range, text: piece } of applied.edits) {
    const place = new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
    edit.replace(document.uri, place, piece);
  }
  if (await vscode.workspace.applyEdit(edit)) return undefined;
  return vscode.l10n.t("The file could not be changed. Is it read-only?");
}
