/**
 * A mapping is a SELECT list. A definition compiles to one SELECT around the model:
 *
 *     select <key 0> as "k0", …, <tagged field> as "c:email", … from (select <expressions> from (model)) as mapped
 *
 * Key columns are canonical text, NULL where NULL. A field is tagged canonical text; it is NULL only where a table of
 * values has no entry for the row's value. What is user SQL stays as it was written, on lines of its own, so that
 * comments are harmless and a position in an error can be found again.
 */
import { type FieldMapping, type TemplatePart } from "../sync/definition";
import { fromJson, type LogicalType, toTagged } from "../value";
import { statementBody } from "../warehouses/sql-text";
import { type Column, type Dialect } from "../warehouses/warehouse";

/** A part of the compiled text that the author wrote. */
export type Part = { readonly part: "model" } | { readonly part: "field"; readonly field: string };

export interface CompiledQuery {
  readonly sql: string;
  /** Whose text a position (UTF-16) of `sql` stands in, and where in that text. */
  locate(position: number): (Part & { readonly offset: number }) | undefined;
}

/** What describing gives: the model's text and columns, and what each field is made from. */
export interface Mapping {
  readonly model: ModelText;
  readonly columns: readonly Column[];
  readonly keys: readonly Column[];
  readonly fields: readonly MappedField[];
}

export type ModelText = { readonly sql: string } | { readonly table: string };

export interface MappedField {
  readonly mapping: FieldMapping;
  /** Model columns by the name the author used. */
  readonly columns: ReadonlyMap<string, Column>;
  /** Type of the source expression; undefined for constants and templates, which are text of our making. */
  readonly source: Column | undefined;
  /** Type of the values that come out. */
  readonly type: LogicalType | "mixed";
}

export const keyColumn = (index: number): string => `k${index}`;
export const fieldColumn = (field: string): string => `c:${field}`;

/** The query whose rows are staged: key columns and tagged fields. */
export function compile(mapping: Mapping, dialect: Dialect, options: { readonly limit?: number } = {}): CompiledQuery {
  const outer = [
    ...mapping.keys.map((column, index) => {
      const inner = dialect.identifier(innerKey(index));
      return `${dialect.canonical(inner, column)} as ${dialect.identifier(keyColumn(index))}`;
    }),
    ...mapping.fields.map((field, index) => {
      return `${taggedField(field, index, dialect)} as ${dialect.identifier(fieldColumn(field.mapping.field))}`;
    }),
  ];
  const inner = [
    ...mapping.keys.map((column, index) => [
      `${dialect.identifier(column.name)} as ${dialect.identifier(innerKey(index))}`,
    ]),
    ...mapping.fields.flatMap((field, index) => {
      const expression = sourceExpression(field, dialect);
      return expression === undefined ? [] : [[...expression, ` as ${dialect.identifier(innerField(index))}`]];
    }),
  ];
  return assemble([
    `select ${outer.join(", ")} from (select `,
    ...inner.flatMap((pieces, index) => (index === 0 ? pieces : [", ", ...pieces])),
    " from ",
    ...modelPieces(mapping.model, dialect),
    ") as sluice_mapped",
    ...(options.limit === undefined ? [] : [` limit ${Math.trunc(options.limit)}`]),
  ]);
}

/** The model as the author wrote it, for describing and previewing. */
export function compileModel(model: ModelText, dialect: Dialect): CompiledQuery {
  return compileAround(model, dialect, ["select * from ", ""]);
}

/** SQL of ours before and after the model's. */
export function compileAround(
  model: ModelText,
  dialect: Dialect,
  [before, after]: readonly [string, string],
): CompiledQuery {
  return assemble([before, ...modelPieces(model, dialect), after]);
}

/** Authors' expressions over the model, for describing their types. */
export function compileExpressions(
  model: ModelText,
  expressions: readonly { readonly field: string; readonly sql: string }[],
  dialect: Dialect,
): CompiledQuery {
  return assemble([
    "select ",
    ...expressions.flatMap(({ field, sql }, index) => [
      index === 0 ? "" : ", ",
      ...userExpression(field, sql),
      ` as ${dialect.identifier(innerField(index))}`,
    ]),
    " from ",
    ...modelPieces(model, dialect),
  ]);
}

