/** What the warehouse says of a sync's columns, without reading a row: the mapping that compiles, or problems. */
import { closest, didYouMean, listed } from "../project/closest";
import { type FieldMapping, type Model, type SyncDefinition } from "../sync/definition";
import { type Path } from "../problem";
import { fromJson, type LogicalType } from "../value";
import { type Column, QueryProblem, type Warehouse } from "../warehouses/warehouse";
import {
  compileExpressions,
  type CompiledQuery,
  compileModel,
  type MappedField,
  type Mapping,
  type ModelText,
} from "./compile";
import { type PlanProblem, PlanProblems } from "./plan";

export interface DescribeInput {
  readonly definition: SyncDefinition;
  /** Text of the model's SQL, inline or from its file; not used for a table. */
  readonly modelSql: string;
  readonly warehouse: Warehouse;
  readonly signal?: AbortSignal | undefined;
}

/** Throws PlanProblems with every problem of the model, or else of the mapping. */
export async function describeMapping(input: DescribeInput): Promise<Mapping> {
  const { mapping, problems } = await describeWhatCan(input);
  if (problems.length > 0) throw new PlanProblems(problems);
  return mapping;
}

/** What of the mapping can be compiled, and the problems of the rest. Throws PlanProblems only for the model itself. */
export async function describeWhatCan(
  input: DescribeInput,
): Promise<{ readonly mapping: Mapping; readonly problems: readonly PlanProblem[] }> {
  const { definition } = input;
  const model = modelText(definition.model, input.modelSql);
  const columns = await describe(input, compileModel(model, input.warehouse.dialect));
  const problems: PlanProblem[] = [];
  const keys = definition.model.key.flatMap((name, index) => {
    const path = definition.model.key.length === 1 ? ["model", "key"] : ["model", "key", index];
    return syncable(find(name, columns, path, problems), path, problems) ?? [];
  });
  const expressions = await describeExpressions(input, model, problems);
  const fields = definition.fields.flatMap(
    (mapping) => describeField({ columns, expressions, mapping, problems }) ?? [],
  );
  problems.push(...sameButForCase(definition.fields));
  return { mapping: { model, columns, keys, fields }, problems };
}

/** Turn an error of a compiled query into the problem of the part that caused it. */
export function problemOf(error: QueryProblem, compiled: CompiledQuery, model: Model): PlanProblem {
  const place = error.position === undefined ? undefined : compiled.locate(error.position);
  if (place === undefined) return { code: "sql-error", message: error.message, path: modelPath(model) };
  const path = place.part === "model" ? modelPath(model) : ["fields", place.field, "sql"];
  return { code: "sql-error", message: error.message, path, position: place.offset };
}

/** The model's text as it is compiled. Throws PlanProblems for what cannot be read yet. */
export function modelText(model: Model, sql: string): ModelText {
  switch (model.source.kind) {
    case "sql":
    case "file":
      return { sql };
    case "table":
      return { table: model.source.table };
    case "dbt":
      throw new PlanProblems([
        {
          code: "dbt-not-available",
          message: "This version of Sluice cannot read dbt models. Name the model's table or its SQL instead.",
          path: ["model", "dbt"],
        },
      ]);
  }
}

function modelPath(model: Model): Path {
  return ["model", model.source.kind];
}

async function describe(input: DescribeInput, compiled: CompiledQuery): Promise<readonly Column[]> {
  try {
    return await input.warehouse.describe(compiled.sql, input.signal);
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    throw new PlanProblems([problemOf(error, compiled, input.definition.model)], { cause: error });
  }
}

interface FieldInput {
  readonly expressions: ReadonlyMap<string, Column>;
  readonly columns: readonly Column[];
  readonly mapping: FieldMapping;
  readonly problems: PlanProblem[];
}

function describeField({ expressions, columns, mapping, problems }: FieldInput): MappedField | undefined {
  const { source } = mapping;
  const path = ["fields", mapping.field];
  const found = new Map<string, Column>();
  for (const { name, path: at } of columnsUsed(mapping)) {
    const column = find(name, columns, at, problems);
    if (column === undefined) return undefined;
    found.set(name, column);
  }
  switch (source.kind) {
    case "value":
      return { mapping, columns: found, source: undefined, type: fromJson(source.value)?.type ?? "text" };
    case "template":
      return { mapping, columns: found, source: undefined, type: "text" };
    case "column":
    case "lookup": {
      const column = syncable(found.get(source.column), path, problems);
      if (column === undefined) return undefined;
      return {
        mapping,
        columns: found,
        source: column,
        type: source.kind === "lookup" ? "text" : typeOut(mapping, column),
      };
    }
    case "sql": {
      const column = syncable(expressions.get(mapping.field), [...path, "sql"], problems);
      return column === undefined
        ? undefined
        : { mapping, columns: found, source: column, type: typeOut(mapping, column) };
    }
  }
}

