/**
 * One row of the model with what each mapping makes of it. The row's cells travel as mappings of their own in the same
 * query, so that both are surely of one row; a mapping that fails is left out and says why.
 */
import { destinationOf } from "../destinations/index";
import { type Destination, type FieldSchema, type ObjectSchema } from "../destinations/destination";
import { compile, compileAround, type CompiledQuery, type MappedField, type Mapping } from "../plan/compile";
import { describeWhatCan, problemOf } from "../plan/describe";
import { PlanProblems } from "../plan/plan";
import { type ResolvedProject } from "../project/project";
import { type SyncDefinition } from "../sync/definition";
import { fromTagged, type Json, toJson } from "../value";
import { type Cell, type Column, QueryProblem, type Warehouse } from "../warehouses/warehouse";
import { type MappedRow, type MappedValue, type Place, ProblemsFound, type SyncSource } from "./calls";
import { checkOne, modelSql, placed } from "./checking";
import { mappedValue } from "./mapped-value";
import { type Services } from "./planning";
import { objectOf } from "./schemas";
import { loadSync, openWorkspace } from "./workspace";

export async function mapRow(
  { connections }: Services,
  place: Place,
  source: SyncSource,
  { row }: { readonly row: number },
  signal?: AbortSignal,
): Promise<MappedRow> {
  const workspace = await openWorkspace(place);
  const sync = await loadSync(place.root, source);
  const { definition } = sync.parsed;
  if (definition === undefined)
    throw new ProblemsFound((await checkOne({ workspace, sync, connections, describe: false, signal })).problems);
  const warehouse = await connections.warehouse(workspace.project, definition.model.warehouse);
  try {
    const described = await describeWhatCan({
      definition,
      modelSql: await modelSql(place.root, sync),
      warehouse,
      signal,
    });
    const mapping = ofOneRow(described.mapping, row, warehouse);
    const read = (fields: readonly MappedField[]) => readRow({ mapping, fields, warehouse, signal });
    const found = await readEach(mapping.fields, read, definition);
    if (found === undefined) return { cells: {}, fields: {} };
    const { cells, values } = found;
    const encode = encoder(
      destinationFor(workspace.project, definition),
      await objectFor(workspace.project, definition),
    );
    const fields = definition.fields.map((one): [string, MappedValue] => {
      const at = mapping.fields.findIndex((field) => field.mapping === one);
      const problem = described.problems.find(({ path }) => path[0] === "fields" && path[1] === one.field);
      if (problem !== undefined || at < 0)
        return [one.field, { refused: problem?.message ?? "", code: problem?.code ?? "not-mapped" }];
      const value = values[at];
      if (typeof value === "object" && value !== null) return [one.field, value];
      return [one.field, encode(value, mapping.fields[at] as MappedField)];
    });
    return { row, cells: cellsOf(mapping.columns, cells), fields: Object.fromEntries(fields) };
  } catch (error) {
    const problems =
      error instanceof PlanProblems
        ? error.problems
        : error instanceof QueryProblem
          ? [problemOf(error, nowhere, definition.model)]
          : undefined;
    if (problems === undefined) throw error;
    throw new ProblemsFound(await Promise.all(problems.map((problem) => placed(place.root, sync, problem))), {
      cause: error,
    });
  } finally {
    await warehouse.close();
  }
}

/** The row's query is wrapped more than once: where in it an error stands says nothing of the author's text. */
const nowhere: CompiledQuery = { sql: "", locate: () => undefined };

/** The same mapping over one row of the model: in the order of its keys, so that it is the same row each time. */
function ofOneRow(mapping: Mapping, row: number, { dialect }: Warehouse): Mapping {
  const keys = mapping.keys.map(({ name }) => dialect.identifier(name)).join(", ");
  const one = `${keys === "" ? "" : ` order by ${keys}`} limit 1 offset ${Math.max(0, Math.trunc(row))}`;
  return { ...mapping, keys: [], model: { sql: compileAround(mapping.model, dialect, ["select * from ", one]).sql } };
}

