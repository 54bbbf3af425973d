/** Query results the surfaces page through, each spooled to a file of its own. The newest few are kept. */
import path from "node:path";
import { Cancelled } from "../../failure";
import { makeScratch, type Scratch } from "../../ledger/scratch";
import { type Spool as Target } from "../../warehouses/warehouse";
import { type PreviewResult } from "../calls";
import { gone, openSpool, type Spool } from "./spool";

export interface Results {
  /** Starts to fill a result. */
  begin(job: Job): Promise<void>;
  /** Waits until more than `rows` rows are there or all are. Throws what the query failed with; an abort ends the query. */
  arriving(result: string, rows: number, signal?: AbortSignal): Promise<PreviewResult>;
  count(result: string, signal?: AbortSignal): Promise<number>;
  /** Throws SyncFailure where it is no longer kept. */
  spool(result: string): Spool;
  drop(result: string): Promise<void>;
  close(): Promise<void>;
}

export interface Job {
  readonly result: string;
  readonly root: string;
  readonly limit: number;
  fill(into: Target, signal: AbortSignal): Promise<{ readonly rows: number }>;
  count(signal?: AbortSignal): Promise<number>;
}

interface Kept {
  readonly spool: Spool;
  readonly abort: AbortController;
  readonly began: number;
  /** Settles with the query. */
  readonly filled: Promise<{ readonly truncated: boolean; readonly ms: number }>;
  ended: boolean;
  count(signal?: AbortSignal): Promise<number>;
}

const kept = 8;

export function keepResults(now: () => number): Results {
  const results = new Map<string, Kept>();
  const folders = new Map<string, Promise<Scratch>>();
  const folderOf = (root: string): Promise<Scratch> => {
    const folder = folders.get(root) ?? makeScratch(root, "results");
    folders.set(root, folder);
    return folder;
  };

  function known(result: string): Kept {
    const found = results.get(result);
    if (found === undefined) throw gone();
    return found;
  }

  async function drop(result: string): Promise<void> {
    const found = results.get(result);
    if (found === undefined) return;
    results.delete(result);
    found.abort.abort();
    await found.filled.catch(() => undefined);
    await found.spool.close();
  }

  return {
    async begin({ result, root, limit, fill, count }) {
      const spool = await openSpool(path.join((await folderOf(root)).folder, `${result}.duckdb`));
      const abort = new AbortController();
      const began = now();
      const filled = spool
        .fill((into) => fill(into, abort.signal), limit)
        .then(({ truncated }) => ({ truncated, ms: now() - began }));
      const keeping: Kept = { spool, abort, began, filled, ended: false, count };
      // Whoever waits for it is told; nobody may.
      filled.catch(() => undefined).finally(() => (keeping.ended = true));
      results.set(result, keeping);
      for (const oldest of [...results.keys()].slice(0, -kept)) await drop(oldest);
    },

    async arriving(result, rows, signal) {
      const { spool, filled, began, abort } = known(result);
      const state = { result, columns: spool.columns };
      const onAbort = (): void => abort.abort();
      signal?.addEventListener("abort", onAbort);
      if (signal?.aborted) abort.abort();
      try {
        for (;;) {
          const more = new Promise<void>((resolve) => spool.onMore(resolve));
          if (spool.rows > rows && !results.get(result)?.ended)
            return {
              ...state,
              columns: spool.columns,
              rows: spool.rows,
              coming: true,
              truncated: false,
              ms: now() - began,
            };
          const end = await Promise.race([more, filled]);
          if (end !== undefined) return { ...state, columns: spool.columns, rows: spool.rows, ...end };
        }
      } catch (error) {
        const cancelled = abort.signal.aborted;
        // What came until then is no result.
        await drop(result);
        throw cancelled ? new Cancelled({ cause: error }) : error;
      } finally {
        signal?.removeEventListener("abort", onAbort);
      }
    },

    count: (result, signal) => known(result).count(signal),
    spool: (result) => known(result).spool,
    drop,
    async close() {
      for (const result of [...results.keys()]) await drop(result);
      for (const scratch of await Promise.all(folders.values())) await scratch.remove();
    },
  };
}
