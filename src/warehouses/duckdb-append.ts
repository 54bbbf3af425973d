/** Bulk loading: whole chunks at a time, some hundred times faster than inserts. */
import { type DuckDBConnection, type DuckDBType, type DuckDBValue } from "@duckdb/node-api";
import { sqlName } from "./duckdb-text";
import { type Cell } from "./warehouse";

const chunkRows = 2048;
const chunksPerTurn = 8;

interface Load {
  readonly connection: DuckDBConnection;
  run(sql: string): Promise<void>;
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly Cell[]>;
}

export async function appendRows(load: Load): Promise<void> {
  const described = await load.connection.run(`select * from ${sqlName(load.table)} limit 0`);
  const names = described.columnNames();
  const types = described.columnTypes();
  const places = load.columns.map((column) => names.indexOf(column));
  if (places.includes(-1)) throw new Error(`The table ${load.table} lacks a column that is to be filled`);
  if (places.every((place) => converters.has(String(types[place])))) return fill(load, load.table, types, places);
  // Types without a form of their own go in as text and are cast by DuckDB.
  const staging = `${load.table} (as text)`;
  const list = load.columns.map(sqlName).join(", ");
  const { VARCHAR } = await import("@duckdb/node-api");
  await load.run(
    `create temp table ${sqlName(staging)} (${load.columns.map((each) => `${sqlName(each)} varchar`).join(", ")})`,
  );
  try {
    const text: readonly DuckDBType[] = load.columns.map(() => VARCHAR);
    await fill(
      load,
      staging,
      text,
      load.columns.map((_, index) => index),
    );
    await load.run(`insert into ${sqlName(load.table)} (${list}) select ${list} from ${sqlName(staging)}`);
  } finally {
    await load.run(`drop table if exists ${sqlName(staging)}`);
  }
}

async function fill(load: Load, table: string, types: readonly DuckDBType[], places: readonly number[]): Promise<void> {
  const { DuckDBDataChunk } = await import("@duckdb/node-api");
  const convert = places.map((place) => converters.get(String(types[place])) as (cell: Cell) => DuckDBValue);
  const appender = await load.connection.createAppender(table);
  const chunk = DuckDBDataChunk.create(types);
  let values: DuckDBValue[][] = types.map(() => []);
  let chunks = 0;
  const flush = (count: number): void => {
    chunk.reset();
    chunk.rowCount = count;
    for (const column of values) while (column.length < count) column.push(null);
    chunk.setColumns(values);
    appender.appendDataChunk(chunk);
    values = types.map(() => []);
  };
  try {
    let count = 0;
    for (const row of load.rows) {
      places.forEach((place, index) => {
        const cell = row[index] ?? null;
        values[place]?.push(cell === null ? null : (convert[index] as (cell: Cell) => DuckDBValue)(cell));
      });
      count += 1;
      if (count < chunkRows) continue;
      flush(count);
      count = 0;
      chunks += 1;
      if (chunks % chunksPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (count > 0) flush(count);
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

const converters = new Map<string, (cell: Cell) => DuckDBValue>([
  ["VARCHAR", String],
  ["BOOLEAN", Boolean],
  ["INTEGER", Number],
  ["DOUBLE", Number],
  ["BIGINT", (cell) => BigInt(cell as string | number)],
]);
