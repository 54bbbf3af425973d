/**
 * What a ledger's rows still mean once it belongs to something else: they say what was sent, and no longer what is ours.
 *
 * | other than before          | ids of records      | matches            | origin                   | keys        |
 * |----------------------------|---------------------|--------------------|--------------------------|-------------|
 * | account, service or object | forgotten           | stay               | adopted: none is ours    | stay        |
 * | match                      | stay, if not made of the old match | forgotten | adopted without an id | stay        |
 * | key                        | stay                | stay               | stays                    | put aside   |
 *
 * A key that was put aside equals no key of the model. Its row is found again by its match; what is not found is never
 * removed, since its row may have been rejected.
 */
import { type DuckDb, sqlString } from "../warehouses/duckdb-driver";
import { type Fingerprint } from "./ledger";

/** Begins a key that was put aside. The space is one that does not break, which nobody types. */
export const asidePrefix = "formerly\u00a0";

/** Inside a transaction. */
export async function rebind(db: DuckDb, before: Fingerprint, now: Fingerprint): Promise<void> {
  const isElsewhere =
    before.account !== now.account || before.connectionType !== now.connectionType || before.object !== now.object;
  if (isElsewhere) {
    await db.run(`update records set remote_id = null, origin = ${adopted("true")}`);
  }
  if (before.match !== now.match) {
    // Some services have no ids of their own, and theirs is the match.
    const isOldMatch = `lower(trim(remote_id)) = lower(trim("match"))`;
    await db.run(`update records set remote_id = case when ${isOldMatch} then null else remote_id end`);
    await db.run(`update records set "match" = null, origin = ${adopted("remote_id is null")}`);
  }
  if (before.key.join() !== now.key.join() && now.match !== undefined) await putKeysAside(db, before, now);
}

/** Of what nobody knows where it comes from nothing is said now either. */
function adopted(where: string): string {
  return `case when origin is not null and ${where} then 'adopted' else origin end`;
}

/** Keys of several columns are arrays in JSON, and stay such. */
async function putKeysAside(db: DuckDb, before: Fingerprint, now: Fingerprint): Promise<void> {
  const text = `${sqlString(`${asidePrefix}${before.key.join(", ")} `)} || "key"`;
  await db.run(`update records set "key" = ${now.key.length === 1 ? text : `to_json([${text}])::varchar`}`);
}

/** SQL: the key was put aside. */
export function isAside(key: string): string {
  const begins = (prefix: string): string => `starts_with(${key}, ${sqlString(prefix)})`;
  return `(${begins(asidePrefix)} or ${begins(`["${asidePrefix}`)})`;
}