interface Reading {
  readonly mapping: Mapping;
  readonly fields: readonly MappedField[];
  readonly warehouse: Warehouse;
  readonly signal: AbortSignal | undefined;
}

/** The cells of the row, then its fields, all tagged; undefined: there is no such row. */
async function readRow({ mapping, fields, warehouse, signal }: Reading): Promise<readonly Cell[] | undefined> {
  const asked = { ...mapping, fields: [...mapping.columns.map(cellField), ...fields] };
  const { batches } = await warehouse.query(compile(asked, warehouse.dialect).sql, {
    limit: 1,
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const batch of batches) {
    if (batch.rows > 0) return batch.columns.map((column) => column[0] ?? null);
  }
  return undefined;
}

/** A column as a mapping to itself. Its name on the way is ours: results are read by their places. */
function cellField(column: Column, index: number): MappedField {
  return {
    mapping: {
      field: `sluice cell ${index}`,
      source: { kind: "column", column: column.name },
      nulls: "send",
      write: "always",
    },
    columns: new Map([[column.name, column]]),
    source: column,
    type: column.type ?? "text",
  };
}

type FieldValue = Cell | { readonly refused: string; readonly code: string };

/** The row's cells and all fields at once; where one fails on the row, each field alone. undefined: no such row. */
async function readEach(
  fields: readonly MappedField[],
  read: (fields: readonly MappedField[]) => Promise<readonly Cell[] | undefined>,
  { model }: SyncDefinition,
): Promise<{ readonly cells: readonly Cell[]; readonly values: readonly FieldValue[] } | undefined> {
  const parted = (row: readonly Cell[], count: number) => ({
    cells: row.slice(0, row.length - count),
    values: row.slice(row.length - count),
  });
  try {
    const row = await read(fields);
    return row && parted(row, fields.length);
  } catch (error) {
    if (!(error instanceof QueryProblem) || fields.length === 0) throw error;
  }
  const cells = await read([]);
  if (cells === undefined) return undefined;
  const values: FieldValue[] = [];
  for (const field of fields) {
    try {
      const row = await read([field]);
      values.push((row && parted(row, 1).values[0]) ?? null);
    } catch (error) {
      if (!(error instanceof QueryProblem)) throw error;
      const { message, code } = problemOf(error, nowhere, model);
      values.push({ refused: message, code });
    }
  }
  return { cells, values };
}

function encoder(destination: Destination | undefined, object: ObjectSchema | undefined) {
  return (cell: unknown, { mapping, type }: MappedField): MappedValue => {
    const known = object?.fields.find(({ name }) => name === mapping.field);
    // Without a snapshot, or in an open object, the values' own type stands in.
    const schema: FieldSchema = known ?? { name: mapping.field, type: type === "mixed" ? "text" : type };
    if (destination === undefined)
      return mappedValue(cell, mapping, { schema, destination: { encode: (value) => ({ wire: toJson(value) }) } });
    return mappedValue(cell, mapping, { schema, destination });
  };
}

function destinationFor(project: ResolvedProject, { destination }: SyncDefinition): Destination | undefined {
  const config = Object.hasOwn(project.destinations, destination.connection)
    ? project.destinations[destination.connection]
    : undefined;
  return config === undefined ? undefined : destinationOf(config.type);
}

async function objectFor(project: ResolvedProject, definition: SyncDefinition): Promise<ObjectSchema | undefined> {
  return (await objectOf(project, definition)).object;
}

function cellsOf(columns: readonly Column[], row: readonly Cell[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    columns.map(({ name }, index) => {
      const cell = row[index];
      const value = typeof cell === "string" ? fromTagged(cell) : null;
      // As in a preview: JSON is shown as its text.
      return [name, value?.type === "json" ? value.text : toJson(value)];
    }),
  );
}
