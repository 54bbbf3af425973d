/** Lines of plain text for hovers and completions: data is shown, never interpreted. */
import * as vscode from "vscode";
import { plainText } from "../../../webview/plain-text";

export function plainMarkdown(lines: readonly string[]): vscode.MarkdownString {
  const shown = new vscode.MarkdownString();
  for (const [index, line] of lines.entries()) {
    if (index > 0) shown.appendMarkdown("\n\n");
    shown.appendText(plainText(line));
  }
  return shown;
}
