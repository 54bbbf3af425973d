/**
 * The contract of a warehouse. Opening one connects to nothing: the first call does.
 * Every query runs in a read-only session that can neither write nor reach outside the project.
 */
import { type z } from "zod";
import { type LogicalType } from "../value";
import { type DuckDb } from "./duckdb-driver";

export interface Column {
  readonly name: string;
  /** The warehouse's own type, as it prints it: DECIMAL(12,2). */
  readonly native: string;
  /** undefined: a type that cannot be synced (binary). */
  readonly type: LogicalType | undefined;
}

/** Rows by column. A cell is a JSON value; big integers and decimals beyond a double are text; NULL is null. */
export interface ColumnBatch {
  readonly rows: number;
  readonly columns: readonly (readonly Cell[])[];
}
export type Cell = string | number | boolean | null;

export interface QueryOptions {
  readonly signal?: AbortSignal;
  /** Stop after this many rows. */
  readonly limit?: number;
  /** `sluice/<sync>/<run>`, where the warehouse has query tags. */
  readonly tag?: string;
}

export interface QueryResult {
  readonly columns: readonly Column[];
  /** Ends only when every row was given; a failure or an interrupt throws, it never ends early. */
  readonly batches: AsyncIterable<ColumnBatch>;
}

/** Where a result is kept to be looked at. */
export interface Spool {
  readonly db: DuckDb;
  /** Made here. Its columns are c0, c1 …; more may follow them. */
  readonly table: string;
  /** Told as rows become readable, from `rowid` 0 on; at least once where there are any. */
  onRows(columns: readonly Column[], rows: number): void;
}

/** What makes one warehouse's SQL differ from another's. All functions are pure and give SQL text. */
export interface Dialect {
  readonly name: string;
  identifier(name: string): string;
  literal(text: string): string;
  /** A number as a literal, from its canonical text. */
  number(text: string): string;
  /** Expression → tagged canonical text (see value.ts), never NULL: NULL gives `z:`. */
  tagged(expression: string, column: Column): string;
  /** Expression → canonical text without the tag; NULL stays NULL. */
  canonical(expression: string, column: Column): string;
  /** Expression of any type → text for use inside a template; NULL gives ''. */
  display(expression: string, column: Column): string;
  concat(expressions: readonly string[]): string;
  distinct(a: string, b: string): string;
  /** Characters of a text: Unicode code points, so that an emoji is one. */
  length(text: string): string;
  /** The first characters of a text. */
  left(text: string, characters: number): string;
  /** A text without any of these characters at its ends. */
  trim(text: string, characters: string): string;
  /**
   * Does a pattern match somewhere in a text? Extended POSIX as every warehouse has it: bracket expressions, groups,
   * alternatives, counts, anchors of the whole text. No classes by backslash, no look-around.
   */
  matches(text: string, pattern: string): string;
  /** A text as a value of the type; NULL where it is none. */
  tryCast(text: string, type: "number" | "boolean" | "date" | "timestamp"): string;
  /** An aggregate: the rows for which the condition is true. */
  countIf(condition: string): string;
  /** What follows `from …` to keep the rows that share the expression's value with another row. */
  repeated(expression: string): string;
}

export interface Warehouse {
  readonly dialect: Dialect;
  /** Columns of a query, without reading rows. Throws QueryProblem for what the author must fix. */
  describe(query: string, signal?: AbortSignal): Promise<readonly Column[]>;
  query(query: string, options: QueryOptions): Promise<QueryResult>;
  /** Materialise a query as table `table` of the DuckDB database file `into`, whole or not at all; gives its rows. */
  stage(
    query: string,
    into: { readonly file: string; readonly table: string },
    options: QueryOptions,
  ): Promise<{ readonly rows: number }>;
  /**
   * A query's rows into an open database, where they can be read while the rest is still coming. Complete, or an error:
   * what was given until then is no result.
   */
  spool(query: string, into: Spool, options: QueryOptions): Promise<{ readonly rows: number }>;
  /** Tables and views a model can select from. */
  tables(signal?: AbortSignal): Promise<readonly { readonly name: string; readonly columns: readonly Column[] }[]>;
  /** Throws SyncFailure when it cannot be reached. */
  probe(signal?: AbortSignal): Promise<{ readonly account: string }>;
  close(): Promise<void>;
}

/** The author's SQL cannot be run. `position` is a 0-based UTF-16 offset into the query given. */
export class QueryProblem extends Error {
  override readonly name = "QueryProblem";
  constructor(
    message: string,
    readonly position: number | undefined,
    readonly candidates: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One registry entry: loaded on first use, so that no driver is read before it is needed. */
export interface WarehouseType {
  readonly type: string;
  readonly label: string;
  /** It lies on this machine: its queries cost nobody anything, so the editor may ask unasked. */
  readonly local?: true;
  /** The keys of the connection in sluice.yaml, but for `type`. Secret ones carry `.meta({ secret: true })`. */
  readonly connection: z.ZodObject;
  open(
    config: Readonly<Record<string, unknown>>,
    place: { readonly root: string; readonly scratch: string },
  ): Promise<Warehouse>;
}
