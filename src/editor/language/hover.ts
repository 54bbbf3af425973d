/** Hovers over sync files, from what the language says. */
import * as vscode from "vscode";
import { type Hover } from "../../language/hover";
import { parsers } from "../parser";
import { type Knowledges } from "./knowledge";
import { plainMarkdown } from "./markdown";

export function hoverProvider(knowledges: Knowledges): vscode.HoverProvider {
  return {
    async provideHover(document, position) {
      const { hover } = await parsers();
      const { knowledge } = await knowledges.of(document);
      return hoverOf(document, hover(document.getText(), document.offsetAt(position), knowledge));
    },
  };
}

export const projectHoverProvider: vscode.HoverProvider = {
  async provideHover(document, position) {
    const { hoverProject } = await parsers();
    return hoverOf(document, hoverProject(document.getText(), document.offsetAt(position)));
  },
};

function hoverOf(document: vscode.TextDocument, found: Hover | undefined): vscode.Hover | undefined {
  if (found === undefined) return undefined;
  const { start, end } = found.range;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  return new vscode.Hover(plainMarkdown(found.lines), range);
}
