/**
 * Do the model's values fit the destination's fields? One aggregate query in the warehouse counts the rows that will be
 * rejected, before anything is sent. Only where keys or matches repeat is there a second one, to count them exactly.
 */
import { type Destination, type FieldSchema, type ObjectSchema } from "../destinations/destination";
import { type SyncDefinition } from "../sync/definition";
import { type Path } from "../problem";
import { QueryProblem, type Warehouse } from "../warehouses/warehouse";
import { compileSources, innerField, innerKey, type MappedField, type Mapping, sourceSql } from "./compile";
import { problemOf } from "./describe";
import { fitRules } from "./fit-rules";
import { PlanProblems } from "./plan";
import { blanks } from "./work";

export interface FitInput {
  readonly definition: SyncDefinition;
  readonly mapping: Mapping;
  /** Absent: nothing is known of the fields, and only keys, matches and tables of values are looked at. */
  readonly object: ObjectSchema | undefined;
  readonly destination: Pick<Destination, "canRefuse"> | undefined;
  readonly warehouse: Warehouse;
  readonly signal?: AbortSignal | undefined;
}

export interface Fit {
  /** Of the model. */
  readonly rows: number;
  readonly findings: readonly FitFinding[];
}

export interface FitFinding {
  readonly code: string;
  readonly path: Path;
  readonly field?: string;
  /** Rows it is true of. */
  readonly rows: number;
  readonly says: string;
  /** What follows `select * from (model)` to see them. */
  readonly tail: string;
  /** A condition over the model's columns that the other rows fulfil, short enough for people to read. */
  readonly keeps?: string;
}

/** Reads the whole model once. Throws PlanProblems where the author's SQL fails on a row. */
export async function fit(input: FitInput): Promise<Fit> {
  const checks = checksOf(input);
  const { dialect } = input.warehouse;
  const texts = textColumns(input);
  const select = ["count(*)", ...checks.flatMap(({ counts }) => counts)].join(", ");
  const sources = compileSources(input.mapping, dialect);
  const rows = `(select ${texts.join(", ")} from (\n`;
  const tail = "\n) as sluice_sources) as sluice_texts";
  const [total = 0, ...counted] = await numbers(input, `select ${select} from ${rows}`, tail, sources);
  const findings: FitFinding[] = [];
  let at = 0;
  for (const check of checks) {
    const own = counted.slice(at, (at += check.counts.length));
    const bad = check.exactly === undefined ? (own[0] ?? 0) : await repeats(input, check, own, { rows, tail, sources });
    if (bad > 0) findings.push({ ...check.finding, rows: bad });
  }
  return { rows: total, findings };
}

/** The rows of one field's values, the most frequent first: what `map-values` asks about. */
export function fieldValuesSql(mapping: Mapping, field: MappedField, warehouse: Warehouse): string | undefined {
  const { dialect } = warehouse;
  const index = mapping.fields.indexOf(field);
  if (field.source === undefined || index < 0) return undefined;
  const text = dialect.canonical(dialect.identifier(innerField(index)), field.source);
  const sources = compileSources(mapping, dialect).sql;
  return `select ${text} as v, count(*) as n from (\n${sources}\n) as sluice_sources group by 1 order by 2 desc, 1`;
}

interface FitCheck {
  readonly finding: Omit<FitFinding, "rows">;
  /** Aggregates; the first is the number of bad rows, unless `exactly` is needed to say. */
  readonly counts: readonly string[];
  /** Where the two counts differ something repeats, and this query over the texts counts the rows. */
  readonly exactly?: (from: string) => string;
}

const keyText = (index: number): string => `k${index}`;
const fieldText = (index: number): string => `t${index}`;

/** Canonical texts of what is checked, by the names the checks use. */
function textColumns({ mapping, warehouse: { dialect } }: FitInput): readonly string[] {
  const keys = mapping.keys.map(
    (column, index) => `${dialect.canonical(dialect.identifier(innerKey(index)), column)} as ${keyText(index)}`,
  );
  const fields = mapping.fields.flatMap((field, index) => {
    if (field.mapping.source.kind === "value") return [];
    const inner = dialect.identifier(innerField(index));
    const text = field.source === undefined ? inner : dialect.canonical(inner, field.source);
    return [`${text} as ${fieldText(index)}`];
  });
  return [...keys, ...fields];
}

