/** Bring the mapped rows of the model into a database file beside the plan. */
import { type SyncDefinition } from "../sync/definition";
import { openDuckDb } from "../warehouses/duckdb-driver";
import { QueryProblem, type Warehouse } from "../warehouses/warehouse";
import { compile, keyColumn, type Mapping } from "./compile";
import { problemOf } from "./describe";
import { PlanProblems } from "./plan";

export const stagedTable = "staged";

/** Up to so many rows a plan is in the order of its keys, so that two plans of the same rows read the same. */
const sortedRows = 200_000;

export interface StageInput {
  readonly definition: SyncDefinition;
  readonly mapping: Mapping;
  readonly warehouse: Warehouse;
  /** The database file to make. */
  readonly file: string;
  readonly tag: string;
  readonly signal?: AbortSignal | undefined;
}

/** All rows or none. Throws PlanProblems where the author's SQL fails on a row. */
export async function stage(input: StageInput): Promise<{ readonly rows: number }> {
  const { definition, mapping, warehouse, file, tag, signal } = input;
  const compiled = compile(mapping, warehouse.dialect);
  try {
    const into = { file, table: stagedTable };
    const { rows } = await warehouse.stage(compiled.sql, into, { tag, ...(signal === undefined ? {} : { signal }) });
    if (rows <= sortedRows) await sortByKey(input);
    return { rows };
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    throw new PlanProblems([problemOf(error, compiled, definition.model)], { cause: error });
  }
}

/** A warehouse gives rows in whatever order; numbers sort as numbers. */
async function sortByKey({ mapping, file, signal }: StageInput): Promise<void> {
  const order = mapping.keys.flatMap(({ type }, index) => {
    const key = keyColumn(index);
    return type === "number" ? [`try_cast(${key} as double)`, key] : [key];
  });
  const db = await openDuckDb(file);
  try {
    await db.run(`create table sorted as select * from ${stagedTable} order by ${order.join(", ")}`, signal);
    await db.run(`drop table ${stagedTable}`);
    await db.run(`alter table sorted rename to ${stagedTable}`);
  } finally {
    db.close();
  }
}
