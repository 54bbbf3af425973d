/** A ledger in a DuckDB file. The file is open only while something is read or committed. */
import { existsSync } from "node:fs";
import { SyncFailure } from "../failure";
import { type Action } from "../record";
import { type DuckDb, sqlString } from "../warehouses/duckdb-driver";
import { applyNotes, applyOutcomes, type CommitInput } from "./commit";
import { headerUpdate, type Kept, type LedgerOpening, makeLedger, readHeader, withLedger } from "./file";
import { hashedSql } from "./format";
import { type Ledger, type LedgerBinding, type LedgerHeader, type Origin, type RowState } from "./ledger";
import { takeLock } from "./lock";
import { rebind } from "./rebind";
import { readDoubts, settle } from "./settle";

export interface LocalLedger extends Ledger {
  readonly file: string;
  /** All that a plan asks of it, from one opening. */
  standing(): Promise<Standing>;
  /** What it holds of one run's changes, and has not been changed since. */
  committed(of: { readonly run: string; readonly planFile: string }): Promise<readonly Committed[]>;
}

export interface Standing {
  /** undefined: no ledger yet. */
  readonly header: LedgerHeader | undefined;
  readonly counts: Readonly<Record<RowState, number>>;
  /** Where the ledger keeps hashes instead of values: SQL that makes one from tagged text. */
  readonly hashed?: (tagged: string) => string;
}

/** So many changes of one action left rows in this state. */
export interface Committed {
  readonly action: Action;
  readonly state: RowState;
  readonly origin: Origin | null;
  readonly rows: number;
}

export interface LocalLedgerPlace {
  readonly file: string;
  readonly lockFile: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** How long to wait for another process that reads the file; default 30 s. */
  readonly patienceMs?: number;
}

export function openLocalLedger({
  file,
  lockFile,
  now = Date.now,
  patienceMs = 30_000,
}: LocalLedgerPlace): LocalLedger {
  const opening: LedgerOpening = { file, patienceMs };

  async function reading<Result>(
    work: (db: DuckDb) => Promise<Result>,
    reach: readonly string[] = [],
  ): Promise<Result | undefined> {
    return existsSync(file) ? withLedger({ ...opening, reach }, "read", work) : undefined;
  }

  function taking(
    { run, planFile }: { readonly run: string; readonly planFile: string },
    work: (input: CommitInput) => Promise<number>,
  ): Promise<number> {
    return changing(opening, planFile, ({ db, kept }) => {
      const stored = kept.header.values ? (tagged: string) => tagged : hashedSql(kept.salt);
      return work({ db, run, at: new Date(now()).toISOString(), stored });
    });
  }

  return {
    file,
    header: async () => (await reading(readHeader))?.header,
    async standing() {
      const found = await reading(async (db) => ({ ...(await readHeader(db)), counts: await countRows(db) }));
      if (found === undefined) return { header: undefined, counts: noRows };
      const { header, counts, salt } = found;
      return { header, counts, ...(header.values ? {} : { hashed: hashedSql(salt) }) };
    },
    counts: async () => (await reading(countRows)) ?? noRows,
    async create(header) {
      if (existsSync(file)) await changing(opening, undefined, ({ db, kept }) => bind(db, kept, header));
      else await makeLedger(file, header);
    },
    async commit({ outcomes, ...plan }) {
      if (outcomes.length > 0) await taking(plan, (input) => applyOutcomes(input, outcomes));
    },
    async committed({ run, planFile }) {
      const found = await reading(
        async (db) => {
          await attachPlan(db, planFile);
          return db.rows<{ action: Action; state: RowState; origin: Origin | null; rows: number }>(
            `select p.action, r.state, r.origin, count(*) as rows from records r
             join plan.changes p on p.id = r.change and p."key" = r."key" where r.run = ${sqlString(run)} group by all`,
          );
        },
        [planFile],
      );
      return found ?? [];
    },
    commitNotes: (plan) => taking(plan, applyNotes),
    doubts: async (ask = {}) => (await reading((db) => readDoubts(db, ask))) ?? [],
    settle: (keys, how) => changing(opening, undefined, ({ db }) => settle(db, keys, how)),
    lock: (holder) => takeLock(lockFile, holder, now),
  };
}

/** One transaction, with a plan at hand; the revision grows when something changed. Gives how many rows did. */
async function changing(
  opening: LedgerOpening,
  planFile: string | undefined,
  work: (open: { readonly db: DuckDb; readonly kept: Kept }) => Promise<number>,
): Promise<number> {
  if (!existsSync(opening.file)) {
    throw new SyncFailure("ledger-missing", "There is no ledger of this sync yet.", "Run the sync first.");
  }
  const reach = planFile === undefined ? [] : [planFile];
  return withLedger({ ...opening, reach }, "write", async (db) => {
    const kept = await readHeader(db);
    // Plans are never written again, so that others of this process may have the file open, and close it.
    if (planFile !== undefined) await attachPlan(db, planFile);
    await db.run("begin");
    const changed = await work({ db, kept });
    if (changed > 0) await db.run(headerUpdate("revision", String(kept.header.revision + 1)));
    await db.run("commit");
    // Done here it does not block the process, as closing would. A disk that is full now leaves the commit in the log
    // beside the file, where the next to open the file finds it.
    if (changed > 0) await db.run("checkpoint").catch(() => undefined);
    return changed;
  });
}

async function attachPlan(db: DuckDb, planFile: string): Promise<void> {
  try {
    await db.run(`attach ${sqlString(planFile)} as plan (type duckdb, read_only)`);
  } catch (cause) {
    const hint = "Make a new plan with `sluice plan`.";
    throw new SyncFailure("no-such-plan", "There is no such plan, or its file is not whole.", hint, { cause });
  }
}

const noRows: Readonly<Record<RowState, number>> = {
  live: 0,
  tombstone: 0,
  uncertain: 0,
  doubt: 0,
  held: 0,
  skipped: 0,
};

async function countRows(db: DuckDb): Promise<Readonly<Record<RowState, number>>> {
  await readHeader(db);
  const rows = await db.rows<{ state: string; number: number }>(
    "select state, count(*) as number from records group by state",
  );
  return { ...noRows, ...Object.fromEntries(rows.map(({ state, number }) => [state, number])) };
}

/** Bind an adopted ledger to another fingerprint. Whether it keeps values stays as it was. */
async function bind(db: DuckDb, { header: kept }: Kept, header: LedgerBinding): Promise<number> {
  if (header.values !== kept.values) {
    throw new SyncFailure(
      "ledger-values",
      kept.values
        ? "The ledger keeps values, and the project asks for hashes."
        : "The ledger keeps hashes, and the project asks for values.",
      "Start a new one with `sluice ledger reset`, or change `ledger: { values }` in sluice.yaml back.",
    );
  }
  await rebind(db, kept.fingerprint, header.fingerprint);
  await db.run(headerUpdate("sync", header.sync));
  await db.run(headerUpdate("target", header.target));
  await db.run(headerUpdate("fingerprint", JSON.stringify(header.fingerprint)));
  await db.run(headerUpdate("made", JSON.stringify(header.made ?? {})));
  return 1;
}