function checksOf(input: FitInput): readonly FitCheck[] {
  return [
    ...keyChecks(input),
    ...input.mapping.fields.flatMap((field, index) => [
      ...matchChecks(input, field, index),
      ...nullChecks(input, field, index),
      ...valueChecks(input, field, index),
    ]),
  ];
}

function keyChecks({ definition, mapping, warehouse: { dialect } }: FitInput): readonly FitCheck[] {
  const path = ["model", "key"];
  const texts = mapping.keys.map((_, index) => keyText(index));
  const names = mapping.keys.map(({ name }) => dialect.identifier(name));
  const isNull = (columns: readonly string[]): string => columns.map((column) => `${column} is null`).join(" or ");
  const listed = definition.model.key.map((name) => `"${name}"`).join(" and ");
  return [
    {
      finding: {
        code: "null-key",
        path,
        says: `the key ${listed} is NULL, so that no record can be told from another. Give each row a key, or leave the rows out.`,
        tail: `where ${isNull(names)}`,
        keeps: names.map((name) => `${name} is not null`).join(" and "),
      },
      counts: [dialect.countIf(isNull(texts))],
    },
    {
      finding: {
        code: "duplicate-key",
        path,
        says: `the key ${listed} stands in more than one row. Make the model return each key once.`,
        tail: dialect.repeated(rowOf(names)),
      },
      counts: [dialect.countIf(`not (${isNull(texts)})`), `count(distinct ${rowOf(texts, isNull(texts))})`],
      exactly: (from) =>
        `select coalesce(sum(n), 0) from (select count(*) as n from ${from} where not (${isNull(texts)}) group by ${texts.join(", ")} having count(*) > 1) as r`,
    },
  ];
}

function matchChecks(
  { definition, mapping, object, warehouse: { dialect } }: FitInput,
  field: MappedField,
  index: number,
): readonly FitCheck[] {
  const { match } = definition.destination;
  const name = field.mapping.field;
  const model = sourceSql(field, dialect);
  if (name !== match || model === undefined || field.mapping.values !== undefined || definition.mode === "append")
    return [];
  const form = object?.fields.find((each) => each.name === match)?.matchForm ?? "exact";
  const trim = (text: string): string => dialect.trim(text, blanks);
  const normal = (text: string): string =>
    `nullif(${{ exact: text, trimmed: trim(text), lowercase: `lower(${text})`, "trimmed-lowercase": `lower(${trim(text)})` }[form]}, '')`;
  const own = normal(fieldText(index));
  const written = field.source === undefined ? model : dialect.canonical(model, field.source);
  const keys = mapping.keys.map((_, each) => keyText(each));
  const known = keys.map((each) => `${each} is not null`).join(" and ");
  const key = rowOf(keys);
  return [
    {
      finding: {
        code: "null-match",
        path: ["fields", name],
        field: name,
        says: `"${name}" is empty, and records are matched by it. Fill it, or leave the rows out.`,
        tail: `where ${normal(written)} is null`,
        keeps: field.source?.type === "text" ? `trim(${model}) <> ''` : `${model} is not null`,
      },
      counts: [dialect.countIf(`${own} is null and ${known}`)],
    },
    {
      finding: {
        code: "duplicate-match",
        path: ["fields", name],
        field: name,
        says: `another row has the same "${name}", and records are matched by it. Make the model return each once.`,
        tail: dialect.repeated(normal(written)),
      },
      counts: [
        dialect.countIf(`${own} is not null and ${known}`),
        `count(distinct case when ${known} then ${own} end)`,
      ],
      exactly: (from) =>
        `select coalesce(sum(n), 0) from (select count(*) as n from ${from} where ${own} is not null and ${known} group by ${own} having min(${key}) <> max(${key})) as r`,
    },
  ];
}

