/** Bring the mapped rows of the model into a database file beside the plan. */
import { type SyncDefinition } from "../sync/definition";
import { QueryProblem, type Warehouse } from "../warehouses/warehouse";
import { compile, type Mapping } from "./compile";
import { problemOf } from "./describe";
import { PlanProblems } from "./plan";

export const stagedTable = "staged";

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
    return await warehouse.stage(compiled.sql, into, { tag, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    throw new PlanProblems([problemOf(error, compiled, definition.model)], { cause: error });
  }
}
