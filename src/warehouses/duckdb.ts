/**
 * A DuckDB database as a warehouse. Every call opens it, runs one statement and gives it back at once, because an
 * open file blocks every writer: a dbt run, a notebook, another Sluice.
 */
import { setTimeout as wait } from "node:timers/promises";
import { Cancelled } from "../failure";
import { duckdbDialect, logicalTypeOf, shown } from "./duckdb-dialect";
import { type Page, sqlName } from "./duckdb-driver";
import { translated } from "./duckdb-problem";
import { type PreparedQuery } from "./duckdb-query";
import {
  type ModelSession,
  openModelSession,
  openSession,
  type SessionOptions,
  type SessionPlace,
} from "./duckdb-session";
import { type DuckDbConfig } from "./duckdb-type";
import { type Column, type ColumnBatch, type Warehouse } from "./warehouse";

const batchRows = 10_000;

/** `patienceMs` and `wait`: how long to wait for a file that a writer holds, and how. */
export function openDuckDbWarehouse(
  config: DuckDbConfig,
  place: Pick<SessionPlace, "root" | "scratch"> & Partial<Pick<SessionPlace, "patienceMs" | "wait">>,
): Warehouse {
  const sessions: SessionPlace = { patienceMs: 10_000, wait: pause, ...place, config };
  const open = new Set<ModelSession>();

  async function inSession<Result>(
    query: string,
    options: SessionOptions,
    work: (session: ModelSession) => Promise<Result>,
  ): Promise<Result> {
    const session = await openModelSession(sessions, query, options);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  return {
    dialect: duckdbDialect,

    describe: (query, signal) => inSession(query, { signal }, (session) => describe(session, signal)),

    async query(query, { signal, limit }) {
      const session = await openModelSession(sessions, query, { signal });
      open.add(session);
      const close = (): Promise<void> => {
        open.delete(session);
        return session.close();
      };
      try {
        const columns = await describe(session, signal);
        const cells = columns.map((column, index) => `${shown(`c${index}`, column)} as c${index}`);
        const aliases = columns.map((_, index) => `c${index}`).join(", ");
        const from = `from (\n${session.query.sql}\n) as model(${aliases})${limit === undefined ? "" : ` limit ${limit}`}`;
        const select = `select ${cells.join(", ")} `;
        const pages = session.db.pages(select + from, {
          pageRows: batchRows,
          onComplete: session.detach,
          ...(signal === undefined ? {} : { signal }),
        });
        const iterator = pages[Symbol.asyncIterator]();
        const first = await translated(at(session, select.length + "from (\n".length), () => iterator.next());
        return { columns, batches: batchesOf(first, iterator, close) };
      } catch (error) {
        await close();
        throw error;
      }
    },

    stage: (query, { file, table }, { signal, limit }) =>
      inSession(query, { signal, target: file }, async (session) => {
        const select = `create table target.main.${sqlName(table)} as select * from (\n`;
        const sql = `${select}${session.query.sql}\n)${limit === undefined ? "" : ` limit ${limit}`}`;
        const [{ Count: rows = 0 } = {}] = await translated(at(session, select.length), () =>
          session.db.rows<{ Count: number }>(sql, signal),
        );
        // Written out here rather than by closing, which would block the process while it lasts.
        await session.db.run("checkpoint target");
        return { rows };
      }),

    spool: (query, { db, table, onRows }, { signal, limit }) =>
      inSession(query, { signal }, async (session) => {
        const columns = await describe(session, signal);
        const from = "select * from (\n";
        const sql = `${from}${session.query.sql}\n)${limit === undefined ? "" : ` limit ${limit}`}`;
        const rows = await translated(at(session, from.length), () =>
          session.db.transfer(db, {
            sql,
            columns: columns.length,
            table,
            signal,
            onRows: (count) => onRows(columns, count),
          }),
        );
        onRows(columns, rows);
        return { rows };
      }),

    async tables(signal) {
      if (config.path === ":memory:") return [];
      const session = await openSession(sessions, { signal });
      try {
        return tablesOf(
          await session.db.rows<TableColumn>(
            `select schema_name as schema, table_name as name, column_name as col, data_type as native
             from duckdb_columns() where not internal and database_name = current_database()
             order by schema_name <> 'main', schema_name, table_name, column_index`,
            signal,
          ),
        );
      } finally {
        await session.close();
      }
    },

    async probe(signal) {
      const session = await openSession(sessions, { signal });
      await session.close();
      return { account: config.path };
    },

    async close() {
      for (const session of [...open]) await session.close();
      open.clear();
    },
  };
}

async function describe(session: ModelSession, signal: AbortSignal | undefined): Promise<readonly Column[]> {
  const prefix = "describe select * from (\n";
  const rows = await translated(at(session, prefix.length), () =>
    session.db.rows<{ column_name: string; column_type: string }>(`${prefix}${session.query.sql}\n)`, signal),
  );
  return rows.map(({ column_name: name, column_type: native }) => ({ name, native, type: logicalTypeOf(native) }));
}

function at(session: ModelSession, offset: number): { readonly query: PreparedQuery; readonly offset: number } {
  return { query: session.query, offset };
}

async function* batchesOf(
  first: IteratorResult<Page>,
  rest: AsyncIterator<Page>,
  close: () => Promise<void>,
): AsyncGenerator<ColumnBatch> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) {
      const { columns, rows } = next.value;
      yield { rows: rows.length, columns: columns.map((_, index) => rows.map((row) => row[index] ?? null)) };
    }
  } finally {
    await close();
  }
}

interface TableColumn extends Record<string, string> {
  readonly schema: string;
  readonly name: string;
  readonly col: string;
  readonly native: string;
}

function tablesOf(rows: readonly TableColumn[]): readonly { name: string; columns: Column[] }[] {
  const tables = new Map<string, { name: string; columns: Column[] }>();
  for (const { schema, name: table, col, native } of rows) {
    const name = schema === "main" ? written(table) : `${written(schema)}.${written(table)}`;
    const entry = tables.get(name) ?? { name, columns: [] };
    tables.set(name, entry);
    entry.columns.push({ name: col, native, type: logicalTypeOf(native) });
  }
  return [...tables.values()];
}

/** A name as one writes it in SQL: quoted only where it must be. */
function written(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : sqlName(name);
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new Cancelled({ cause: error });
  }
}
