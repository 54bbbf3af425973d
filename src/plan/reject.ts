/** Taking rows and records out of a plan, in bulk and with their reason. */
import { type Rejection } from "../record";
import { sqlString } from "../warehouses/duckdb-driver";
import { count, rejectedKey, storedKey, type Work } from "./work";

/**
 * Append rejections. `select` gives (ord, key_json, field, code, reason); they are numbered in the order of ord.
 */
export async function insertRejections(work: Work, stage: Rejection["stage"], select: string): Promise<void> {
  const { db, signal } = work;
  const last = await count(db, "select coalesce(max(seq), 0) from rejections");
  await db.run(
    `insert into rejections select ${last} + row_number() over (order by ord), key_json, ${sqlString(stage)}, field, code, reason from (${select})`,
    signal,
  );
}

/** Reject changes that `refused(id, field, code, reason)` names, and take them out of `changes`. Gives how many. */
export async function rejectChanges(work: Work, stage: Rejection["stage"], refused: string): Promise<number> {
  const { db, mapping, signal } = work;
  const before = await count(db, "select count(*) from rejections");
  await insertRejections(
    work,
    stage,
    `select id as ord, ${storedKey(mapping.keys.length)} as key_json, r.field, r.code, r.reason ` +
      `from (select id, any_value(field) as field, any_value(code) as code, any_value(reason) as reason from ${refused} group by id) r ` +
      `join changes using (id)`,
  );
  await db.run(`delete from changes where id in (select id from ${refused})`, signal);
  return (await count(db, "select count(*) from rejections")) - before;
}

export interface BadRows {
  /** Rows with a key column that is NULL. */
  readonly nullKeys: number;
  readonly rejected: number;
}

/**
 * Rows that no record can be made of: temporary table `bad_rows(rid, key, code)`, one rejection each. The first of
 * null key, duplicate key, null match, shared match counts.
 */
export async function rejectRows(work: Work): Promise<BadRows> {
  const { db, definition, mapping, signal } = work;
  const { match } = definition.destination;
  await db.run(
    `create temp table duplicate_keys as select key, count(*) as rows from model_rows where key is not null group by key having count(*) > 1`,
    signal,
  );
  await db.run(
    match === undefined
      ? `create temp table shared_matches (match varchar)`
      : `create temp table shared_matches as select match from model_rows where key is not null and match in
           (select match from model_rows where match is not null group by match having count(*) > 1)
         group by match having min(key) <> max(key)`,
    signal,
  );
  const cases = [
    `when r.key is null then 'null-key'`,
    `when d.key is not null then 'duplicate-key'`,
    ...(match === undefined
      ? []
      : [`when r.match is null then 'null-match'`, `when s.match is not null then 'shared-match'`]),
  ];
  await db.run(
    `create temp table bad_rows as select * from (
       select r.rid, r.key, d.rows, case ${cases.join(" ")} end as code from model_rows r
       left join duplicate_keys d on d.key = r.key left join shared_matches s on s.match = r.match
     ) where code is not null`,
    signal,
  );
  const rejected = await count(db, "select count(*) from bad_rows");
  if (rejected === 0) return { nullKeys: 0, rejected };
  const keyField =
    definition.model.key.length === 1
      ? sqlString(definition.model.key[0] as string)
      : firstNullKey(definition.model.key);
  const field = match === undefined ? "null" : sqlString(match);
  await insertRejections(
    work,
    "model",
    `select rid as ord, ${rejectedKey(mapping.keys.length)} as key_json, b.code,
       case b.code when 'null-key' then ${keyField} when 'duplicate-key' then ${definition.model.key.length === 1 ? keyField : "null"} else ${field} end as field,
       case b.code
         when 'null-key' then 'A key column is empty. Give every row a key, or leave such rows out of the model.'
         when 'duplicate-key' then 'The model returns this key ' || b.rows || ' times. A key must identify one row.'
         when 'null-match' then ${sqlString(`The row has no value for ${match ?? "the match"}, by which its record is found.`)}
         else ${sqlString(`Rows with other keys have the same ${match ?? "match"}. A match must identify one row.`)} end as reason
     from bad_rows b join model_rows r using (rid)`,
  );
  return { nullKeys: await count(db, "select count(*) from bad_rows where key is null"), rejected };
}

function firstNullKey(columns: readonly string[]): string {
  return `case ${columns.map((name, index) => `when k${index} is null then ${sqlString(name)}`).join(" ")} end`;
}
