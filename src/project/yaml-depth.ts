/**
 * How deeply a YAML text is nested, known before it is parsed. The parser recurses, and a regular expression compiled
 * near the end of the stack takes the whole process down, so an overflow cannot be caught: it must not happen.
 */
import { CST, Lexer } from "yaml";

export const deepest = 64;

/** Offset at which the text is nested deeper than `deepest`, or undefined. */
export function tooDeepAt(text: string): number | undefined {
  if (isSurelyShallow(text)) return undefined;
  // Columns at which the open blocks start; brackets add to them.
  const columns: number[] = [];
  let [offset, lineStart, brackets] = [0, 0, 0];
  let scalarNext = false;
  let blockMayStart = true;
  for (const lexeme of new Lexer().lex(text)) {
    const type = scalarNext ? "scalar" : CST.tokenType(lexeme);
    scalarNext = lexeme === CST.SCALAR && !scalarNext;
    if (scalarNext || type === "doc-mode" || type === "flow-error-end") continue;
    const lineBreak = lexeme.lastIndexOf("\n");
    if (type !== null && !blanks.has(type)) {
      if (blockMayStart && brackets === 0) openBlock(columns, offset - lineStart);
      blockMayStart = indicators.has(type);
      if (type === "flow-map-start" || type === "flow-seq-start") brackets += 1;
      if (type === "flow-map-end" || type === "flow-seq-end") brackets = Math.max(0, brackets - 1);
      if (columns.length + brackets > deepest) return offset;
    }
    offset += lexeme.length;
    if (lineBreak >= 0) {
      lineStart = offset - (lexeme.length - lineBreak - 1);
      blockMayStart = true;
    }
  }
  return undefined;
}

/**
 * A bound that spares most files the lexer. The open blocks start at different columns: those before a line's first
 * character are at most its indentation, and each further one on the line follows an indicator. Every bracket counts as open,
 * and blocks stay open around it, so the deepest line so far counts.
 */
function isSurelyShallow(text: string): boolean {
  let [brackets, depth, most] = [0, 1, 1];
  let indenting = true;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\n") {
      [depth, indenting] = [1, true];
      continue;
    }
    indenting &&= character === " " || character === "\t" || character === "\ufeff";
    if (indenting || character === "-" || character === "?" || character === ":") depth += 1;
    else if (character === "[" || character === "{") brackets += 1;
    most = Math.max(most, depth);
    if (most + brackets > deepest) return false;
  }
  return true;
}

const blanks: ReadonlySet<string> = new Set(["space", "newline", "comment", "byte-order-mark"]);

/** After these a block may start on the same line. */
const indicators: ReadonlySet<string> = new Set(["seq-item-ind", "explicit-key-ind", "map-value-ind"]);

function openBlock(columns: number[], column: number): void {
  while (columns.length > 0 && (columns.at(-1) ?? 0) >= column) columns.pop();
  columns.push(column);
}
