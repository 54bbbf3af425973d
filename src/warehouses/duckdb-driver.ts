/**
 * The one place that touches DuckDB's driver, which is loaded on first use.
 *
 * An instance is always in memory, with the database file attached to it: so every error comes as data, and closing
 * gives the file back at once. A stream of this driver ends without an error when the query fails or is interrupted,
 * which would read as a short result: only duckdb-transfer.ts streams from a live query, and tells its end.
 */
import { constants } from "node:os";
import { basename, extname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type DuckDBConnection, type DuckDBInstance, type DuckDBMaterializedResult } from "@duckdb/node-api";
import { Cancelled, throwIfAborted } from "../failure";
import { appendRows } from "./duckdb-append";
import { cellReader } from "./duckdb-cells";
import { DatabaseBusy, DuckDbError, duckDbError } from "./duckdb-error";
import { sqlName, sqlString } from "./duckdb-text";
import { transferPrefix, transferRows, type Transfer } from "./duckdb-transfer";
import { type Claim, claimFile } from "./file-claims";
import { type Cell } from "./warehouse";

export { DatabaseBusy, DuckDbError, isNoRoom } from "./duckdb-error";
export { sqlName, sqlString } from "./duckdb-text";

/** One instance with one connection of its own. The caller runs one statement at a time. */
export interface DuckDb {
  /** Throws DuckDbError, or Cancelled when the signal ended it. */
  run(sql: string, signal?: AbortSignal): Promise<void>;
  /** A small result, whole. */
  rows<T extends Record<string, Cell> = Record<string, Cell>>(sql: string, signal?: AbortSignal): Promise<T[]>;
  /** A big result in constant memory, complete or an error. In the query's order, while preserve_insertion_order is on. */
  pages(sql: string, options?: PageOptions): AsyncIterable<Page>;
  /**
   * A query's rows into a table of another session, which sees them while the query runs; gives how many there are.
   * Complete, or an error whose position is one in the query.
   */
  transfer(into: DuckDb, moved: Omit<Transfer, "from" | "into">): Promise<number>;
  /** Add rows to a table; columns not named stay NULL. Part of the caller's transaction. */
  append(table: string, columns: readonly string[], rows: Iterable<readonly Cell[]>): Promise<void>;
  /**
   * Attach a file under a name, safely beside others of this process that have it open. Throws DatabaseBusy at once
   * when another process holds it, or when others of this process still do once `patience` resolves (default: 10 s).
   */
  attach(file: string, name: string, mode: "read" | "write", options?: AttachOptions): Promise<void>;
  detach(name: string): Promise<void>;
  /** Gives all file locks back at once. */
  close(): void;
}

export interface AttachOptions {
  /** Further options of ATTACH, by DuckDB's names. */
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly patience?: Promise<unknown>;
}

export interface Page {
  readonly columns: readonly string[];
  readonly rows: Cell[][];
}

export interface PageOptions {
  readonly pageRows?: number;
  readonly signal?: AbortSignal;
  /** Called when the result is complete and set aside: what it was read from is needed no more. */
  readonly onComplete?: () => Promise<void>;
}

export interface DuckDbOptions {
  readonly readOnly?: boolean;
  readonly memoryLimitMb?: number;
  readonly threads?: number;
  /** Folder to spill to. Without one: beside the file; an in-memory database does not spill. */
  readonly scratch?: string;
  /** Further settings, by DuckDB's names. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Ends the wait for others of this process that have the file open when it resolves (default: 10 s). */
  readonly patience?: Promise<unknown>;
  /**
   * Files that may be attached later. Once given, the session reaches nothing else: the file may have come with a
   * repository, and what looks like a table of it be a view, or a function of its SQL a macro, that reads other files.
   */
  readonly reach?: readonly string[];
}

const defaultPageRows = 10_000;
const defaultPatienceMs = 10_000;

