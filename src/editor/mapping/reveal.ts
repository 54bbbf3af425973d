/** Shows the text of a mapping or a setting beside its mapping editor. */
import * as vscode from "vscode";
import { type Path } from "../../problem";
import { type ParsedSync } from "../../sync/definition";

/** Where the text is open already it is shown there; else in the first group, or beside where that holds the mapping. */
export async function revealPath(
  document: vscode.TextDocument,
  parsed: ParsedSync | undefined,
  path: Path,
): Promise<void> {
  const range = parsed?.rangeOf(path) ?? { start: 0, end: 0 };
  const selection = new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
  const editor = await vscode.window.showTextDocument(document, { viewColumn: columnFor(document.uri), selection });
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function columnFor(uri: vscode.Uri): vscode.ViewColumn {
  const groups = vscode.window.tabGroups.all;
  const holder = groups.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString()),
  );
  if (holder !== undefined) return holder.viewColumn;
  const other = groups.find((group) => !group.isActive);
  return other?.viewColumn ?? vscode.ViewColumn.Beside;
}