function nullChecks(
  { definition, object, warehouse: { dialect } }: FitInput,
  field: MappedField,
  index: number,
): readonly FitCheck[] {
  const { field: name, nulls, values, source } = field.mapping;
  const schema = object?.fields.find((each) => each.name === name);
  const model = sourceSql(field, dialect);
  if (model === undefined || field.source === undefined) return [];
  const path = ["fields", name];
  const found: FitCheck[] = [];
  // An update without the field leaves a required one as it is.
  const isSent = nulls === "send" || definition.mode === "insert" || definition.mode === "append";
  if (schema?.required === true && isSent && name !== definition.destination.match) {
    found.push({
      finding: {
        code: "null-in-required",
        path,
        field: name,
        says: `the value is NULL, and "${name}" is required. Fill it, or leave the rows out.`,
        tail: `where ${model} is null`,
        keeps: `${model} is not null`,
      },
      counts: [dialect.countIf(`${fieldText(index)} is null`)],
    });
  }
  if (values !== undefined && values.default === undefined && source.kind !== "lookup") {
    const among = (text: string): string =>
      values.table.length === 0
        ? "false"
        : `${text} in (${values.table.map(({ from }) => dialect.literal(from)).join(", ")})`;
    const written = dialect.canonical(model, field.source);
    found.push({
      finding: {
        code: "no-matching-value",
        path,
        field: name,
        says: `the table of values has no entry for the value. Add one, or a default.`,
        tail: `where ${model} is not null and not ${among(written)}`,
        ...(values.table.length <= 30 && { keeps: `${model} is null or ${among(written)}` }),
      },
      counts: [dialect.countIf(`${fieldText(index)} is not null and not ${among(fieldText(index))}`)],
    });
  }
  return found;
}

/** What a table of values sends are constants of the file, which the check without rows looks at. */
function valueChecks(
  { object, destination, warehouse: { dialect } }: FitInput,
  field: MappedField,
  index: number,
): readonly FitCheck[] {
  const { field: name, values, source } = field.mapping;
  const schema: FieldSchema | undefined = object?.fields.find((each) => each.name === name);
  const type = field.source?.type ?? "text";
  const model = sourceSql(field, dialect);
  if (schema === undefined || model === undefined || values !== undefined || source.kind === "lookup") return [];
  if (destination?.canRefuse?.(schema, type) === false) return [];
  const written = field.source === undefined ? model : dialect.canonical(model, field.source);
  return fitRules(schema, type, dialect).map((rule) => ({
    finding: {
      code: rule.code,
      path: ["fields", name],
      field: name,
      says: rule.says,
      tail: `where ${written} is not null and (${rule.bad(written)})`,
      ...(rule.keeps !== undefined &&
        source.kind !== "template" && { keeps: rule.keeps(type === "text" ? model : written) }),
    },
    counts: [dialect.countIf(`${fieldText(index)} is not null and (${rule.bad(fieldText(index))})`)],
  }));
}

interface Texts {
  readonly rows: string;
  readonly tail: string;
  readonly sources: ReturnType<typeof compileSources>;
}

/** Most keys and matches repeat nowhere: then the two counts say so. */
async function repeats(
  input: FitInput,
  check: FitCheck,
  [all = 0, different = 0]: readonly number[],
  texts: Texts,
): Promise<number> {
  if (all === different || check.exactly === undefined) return 0;
  const [before = "", after = ""] = check.exactly("\u0000").split("\u0000");
  const [rows = 0] = await numbers(input, before + texts.rows, texts.tail + after, texts.sources);
  return rows;
}

async function numbers(
  { warehouse, definition, signal }: FitInput,
  before: string,
  after: string,
  sources: ReturnType<typeof compileSources>,
): Promise<readonly number[]> {
  try {
    const { batches } = await warehouse.query(before + sources.sql + after, {
      tag: `sluice/${definition.name}/fit`,
      ...(signal === undefined ? {} : { signal }),
    });
    let found: readonly number[] = [];
    for await (const batch of batches) found = batch.columns.map(([cell]) => Number(cell ?? 0));
    return found;
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    const { position } = error;
    const inner = position === undefined ? undefined : position - before.length;
    const own = new QueryProblem(error.message, inner, error.candidates, { cause: error });
    throw new PlanProblems([problemOf(own, sources, definition.model)], { cause: error });
  }
}

/** Several columns as one value, NULL where `unless` holds. */
function rowOf(columns: readonly string[], unless?: string): string {
  if (columns.length === 1) return columns[0] as string;
  const row = `(${columns.join(", ")})`;
  return unless === undefined ? row : `case when not (${unless}) then ${row} end`;
}