/** Open a database file (made when missing, unless read-only), or ":memory:". Throws DuckDbError or DatabaseBusy. */
export async function openDuckDb(path: string, options: DuckDbOptions = {}): Promise<DuckDb> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const inMemory = path === ":memory:";
  const instance = await DuckDBInstance.create(":memory:", {
    errors_as_json: "true",
    // Nothing is fetched from anywhere because a query happens to name it.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    temp_directory: options.scratch ?? (inMemory ? "" : `${path}.tmp`),
    ...(options.memoryLimitMb === undefined ? {} : { memory_limit: `${options.memoryLimitMb}MB` }),
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
  }).catch((error: unknown) => {
    throw duckDbError(error, "");
  });
  const db = new Session(instance, await instance.connect());
  try {
    for (const [name, value] of Object.entries(options.settings ?? {})) {
      await db.run(`set ${sqlName(name)} = ${sqlString(value)}`);
    }
    if (!inMemory) {
      const name = databaseName(path);
      const { patience } = options;
      await db.attach(path, name, options.readOnly === true ? "read" : "write", patience ? { patience } : {});
      await db.run(`use ${sqlName(name)}`);
      db.database = name;
    }
    if (options.reach !== undefined) await confine(db, options.reach);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

async function confine(db: DuckDb, files: readonly string[]): Promise<void> {
  const allowed = files.flatMap((file) => [file, `${file}.wal`]).map(sqlString);
  await db.run(`set allowed_paths = [${allowed.join(", ")}]; set enable_external_access = false`);
}

/** The name DuckDB itself would give the database in this file. */
export function databaseName(file: string): string {
  const stem = basename(file, extname(file)) || "db";
  return ["memory", "temp", "system"].includes(stem.toLowerCase()) ? `${stem}_db` : stem;
}

class Session implements DuckDb {
  private readonly claims = new Map<string, { readonly claim: Claim; readonly file: string }>();
  /** The driver crashes the process when a connection is closed under a statement. */
  private readonly underWay = new Set<Promise<unknown>>();
  private spools = 0;
  private closed = false;

  /** The database that names without one belong to. */
  database = "memory";

  constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  async run(sql: string, signal?: AbortSignal): Promise<void> {
    await this.result(sql, signal);
  }

  async rows<T extends Record<string, Cell>>(sql: string, signal?: AbortSignal): Promise<T[]> {
    const { columns, rows } = pageOf(await this.result(sql, signal));
    return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])) as T);
  }

  async *pages(
    sql: string,
    { pageRows = defaultPageRows, signal, onComplete }: PageOptions = {},
  ): AsyncGenerator<Page> {
    const spool = `temp.main.${sqlName(`sluice_pages_${(this.spools += 1)}`)}`;
    await this.run(`create temp table ${spool} as ${sql}`, signal);
    try {
      await onComplete?.();
      const [{ total = 0 } = {}] = await this.rows<{ total: number }>(`select count(*) as total from ${spool}`);
      for (let from = 0; from < total; from += pageRows) {
        throwIfAborted(signal);
        const range = `rowid >= ${from} and rowid < ${from + pageRows}`;
        const page = pageOf(await this.result(`select * from ${spool} where ${range}`, signal));
        if (page.rows.length !== Math.min(pageRows, total - from)) throw new Error("a page of a result is incomplete");
        yield page;
      }
    } finally {
      if (!this.closed) await this.run(`drop table ${spool}`);
    }
  }

  transfer(into: DuckDb, moved: Omit<Transfer, "from" | "into">): Promise<number> {
    const other = into as Session;
    return this.during(() => other.during(() => this.move(other, moved)));
  }

  private async move(into: Session, moved: Omit<Transfer, "from" | "into">): Promise<number> {
    const { sql, signal } = moved;
    throwIfAborted(signal);
    if (this.closed || into.closed) throw new Cancelled();
    const writer = await into.instance.connect();
    try {
      await writer.run(`use ${sqlName(into.database)}`);
      const move = (query: string): Promise<number | undefined> =>
        this.interruptibly(signal, () => transferRows({ ...moved, sql: query, from: this.connection, into: writer }));
      const rows = await move(sql);
      if (rows !== undefined) return rows;
      throwIfAborted(signal);
      // Set aside as a whole, the query throws what its stream kept silent about.
      await this.run(`${asidePrefix}${sql}`, signal).catch((error: unknown) => {
        throw error instanceof DuckDbError ? from(error, asidePrefix.length) : error;
      });
      const again = await move("from sluice_transfer");
      throwIfAborted(signal);
      if (again === undefined) throw new Error("a result ended early");
      return again;
    } catch (error) {
      if (signal?.aborted) throw new Cancelled({ cause: error });
      if (error instanceof DuckDbError) throw error;
      throw from(duckDbError(error, transferPrefix + sql), transferPrefix.length);
    } finally {
      writer.disconnectSync();
    }
  }

  async append(table: string, columns: readonly string[], rows: Iterable<readonly Cell[]>): Promise<void> {
    const { connection } = this;
    await this.during(() => appendRows({ connection, run: (sql) => this.run(sql), table, columns, rows }));
  }

  async attach(file: string, name: string, mode: "read" | "write", options: AttachOptions = {}): Promise<void> {
    const ended = new AbortController();
    const limit = options.patience ?? wait(defaultPatienceMs, undefined, { signal: ended.signal, ref: false });
    const claim = await claimFile(
      file,
      mode,
      limit.catch(() => undefined),
    );
    ended.abort();
    if (claim === undefined) throw new DatabaseBusy(file, process.pid);
    try {
      const words = ["type duckdb", mode === "read" ? "read_only" : "read_write"];
      for (const [key, value] of Object.entries(options.with ?? {})) {
        words.push(`${sqlName(key)} ${typeof value === "string" ? sqlString(value) : String(value)}`);
      }
      await this.run(`attach ${sqlString(file)} as ${sqlName(name)} (${words.join(", ")})`);
      if (this.closed) throw new Cancelled();
      this.claims.set(name, { claim, file });
    } catch (error) {
      await claim.leave(() => undefined);
      throw isLocked(error as DuckDbError) ? new DatabaseBusy(file, holderIn(error), { cause: error }) : error;
    }
  }

  async detach(name: string): Promise<void> {
    const detach = (): Promise<void> => (this.closed ? Promise.resolve() : this.run(`detach ${sqlName(name)}`));
    const held = this.claims.get(name);
    this.claims.delete(name);
    await (held === undefined ? detach() : held.claim.leave(detach));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const held = [...this.claims.values()];
    this.claims.clear();
    if (held.length === 0) return void this.shut();
    // Each file's handle goes with the instance, so the instance goes when all of them may.
    let remaining = held.length;
    let shut = (): void => undefined;
    const gone = new Promise<void>((resolve) => (shut = resolve));
    for (const { claim } of held) {
      void claim.leave(() => {
        remaining -= 1;
        if (remaining > 0) return gone;
        return this.shut()?.then(shut) ?? shut();
      });
    }
  }

  /** At once, where nothing is under way; else as soon as that has been interrupted. */
  private shut(): Promise<void> | undefined {
    const shut = (): void => {
      this.connection.disconnectSync();
      this.instance.closeSync();
    };
    if (this.underWay.size === 0) return void shut();
    // Repeated for the same reason as a cancel's.
    const interrupting = setInterval(() => this.connection.interrupt(), 5);
    return Promise.allSettled(this.underWay).then(() => {
      clearInterval(interrupting);
      shut();
    });
  }

  private async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const doing = work();
    this.underWay.add(doing);
    try {
      return await doing;
    } finally {
      this.underWay.delete(doing);
    }
  }

  private async result(sql: string, signal?: AbortSignal): Promise<DuckDBMaterializedResult> {
    throwIfAborted(signal);
    if (this.closed) throw new Cancelled();
    try {
      return await this.during(() => this.interruptibly(signal, () => this.connection.run(sql)));
    } catch (error) {
      const failure = duckDbError(error, sql);
      if (signal?.aborted && failure.kind.toUpperCase() === "INTERRUPT") throw new Cancelled({ cause: failure });
      throw failure;
    }
  }

  private async interruptibly<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    // An interrupt before the statement has started is lost, so it is repeated until the statement ends.
    let repeat: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      this.connection.interrupt();
      repeat = setTimeout(interrupt, 5);
    };
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      return await work();
    } finally {
      signal?.removeEventListener("abort", interrupt);
      clearTimeout(repeat);
    }
  }
}

