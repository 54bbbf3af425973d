/** Names as SQL and YAML write them, in place of one that is there. */
import { type Range } from "../problem";
import { scalarText } from "../project/yaml-write";

const reserved = new Set(
  "all analyse analyze and any array as asc asymmetric between both case cast check collate column constraint create cross current_date current_time current_timestamp default deferrable delete desc describe distinct do else end except exists false fetch for foreign from full glob grant group having ilike in initially inner insert intersect interval into is isnull join lambda lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer over overlaps pivot placing primary qualify references returning right row rows select show similar some summarize symmetric table tablesample then to trailing true union unique unpivot update user using values variadic when where window with".split(
    " ",
  ),
);

/** Why it cannot be a column's name everywhere a sync names columns; undefined: it can. */
export function columnNameProblem(name: string): string | undefined {
  if (/^[\p{L}\p{N}_$][\p{L}\p{N}_$ .-]*$/u.test(name) && !name.endsWith(" ") && name.length <= 200) return undefined;
  return "A column's name begins with a letter, a digit or _ and holds letters, digits, spaces and the signs _ $ . - only.";
}

/** The name in SQL: in the quotes that the old one had, or in quotes where it needs them. */
export function sqlName(name: string, written: string, sql: string): string {
  const quote = /^["`]/.exec(written)?.[0];
  const isPlain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name.toLowerCase());
  if (quote === undefined && isPlain) return name;
  const mark = quote ?? (/`[^`\n]+`/.test(sql) ? "`" : '"');
  return mark + name.replaceAll(mark, mark + mark) + mark;
}

/** A YAML scalar whose inner text stands at `range`, as it is written with this text in its place. */
export function scalarEdit(text: string, range: Range, name: string): { readonly range: Range; readonly text: string } {
  const quote = text.charAt(range.start - 1);
  const isQuoted = (quote === '"' || quote === "'") && text.charAt(range.end) === quote;
  return { range, text: isQuoted ? escaped(name, quote) : scalarText(name) };
}

/** A part of a YAML scalar that is written in this quote, or in none. */
export function escaped(part: string, quote: string): string {
  if (quote === "'") return part.replaceAll("'", "''");
  return quote === '"' ? part.replace(/["\\]/g, "\\$&") : part;
}
