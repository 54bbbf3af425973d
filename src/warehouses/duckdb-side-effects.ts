/**
 * Functions that do more than read. In a model's own text they are refused where they stand; a view or a macro of the
 * warehouse, which may be a file that came with the repository, calls them where no text shows it.
 */
import { type DuckDb, DuckDbError } from "./duckdb-driver";
import { QueryProblem } from "./warehouse";

// What these run or switch cannot be seen from outside, or outlives the statement.
const doing = "json_execute_serialized_sql|(enable|disable)_(logging|profiling|peg_parser)|truncate_duckdb_logs";
const refused = new RegExp(`^(query|${doing}|checkpoint|force_checkpoint)$`, "i");
const mentioned = `query|${doing}|checkpoint`;

export function doesMoreThanRead(functionName: string): boolean {
  return refused.test(functionName);
}

export function moreThanReads(functionName: string): string {
  return `A model cannot call "${functionName.toLowerCase()}": it does more than read.`;
}

/** Throws QueryProblem where a view or macro makes the query do more than read. The plan says so, not having run. */
export async function refuseHidden(db: DuckDb, query: string): Promise<void> {
  const [suspect] = await db.rows<{ n: number }>(`select 1 as n from (
    select sql as body from duckdb_views() where not internal
    union all select macro_definition from duckdb_functions() where not internal and macro_definition is not null
  ) where regexp_matches(body, '${mentioned}', 'i') limit 1`);
  if (suspect === undefined) return;
  const names = await operatorsOf(db, query);
  const found = names.find(doesMoreThanRead);
  if (found !== undefined) throw new QueryProblem(moreThanReads(found), undefined);
}

async function operatorsOf(db: DuckDb, query: string): Promise<readonly string[]> {
  try {
    const [plan] = await db.rows<{ explain_value: string }>(`explain (format json) ${query}`);
    return [...(plan?.explain_value ?? "").matchAll(/"(?:name|Function)": "((?:[^"\\]|\\.)*)"/g)].map(([, name = ""]) =>
      name.trim(),
    );
  } catch (error) {
    // What is wrong with the query itself is said, with its place, by whoever runs it.
    if (error instanceof DuckDbError) return [];
    throw error;
  }
}
