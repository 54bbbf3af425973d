/** Value fit: the rows that a run would reject, counted in the warehouse before anything is sent. */
import { destinationOf } from "../destinations/index";
import { type FieldSchema } from "../destinations/destination";
import { describeMapping } from "../plan/describe";
import { type MappedField, type Mapping } from "../plan/compile";
import { fieldValuesSql, fit, type FitFinding } from "../plan/fit";
import { PlanProblems } from "../plan/plan";
import { type Fix, type Problem } from "../problem";
import { closest } from "../project/closest";
import { type SyncDefinition } from "../sync/definition";
import { excludeInSql, excludeInSync } from "../sync/exclude";
import { mappingFixes } from "../sync/remedies";
import { QueryProblem, type Warehouse } from "../warehouses/warehouse";
import { type FieldValues, type FitReport, type Place, ProblemsFound, type SyncSource } from "./calls";
import { checkOne, definitionOf, modelSql, placed } from "./checking";
import { objectOf } from "./schemas";
import { type Services } from "./planning";
import { located, type LoadedSync, loadSync, modelFile, openWorkspace } from "./workspace";

/** Asks the warehouse only: the destination's schema comes from its snapshot. */
export async function fitSync(
  services: Services,
  place: Place,
  source: SyncSource,
  signal?: AbortSignal,
): Promise<FitReport> {
  const started = services.edges.now();
  return withMapping(services, place, source, signal, async (known) => {
    const { definition, mapping, warehouse, schemas, destination, object } = known;
    const found = await fit({ definition, mapping, object, destination, warehouse, signal });
    const sqlFile = await modelFile(place.root, known.sync);
    const problems = found.findings.map((finding) => problemOf(finding, found.rows, { ...known, schemas, sqlFile }));
    const ms = services.edges.now() - started;
    return { rows: found.rows, ms, problems: located(known.sync.file, known.sync.text, problems) };
  });
}

/** Values of a field's column or expression, the most frequent first, and whether each fits. */
export async function valuesOfField(
  services: Services,
  place: Place,
  source: SyncSource,
  ask: { readonly field: string; readonly limit: number },
  signal?: AbortSignal,
): Promise<FieldValues> {
  return withMapping(services, place, source, signal, async ({ mapping, warehouse, schemas }) => {
    const field = mapping.fields.find((each) => each.mapping.field === ask.field);
    const sql = field === undefined ? undefined : fieldValuesSql(mapping, field, warehouse);
    if (field === undefined || sql === undefined) return { values: [], more: false, options: [] };
    const { batches } = await warehouse.query(sql, { limit: ask.limit + 1, ...(signal && { signal }) });
    const values: { value: string; rows: number }[] = [];
    for await (const { rows, columns } of batches) {
      for (let row = 0; row < rows; row += 1) {
        const value = columns[0]?.[row] ?? null;
        if (value !== null) values.push({ value: String(value), rows: Number(columns[1]?.[row] ?? 0) });
      }
    }
    return { ...judged(values.slice(0, ask.limit), field, schemas.get(ask.field)), more: values.length > ask.limit };
  });
}

function judged(
  values: readonly { readonly value: string; readonly rows: number }[],
  { mapping }: MappedField,
  schema: FieldSchema | undefined,
): Omit<FieldValues, "more"> {
  const options = schema?.options ?? [];
  const known = options.map(({ value }) => value);
  const labels = new Map(
    options.flatMap(({ value, label }) => (label === undefined ? [] : [[label.toLowerCase(), value]])),
  );
  const entries = new Set(mapping.values?.table.map(({ from }) => from));
  return {
    options,
    values: values.map(({ value, rows }) => {
      const fits = mapping.values === undefined ? known.length === 0 || known.includes(value) : entries.has(value);
      const near = labels.get(value.toLowerCase()) ?? (known.includes(value) ? value : closest(value, known));
      return { value, rows, fits, ...(near !== undefined && { closest: near }) };
    }),
  };
}

