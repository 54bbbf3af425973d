/** How outcomes and notes become rows: the SQL of a commit, run inside one transaction. */
import { type Outcome } from "../record";
import { type Cell } from "../warehouses/warehouse";
import { type DuckDb, sqlString } from "../warehouses/duckdb-driver";
import { attemptedColumn, consideredColumn, sentColumn } from "./format";

export interface CommitInput {
  /** The ledger's file, with the plan attached as `plan`. */
  readonly db: DuckDb;
  readonly run: string;
  /** ISO instant. */
  readonly at: string;
  /** Turns tagged text into what this ledger stores. */
  readonly stored: (tagged: string) => string;
}

/** The fields of a plan's table; those whose value to send is not the considered one; those of the ledger. */
interface Fields {
  readonly plan: readonly string[];
  /** The plan says what its rows become: it reverts a run. */
  readonly becomes: boolean;
  readonly found: ReadonlySet<string>;
  readonly ledger: readonly string[];
}

/** Gives how many rows changed. */
export async function applyOutcomes(input: CommitInput, outcomes: readonly Outcome[]): Promise<number> {
  const { db } = input;
  const refused = await loadOutcomes(db, outcomes);
  const [{ known = 0 } = {}] = await db.rows<{ known: number }>(
    "select count(distinct id) as known from outcomes join plan.changes using (id)",
  );
  if (known !== outcomes.length) throw new Error("outcomes must be of the plan's changes, one of each");
  return upsert(input, {
    source: `select p.*, o.state as new_state, o.remote_id as told_id, o.created as told_created
      from plan.changes p join
        (select *, case outcome when 'applied' then 'applied' when 'skipped' then 'skipped' when 'in doubt' then 'doubt'
           else 'uncertain' end as state from outcomes where outcome <> 'rejected' or uncertain) o using (id)`,
    fields: await prepareFields(db, "changes"),
    refused,
  });
}

/** Gives how many rows changed. */
export async function applyNotes(input: CommitInput): Promise<number> {
  return upsert(input, {
    source: `select *, case state when 'live' then 'noted' else state end as new_state, null::varchar as told_id,
      null::boolean as told_created from plan.notes`,
    fields: await prepareFields(input.db, "notes"),
    refused: new Set(),
  });
}

/** Fills the temporary tables `outcomes` and `refused`; gives the fields that were refused. */
async function loadOutcomes(db: DuckDb, outcomes: readonly Outcome[]): Promise<ReadonlySet<string>> {
  await db.run(
    `create or replace temp table outcomes (id bigint, outcome varchar, remote_id varchar, created boolean, uncertain boolean);
     create or replace temp table refused (id bigint, field varchar)`,
  );
  await db.append("outcomes", ["id", "outcome", "remote_id", "created", "uncertain"], outcomes.map(outcomeRow));
  const refused = outcomes.flatMap((each) =>
    each.outcome === "applied" ? (each.refused ?? []).map(({ field }) => [each.id, field] as const) : [],
  );
  if (refused.length > 0) await db.append("refused", ["id", "field"], refused);
  return new Set(refused.map(([, field]) => field));
}

function outcomeRow(outcome: Outcome): readonly Cell[] {
  const applied = outcome.outcome === "applied" ? outcome : undefined;
  const uncertain = outcome.outcome === "rejected" && outcome.uncertain === true;
  return [outcome.id, outcome.outcome, applied?.remoteId ?? null, applied?.created ?? null, uncertain];
}

/** Adds the columns that the ledger does not have yet. */
async function prepareFields(db: DuckDb, table: "changes" | "notes"): Promise<Fields> {
  const plan = await columnsOf(db, `plan.${table}`);
  const ledger = await columnsOf(db, "records");
  const of = (columns: readonly string[], part: string): string[] =>
    columns.filter((name) => name.startsWith(part)).map((name) => name.slice(part.length));
  const fields = of(plan, "c:");
  const present = new Set(ledger.map((name) => name.toLowerCase()));
  const missing = fields.flatMap((field) =>
    [`c:${field}`, `s:${field}`].flatMap((name, index) =>
      present.has(name.toLowerCase()) ? [] : [index === 0 ? consideredColumn(field) : sentColumn(field)],
    ),
  );
  if (!present.has("attempted")) await db.run(`alter table records add column ${attemptedColumn}`);
  for (const column of missing) await db.run(`alter table records add column ${column} varchar`);
  const kept = of(ledger, "c:");
  const known = new Set(kept.map((name) => name.toLowerCase()));
  return {
    plan: fields,
    becomes: plan.includes("becomes"),
    found: new Set(of(plan, "v:")),
    ledger: [...kept, ...fields.filter((field) => !known.has(field.toLowerCase()))],
  };
}

async function columnsOf(db: DuckDb, table: string): Promise<readonly string[]> {
  const rows = await db.rows<{ column_name: string }>(`select column_name from (describe ${table})`);
  return rows.map(({ column_name: name }) => name);
}

