/** Leaving rows out of a model by a condition, as an edit of the sync file or of the model's .sql file. */
import { type Path } from "../problem";
import { type TextEdit } from "../project/yaml-edit";
import { scalarText } from "../project/yaml-write";
import { statementBody } from "../warehouses/sql-text";
import { type ParsedSync } from "./definition";
import { tableSql } from "./table-sql";

/** `keeps`: SQL over the model's columns that the rows to keep fulfil. undefined: the edit is not certain. */
export function excludeInSync(parsed: ParsedSync, text: string, keeps: string): readonly TextEdit[] | undefined {
  const source = parsed.model?.source;
  if (source?.kind === "table") {
    const path = ["model", "table"];
    const sql = `select * from ${tableSql(source.table)} where ${keeps}`;
    return [
      { range: parsed.rangeOf(path, "key"), text: "sql" },
      { range: parsed.rangeOf(path), text: scalarText(sql) },
    ];
  }
  if (source?.kind !== "sql") return undefined;
  const path = ["model", "sql"];
  const sql = parsed.textAt(path);
  if (sql === undefined) return undefined;
  const range = parsed.rangeOf(path);
  const indent = /^\|[^\n]*\n( *)/.exec(text.slice(range.start, range.end))?.[1];
  if (indent === undefined) return sql.includes("--") ? undefined : parsed.setAt(path, onOneLine(sql, keeps));
  return excludeInSql(sql, keeps).map((edit) => inBlock(parsed, path, indent, edit));
}

/** Of a model's SQL: wraps it in a SELECT with the condition, or adds to the condition of such a SELECT. */
export function excludeInSql(sql: string, keeps: string): readonly TextEdit[] {
  const body = statementBody(sql);
  const end = { start: body.length, end: body.length };
  const wrapped = /\n\) as kept\s+where\s[^]*$/.test(body) && body.startsWith(opening);
  if (wrapped) return [{ range: end, text: `\n  and (${keeps})` }];
  return [
    { range: { start: 0, end: 0 }, text: opening },
    { range: end, text: `\n) as kept\nwhere (${keeps})` },
  ];
}

/** A condition that all rows but those of some keys fulfil. Each key is the list of its columns' texts. */
export function butKeys(columns: readonly string[], keys: readonly (readonly string[])[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const texts = columns.map((column) => `cast(${column} as varchar)`);
  if (texts.length === 1) {
    return `coalesce(${texts[0] as string} not in (${keys.map(([key = ""]) => quoted(key)).join(", ")}), true)`;
  }
  const rows = keys.map((key) => `(${key.map(quoted).join(", ")})`);
  return `coalesce((${texts.join(", ")}) not in (${rows.join(", ")}), true)`;
}

const opening = "select * from (\n";

function onOneLine(sql: string, keeps: string): string {
  const body = statementBody(sql);
  return /\) as kept where [^]*$/.test(body) && body.startsWith("select * from (")
    ? `${body} and (${keeps})`
    : `select * from (${body}) as kept where (${keeps})`;
}

function inBlock(parsed: ParsedSync, path: Path, indent: string, { range, text }: TextEdit): TextEdit {
  const at = parsed.offsetInScalar(path, range.start);
  return { range: { start: at, end: at }, text: text.replaceAll("\n", `\n${indent}`) };
}
