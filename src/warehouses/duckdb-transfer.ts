/**
 * A query's rows into a table of another database while the query runs, so that its first rows can be looked at early.
 *
 * A stream of this driver ends without an error when the query fails or is interrupted, which would read as a short
 * result. So the query is given one more row that says that it is the last: a stream without it is not complete.
 */
import { type DuckDBConnection } from "@duckdb/node-api";
import { sqlName } from "./duckdb-text";

export interface Transfer {
  readonly from: DuckDBConnection;
  readonly into: DuckDBConnection;
  /** The query and the number of its columns. */
  readonly sql: string;
  readonly columns: number;
  /** The table to make; one of this name is replaced. Its columns are c0, c1 …, and `last`, which is false. */
  readonly table: string;
  readonly signal: AbortSignal | undefined;
  /** So many rows can be read now. */
  onRows(rows: number): void;
}

/** What stands before the query in the statement that is run. */
export const transferPrefix = "select *, false from (\n";

/** Rows become visible after so many chunks of 2,048, or so many milliseconds. */
const chunksPerFlush = 8;
const msPerFlush = 200;

/** Gives the rows moved; undefined where the stream ended before its last row: the query failed or was interrupted. */
export async function transferRows(transfer: Transfer): Promise<number | undefined> {
  const { from, into, sql, columns, signal } = transfer;
  const table = sqlName(transfer.table);
  const nulls = Array.from({ length: columns }, () => "null, ").join("");
  const result = await from.stream(`${transferPrefix}${sql}\n) union all select ${nulls}true`);
  const types = Array.from({ length: columns }, (_, index) => `c${index} ${String(result.columnType(index))}, `);
  await into.run(`create or replace table ${table} (${types.join("")}last boolean)`);
  const appender = await into.createAppender(transfer.table);
  let rows = 0;
  let complete = false;
  let waiting = 0;
  let flushedAt = -Infinity;
  try {
    while (!signal?.aborted) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      appender.appendDataChunk(chunk);
      rows += chunk.rowCount;
      waiting += 1;
      complete = chunk.getColumnVector(columns).getItem(chunk.rowCount - 1) === true;
      const now = performance.now();
      if (complete || (waiting < chunksPerFlush && now - flushedAt < msPerFlush)) continue;
      appender.flushSync();
      transfer.onRows(rows);
      waiting = 0;
      flushedAt = now;
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
  if (!complete) return undefined;
  await into.run(`delete from ${table} where last`);
  return rows - 1;
}
