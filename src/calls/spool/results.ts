/** Query results the surfaces page through, each spooled to a file of its own. The newest few are kept. */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { Cancelled } from "../../failure";
import { makeSluiceFolder } from "../../ledger/place";
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
  const folders = new Map<string, Promise<string>>();
  const folderOf = (root: string): Promise<string> => {
    const folder = folders.get(root) ?? makeFolder(root);
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
      const spool = await openSpool(path.join(await folderOf(root), `${result}.duckdb`));
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
      for (const folder of await Promise.all(folders.values())) {
        await rm(folder, { recursive: true, force: true });
        own.delete(folder);
      }
    },
  };
}

/** Folders of this process: it may have several sessions. */
const own = new Set<string>();

/** A folder of this session's own in the project; what dead processes left beside it is removed. */
async function makeFolder(root: string): Promise<string> {
  const above = path.join(await makeSluiceFolder(root), "tmp");
  await mkdir(above, { recursive: true, mode: 0o700 });
  for (const name of await readdir(above)) {
    const [, pid] = /^results-(\d+)-/.exec(name) ?? [];
    const folder = path.join(above, name);
    // One with this process's number that is not its own is of a dead process that had the number before.
    if (pid === undefined || own.has(folder) || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    await rm(folder, { recursive: true, force: true });
  }
  const folder = await mkdtemp(path.join(above, `results-${process.pid}-`));
  own.add(folder);
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
