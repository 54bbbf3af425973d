/** Completion of sync files, from the language's items. */
import * as vscode from "vscode";
import { type CompletionItem, type ItemKind } from "../../language/items";
import { plainText } from "../../../webview/plain-text";
import { parsers } from "../parser";
import { type Knowledges } from "./knowledge";
import { plainMarkdown } from "./markdown";

export const completionTriggers = [":", " ", "{", "[", ",", '"', "'", "-"] as const;

const kinds: Readonly<Record<ItemKind, vscode.CompletionItemKind>> = {
  key: vscode.CompletionItemKind.Property,
  column: vscode.CompletionItemKind.Variable,
  field: vscode.CompletionItemKind.Field,
  option: vscode.CompletionItemKind.EnumMember,
  value: vscode.CompletionItemKind.Value,
  connection: vscode.CompletionItemKind.Module,
  object: vscode.CompletionItemKind.Class,
  sync: vscode.CompletionItemKind.Reference,
  snippet: vscode.CompletionItemKind.Snippet,
  secret: vscode.CompletionItemKind.Constant,
};

export function completionProvider(knowledges: Knowledges): vscode.CompletionItemProvider {
  return {
    async provideCompletionItems(document, position, token) {
      const offset = document.offsetAt(position);
      const { complete } = await parsers();
      const { knowledge, whole } = await knowledges.of(document, offset);
      if (token.isCancellationRequested) return undefined;
      const items = complete(document.getText(), offset, knowledge).map((item) => itemOf(document, position, item));
      return new vscode.CompletionList(items, !whole);
    },
  };
}

/** sluice.yaml needs nothing but its own text, so this works where the workspace is not trusted too. */
export const projectCompletionProvider: vscode.CompletionItemProvider = {
  async provideCompletionItems(document, position) {
    const { completeProject } = await parsers();
    const items = completeProject(document.getText(), document.offsetAt(position));
    return items.map((item) => itemOf(document, position, item));
  },
};

function itemOf(document: vscode.TextDocument, position: vscode.Position, from: CompletionItem): vscode.CompletionItem {
  const { label, kind, description, detail, documentation, insert, range, sort, filter, again, preselect } = from;
  const item = new vscode.CompletionItem(
    {
      label: plainText(label),
      ...(description === undefined ? {} : { description: plainText(description) }),
      ...(detail === undefined ? {} : { detail: plainText(detail) }),
    },
    kinds[kind],
  );
  const start = document.positionAt(range.start);
  const end = document.positionAt(range.end);
  // Both ends must lie on the cursor's line; what is typed before the cursor is what the items are sifted by.
  item.range = { inserting: new vscode.Range(start, position), replacing: new vscode.Range(start, end) };
  item.insertText = new vscode.SnippetString(insert);
  item.sortText = sort;
  item.filterText = filter;
  item.preselect = preselect;
  if (documentation.length > 0) item.documentation = plainMarkdown(documentation);
  if (again) item.command = { command: "editor.action.triggerSuggest", title: "" };
  return item;
}
