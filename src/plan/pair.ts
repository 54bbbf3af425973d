/**
 * Which row of the model meets which row of the ledger: temporary table `pairs(rid, lrid, key, match, kind,
 * takes_over)`. Rows that are certain to be unchanged are not in it.
 *
 * | kind     | the ledger's row                                       | then                                         |
 * |----------|--------------------------------------------------------|----------------------------------------------|
 * | new      | none, a tombstone, or skipped and due                  | everything is sent                           |
 * | again    | uncertain; or any, where nothing is to be compared     | everything is sent, to the record we know    |
 * | live     | live                                                   | what differs is sent                         |
 * | held     | reverted                                               | sent once the mapped values change           |
 * | waiting  | skipped and not due                                    | held out                                     |
 * | doubt    | in doubt, or the match of a row in doubt               | held out                                     |
 * | in-use   | the match still belongs to the record of another row   | rejected                                     |
 * | gone     | live or uncertain, and the model has no such row       | removed, where the sync removes              |
 * | gone-doubt, gone-held | as they say, and the model has no such row | held out                                     |
 */
import { part } from "./files";
import { count, type Work } from "./work";

export const ledgerName = "sluice_ledger";

export interface PairInput {
  /** Names of the columns of the ledger's table; undefined: there is no ledger. */
  readonly ledgerColumns: ReadonlySet<string> | undefined;
  /** Does the ledger keep hashes? Then how to make one from tagged text. */
  readonly hashed: ((tagged: string) => string) | undefined;
  /** Compare nothing. */
  readonly full: boolean;
  /** SQL timestamp literal: rows skipped after it are not due. */
  readonly recheckAfter: string;
  /** Rows in bad_rows. */
  readonly bad: number;
}

export async function pairRows(work: Work, input: PairInput): Promise<void> {
  const { db, definition, signal } = work;
  const good = `model_rows ${input.bad === 0 ? "" : "where rid not in (select rid from bad_rows)"}`;
  if (input.ledgerColumns === undefined) return;
  await db.run(
    `create temp table pairs as
     with m as (select rid, key, match, ${rowHash(work, input, "model")} as h from ${good}),
     l as (select rowid as lrid, key, state, ${rowHash(work, input, "ledger")} as h, ${kindOfState(work, input)} as kind from ${ledgerName}.records)
     select m.rid, l.lrid, coalesce(m.key, l.key) as key, m.match,
       case when l.lrid is null then 'new'
            when m.rid is not null then l.kind
            when l.state in ('live', 'uncertain') then 'gone'
            when l.state = 'doubt' then 'gone-doubt'
            when l.state = 'held' then 'gone-held' end as kind,
       null::varchar as takes_over
     from m full outer join l on m.key = l.key
     where m.rid is null or l.lrid is null or l.kind <> 'live' or m.h <> l.h`,
    signal,
  );
  await db.run("delete from pairs where kind is null");
  // A row that was rejected is present: its record did not leave the model.
  if (input.bad > 0) await db.run("delete from pairs where rid is null and key in (select key from bad_rows)");
  if (definition.destination.match !== undefined && definition.mode !== "append") await settleMatches(work);
}

/** The ledger's column of a field, or NULL where the ledger does not have it yet. */
export function ledgerPart(which: "ledger" | "sent", field: string, columns: ReadonlySet<string>): string {
  const name = `${which === "ledger" ? "c" : "s"}:${field}`;
  return columns.has(name.toLowerCase()) ? `l.${part(which, field)}` : "null::varchar";
}

/**
 * DuckDB's own hash is not stable across versions, but both sides are hashed here and now. Rows whose hashes differ
 * are compared value by value.
 */
function rowHash(work: Work, input: PairInput, side: "model" | "ledger"): string {
  const values = work.fields.map((field) => {
    if (side === "ledger")
      return ledgerPart("ledger", field, input.ledgerColumns as ReadonlySet<string>).replace(/^l\./, "");
    return input.hashed === undefined ? part("now", field) : input.hashed(part("now", field));
  });
  return `hash(${["match", ...values].join(", ")})`;
}

function kindOfState({ definition }: Work, { full, recheckAfter }: PairInput): string {
  const skips = definition.mode === "insert" || definition.mode === "update";
  const tombstone =
    definition.onRemoved === "clear" ? "case when remote_id is null then 'new' else 'again' end" : "'new'";
  const skipped = skips ? `case when "at" > ${recheckAfter} then 'waiting' else 'new' end` : "'new'";
  return `case state when 'live' then ${full ? "'again'" : "'live'"} when 'uncertain' then 'again' when 'tombstone' then ${tombstone}
    when 'skipped' then ${skipped} when 'doubt' then 'doubt' when 'held' then 'held' end`;
}

/**
 * A new key may bring a match that the ledger knows under another key. If that key left the model, the new one takes
 * over its row, so that its record is updated, not created beside it and deleted. If it did not leave, its record
 * has this match until its own update is sent.
 */
async function settleMatches({ db, signal }: Work): Promise<void> {
  await db.run(
    `create temp table match_owners as
     select o.match, o.lrid, o.key, case when g.kind is null then 'in-use' when g.kind = 'gone' then o.kind else 'doubt' end as kind
     from (select match, rowid as lrid, key, case state when 'live' then 'live' else 'again' end as kind from ${ledgerName}.records
           where state in ('live', 'uncertain', 'doubt', 'held') and match in (select match from pairs where kind = 'new')) o
     left join pairs g on g.lrid = o.lrid and g.rid is null
     where not exists (select 1 from pairs p where p.kind = 'new' and p.match = o.match and p.key = o.key)
     qualify row_number() over (partition by o.match order by case when g.kind is null then 0 when g.kind = 'gone' then 2 else 1 end, o.key) = 1`,
    signal,
  );
  if ((await count(db, "select count(*) from match_owners")) === 0) return;
  await db.run(
    `update pairs set kind = o.kind, lrid = case when o.kind in ('live', 'again') then o.lrid else pairs.lrid end,
       takes_over = case when o.kind in ('live', 'again') then o.key end
     from match_owners o where pairs.kind = 'new' and pairs.match = o.match`,
    signal,
  );
  await db.run(
    "delete from pairs where rid is null and key in (select takes_over from pairs where takes_over is not null)",
  );
}
