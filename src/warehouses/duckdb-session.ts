/**
 * The session a model runs in: an instance of its own with the warehouse attached read-only, able to read the files
 * it names and nothing else, its configuration locked.
 */
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { SyncFailure, throwIfAborted } from "../failure";
import { type DuckDb, DatabaseBusy, DuckDbError, databaseName, openDuckDb, sqlName, sqlString } from "./duckdb-driver";
import { outOfReach } from "./duckdb-problem";
import { type PreparedQuery, prepareQuery } from "./duckdb-query";
import { refuseHidden } from "./duckdb-side-effects";
import { type DuckDbConfig } from "./duckdb-type";
import { patternOf, readableFiles } from "./project-files";
import { QueryProblem } from "./warehouse";

/** Where the warehouse's sessions run, and how long they wait for a file that another process holds. */
export interface SessionPlace {
  readonly config: DuckDbConfig;
  readonly root: string;
  readonly scratch: string;
  readonly patienceMs: number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface ModelSession {
  readonly db: DuckDb;
  readonly query: PreparedQuery;
  /** Give the warehouse's file back; the session stays usable for what is set aside. */
  detach(): Promise<void>;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly signal?: AbortSignal | undefined;
  /** A database file to write to, attached as `target`. */
  readonly target?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Open a session for one query. Throws QueryProblem, SyncFailure or Cancelled. */
export async function openModelSession(
  place: SessionPlace,
  query: string,
  options: SessionOptions = {},
): Promise<ModelSession> {
  const session = await openSession(place, options);
  try {
    const prepared = await prepareQuery(session.db, query, (file) => patternOf(place.root, file));
    const files = [...(await filesOfModel(place.root, prepared)), ...(await filesOfViews(session.db, place.root))];
    if (options.target !== undefined) {
      await session.db.run(`attach ${sqlString(options.target)} as target (type duckdb, read_write)`);
    }
    await lockDown(session.db, files);
    await refuseHidden(session.db, prepared.sql);
    return { ...session, query: prepared };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Open a session that is not locked down, for queries of our own. */
export async function openSession(
  place: SessionPlace,
  { signal, settings }: SessionOptions = {},
): Promise<Omit<ModelSession, "query">> {
  const { config } = place;
  await mkdir(place.scratch, { recursive: true, mode: 0o700 });
  // Whatever lies in the spill folder can be read by the model, so it is the session's own.
  const scratch = await mkdtemp(join(place.scratch, "session-"));
  const db = await openDuckDb(":memory:", {
    scratch,
    ...(config.threads === undefined ? {} : { threads: config.threads }),
    settings: { TimeZone: "UTC", memory_limit: config.memory_limit, ...settings },
  });
  const close = async (): Promise<void> => {
    db.close();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    if (config.path === ":memory:") return { db, detach: () => Promise.resolve(), close };
    const file = resolve(place.root, config.path);
    const name = databaseName(file);
    await attachPatiently(db, { place, file, name, signal });
    await db.run(`use ${sqlName(name)}`);
    const detach = async (): Promise<void> => {
      await db.run("use memory");
      await db.detach(name);
    };
    return { db, detach, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Attaching {
  readonly place: SessionPlace;
  readonly file: string;
  readonly name: string;
  readonly signal: AbortSignal | undefined;
}

const firstPauseMs = 20;
const longestPauseMs = 500;

async function attachPatiently(db: DuckDb, { place, file, name, signal }: Attaching): Promise<void> {
  let waited = 0;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    throwIfAborted(signal);
    try {
      const patience = place.wait(pause, signal).catch(() => undefined);
      return await db.attach(file, name, "read", { with: place.config.options, patience });
    } catch (error) {
      if (!(error instanceof DatabaseBusy)) throw await unreadable(error, place.config.path, file);
      if (waited >= place.patienceMs) throw busy(error, place.config.path, waited);
    }
    await place.wait(pause, signal);
    waited += pause;
  }
}

function busy(error: DatabaseBusy, path: string, waited: number): SyncFailure {
  const who = error.pid === undefined ? "Another process" : `The process ${error.pid}`;
  return new SyncFailure(
    "warehouse-busy",
    `${who} has the warehouse "${path}" open for writing, and did for ${Math.round(waited / 1000)} seconds.`,
    "Wait until it is done (a dbt run, a notebook, a DuckDB shell), or close it, and try again.",
    { cause: error },
  );
}

async function unreadable(error: unknown, path: string, file: string): Promise<unknown> {
  if (!(error instanceof DuckDbError)) return error;
  const options = { cause: error };
  const present = await stat(file).catch(() => undefined);
  if (present === undefined) {
    const where = isAbsolute(path) ? "" : " in the project's folder";
    return new SyncFailure(
      "warehouse-missing",
      `There is no DuckDB file "${path}"${where}.`,
      "Correct `path` of the warehouse in sluice.yaml, or make the file (run dbt, or the script that builds it).",
      options,
    );
  }
  return new SyncFailure(
    "warehouse-unreadable",
    `"${path}" cannot be opened as a DuckDB database${present.isFile() ? "" : ": it is not a file"}.`,
    "It is damaged, encrypted, not a DuckDB file, or of a newer DuckDB version: check `path` in sluice.yaml, or make the file anew.",
    options,
  );
}

async function filesOfModel(root: string, query: PreparedQuery): Promise<readonly string[]> {
  const allowed: string[] = [];
  for (const { text, start } of query.files) {
    const found = await readableFiles(root, text);
    if (found === "missing") throw new QueryProblem(`The project has no file "${text}".`, start);
    if (found === "out of reach") throw new QueryProblem(outOfReach, start);
    allowed.push(...found);
  }
  return allowed;
}

/** Files that views of the warehouse name by absolute paths inside the project. */
async function filesOfViews(db: DuckDb, root: string): Promise<readonly string[]> {
  const definitions = await db.rows<{ sql: string }>(
    `select sql from duckdb_views() where not internal and contains(replace(sql, '''''', ''''), ${sqlString(root)})`,
  );
  // A file that stands where a table could is written as a quoted name.
  const quoted = definitions.flatMap(({ sql }) => sql.match(/'(?:''|[^'])*'|"(?:""|[^"])*"/g) ?? []);
  const allowed: string[] = [];
  for (const token of quoted) {
    const quote = token.charAt(0);
    const file = token.slice(1, -1).replaceAll(quote + quote, quote);
    const found = file.startsWith(root) ? await readableFiles(root, file) : "out of reach";
    if (typeof found !== "string") allowed.push(...found);
  }
  return allowed;
}

async function lockDown(db: DuckDb, files: readonly string[]): Promise<void> {
  // Only single files are allowed, no folders: in an allowed folder DuckDB would also write.
  if (files.length > 0) await db.run(`set allowed_paths=[${files.map(sqlString).join(", ")}]`);
  await db.run("set enable_external_access=false");
  await db.run("set lock_configuration=true");
}