/** The parts of a table's name: `shop."Order Lines"` has two. A file that DuckDB reads in place is one name. */
export function tableParts(table: string, dialect: string): readonly string[] {
  if (dialect === "duckdb" && /\.(?:csv|tsv|parquet|jsonl?|ndjson)(?:\.gz|\.zst)?$/i.test(table)) return [table];
  const parts = table.match(/"(?:[^"]|"")*"|`[^`]*`|[^.]+/g) ?? [table];
  return parts.map((part) => {
    const [, quoted] = /^\s*["`]([^]*)["`]\s*$/.exec(part) ?? [];
    return quoted === undefined ? part.trim() : quoted.replaceAll('""', '"');
  });
}

/** The row that each check of values looks at: key columns and the fields' expressions, none of them as text yet. */
export function compileSources(mapping: Mapping, dialect: Dialect): CompiledQuery {
  const keys = mapping.keys.map((column, index) => [
    `${dialect.identifier(column.name)} as ${dialect.identifier(innerKey(index))}`,
  ]);
  const fields = mapping.fields.flatMap((field, index) => {
    const expression = plainExpression(field, dialect);
    return expression === undefined ? [] : [[...expression, ` as ${dialect.identifier(innerField(index))}`]];
  });
  return assemble([
    "select ",
    ...[...keys, ...fields].flatMap((pieces, index) => (index === 0 ? pieces : [", ", ...pieces])),
    " from ",
    ...modelPieces(mapping.model, dialect),
  ]);
}

/** Columns of compileSources. */
export const innerKey = (index: number): string => `sluice_k${index}`;
export const innerField = (index: number): string => `sluice_f${index}`;

/** A field's expression over the model's columns, as SQL of the author's own scope; undefined for a constant. */
export function sourceSql(field: MappedField, dialect: Dialect): string | undefined {
  const pieces = plainExpression(field, dialect);
  return pieces?.map((piece) => (typeof piece === "string" ? piece : piece.text)).join("");
}

type Piece = string | { readonly text: string; readonly part: Part };

function modelPieces(model: ModelText, dialect: Dialect): readonly Piece[] {
  const text =
    "table" in model
      ? tableParts(model.table, dialect.name)
          .map((part) => dialect.identifier(part))
          .join(".")
      : statementBody(model.sql);
  const piece = { text, part: { part: "model" as const } };
  return "table" in model ? [piece] : ["(\n", piece, "\n) as sluice_model"];
}

function userExpression(field: string, sql: string): readonly Piece[] {
  return ["(\n", { text: statementBody(sql), part: { part: "field", field } }, "\n)"];
}

/** Like sourceExpression, but a template is text without a tag. */
function plainExpression(field: MappedField, dialect: Dialect): readonly Piece[] | undefined {
  const { source } = field.mapping;
  return source.kind === "template" ? [templateText(field, source.parts, dialect)] : sourceExpression(field, dialect);
}

function templateText(field: MappedField, parts: readonly TemplatePart[], dialect: Dialect, lead = ""): string {
  const texts = parts.map((part) => {
    if ("text" in part) return dialect.literal(part.text);
    const column = field.columns.get(part.column) as Column;
    return dialect.display(dialect.identifier(column.name), column);
  });
  return dialect.concat(lead === "" ? texts : [dialect.literal(lead), ...texts]);
}

/** The expression over the model's columns; undefined for a constant, which needs none. */
function sourceExpression(field: MappedField, dialect: Dialect): readonly Piece[] | undefined {
  const { source } = field.mapping;
  switch (source.kind) {
    case "column":
    case "lookup":
      return [dialect.identifier((field.columns.get(source.column) as Column).name)];
    case "sql":
      return userExpression(field.mapping.field, source.sql);
    case "template":
      return [templateText(field, source.parts, dialect, "s:")];
    case "value":
      return undefined;
  }
}

function taggedField(field: MappedField, index: number, dialect: Dialect): string {
  const { source, values } = field.mapping;
  const inner = dialect.identifier(innerField(index));
  if (source.kind === "value") return dialect.literal(toTagged(fromJson(source.value)));
  if (field.source === undefined) return inner;
  if (values === undefined) return dialect.tagged(inner, field.source);
  const text = dialect.canonical(inner, field.source);
  const cases = values.table.map(
    ({ from, to }) => `when ${text} = ${dialect.literal(from)} then ${dialect.literal(toTagged(fromJson(to)))}`,
  );
  const otherwise = values.default === undefined ? "null" : dialect.literal(toTagged(fromJson(values.default)));
  return `case when ${inner} is null then ${dialect.literal("z:")} ${cases.join(" ")} else ${otherwise} end`;
}

function assemble(pieces: readonly Piece[]): CompiledQuery {
  let sql = "";
  const spans: { readonly start: number; readonly end: number; readonly part: Part }[] = [];
  for (const piece of pieces) {
    const text = typeof piece === "string" ? piece : piece.text;
    if (typeof piece !== "string") spans.push({ start: sql.length, end: sql.length + text.length, part: piece.part });
    sql += text;
  }
  return {
    sql,
    locate(position) {
      const span = spans.find(({ start, end }) => position >= start && position <= end);
      return span === undefined ? undefined : { ...span.part, offset: position - span.start };
    },
  };
}
