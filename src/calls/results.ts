/** Query results the surfaces page through. The newest few are kept; an older one must be asked for again. */
import { SyncFailure } from "../failure";
import { type Cell, type Column, type QueryResult } from "../warehouses/warehouse";

const kept = 8;
const windowSize = 200;

export interface Results {
  /** Reads up to `limit` rows and whether there are more. `result` must have been asked for `limit` + 1 rows. */
  keep(id: string, result: QueryResult, limit: number): Promise<{ readonly rows: number; readonly truncated: boolean }>;
  window(id: string, offset: number, limit: number): readonly (readonly Cell[])[];
}

interface Kept {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export function keepResults(): Results {
  const results = new Map<string, Kept>();
  return {
    async keep(id, { columns, batches }, limit) {
      const rows: (readonly Cell[])[] = [];
      for await (const batch of batches) {
        for (let row = 0; row < batch.rows; row += 1) rows.push(batch.columns.map((column) => column[row] ?? null));
      }
      const truncated = rows.length > limit;
      results.set(id, { columns, rows: truncated ? rows.slice(0, limit) : rows });
      for (const oldest of [...results.keys()].slice(0, -kept)) results.delete(oldest);
      return { rows: Math.min(rows.length, limit), truncated };
    },
    window(id, offset, limit) {
      const result = results.get(id);
      if (result === undefined) {
        throw new SyncFailure("result-gone", "This result is no longer kept.", "Run the preview again.");
      }
      return result.rows.slice(offset, offset + Math.min(limit, windowSize));
    },
  };
}
