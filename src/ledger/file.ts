/** Opening a ledger's file: only while something is read or written, whole or not at all, and never mended. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { SyncFailure } from "../failure";
import {
  DatabaseBusy,
  type DuckDb,
  DuckDbError,
  isNoRoom,
  openDuckDb,
  sqlName,
  sqlString,
} from "../warehouses/duckdb-driver";
import { attemptedColumn, layout, layoutVersion, recordColumns } from "./format";
import { type Fingerprint, type LedgerBinding, type LedgerHeader } from "./ledger";

export interface Kept {
  readonly header: LedgerHeader;
  readonly salt: string;
}

export interface LedgerOpening {
  readonly file: string;
  /** How long to wait for another process that has the file open. */
  readonly patienceMs: number;
  /** Files that may be attached to it. */
  readonly reach?: readonly string[];
}

const memoryLimitMb = 512;
const threads = 2;
const firstPauseMs = 10;
const longestPauseMs = 250;

/** Throws SyncFailure: ledger-busy, ledger-corrupted, disk-full. */
export async function withLedger<Result>(
  opening: LedgerOpening,
  mode: "read" | "write",
  work: (db: DuckDb) => Promise<Result>,
): Promise<Result> {
  const db = await open(opening, mode);
  try {
    return await work(db);
  } catch (error) {
    throw failureOf(error);
  } finally {
    db.close();
  }
}

async function open({ file, patienceMs, reach = [] }: LedgerOpening, mode: "read" | "write"): Promise<DuckDb> {
  let waited = 0;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await openDuckDb(file, { readOnly: mode === "read", memoryLimitMb, threads, reach });
    } catch (error) {
      if (!(error instanceof DatabaseBusy)) throw failureOf(error);
      if (waited >= patienceMs) throw busy(error);
    }
    await wait(pause);
    waited += pause;
  }
}

/** Those that a ledger of any version has. */
const columns = recordColumns
  .filter((name) => !attemptedColumn.startsWith(name))
  .map((name) => sqlName(name))
  .join(", ");

/** Throws SyncFailure "ledger-corrupted" for a database that is no ledger, "ledger-newer" for a later layout. */
export async function readHeader(db: DuckDb): Promise<Kept> {
  const rows = await db
    .rows<{ name: string; value: string }>("select name, value from header")
    .catch((error: unknown) => {
      throw corrupted(error);
    });
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  const version = Number(values.get("version"));
  if (version > layoutVersion) {
    throw new SyncFailure(
      "ledger-newer",
      "The ledger was written by a later version of Sluice.",
      "Install that version, or the newest.",
    );
  }
  // A view has no rows of its own; what stands for a table here was not made by us.
  await db.run(`select rowid, ${columns} from records limit 0`).catch((error: unknown) => {
    throw corrupted(error);
  });
  const fingerprint = values.get("fingerprint");
  const salt = values.get("salt");
  if (version !== layoutVersion || fingerprint === undefined || salt === undefined) throw corrupted(undefined);
  try {
    return keptOf(values, { fingerprint, salt });
  } catch (error) {
    throw corrupted(error);
  }
}

function keptOf(
  values: ReadonlyMap<string, string>,
  { fingerprint, salt }: Readonly<Record<"fingerprint" | "salt", string>>,
): Kept {
  return {
    salt,
    header: {
      version: layoutVersion,
      // The salt stays inside the file: it is what makes its hashes unguessable.
      id: createHash("sha256").update(`ledger ${salt}`).digest("hex").slice(0, 16),
      sync: values.get("sync") ?? "",
      target: values.get("target") ?? "",
      fingerprint: JSON.parse(fingerprint) as Fingerprint,
      revision: Number(values.get("revision")),
      values: values.get("values") === "true",
      ...madeOf(values.get("made")),
    },
  };
}

/** Make the file of an empty ledger. It appears whole. */
export async function makeLedger(file: string, header: LedgerBinding): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await withLedger({ file: draft, patienceMs: 0 }, "write", async (db) => {
      for (const statement of layout) await db.run(statement);
      const entries = {
        version: String(layoutVersion),
        sync: header.sync,
        target: header.target,
        fingerprint: JSON.stringify(header.fingerprint),
        revision: "0",
        values: String(header.values),
        made: JSON.stringify(header.made ?? {}),
        salt: randomBytes(16).toString("hex"),
      };
      await db.append("header", ["name", "value"], Object.entries(entries));
    });
    await chmod(draft, 0o600);
    if (existsSync(file)) throw new Error("a ledger must not be made over another");
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** A ledger of an older version does not have every entry yet. */
export function headerUpdate(name: string, value: string): string {
  return `delete from header where name = ${sqlString(name)}; insert into header values (${sqlString(name)}, ${sqlString(value)})`;
}

function madeOf(text: string | undefined): Pick<LedgerHeader, "made"> {
  return text === undefined || text === "{}" ? {} : { made: JSON.parse(text) as NonNullable<LedgerHeader["made"]> };
}

function busy(error: DatabaseBusy): SyncFailure {
  const who = error.pid === undefined ? "Another process" : `The process ${error.pid}`;
  return new SyncFailure(
    "ledger-busy",
    `${who} has the ledger's file open.`,
    "Wait until it is done with it, then try again.",
    { cause: error },
  );
}

/** What an error of DuckDB on this file means: its disk is at fault, or its contents are; else we are. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof DuckDbError)) return error;
  if (isNoRoom(error)) {
    return new SyncFailure(
      "disk-full",
      "The ledger could not be written: the disk is full. It stays as it was.",
      "Make room, then run again: what was answered meanwhile is in the journal.",
      { cause: error },
    );
  }
  return unreadable.has(error.kind) ? corrupted(error) : error;
}

const unreadable = new Set(["IO", "FATAL", "INTERNAL", "Serialization", "Invalid", "Corruption", "Permission"]);

function corrupted(cause: unknown): SyncFailure {
  return new SyncFailure(
    "ledger-corrupted",
    "The ledger's file cannot be read: it is damaged, or not a ledger.",
    "Put it back from a backup, or start anew with `sluice ledger reset`.",
    { cause },
  );
}
