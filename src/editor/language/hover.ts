/** Hovers over sync files, from what the language says. */
import * as vscode from "vscode";
import { parsers } from "../parser";
import { type Knowledges } from "./knowledge";
import { plainMarkdown } from "./markdown";

export function hoverProvider(knowledges: Knowledges): vscode.HoverProvider {
  return {
    async provideHover(document, position) {
      const { hover } = await parsers();
      const { knowledge } = await knowledges.of(document);
      const found = hover(document.getText(), document.offsetAt(position), knowledge);
      if (found === undefined) return undefined;
      const { start, end } = found.range;
      return new vscode.Hover(
        plainMarkdown(found.lines),
        new vscode.Range(document.positionAt(start), document.positionAt(end)),
      );
    },
  };
}
