/** What somebody decides of a ledger's rows by hand, and which rows wait for that. */
import { type RecordKey } from "../record";
import { type DuckDb, sqlString } from "../warehouses/duckdb-driver";
import { attemptedColumn } from "./format";
import { type Doubt, type DoubtFilter, type Ledger } from "./ledger";

type Settlement = Parameters<Ledger["settle"]>[1];

const statesOf: Readonly<Record<Settlement, string>> = {
  applied: "state = 'doubt'",
  resend: "state = 'doubt'",
  release: "state = 'held'",
  forget: "true",
};

/** Inside a transaction. Gives how many rows were settled. */
export async function settle(db: DuckDb, keys: readonly RecordKey[] | "all", how: Settlement): Promise<number> {
  await db.run(`alter table records add column if not exists ${attemptedColumn}`);
  await db.run('create temp table settled ("key" varchar)');
  if (keys === "all") await db.run('insert into settled select "key" from records');
  else
    await db.append(
      "settled",
      ["key"],
      keys.map((key) => [key]),
    );
  const chosen = '"key" in (select "key" from settled)';
  const rows = `${chosen} and ${statesOf[how]}`;
  const [{ number = 0 } = {}] = await db.rows<{ number: number }>(
    `select count(*) as number from records where ${rows}`,
  );
  if (number === 0) return 0;
  switch (how) {
    case "applied":
      await db.run(
        `update records set origin = coalesce(origin, 'created'),
           state = case when attempted in ('delete', 'clear') then 'tombstone' else 'live' end,
           remote_id = case when attempted = 'delete' then null else remote_id end, attempted = null where ${rows}`,
      );
      break;
    case "resend":
      // Of a record that was not known before, nothing is known now.
      await db.run(`delete from records where ${rows} and origin is null`);
      await db.run(`update records set state = 'uncertain', attempted = null where ${rows}`);
      break;
    case "release":
      // A record that a revert removed is sent as new.
      await db.run(`delete from records where ${rows} and origin is null`);
      await db.run(`update records set state = 'uncertain' where ${rows}`);
      break;
    case "forget":
      await db.run(`delete from records where ${rows}`);
      break;
  }
  return number;
}

export async function readDoubts(db: DuckDb, { run, offset = 0, limit }: DoubtFilter): Promise<readonly Doubt[]> {
  const columns = await db.rows<{ name: string }>("select column_name as name from (describe records)");
  const attempted = columns.some(({ name }) => name === "attempted") ? "attempted" : "null::varchar";
  const rows = await db.rows<{
    key: string;
    run: string;
    at: string;
    did: string | null;
    match: string | null;
    id: string | null;
  }>(
    `select "key", run, strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ') as "at", ${attempted} as did, "match", remote_id as id from records
     where state = 'doubt' ${run === undefined ? "" : `and run = ${sqlString(run)}`}
     order by "key" ${limit === undefined ? "" : `limit ${Math.trunc(limit)}`} offset ${Math.trunc(offset)}`,
  );
  return rows.map(({ key, run: sentBy, at, did, match, id }) => ({
    key,
    run: sentBy,
    at,
    ...(did === null ? {} : { attempted: did as NonNullable<Doubt["attempted"]> }),
    ...(match === null ? {} : { match }),
    ...(id === null ? {} : { remoteId: id }),
  }));
}
