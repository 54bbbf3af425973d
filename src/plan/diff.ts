/**
 * Compare the model with the ledger, in SQL: presence from the raw model, changes field by field, removals. The
 * ledger's file is attached read-only for as long as this takes and no longer, since that keeps every writer out.
 */
import { type Fingerprint } from "../ledger/ledger";
import { DatabaseBusy, type DuckDb, DuckDbError, sqlString } from "../warehouses/duckdb-driver";
import { SyncFailure } from "../failure";
import { decide, workColumns } from "./decide";
import { countDrift, type Drift, type Suspect } from "./drift";
import { changeColumnList, changeTable, part, rejectionTable } from "./files";
import { ledgerName, pairRows, type PairInput } from "./pair";
import { type DoubtfulRun, type HeldCounts, type PlanOptions } from "./plan";
import { rejectChanges, rejectRows } from "./reject";
import { type OtherLedger } from "./claims";
import { addRemovals, findRemovals, type Notice, type RemovalInput } from "./removals";
import { count, viewRows, type Work } from "./work";

export interface DiffInput {
  /** undefined: nothing was ever sent. */
  readonly ledger:
    | {
        readonly file: string;
        /** Where the ledger keeps hashes: SQL that makes one from tagged text. */
        readonly hashed: ((tagged: string) => string) | undefined;
      }
    | undefined;
  readonly fingerprint: Fingerprint;
  readonly others: readonly OtherLedger[];
  readonly options: PlanOptions;
  readonly now: Date;
  /** What has another type than at the last run, while model and mapping are the same. */
  readonly suspects: readonly Suspect[];
}

export interface DiffResult {
  readonly unchanged: number;
  readonly held: HeldCounts;
  readonly doubts: readonly DoubtfulRun[];
  /** Of the whole model, whatever `only` says. */
  readonly rejected: number;
  readonly notices: readonly Notice[];
  /** Records to be removed, of the whole model. */
  readonly removals: number;
  /** Keys of the ledger that come more than once. */
  readonly repeated: number;
  readonly drifted: readonly Drift[];
}

/** Fills `changes`, `notes` and `rejections`. What a change writes is the model's say so far, unread and unchecked. */
export async function diff(work: Work, input: DiffInput): Promise<DiffResult> {
  const { db, fields, lookups } = work;
  await db.run(rejectionTable);
  await db.run(changeTable("notes", fields, lookups));
  await viewRows(work);
  const rows = await count(db, "select count(*) from model_rows");
  const bad = await rejectRows(work);
  const attach = (file: string, name: string): Promise<void> => attachLedger(db, file, name);
  let found: { readonly notices: readonly Notice[]; readonly removals: number } = { notices: [], removals: 0 };
  let drifted: readonly Drift[] = [];
  let repeated = 0;
  let quiet = 0;
  const held = { inDoubt: 0, reverted: 0, waiting: 0 };
  let doubts: readonly DoubtfulRun[] = [];
  const pairs: PairInput = {
    ledgerColumns: undefined,
    hashed: input.ledger?.hashed,
    full: input.options.full === true,
    recheckAfter: timestamp(input.now.getTime() - work.definition.recheck * 86_400_000),
    bad: bad.rejected,
  };
  if (input.ledger === undefined) {
    await decide(work, pairs);
    await keepOnly(work, "changes", input.options.only);
  } else {
    await attach(input.ledger.file, ledgerName);
    try {
      const ledgerColumns = await columnsOf(db);
      const known = { ...pairs, ledgerColumns };
      await pairRows(work, known);
      doubts = await db.rows<{ run: string; records: number }>(
        `select run, count(*) as records from ${ledgerName}.records where state = 'doubt' group by run order by run desc`,
      );
      quiet = rows - bad.rejected - (await count(db, "select count(*) from pairs where rid is not null"));
      const removal: RemovalInput = {
        ...input,
        ledgerColumns,
        values: input.ledger.hashed === undefined,
        nullKeys: bad.nullKeys,
        only: input.options.only !== undefined,
        attach,
      };
      // Of the whole model, before it is known which keys were asked for: a filter hides nothing from a guard.
      found = await findRemovals(work, removal);
      repeated = await count(
        db,
        `select count(*) from ${ledgerName}.records where state in ('live', 'uncertain') and key in (select key from duplicate_keys)`,
      );
      await keepOnly(work, "pairs", input.options.only);
      await decide(work, known);
      drifted = await countDrift(work, input.suspects, { values: removal.values, removals: found.removals });
      await addRemovals(work, removal);
    } finally {
      await db.detach(ledgerName);
    }
    const counted = await db.rows<{ kind: string; pairs: number; changes: number }>(
      `select kind, pairs, coalesce(changes, 0) as changes from (select kind, count(*) as pairs from pairs group by kind)
       left join (select kind, count(*) as changes from changes group by kind) using (kind)`,
    );
    for (const { kind, pairs: of, changes } of counted) {
      if (kind === "live" || kind === "again" || kind === "new") quiet += of - changes;
      else if (kind === "doubt" || kind === "gone-doubt") held.inDoubt += of - changes;
      else if (kind === "held" || kind === "gone-held") held.reverted += of - changes;
      else if (kind === "waiting") held.waiting += of - changes;
    }
  }
  quiet += await settleVerdicts(work);
  const rejected = await count(db, "select count(*) from rejections");
  await keepOnlyRejections(work, input.options.only);
  return { unchanged: quiet, held, doubts: held.inDoubt > 0 ? doubts : [], rejected, ...found, repeated, drifted };
}

