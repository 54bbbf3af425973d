/** The columns that an expression of a mapping names. */
import { type Range } from "../problem";
import { isMark, isName, isWord, sqlTokens, type Token } from "./sql-tokens";

export interface NamedColumn {
  readonly column: string;
  readonly range: Range;
  /** false: it may be something else that has this name, such as a lambda's parameter. */
  readonly certain: boolean;
}

/** Expressions stand over the model alone, so that a plain name in them is one of its columns. */
export function columnsIn(sql: string): readonly NamedColumn[] {
  const tokens = sqlTokens(sql);
  // Inside a SELECT or a lambda names have other meanings; a template may hold anything.
  const certain = !tokens.some(
    (token) => isWord(token, "select", "lambda", "from") || isMark(token, "->", "{{", "{%", "{#"),
  );
  return tokens.flatMap((token, index): readonly NamedColumn[] =>
    isColumn(tokens, token, index)
      ? [{ column: token.text, range: { start: token.start, end: token.end }, certain }]
      : [],
  );
}

const keywords = new Set(
  "all and any array as asc between both by case cast collate current_date current_time current_timestamp desc distinct else end escape exists extract false filter following for from glob group having ilike in interval is isnull lambda leading like limit localtime localtimestamp nocase not notnull null nulls on or order over partition position preceding range rlike rows select similar some struct substring table then to trailing trim true try_cast unbounded union unknown using values when where window with within zone".split(
    " ",
  ),
);

function isColumn(tokens: readonly Token[], token: Token, index: number): boolean {
  const [before, after] = [tokens[index - 1], tokens[index + 1]];
  if (!isName(token) || (token.kind === "word" && keywords.has(token.text.toLowerCase()))) return false;
  // s.field; f(…); date '…'; name := value; {'key': …} and {key: …}; x::type
  if (isMark(before, ".", "::") || isMark(after, "(", ":=", "=>", ":")) return false;
  if (token.kind === "word" && after?.kind === "text") return false;
  // cast(x as type), and the rest of a type or a unit: double precision, interval 3 day, extract(year from …)
  if (isWord(before, "as") || before?.kind === "number" || before?.kind === "text" || before?.kind === "name")
    return false;
  if (before?.kind === "word" && !keywords.has(before.text.toLowerCase())) return false;
  return !(isMark(before, ")") || isWord(before, "interval", "end", "zone") || isUnit(tokens, index));
}

function isUnit(tokens: readonly Token[], index: number): boolean {
  return isWord(tokens[index - 2], "extract") && isWord(tokens[index + 1], "from");
}