interface Known {
  readonly sync: LoadedSync;
  readonly definition: SyncDefinition;
  readonly mapping: Mapping;
  readonly warehouse: Warehouse;
  readonly object: Parameters<typeof fit>[0]["object"];
  readonly destination: Parameters<typeof fit>[0]["destination"];
  readonly schemas: ReadonlyMap<string, FieldSchema>;
}

async function withMapping<Result>(
  { connections }: Services,
  place: Place,
  source: SyncSource,
  signal: AbortSignal | undefined,
  work: (known: Known) => Promise<Result>,
): Promise<Result> {
  const workspace = await openWorkspace(place);
  const sync = await loadSync(place.root, source);
  const definition = definitionOf(sync, await checkOne({ workspace, sync, connections, describe: false, signal }));
  const { project } = workspace;
  const { object } = await objectOf(project, definition);
  const config = project.destinations[definition.destination.connection];
  const warehouse = await connections.warehouse(project, definition.model.warehouse);
  try {
    const text = await modelSql(place.root, sync);
    const mapping = await describeMapping({ definition, modelSql: text, warehouse, signal });
    const schemas = new Map((object?.fields ?? []).map((field) => [field.name, field]));
    const destination = config === undefined ? undefined : destinationOf(config.type);
    return await work({ sync, definition, mapping, warehouse, object, destination, schemas });
  } catch (error) {
    if (error instanceof QueryProblem) {
      const problem = { code: "sql-error", message: error.message, path: ["model"] };
      throw new ProblemsFound([await placed(place.root, sync, problem)], { cause: error });
    }
    if (!(error instanceof PlanProblems)) throw error;
    const problems = await Promise.all(error.problems.map((problem) => placed(place.root, sync, problem)));
    throw new ProblemsFound(problems, { cause: error });
  } finally {
    await warehouse.close();
  }
}

function problemOf(
  finding: FitFinding,
  rows: number,
  known: Known & { readonly sqlFile: { readonly file: string; readonly text: string } | undefined },
): Problem {
  const { sync, mapping, schemas, warehouse } = known;
  const { code, path, field, says } = finding;
  const mapped = mapping.fields.find((each) => each.mapping.field === field);
  const remedies =
    mapped === undefined
      ? []
      : mappingFixes(code, {
          parsed: sync.parsed,
          mapping: mapped.mapping,
          schema: schemas.get(mapped.mapping.field),
          source: mapped.source,
          dialect: warehouse.dialect,
        });
  const share = `${finding.rows.toLocaleString("en")} of ${rows.toLocaleString("en")} rows`;
  return {
    code,
    severity: "warning",
    message: `${share}: ${says}`,
    path,
    range: firstLine(sync.text, sync.parsed.rangeOf(path, "key").start, sync.parsed.rangeOf(path).end),
    fixes: [
      ...remedies,
      ...exclusion(finding, known),
      { title: "Show these rows", action: "show-rows", rows: finding.tail },
    ],
  };
}

function exclusion(
  { keeps }: FitFinding,
  {
    sync,
    sqlFile,
  }: { readonly sync: LoadedSync; readonly sqlFile: { readonly file: string; readonly text: string } | undefined },
): readonly Fix[] {
  if (keeps === undefined) return [];
  const title = "Leave these rows out in the model";
  if (sqlFile !== undefined) return [{ title, file: sqlFile.file, edits: excludeInSql(sqlFile.text, keeps) }];
  const edits = excludeInSync(sync.parsed, sync.text, keeps);
  return edits === undefined ? [] : [{ title, edits }];
}

function firstLine(text: string, start: number, end: number): { readonly start: number; readonly end: number } {
  const line = /\r?\n|$/.exec(text.slice(start))?.index ?? 0;
  return { start, end: Math.min(Math.max(end, start), start + line) };
}
