/** What a sync file's text alone says: outline, folding, selections, formatting. Works in untrusted workspaces too. */
import * as vscode from "vscode";
import { type Part } from "../../language/outline";
import { type Range } from "../../problem";
import { plainLine } from "../../../webview/plain-text";
import { parsers } from "../parser";

const kinds: Readonly<Record<Part["kind"], vscode.SymbolKind>> = {
  map: vscode.SymbolKind.Object,
  list: vscode.SymbolKind.Array,
  text: vscode.SymbolKind.Property,
  field: vscode.SymbolKind.Field,
};

export const symbolProvider: vscode.DocumentSymbolProvider = {
  async provideDocumentSymbols(document) {
    const { outline } = await parsers();
    return outline(document.getText()).map((part) => symbolOf(document, part));
  },
};

function symbolOf(document: vscode.TextDocument, part: Part): vscode.DocumentSymbol {
  const { name, detail, kind, range, selection, children } = part;
  const symbol = new vscode.DocumentSymbol(
    plainLine(name),
    plainLine(detail),
    kinds[kind],
    rangeIn(document, range),
    rangeIn(document, selection),
  );
  symbol.children = children.map((child) => symbolOf(document, child));
  return symbol;
}

export const foldingProvider: vscode.FoldingRangeProvider = {
  async provideFoldingRanges(document) {
    const { folds } = await parsers();
    return folds(document.getText()).map(
      ({ start, end, kind }) =>
        new vscode.FoldingRange(start, end, kind === "comment" ? vscode.FoldingRangeKind.Comment : undefined),
    );
  },
};

export const selectionProvider: vscode.SelectionRangeProvider = {
  async provideSelectionRanges(document, positions) {
    const { around } = await parsers();
    const text = document.getText();
    return positions.map((position) => {
      const ranges = around(text, document.offsetAt(position)).map((range) => rangeIn(document, range));
      const outermost = new vscode.SelectionRange(rangeIn(document, { start: 0, end: text.length }));
      const inner = ranges.reduceRight((parent, range) => selectionIn(parent, range), outermost);
      return selectionIn(inner, document.getWordRangeAtPosition(position) ?? new vscode.Range(position, position));
    });
  },
};

/** A selection's parent must hold it. */
function selectionIn(parent: vscode.SelectionRange, range: vscode.Range): vscode.SelectionRange {
  return parent.range.contains(range) && !parent.range.isEqual(range)
    ? new vscode.SelectionRange(range, parent)
    : parent;
}

export const formattingProvider: vscode.DocumentFormattingEditProvider = {
  async provideDocumentFormattingEdits(document) {
    const { format } = await parsers();
    const edits = format(document.getText()) ?? [];
    return edits.map(({ range, text }) => vscode.TextEdit.replace(rangeIn(document, range), text));
  },
};

function rangeIn(document: vscode.TextDocument, { start, end }: Range): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
