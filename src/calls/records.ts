/** What the model's first rows become on the wire: the exact payload of each, credentials never in it. */
import { type DeliverContext, type FieldSchema } from "../destinations/destination";
import { compile, type Mapping } from "../plan/compile";
import { describeMapping } from "../plan/describe";
import { objectContext } from "../plan/fields";
import { displayKey } from "../plan/keys";
import { PlanProblems } from "../plan/plan";
import { keyOf, type Rejection } from "../record";
import { type SyncDefinition } from "../sync/definition";
import { fromTagged, type Json, type LogicalType } from "../value";
import { type Cell } from "../warehouses/warehouse";
import { type Place, ProblemsFound, type RecordPreview, type SyncSource } from "./calls";
import { placed } from "./checking";
import { firstRequest } from "./first-request";
import { mappedValue } from "./mapped-value";
import { prepare, type Prepared, type Services } from "./planning";
import { typedKey } from "./record-key";

export async function previewRecords(
  services: Services,
  place: Place,
  source: SyncSource,
  ask: { readonly limit: number; readonly key?: string },
  signal?: AbortSignal,
): Promise<readonly RecordPreview[]> {
  const prepared = await prepare(services, place, source, signal);
  const { definition, modelSql, workspace, sync } = prepared;
  const warehouse = await services.connections.warehouse(workspace.project, definition.model.warehouse);
  try {
    const mapping = await describeMapping({ definition, modelSql, warehouse, signal });
    const { sql } = compile(mapping, warehouse.dialect);
    const wanted = ask.key === undefined ? sql : `select * from (${sql}) as sluice_records where ${keyIs(ask.key)}`;
    function keyIs(key: string): string {
      const columns = mapping.keys.map(({ type }, index) => ({
        name: definition.model.key[index] as string,
        type: type as LogicalType,
      }));
      const { dialect } = warehouse;
      return typedKey(key, columns)
        .map((part, index) => `${dialect.identifier(`k${index}`)} = ${dialect.literal(part)}`)
        .join(" and ");
    }
    const context: DeliverContext = {
      ...objectContext(
        prepared.open.writer,
        definition,
        prepared.object,
        mapping.fields.map(({ mapping: { field }, type }) => ({ name: field, type })),
      ),
      sync: definition.name,
      run: "preview",
      mode: definition.mode,
      onRemoved: definition.onRemoved,
    };
    const { columns, batches } = await warehouse.query(wanted, {
      limit: ask.limit,
      ...(signal === undefined ? {} : { signal }),
    });
    const names = columns.map(({ name }) => name);
    const records: RecordPreview[] = [];
    for await (const batch of batches) {
      for (let row = 0; row < batch.rows; row += 1) {
        const cells = new Map(names.map((name, column) => [name, batch.columns[column]?.[row] ?? null]));
        records.push(recordOf(cells, { prepared, mapping, context, definition }));
      }
    }
    return records;
  } catch (error) {
    if (!(error instanceof PlanProblems)) throw error;
    throw new ProblemsFound(await Promise.all(error.problems.map((problem) => placed(place.root, sync, problem))), {
      cause: error,
    });
  } finally {
    await warehouse.close();
  }
}

interface Reading {
  readonly prepared: Prepared;
  readonly mapping: Mapping;
  readonly context: DeliverContext;
  readonly definition: SyncDefinition;
}

function recordOf(
  cells: ReadonlyMap<string, Cell>,
  { prepared, mapping, context, definition }: Reading,
): RecordPreview {
  const parts = mapping.keys.map((_, index) => cells.get(`k${index}`) as string | null);
  const key = displayKey(
    parts,
    mapping.keys.map(({ type }) => type as LogicalType),
  );
  const fields: Record<string, Json> = {};
  let rejection: Rejection | undefined;
  const reject = (field: string, code: string, reason: string, stage: Rejection["stage"] = "mapping"): void => {
    rejection ??= { key, stage, field, code, reason };
  };
  if (parts.includes(null))
    reject(definition.model.key[parts.indexOf(null)] as string, "null-key", "The row has no key.", "model");
  for (const [index, one] of definition.fields.entries()) {
    const schema = context.fields[index] as FieldSchema;
    const made = mappedValue(cells.get(`c:${one.field}`), one, { schema, destination: prepared.open.destination });
    if ("refused" in made) reject(one.field, made.code, made.refused);
    else if ("wire" in made) fields[one.field] = made.wire;
  }
  if (rejection !== undefined) return { key, fields, rejection };
  const request = firstRequest(
    prepared.open.destination,
    { id: 1, action: "create", key: keyOf(parts as readonly string[]), ...matchOf(cells, context), fields },
    context,
  );
  return { key, fields, ...(request === undefined ? {} : { request }) };
}

/** The match value in the form in which it is compared. */
function matchOf(cells: ReadonlyMap<string, Cell>, { match, object }: DeliverContext): { readonly match?: string } {
  const tagged = match === undefined ? undefined : cells.get(`c:${match}`);
  const value = typeof tagged === "string" ? fromTagged(tagged) : null;
  if (value === null) return {};
  switch (object.fields.find(({ name }) => name === match)?.matchForm) {
    case "trimmed":
      return { match: value.text.trim() };
    case "lowercase":
      return { match: value.text.toLowerCase() };
    case "trimmed-lowercase":
      return { match: value.text.trim().toLowerCase() };
    default:
      return { match: value.text };
  }
}
