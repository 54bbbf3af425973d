/** Where else in its statement an alias is spoken of. */
import { type Range } from "../problem";
import { type Output, type Outputs } from "./sql-outputs";
import { isMark, isName, isWord, sameName, type Token } from "./sql-tokens";

export interface AliasUses {
  /** Places that mean the alias for certain: entries of ORDER BY that are nothing but its name. */
  readonly certain: readonly Range[];
  /** The first place that may mean the alias or a column that it hides. */
  readonly doubt?: Range;
}

export function aliasUses(outputs: Outputs, output: Output): AliasUses {
  const { tokens } = outputs;
  const certain: Range[] = [];
  for (const [index, token] of tokens.entries()) {
    const isItself = token.start >= output.item.start && token.end <= output.item.end;
    if (isItself || !isName(token) || !sameName(token.text, output.name) || isMark(tokens[index + 1], "(")) continue;
    const range = { start: token.start, end: token.end };
    const meaning = meaningOf(outputs, output, index);
    if (meaning === "doubt") return { certain, doubt: range };
    if (meaning === "alias") certain.push(range);
  }
  return { certain };
}

function meaningOf(outputs: Outputs, output: Output, index: number): "alias" | "column" | "doubt" {
  const { tokens, passedOn } = outputs;
  const { first, last } = output.select;
  const depth = tokens[first]?.depth ?? 0;
  const isQualified = isMark(tokens[index - 1], ".");
  if (index < first) return "column";
  if (index >= last) {
    // What comes after a table expression may look into it; after a branch of a union only ORDER BY names its columns.
    if (passedOn === true) return isOrderItem(tokens, index) ? "alias" : "doubt";
    // A branch in brackets ends with them, and what orders the whole stands outside of them.
    const level = isMark(tokens[last], ")") ? depth - 1 : depth;
    if (tokens[index]?.depth !== level || orderBefore(tokens, index, last) === undefined) return "column";
    return isOrderItem(tokens, index) ? "alias" : "doubt";
  }
  if (isQualified || isInside(tokens, index, first, depth)) return "column";
  if (isPlainColumn(tokens, output)) return "column";
  if (tokens[index]?.depth === depth && isOrderItem(tokens, index)) return "alias";
  return clauseOf(tokens, index, { first, depth }) === "from" ? "column" : "doubt";
}

/** `x`, `t.x` and `t.x as x`: the name means the column before and after. */
function isPlainColumn(tokens: readonly Token[], output: Output): boolean {
  if (output.form === "column") return true;
  const item = tokens.filter(({ start, end }) => start >= output.item.start && end <= output.item.end);
  const expression = item.slice(0, isWord(item.at(-2), "as") ? -2 : -1);
  const isPath = expression.every((token, index) => (index % 2 === 0 ? isName(token) : isMark(token, ".")));
  return isPath && sameName(expression.at(-1)?.text ?? "", output.name);
}

/** It stands in a SELECT of its own, in brackets. */
function isInside(tokens: readonly Token[], index: number, first: number, depth: number): boolean {
  let above = tokens[index]?.depth ?? 0;
  for (let at = index - 1; at > first && above > depth; at--) {
    const token = tokens[at];
    if (token === undefined || token.depth >= above) continue;
    above = token.depth;
    if (isMark(token, "(") && isWord(tokens[at + 1], "select", "with", "from")) return true;
  }
  return false;
}

function clauseOf(tokens: readonly Token[], index: number, { first, depth }: { first: number; depth: number }): string {
  for (let at = index - 1; at >= first; at--) {
    const token = tokens[at];
    if (token?.depth !== depth || isMark(tokens[at - 1], ".")) continue;
    if (isWord(token, "from") && isWord(tokens[at - 1], "distinct") && isWord(tokens[at - 2], "is", "not")) continue;
    if (isWord(token, "select", "from", "where", "group", "having", "qualify", "window", "order")) {
      return token.text.toLowerCase();
    }
  }
  return "select";
}

/** `order by a, ‹x› desc nulls last`: an entry that is the name alone means the result's column in every dialect. */
function isOrderItem(tokens: readonly Token[], index: number): boolean {
  const [before, token, after] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  const ends =
    after === undefined || isMark(after, ",", ")", ";") || isWord(after, "asc", "desc", "nulls", "limit", "offset");
  if (!ends || token === undefined) return false;
  if (isWord(before, "by")) return isWord(tokens[index - 2], "order");
  return isMark(before, ",") && orderBefore(tokens, index, 0) !== undefined;
}

/** The ORDER BY whose list an index stands in, from `first` on. */
function orderBefore(tokens: readonly Token[], index: number, first: number): number | undefined {
  const depth = tokens[index]?.depth;
  for (let at = index - 1; at >= first; at--) {
    const token = tokens[at];
    if (token?.depth !== depth) {
      if (token !== undefined && depth !== undefined && token.depth < depth) return undefined;
      continue;
    }
    if (isWord(token, "by")) return isWord(tokens[at - 1], "order") ? at : undefined;
    if (isWord(token, "select", "from", "where", "group", "having", "union", "except", "intersect")) return undefined;
  }
  return undefined;
}