/**
 * `new_state` says what became of a change (applied, skipped, doubt, uncertain) or is a note's state.
 *
 * |           | considered            | sent                  | match              | origin of a new row       |
 * |-----------|-----------------------|-----------------------|--------------------|---------------------------|
 * | applied   | now, but for refused  | what was written      | now                | as told, else created     |
 * | noted     | now                   | stays                 | now                | the plan's                |
 * | skipped   | now                   | stays                 | now                | unknown                   |
 * | doubt     | now                   | what was written      | now                | unknown until settled     |
 * | uncertain | stays                 | stays                 | stays, else now    | the plan's, else unknown  |
 * | held      | stays                 | what was there before | now                | the plan's                |
 *
 * A plan that reverts considers nothing, and its applied changes are held. Of a record that it removed nothing is left to
 * own: neither its id nor its match, which others may have now.
 */
async function upsert(
  { db, run, at, stored }: CommitInput,
  {
    source,
    fields,
    refused,
  }: { readonly source: string; readonly fields: Fields; readonly refused: ReadonlySet<string> },
): Promise<number> {
  const has = new Set(fields.plan.map((field) => field.toLowerCase()));
  const values = fields.ledger.flatMap((field) => {
    const [c, s] = [consideredColumn(field), sentColumn(field)];
    if (!has.has(field.toLowerCase())) return [`o.${c} as ${c}`, `o.${s} as ${s}`];
    const spared = refused.has(field) ? `n.id in (select id from refused where field = ${sqlString(field)})` : "false";
    const written = fields.found.has(field) ? `coalesce(n."v:${quoted(field)}", n.${c})` : `n.${c}`;
    return [
      `case when n.new_state = 'uncertain' or ${spared} then o.${c} else coalesce(${stored(`n.${c}`)}, o.${c}) end as ${c}`,
      `case when n.new_state in ('applied', 'doubt', 'held') and n."w:${quoted(field)}" and not ${spared}
         then ${stored(written)} else o.${s} end as ${s}`,
    ];
  });
  const anyWritten = fields.plan.map((field) => `n."w:${quoted(field)}"`).join(" or ") || "false";
  const becomes = fields.becomes ? "n.becomes" : "null::varchar";
  const state = `case when n.new_state = 'applied' then case when ${becomes} is not null then ${becomes} when n.action = 'delete' then 'tombstone' else 'live' end
    when n.new_state = 'noted' then 'live' else n.new_state end`;
  await db.run(
    `create or replace temp table news as select *, coalesce(takes_over, "key") as old_key from (${source});
     create or replace temp table old_rows as select rowid as old_row, "key" as old_key, state as old_state, run as old_run, change as old_change
       from records where "key" in (select "key" from news union all select takes_over from news);
     -- What is there already was committed before.
     delete from news n using old_rows o where o.old_key = n."key" and o.old_run = ${sqlString(run)} and o.old_change = n.id
       and o.old_state = ${state}`,
  );
  const [{ left = 0 } = {}] = await db.rows<{ left: number }>('select count(*) as "left" from news');
  if (left === 0) return 0;
  // A record that is created anew has nothing in common with the one that its key once had.
  const fresh = `(n.action = 'create' and d.old_state in ('tombstone', 'skipped'))`;
  const removed = `n.new_state = 'applied' and n.action = 'delete' and not coalesce(${anyWritten}, false)`;
  const disowned = `${becomes} = 'held' and ${removed}`;
  // A revert considers nothing anew: what was considered of the record that it makes again still holds.
  const joined = fields.becomes ? "true" : `not coalesce(${fresh}, false)`;
  const owned = fields.becomes ? "case when n.action <> 'create' then o.origin end" : "o.origin";
  // Ours was removed or merged there, and what was found in its place is somebody else's. Where ids follow the match
  // another id alone means nothing.
  const another = `(o.remote_id is not null and not ${String(fields.becomes)}
    and (n.action = 'create' or (n.told_id <> o.remote_id and n."match" is not distinct from o."match")))`;
  const attempted = `case when n.action = 'delete' and coalesce(${anyWritten}, false) then 'clear' else n.action end`;
  await db.run(
    `create or replace temp table rows_now as
     with o as (select * from records where rowid in (select old_row from old_rows))
     select n."key" as "key",
       case when ${removed} then null else coalesce(n.told_id, n.remote_id, o.remote_id) end as remote_id,
       case when ${disowned} then null when n.new_state = 'uncertain' then coalesce(o."match", n."match") else coalesce(n."match", o."match") end as "match",
       case when ${disowned} then null
            when n.told_created then 'created'
            when n.told_created = false and ${another} then 'adopted'
            when n.told_created = false then coalesce(${owned}, ${fields.becomes ? "n.origin" : "null"}, 'adopted')
            when n.new_state = 'applied' then coalesce(n.origin, o.origin, 'created')
            when n.new_state = 'uncertain' then coalesce(o.origin, n.origin)
            else coalesce(n.origin, o.origin) end as origin,
       ${state} as state, ${sqlString(run)} as run, n.id as change, timestamp '${at.replace("T", " ").replace("Z", "")}' as "at",
       case when n.new_state = 'doubt' then ${attempted} end as attempted,
       ${values.join(", ")}
     from news n left join old_rows d on d.old_key = n.old_key
     left join o on o."key" = n.old_key and ${joined};
     delete from records where rowid in
       (select old_row from old_rows where old_key in (select "key" from news union all select takes_over from news));
     insert into records by name select * from rows_now;
     drop table news; drop table old_rows; drop table rows_now`,
  );
  return left;
}

function quoted(name: string): string {
  return name.replaceAll('"', '""');
}
