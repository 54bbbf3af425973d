/** What a model's columns hold: how often nothing, how many different values, and which most. */
import { compileModel } from "../plan/compile";
import { compileFacts } from "../plan/compile-facts";
import { modelText, problemOf } from "../plan/describe";
import { PlanProblems } from "../plan/plan";
import { type Json, type LogicalType, toJson } from "../value";
import { type Cell, type Column, QueryProblem, type Warehouse } from "../warehouses/warehouse";
import { type ColumnFacts, type ModelFacts, type Place, ProblemsFound, type SyncSource } from "./calls";
import { checkOne, modelSql, placed } from "./checking";
import { type Services } from "./planning";
import { loadSync, openWorkspace } from "./workspace";

const sampledRows = 10_000;
const examples = 5;
const longestExample = 200;

export async function modelFacts(
  { connections }: Services,
  place: Place,
  source: SyncSource,
  signal?: AbortSignal,
): Promise<ModelFacts> {
  const workspace = await openWorkspace(place);
  const sync = await loadSync(place.root, source);
  const { model } = sync.parsed;
  if (model === undefined)
    throw new ProblemsFound((await checkOne({ workspace, sync, connections, describe: false, signal })).problems);
  const warehouse = await connections.warehouse(workspace.project, model.warehouse);
  const { dialect } = warehouse;
  let compiled = { locate: () => undefined } as Pick<ReturnType<typeof compileModel>, "locate">;
  try {
    const text = modelText(model, await modelSql(place.root, sync));
    const described = compileModel(text, dialect);
    compiled = described;
    const columns = await warehouse.describe(described.sql, signal);
    // One row more than are looked at tells whether there are more.
    const query = compileFacts({ model: text, columns, rows: sampledRows + 1, examples }, dialect);
    compiled = query;
    return factsOf(columns, await rowsOf(warehouse, query.sql, signal));
  } catch (error) {
    const problems =
      error instanceof QueryProblem
        ? [problemOf(error, { sql: "", locate: compiled.locate }, model)]
        : error instanceof PlanProblems
          ? error.problems
          : undefined;
    if (problems === undefined) throw error;
    throw new ProblemsFound(await Promise.all(problems.map((problem) => placed(place.root, sync, problem))), {
      cause: error,
    });
  } finally {
    await warehouse.close();
  }
}

async function rowsOf(
  warehouse: Warehouse,
  sql: string,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly Cell[])[]> {
  const { batches } = await warehouse.query(sql, signal === undefined ? {} : { signal });
  const rows: (readonly Cell[])[] = [];
  for await (const batch of batches) {
    for (let row = 0; row < batch.rows; row += 1) rows.push(batch.columns.map((column) => column[row] ?? null));
  }
  return rows;
}

function factsOf(columns: readonly Column[], rows: readonly (readonly Cell[])[]): ModelFacts {
  const total = Number(rows[0]?.[5] ?? 0);
  const facts = columns.map((column, index): ColumnFacts => {
    const own = rows.filter(([place]) => Number(place) === index);
    const [, , , nulls, different] = own[0] ?? [];
    return {
      name: column.name,
      nullShare: total === 0 ? 0 : Number(nulls ?? 0) / total,
      distinct: Number(different ?? 0),
      examples: own.flatMap(([, value]) => (typeof value === "string" ? [shown(value, column.type)] : [])),
    };
  });
  return { sampled: total, more: total > sampledRows, columns: facts };
}

/** As a preview's cell, but for what is too long to be looked at. */
function shown(text: string, type: LogicalType | undefined): Json {
  if (type === "number" || type === "boolean") return toJson({ type, text });
  return text.length > longestExample ? `${text.slice(0, longestExample)}…` : text;
}
