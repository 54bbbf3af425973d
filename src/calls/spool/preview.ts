/** A preview: the model's query into a spool that can be looked at while its rows still come. */
import { compileModel } from "../../plan/compile";
import { problemOf } from "../../plan/describe";
import { type QueryOptions, QueryProblem } from "../../warehouses/warehouse";
import { type Place, type PreviewResult, ProblemsFound, type SyncSource } from "../calls";
import { checkOne, modelSql, placed } from "../checking";
import { makeId } from "../edges";
import { type Services } from "../planning";
import { loadSync, openWorkspace } from "../workspace";
import { type Results } from "./results";

/** With `early` the first answer waits for so many rows; later rows are told as they come. */
const firstRows = 100;

export interface PreviewAsk {
  readonly place: Place;
  readonly source: SyncSource;
  readonly ask: { readonly limit?: number; readonly early?: true };
}

export async function previewRows(
  { edges, connections }: Services,
  results: Results,
  { place, source, ask }: PreviewAsk,
  signal?: AbortSignal,
): Promise<PreviewResult> {
  const workspace = await openWorkspace(place);
  const sync = await loadSync(place.root, source);
  // A preview needs the model alone: what is wrong elsewhere in the file does not stand in its way.
  const model = sync.parsed.model;
  if (model === undefined)
    throw new ProblemsFound((await checkOne({ workspace, sync, connections, describe: false, signal })).problems);
  const sql = await modelSql(place.root, sync);

  /** A warehouse for one question; what is wrong with the author's SQL becomes a problem on its line. */
  const asking = async <Answer>(work: (open: Open) => Promise<Answer>): Promise<Answer> => {
    const warehouse = await connections.warehouse(workspace.project, model.warehouse);
    const compiled = compileModel(
      model.source.kind === "table" ? { table: model.source.table } : { sql },
      warehouse.dialect,
    );
    try {
      return await work({ warehouse, sql: compiled.sql });
    } catch (error) {
      if (!(error instanceof QueryProblem)) throw error;
      throw new ProblemsFound([await placed(place.root, sync, problemOf(error, compiled, model))], { cause: error });
    } finally {
      await warehouse.close();
    }
  };

  const result = makeId(edges);
  const limit = ask.limit ?? Infinity;
  await results.begin({
    result,
    root: place.root,
    limit,
    fill: (into, aborted) =>
      asking(({ warehouse, sql: query }) =>
        warehouse.spool(query, into, { ...(limit === Infinity ? {} : { limit: limit + 1 }), signal: aborted }),
      ),
    count: (aborted) =>
      asking(async ({ warehouse, sql: query }) => {
        const options: QueryOptions = aborted === undefined ? {} : { signal: aborted };
        const { batches } = await warehouse.query(`select count(*) from (\n${query}\n) as counted`, options);
        let count = 0;
        for await (const batch of batches) count = Number(batch.columns[0]?.[0] ?? 0);
        return count;
      }),
  });
  return results.arriving(result, ask.early === true ? Math.min(firstRows, limit) - 1 : Infinity, signal);
}

interface Open {
  readonly warehouse: Awaited<ReturnType<Services["connections"]["warehouse"]>>;
  readonly sql: string;
}
