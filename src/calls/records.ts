/** What the model's first rows become on the wire: the exact payload of each, credentials never in it. */
import { type FieldSchema } from "../destinations/destination";
import { compile, type Mapping } from "../plan/compile";
import { describeMapping } from "../plan/describe";
import { fieldSchemas } from "../plan/fields";
import { displayKey } from "../plan/keys";
import { PlanProblems } from "../plan/plan";
import { type Rejection } from "../record";
import { type SyncDefinition } from "../sync/definition";
import { type Json, type LogicalType } from "../value";
import { type Cell } from "../warehouses/warehouse";
import { type Place, ProblemsFound, type RecordPreview, type SyncSource } from "./calls";
import { placed } from "./checking";
import { mappedValue } from "./mapped-value";
import { prepare, type Prepared, type Services } from "./planning";

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
    const schemas = fieldSchemas(
      prepared.object,
      mapping.fields.map(({ mapping: { field }, type }) => ({ name: field, type })),
    );
    const { sql } = compile(mapping, warehouse.dialect);
    const wanted =
      ask.key === undefined
        ? sql
        : `select * from (${sql}) as sluice_records where ${warehouse.dialect.identifier("k0")} = ${warehouse.dialect.literal(ask.key)}`;
    const { columns, batches } = await warehouse.query(wanted, {
      limit: ask.limit,
      ...(signal === undefined ? {} : { signal }),
    });
    const names = columns.map(({ name }) => name);
    const records: RecordPreview[] = [];
    for await (const batch of batches) {
      for (let row = 0; row < batch.rows; row += 1) {
        const cells = new Map(names.map((name, column) => [name, batch.columns[column]?.[row] ?? null]));
        records.push(recordOf(cells, { prepared, mapping, schemas, definition }));
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
  readonly schemas: readonly FieldSchema[];
  readonly definition: SyncDefinition;
}

function recordOf(
  cells: ReadonlyMap<string, Cell>,
  { prepared, mapping, schemas, definition }: Reading,
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
    const schema = schemas[index] as FieldSchema;
    const made = mappedValue(cells.get(`c:${one.field}`), one, { schema, destination: prepared.open.destination });
    if ("refused" in made) reject(one.field, made.code, made.refused);
    else if ("wire" in made) fields[one.field] = made.wire;
  }
  return { key, fields, ...(rejection === undefined ? {} : { rejection }) };
}
