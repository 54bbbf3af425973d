/**
 * A model's SQL made ready: checked to be one SELECT, with the files it names made absolute, so that they are found
 * from any working directory. DuckDB's own parser says where they stand.
 */
import { type DuckDb } from "./duckdb-driver";
import { utf16Offset } from "./duckdb-error";
import { doesMoreThanRead, moreThanReads } from "./duckdb-side-effects";
import { sqlString } from "./duckdb-text";
import { statementBody } from "./sql-text";
import { QueryProblem } from "./warehouse";

export interface PreparedQuery {
  /** Without trailing semicolons and comments. */
  readonly sql: string;
  /** The files and patterns it names, as written, and where in the query given. */
  readonly files: readonly { readonly text: string; readonly start: number }[];
  /** An offset into `sql` as an offset into the query given. */
  originalOffset(offset: number): number;
}

/** Throws QueryProblem unless the query is exactly one SELECT. */
export async function prepareQuery(
  db: DuckDb,
  query: string,
  patternOf: (file: string) => string,
): Promise<PreparedQuery> {
  const body = statementBody(query);
  if (body === "") throw new QueryProblem("The query is empty: write a SELECT.", undefined);
  const [{ parsed = "{}" } = {}] = await db.rows<{ parsed: string }>(
    `select cast(json_serialize_sql(${sqlString(body)}) as varchar) as parsed`,
  );
  const tree = JSON.parse(parsed) as ParsedSql;
  if (tree.error_type === "parser" || tree.error_type === "syntax") {
    const position = tree.position === undefined ? undefined : utf16Offset(body, Number(tree.position));
    throw new QueryProblem(`${tree.error_message ?? "The query cannot be parsed"}.`, position);
  }
  if (tree.error || tree.statements?.length !== 1) {
    throw new QueryProblem(
      "A model is exactly one SELECT statement. (PIVOT works with a list of values: `pivot … on column in (…)`.)",
      undefined,
    );
  }
  const found: Literal[] = [];
  visit(tree.statements, body, found);
  return replace(
    body,
    found.toSorted((a, b) => a.start - b.start),
    patternOf,
  );
}

interface ParsedSql {
  readonly error?: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: readonly unknown[];
}

interface Literal {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Node {
  readonly type?: unknown;
  readonly query_location?: number;
  readonly function?: Node;
  readonly function_name?: string;
  readonly children?: readonly Node[];
  readonly value?: { readonly value?: unknown };
}

const fileFunctions = /^(read_(?!duckdb)|sniff_csv$|glob$|parquet_)/;

function visit(value: unknown, sql: string, found: Literal[]): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, sql, found);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const node = value as Node;
  if (node.type === "BASE_TABLE") {
    // In quotes of either kind it may also be a table's name.
    found.push(...literalAt(sql, node.query_location).filter(({ text }) => /[/.*?]/.test(text)));
  }
  if (node.type === "TABLE_FUNCTION" && node.function !== undefined) visitFunction(node.function, sql, found);
  for (const each of Object.values(value)) visit(each, sql, found);
}

function visitFunction(call: Node, sql: string, found: Literal[]): void {
  const name = (call.function_name ?? "").toLowerCase();
  if (doesMoreThanRead(name)) {
    const position = call.query_location === undefined ? undefined : utf16Offset(sql, call.query_location);
    throw new QueryProblem(moreThanReads(name), position);
  }
  if (!fileFunctions.test(name)) return;
  const [first] = call.children ?? [];
  const constants = first?.function_name === "list_value" ? (first.children ?? []) : first === undefined ? [] : [first];
  for (const each of constants) {
    if (each.type === "VALUE_CONSTANT" && typeof each.value?.value === "string") {
      found.push(...literalAt(sql, each.query_location));
    }
  }
}

/** The string that begins at a byte offset: none where a bare name stands, as of a table. */
function literalAt(sql: string, bytes: number | undefined): Literal[] {
  // DuckDB says "nowhere" with the largest 64-bit number.
  if (bytes === undefined || !Number.isSafeInteger(bytes)) return [];
  const start = utf16Offset(sql, bytes);
  const [token = ""] = /^(?:'(?:''|[^'])*'|"(?:""|[^"])*")/.exec(sql.slice(start)) ?? [];
  const quote = token.charAt(0);
  const text = token.slice(1, -1).replaceAll(quote + quote, quote);
  if (quote === "'" || (quote === '"' && looksLikeFile.test(text))) return [{ start, end: start + token.length, text }];
  return [];
}

const looksLikeFile = /\.(csv|tsv|txt|parquet|json|jsonl|ndjson)(\.(gz|zst))?$/i;

function replace(sql: string, literals: readonly Literal[], patternOf: (file: string) => string): PreparedQuery {
  let text = "";
  let from = 0;
  const moved: { readonly start: number; readonly end: number; readonly original: Literal }[] = [];
  for (const literal of literals) {
    text += sql.slice(from, literal.start);
    const quote = sql.charAt(literal.start);
    const file = patternOf(literal.text).replaceAll(quote, quote + quote);
    moved.push({ start: text.length, end: text.length + file.length + 2, original: literal });
    text += quote + file + quote;
    from = literal.end;
  }
  return {
    sql: text + sql.slice(from),
    files: literals,
    originalOffset(offset) {
      const last = moved.findLast((each) => each.start <= offset);
      if (last === undefined) return offset;
      return offset < last.end ? last.original.start : offset - last.end + last.original.end;
    },
  };
}
