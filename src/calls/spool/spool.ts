/**
 * The rows of one query, in a DuckDB file of their own: whatever their number, memory stays flat, and sorting, filtering
 * and finding are SQL over typed columns.
 */
import { chmod, rename, rm } from "node:fs/promises";
import { Cancelled, SyncFailure, throwIfAborted } from "../../failure";
import { userMode } from "../../run/umask";
import { openDuckDb } from "../../warehouses/duckdb-driver";
import { type Cell, type Column, type Spool as Target } from "../../warehouses/warehouse";
import {
  type CopyFormat,
  type ExportFormat,
  type Found,
  type FindStep,
  type RowsView,
  type RowsWindow,
  windowRows,
} from "../calls";
import { type Json } from "../../value";
import { copyText } from "./copy-formats";
import { exportSql, isWide } from "./export-sql";
import { columnAt, holds, shownCell, spoolTable, textOf, viewSql } from "./rows-sql";

export interface Spool {
  readonly columns: readonly Column[];
  /** Rows that can be read now. */
  readonly rows: number;
  /** Runs the query into the spool; `limit` rows at most are kept, whatever comes. */
  fill(
    run: (into: Target) => Promise<{ readonly rows: number }>,
    limit: number,
  ): Promise<{ readonly truncated: boolean }>;
  /** Calls back once, when more rows can be read. */
  onMore(listener: () => void): void;
  view(view: RowsView, signal?: AbortSignal): Promise<{ readonly rows: number }>;
  window(ask: WindowAsk): Promise<RowsWindow>;
  cell(ask: { readonly view?: RowsView; readonly row: number; readonly column: number }): Promise<CellText>;
  find(ask: FindAsk, signal?: AbortSignal): Promise<Found>;
  copy(ask: CopyAsk, signal?: AbortSignal): Promise<string>;
  export(ask: ExportAsk, signal?: AbortSignal): Promise<{ readonly rows: number }>;
  /** Gives the file back and removes it. */
  close(): Promise<void>;
}

interface WindowAsk {
  readonly view?: RowsView;
  readonly offset: number;
  readonly limit: number;
  /** Longer texts are cut. */
  readonly excerpt?: number;
}
interface CellText {
  readonly value: Json;
  /** Characters of the whole text, where it is one. */
  readonly length: number;
}
interface FindAsk {
  readonly view?: RowsView;
  readonly text: string;
  readonly from: { readonly row: number; readonly column: number };
  readonly step: FindStep;
}
interface CopyAsk {
  readonly view?: RowsView;
  readonly rows: { readonly from: number; readonly to: number };
  readonly columns: readonly number[];
  readonly format: CopyFormat;
  readonly table: string;
  readonly head: "with names" | "without names";
}
interface ExportAsk {
  readonly view?: RowsView;
  readonly format: ExportFormat;
  /** Absolute. */
  readonly file: string;
}

/** So many views of one result are kept; another is made again when it is asked for. */
const keptViews = 4;
const mostCopiedCells = 1_000_000;
const longestCell = 1_000_000;