/** Move what is no change out of `changes`. Gives how many rows turned out unchanged. */
async function settleVerdicts(work: Work): Promise<number> {
  const { db, fields, lookups, signal } = work;
  const verdicts = await db.rows<{ verdict: string; rows: number }>(
    "select verdict, count(*) as rows from changes where verdict is not null group by verdict",
  );
  const of = (verdict: string): number => verdicts.find((each) => each.verdict === verdict)?.rows ?? 0;
  const columns = changeColumnList(fields, lookups).join(", ");
  if (of("note") > 0) {
    const state = "case when action = 'delete' then 'tombstone' else 'live' end";
    await db.run(
      `insert into notes (${columns}, state) select ${columns}, ${state} from changes where verdict = 'note'`,
      signal,
    );
  }
  const refusals = verdicts.filter(({ verdict }) => verdict !== "note" && verdict !== "nothing");
  for (const stage of ["model", "mapping"] as const) {
    const codes = refusals.flatMap(({ verdict }) => (reasons.get(verdict)?.stage === stage ? [verdict] : []));
    if (codes.length === 0) continue;
    const reason = codes
      .map((code) => `when ${sqlString(code)} then ${sqlString(reasons.get(code)?.reason ?? "")}`)
      .join(" ");
    await db.run(
      `create temp table refused_${stage} as select id, guilty as field, verdict as code, case verdict ${reason} end as reason
       from changes where verdict in (${codes.map(sqlString).join(", ")})`,
      signal,
    );
    await rejectChanges(work, stage, `refused_${stage}`);
  }
  if (verdicts.length > 0) await db.run("delete from changes where verdict is not null", signal);
  // The kind is needed until the destination was read.
  for (const column of workColumns.filter((name) => name !== "kind"))
    await db.run(`alter table changes drop column ${column}`);
  return of("nothing");
}

const reasons = new Map<string, { readonly stage: "model" | "mapping"; readonly reason: string }>([
  [
    "match-in-use",
    {
      stage: "model",
      reason:
        "The record of another row still has this match. It can be sent once that row's own new match has been sent.",
    },
  ],
  [
    "match-changed-unknown-id",
    {
      stage: "model",
      reason:
        "The row's match has changed, and the destination never told the id of its record, so that the record cannot be found. Change the match back, or forget this key.",
    },
  ],
  [
    "no-matching-value",
    {
      stage: "mapping",
      reason: "The table of values has no entry for the row's value. Add one, or a default.",
    },
  ],
]);

async function keepOnly({ db }: Work, table: "changes" | "pairs", only: PlanOptions["only"]): Promise<void> {
  if (only === undefined) return;
  await db.run("create table only_keys (key varchar)");
  await db.append(
    "only_keys",
    ["key"],
    only.map((key) => [key]),
  );
  await db.run(`delete from ${table} where key not in (select key from only_keys)`);
}

async function keepOnlyRejections({ db, mapping }: Work, only: PlanOptions["only"]): Promise<void> {
  if (only === undefined) return;
  const key = mapping.keys.length === 1 ? "json_extract_string(key, '$')" : "key";
  await db.run(`delete from rejections where coalesce(${key} not in (select key from only_keys), true)`);
  await db.run("drop table only_keys");
}

async function columnsOf(db: DuckDb): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ name: string }>(`select column_name as name from (describe ${ledgerName}.records)`);
  return new Set(rows.map(({ name }) => name.toLowerCase()));
}

export async function attachLedger(db: DuckDb, file: string, name: string): Promise<void> {
  try {
    await db.attach(file, name, "read");
  } catch (error) {
    if (error instanceof DatabaseBusy) {
      throw new SyncFailure(
        "ledger-locked",
        "Another run is writing to the ledger.",
        "Wait for it to end, then try again.",
        { cause: error },
      );
    }
    if (!(error instanceof DuckDbError)) throw error;
    throw new SyncFailure(
      "ledger-corrupted",
      "The ledger's file cannot be read.",
      "Put it back from a backup, or start anew with `sluice ledger reset` and --first-run adopt.",
      { cause: error },
    );
  }
}

function timestamp(ms: number): string {
  return `timestamp '${new Date(ms).toISOString().replace("T", " ").replace("Z", "")}'`;
}

/** SQL that is true where the field is to be written. */
export const written = (fields: readonly string[]): string =>
  fields.length === 0 ? "false" : `(${fields.map((field) => part("write", field)).join(" or ")})`;