/** Types of the authors' expressions by field; all in one query, one by one only to find the guilty ones. */
async function describeExpressions(input: DescribeInput, model: ModelText, problems: PlanProblem[]) {
  const { dialect } = input.warehouse;
  const types = new Map<string, Column>();
  const expressions = input.definition.fields.flatMap(({ field, source }) =>
    source.kind === "sql" ? [{ field, sql: source.sql }] : [],
  );
  if (expressions.length === 0) return types;
  const take = async (some: typeof expressions): Promise<CompiledQuery> => {
    const compiled = compileExpressions(model, some, dialect);
    const described = await input.warehouse.describe(compiled.sql, input.signal).catch((error: unknown) => {
      if (error instanceof QueryProblem) throw new Guilty(error, compiled);
      throw error;
    });
    some.forEach(({ field }, index) => types.set(field, described[index] as Column));
    return compiled;
  };
  const all = await take(expressions).catch(caught);
  if (!(all instanceof Guilty)) return types;
  for (const expression of expressions) {
    const one = await take([expression]).catch(caught);
    if (one instanceof Guilty) problems.push(one.problem(expression.field));
  }
  // Each can be described alone, so it is the list that fails: the model is to blame.
  if (types.size === expressions.length)
    throw new PlanProblems([problemOf(all.error, all.compiled, input.definition.model)]);
  return types;
}

class Guilty extends Error {
  constructor(
    readonly error: QueryProblem,
    readonly compiled: CompiledQuery,
  ) {
    super("An expression cannot be described", { cause: error });
  }

  /** The model alone could be described, so the expression is to blame wherever the warehouse points. */
  problem(field: string): PlanProblem {
    const place = this.error.position === undefined ? undefined : this.compiled.locate(this.error.position);
    const position = place?.part === "field" ? { position: place.offset } : {};
    return { code: "sql-error", message: this.error.message, path: ["fields", field, "sql"], ...position };
  }
}

function caught(error: unknown): Guilty {
  if (error instanceof Guilty) return error;
  throw error;
}

function columnsUsed({ field, source }: FieldMapping): readonly { readonly name: string; readonly path: Path }[] {
  switch (source.kind) {
    case "column":
    case "lookup":
      return [{ name: source.column, path: ["fields", field, "column"] }];
    case "template":
      return source.parts.flatMap((part) =>
        "column" in part ? [{ name: part.column, path: ["fields", field, "template"] }] : [],
      );
    default:
      return [];
  }
}

/** A column by its exact name, or by its name in another case where only one has it. */
function find(name: string, columns: readonly Column[], path: Path, problems: PlanProblem[]): Column | undefined {
  const exact = columns.find((column) => column.name === name);
  if (exact !== undefined) return exact;
  const folded = columns.filter((column) => column.name.toLowerCase() === name.toLowerCase());
  if (folded.length === 1) return folded[0];
  const names = columns.map((column) => column.name);
  const suggestion = didYouMean(closest(name, names)) || ` It has ${listed(names)}.`;
  problems.push({ code: "unknown-column", message: `The model has no column "${name}".${suggestion}`, path });
  return undefined;
}

function syncable(column: Column | undefined, path: Path, problems: PlanProblem[]): Column | undefined {
  if (column === undefined || column.type !== undefined) return column;
  problems.push({
    code: "binary-column",
    message: `A value of type ${column.native} cannot be synced. Convert it to text in the model, for example with base64().`,
    path,
  });
  return undefined;
}

function typeOut(mapping: FieldMapping, column: Column): LogicalType | "mixed" {
  const { values } = mapping;
  if (values === undefined) return column.type as LogicalType;
  const sent = [...values.table.map(({ to }) => to), ...(values.default === undefined ? [] : [values.default])];
  const types = new Set(sent.flatMap((json) => fromJson(json)?.type ?? []));
  if (types.size > 1) return "mixed";
  return [...types][0] ?? "text";
}

/** The files that plans and ledgers are kept in tell column names apart by their letters, not by their case. */
function sameButForCase(fields: readonly FieldMapping[]): readonly PlanProblem[] {
  const seen = new Map<string, string>();
  return fields.flatMap(({ field }) => {
    const other = seen.get(field.toLowerCase());
    seen.set(field.toLowerCase(), field);
    if (other === undefined) return [];
    const message = `The fields "${other}" and "${field}" differ only in case. Map one of them.`;
    return [{ code: "fields-differ-in-case", message, path: ["fields", field] }];
  });
}