const asidePrefix = "create or replace temp table sluice_transfer as ";

/** The error with its position counted from `offset`. */
function from({ message, kind, position, candidates, errno, cause }: DuckDbError, offset: number): DuckDbError {
  const inside = position === undefined ? undefined : position - offset;
  return new DuckDbError(message, kind, inside, candidates, errno, { cause });
}

function pageOf(result: DuckDBMaterializedResult): Page {
  const columns = result.deduplicatedColumnNames();
  const readers = columns.map((_, index) => cellReader(String(result.columnType(index))));
  const rows: Cell[][] = [];
  for (let index = 0; index < result.chunkCount; index += 1) {
    const chunk = result.getChunk(index);
    const values = readers.map((_, column) => chunk.getColumnValues(column));
    for (let row = 0; row < chunk.rowCount; row += 1) {
      rows.push(
        readers.map((read, column) => {
          const value = values[column]?.[row] ?? null;
          return value === null ? null : read(value);
        }),
      );
    }
  }
  return { columns, rows };
}

/** The lock of a file held by another process answers EAGAIN. */
function isLocked(error: DuckDbError): boolean {
  return error.kind === "IO" && error.errno === constants.errno.EAGAIN;
}

/** Named only inside DuckDB's sentence. */
function holderIn(error: unknown): number | undefined {
  const [, pid] = /\(PID (\d+)\)/.exec((error as Error).message) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