/** `file` is made, with others beside it that begin with its name. */
export async function openSpool(file: string): Promise<Spool> {
  const db = await openDuckDb(file, { memoryLimitMb: 256, settings: { TimeZone: "UTC" } });
  const oneAtATime = queue();
  const views = new Map<string, { readonly table: string; readonly rows: number }>();
  let columns: readonly Column[] = [];
  let rows = 0;
  let filled = false;
  let listeners: (() => void)[] = [];
  let made = 0;
  let matchesOf = "";

  const count = async (table: string): Promise<number> => {
    const [{ total = 0 } = {}] = await db.rows<{ total: number }>(`select count(*) as total from ${table}`);
    return total;
  };

  /** The table of a view; undefined: all rows in the model's order. */
  async function tableOf(view: RowsView = {}, signal?: AbortSignal): Promise<string | undefined> {
    if (isWhole(view)) return undefined;
    if (!filled) throw stillComing();
    const id = JSON.stringify([view.sort ?? [], view.filters ?? [], view.search ?? ""]);
    const known = views.get(id);
    views.delete(id);
    if (known !== undefined) {
      views.set(id, known);
      return known.table;
    }
    const table = `view_${(made += 1)}`;
    await db.run(`create temp table ${table} as ${viewSql(view, columns)}`, signal);
    views.set(id, { table, rows: await count(table) });
    for (const [oldest, { table: former }] of [...views].slice(0, -keptViews)) {
      views.delete(oldest);
      await db.run(`drop table ${former}`);
    }
    return table;
  }

  const rowsIn = (table: string | undefined): number =>
    table === undefined ? rows : ([...views.values()].find((each) => each.table === table)?.rows ?? 0);

  /** `from …` of the rows of a view from one place to before another, in its order; `place` is the row's. */
  function range(table: string | undefined, from = 0, to = Infinity): string {
    const end = Math.min(to, table === undefined ? rows : Number.MAX_SAFE_INTEGER);
    if (table === undefined)
      return `from (select *, rowid as place from ${spoolTable} where rowid >= ${from} and rowid < ${end}) order by place`;
    return (
      `from (select row, rowid as place from ${table} where rowid >= ${from} and rowid < ${end}) as viewed` +
      ` join ${spoolTable} on ${spoolTable}.rowid = viewed.row order by place`
    );
  }

  async function matches(ask: FindAsk, signal?: AbortSignal): Promise<void> {
    const id = JSON.stringify([ask.view, ask.text, rows]);
    if (matchesOf === id) return;
    matchesOf = "";
    const table = await tableOf(ask.view, signal);
    const hits = columns.map((column, index) => `case when ${holds(index, column, ask.text)} then ${index} end`);
    await db.run(
      `create or replace temp table matches as select place, hit from
       (select place, unnest([${hits.join(", ")}]) as hit ${range(table)}) where hit is not null order by place, hit`,
      signal,
    );
    matchesOf = id;
  }

  return {
    get columns() {
      return columns;
    },
    get rows() {
      return rows;
    },

    async fill(run, limit) {
      const more = (known: readonly Column[], there: number): void => {
        columns = known;
        rows = Math.min(there, limit);
        for (const listener of listeners.splice(0)) listener();
      };
      const { rows: came } = await run({ db, table: spoolTable, onRows: more });
      if (came > limit) await oneAtATime(() => db.run(`delete from ${spoolTable} where rowid >= ${limit}`));
      filled = true;
      return { truncated: came > limit };
    },

    onMore: (listener) => (listeners = [...listeners, listener]),

    view: (view, signal) =>
      oneAtATime(async () => {
        throwIfAborted(signal);
        const table = await tableOf(view, signal);
        return {
          rows: rowsIn(table),
        };
      }),

    window: ({ view, offset, limit, excerpt }) =>
      oneAtATime(async () => {
        const table = await tableOf(view);
        const to = offset + Math.min(limit, windowRows);
        const cells = columns.map((column, index) => {
          const cell = shownCell(index, column);
          const text = column.type !== "number" && column.type !== "boolean";
          return `${text && excerpt !== undefined ? `left(${cell}, ${excerpt + 1})` : cell} as s${index}`;
        });
        const read = await rowsOf(`select ${cells.join(", ")} ${range(table, offset, to)}`);
        const cut: [number, number][] = [];
        if (excerpt !== undefined) {
          for (const [row, values] of read.entries()) {
            for (const [column, cell] of values.entries()) {
              if (typeof cell !== "string" || cell.length <= excerpt) continue;
              values[column] = cell.slice(0, excerpt).replace(/[\ud800-\udbff]$/, "");
              cut.push([row, column]);
            }
          }
        }
        return { rows: read, ...(cut.length === 0 ? {} : { cut }) };
      }),

    cell: ({ view, row, column }) =>
      oneAtATime(async () => {
        const table = await tableOf(view);
        const of = columnAt(columns, column);
        const shown = shownCell(column, of);
        const number = of.type === "number" || of.type === "boolean";
        const [values] = await rowsOf(
          `select ${number ? shown : `left(${shown}, ${longestCell})`} as s, length(${textOf(column, of)}) as l ${range(table, row, row + 1)}`,
        );
        if (values === undefined) throw gone();
        return { value: values[0] ?? null, length: Number(values[1] ?? 0) };
      }),

    find: (ask, signal) =>
      oneAtATime(async () => {
        throwIfAborted(signal);
        await matches(ask, signal);
        const total = await count("matches");
        const { row, column } = ask.from;
        const [nearest, edge] = {
          here: [`(place, hit) >= (${row}, ${column}) order by place, hit`, "order by place, hit"],
          next: [`(place, hit) > (${row}, ${column}) order by place, hit`, "order by place, hit"],
          previous: [
            `(place, hit) < (${row}, ${column}) order by place desc, hit desc`,
            "order by place desc, hit desc",
          ],
        }[ask.step] as [string, string];
        const select = "select rowid as number, place, hit from matches";
        const first = (await db.rows<Match>(`${select} where ${nearest} limit 1`))[0];
        const match = first ?? (await db.rows<Match>(`${select} ${edge} limit 1`))[0];
        return {
          matches: total,
          ...(match === undefined ? {} : { at: { number: match.number + 1, row: match.place, column: match.hit } }),
        };
      }),

    copy: (ask, signal) =>
      oneAtATime(async () => {
        throwIfAborted(signal);
        const chosen = ask.columns.map((index) => columnAt(columns, index));
        const table = await tableOf(ask.view, signal);
        const { from } = ask.rows;
        const to = Math.min(ask.rows.to, rowsIn(table));
        if ((to - from) * chosen.length > mostCopiedCells)
          throw new SyncFailure(
            "too-much-to-copy",
            `That is more than ${mostCopiedCells.toLocaleString("en-US")} cells, too much for the clipboard.`,
            "Select less, or export the rows to a file.",
          );
        const cells = ask.columns.map((index, place) => `${shownCell(index, chosen[place] as Column)} as s${place}`);
        const read = await rowsOf(`select ${cells.join(", ")} ${range(table, from, to)}`, signal);
        const [[only = null] = []] = read;
        // One cell is copied as it is: it is pasted as a text, not as a table.
        if (read.length === 1 && chosen.length === 1 && ask.format === "tsv" && ask.head === "without names")
          return only === null ? "" : String(only);
        return copyText(ask.format, { columns: chosen, rows: read, table: ask.table, head: ask.head });
      }),

    export: ({ view, format, file: to }, signal) =>
      oneAtATime(async () => {
        throwIfAborted(signal);
        if (!filled) throw stillComing();
        const table = await tableOf(view, signal);
        const fitting = new Set<number>();
        for (const [index, column] of columns.entries()) {
          if (format !== "parquet" || !isWide(column)) continue;
          const misfits = `${spoolTable} where c${index} is not null and try_cast(c${index} as decimal(38, 0)) is null`;
          if ((await count(misfits)) === 0) fitting.add(index);
        }
        // Whole or not at all: an export that failed leaves what was there before.
        const part = `${to}.part`;
        try {
          await db.run(exportSql({ format, columns, fitting, from: range(table), file: part }), signal);
          await chmod(part, userMode());
          await rename(part, to);
        } catch (error) {
          await rm(part, { force: true }).catch(() => undefined);
          if (error instanceof Cancelled) throw error;
          throw new SyncFailure(
            "export-failed",
            "The file could not be written.",
            "Check that its folder is there, may be written to, and has room.",
            { cause: error },
          );
        }
        return { rows: rowsIn(table) };
      }),

    close: () =>
      oneAtATime(async () => {
        db.close();
        for (const ending of ["", ".wal", ".tmp"]) await rm(`${file}${ending}`, { recursive: true, force: true });
      }),
  };

  async function rowsOf(sql: string, signal?: AbortSignal): Promise<Cell[][]> {
    return (await db.rows<Record<string, Cell>>(sql, signal)).map((row) => Object.values(row));
  }
}

interface Match extends Record<string, number> {
  readonly number: number;
  readonly place: number;
  readonly hit: number;
}

const isWhole = ({ sort = [], filters = [], search = "" }: RowsView): boolean =>
  sort.length === 0 && filters.length === 0 && search === "";

/** DuckDB's session takes one statement at a time. */
function queue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

export function gone(): SyncFailure {
  return new SyncFailure("result-gone", "This result is no longer kept.", "Run the preview again.");
}

function stillComing(): SyncFailure {
  return new SyncFailure(
    "rows-coming",
    "The rows of this result are still coming.",
    "Sort, filter and export when all of them are here, or cancel the preview.",
  );
}
