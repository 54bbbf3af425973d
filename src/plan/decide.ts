/**
 * From pairs to changes. The table `changes` is made with three columns more than the plan keeps: `kind` (of the
 * pair), `verdict` (NULL: a change; note: no request, but to be remembered; nothing: neither; else the code of a
 * rejection) and `guilty` (the field to blame).
 */
import { type FieldMapping } from "../sync/definition";
import { sqlString } from "../warehouses/duckdb-driver";
import { part } from "./files";
import { ledgerName, ledgerPart, type PairInput } from "./pair";
import { stageName, type Work } from "./work";

export const workColumns = ["kind", "verdict", "guilty"] as const;

/** Makes the table `changes`, without removals. */
export async function decide(work: Work, input: PairInput): Promise<void> {
  const { db, definition, signal } = work;
  const { mode } = definition;
  const fields = definition.fields;
  // What differs → what is done → what is written → whether that may be.
  const differing = `select *, ${fields.map((field) => `${differs(field, input)} as ${flag(field)}`).join(", ")} from (${source(work, input)})`;
  const any = `(${fields.map(flag).join(" or ")})`;
  const acting = `select *, ${any} as differs, case
      when kind = 'new' then ${mode === "update" ? "'update'" : "'create'"}
      when kind in ('again', 'held') then ${again(mode)}
      else ${mode === "append" ? "'create'" : "'update'"} end as action from (${differing})`;
  const writing = `select *, ${fields.map((field) => `${writes(field, mode, work.object.whole === true)} as ${part("write", field.field)}`).join(", ")} from (${acting}) where ${wanted(work)}`;
  const written = `(${fields.map(({ field }) => part("write", field)).join(" or ")})`;
  const unmatched = fields
    .filter(({ values }) => values !== undefined)
    .map(({ field }) => `when ${part("write", field)} and ${part("now", field)} is null then ${sqlString(field)}`);
  const guilty = unmatched.length === 0 ? "null::varchar" : `case ${unmatched.join(" ")} end`;
  const judging = `select *, ${guilty} as no_value from (${writing})`;
  const columns = fields.flatMap(({ field, source: from }) => [
    part("now", field),
    part("write", field),
    `case when action = 'update' then ${sent(field)} end as ${part("before", field)}`,
    `null::boolean as ${part("drifted", field)}`,
    ...(from.kind === "lookup" ? [`null::varchar as ${part("found", field)}`] : []),
  ]);
  await db.run(
    `create table changes as select id, action, key, case when action = 'update' then remote_id end as remote_id, match,
       case when action = 'update' and match is distinct from old_match then old_match end as match_before, origin, takes_over, ${columns.join(", ")}, kind,
       case when kind = 'in-use' then 'match-in-use'
            when old_match <> match and remote_id is null then 'match-changed-unknown-id'
            when no_value is not null then 'no-matching-value'
            when action = 'update' and not ${written} then case kind when 'new' then 'nothing' else 'note' end
            ${mode === "insert" ? "when kind = 'live' then 'note'" : ""} end as verdict,
       case when kind <> 'in-use' and not coalesce(old_match <> match and remote_id is null, false) then no_value
            else ${definition.destination.match === undefined ? "null" : sqlString(definition.destination.match)} end as guilty
     from (${judging})`,
    signal,
  );
}

const sent = (field: string): string => `"s of ${field.replaceAll('"', '""')}"`;
const considered = (field: string): string => `"l of ${field.replaceAll('"', '""')}"`;
const flag = ({ field }: Pick<FieldMapping, "field">): string => `"x of ${field.replaceAll('"', '""')}"`;

/** One row for each row of the model that may become a change, with what the ledger knows. */
function source(work: Work, input: PairInput): string {
  const now = work.fields.map((field) => `m.${part("now", field)}`);
  if (input.ledgerColumns === undefined) {
    const none = work.fields.flatMap((field) => [
      `null::varchar as ${considered(field)}`,
      `null::varchar as ${sent(field)}`,
    ]);
    return `select rid + 1 as id, key, match, 'new' as kind, null::varchar as takes_over, null::varchar as remote_id,
      null::varchar as old_match, null::varchar as origin, ${[...now, ...none].join(", ")}
      from model_rows m ${input.bad === 0 ? "" : "where rid not in (select rid from bad_rows)"}`;
  }
  const columns = input.ledgerColumns;
  const then = work.fields.flatMap((field) => [
    `${ledgerPart("ledger", field, columns)} as ${considered(field)}`,
    // A ledger of hashes cannot say what was there before.
    `${input.hashed === undefined ? ledgerPart("sent", field, columns) : "null::varchar"} as ${sent(field)}`,
  ]);
  const known = (column: string): string => `case when p.kind in ('again', 'live', 'held') then l.${column} end`;
  // Numbered before they are joined: sorting narrow rows is cheap.
  const numbered = `select *, row_number() over (order by rid) as id from pairs where kind in ('new', 'again', 'live', 'held', 'in-use')`;
  return `select p.id, p.key, p.match, p.kind, p.takes_over, ${known("remote_id")} as remote_id,
    ${known("match")} as old_match, ${known("origin")} as origin, ${[...now, ...then].join(", ")}
    from (${numbered}) p join ${stageName}.staged m on m.rowid = p.rid left join ${ledgerName}.records l on l.rowid = p.lrid`;
}

/** Does the field's value differ from the one considered before? A change of type alone does not. */
function differs(field: FieldMapping, input: PairInput): string {
  const now = part("now", field.field);
  const then = considered(field.field);
  const compared = input.hashed === undefined ? now : input.hashed(now);
  const other =
    input.hashed === undefined
      ? `${now} is null or (${now} <> ${then} and (substr(${now}, 3) <> substr(${then}, 3) or ${now} = 'z:' or ${then} = 'z:'))`
      : `${compared} is distinct from ${then}`;
  // A null that is not sent says nothing: the record keeps what it has.
  return `(${spared(field)}(${then} is null or ${other}))`;
}

function spared(field: FieldMapping): string {
  return field.nulls === "skip" ? `${part("now", field.field)} is distinct from 'z:' and ` : "";
}

function again(mode: string): string {
  if (mode === "append") return "'create'";
  return mode === "update" ? "'update'" : "case when remote_id is null then 'create' else 'update' end";
}

/** Rows with something to do. What is left out is unchanged, or held. */
function wanted({ definition }: Work): string {
  const changed =
    definition.mode === "insert" || (definition.mode === "append" && definition.on === "new") ? "false" : "differs";
  return `kind in ('new', 'again', 'in-use') or takes_over is not null or (kind = 'live' and (${changed} or (old_match is null and match is not null))) or (kind = 'held' and differs)`;
}

function writes(field: FieldMapping, mode: string, whole: boolean): string {
  const { field: name } = field;
  // What a revert left behind is what was sent last, not what the model was when it was considered.
  const reverted = `(kind = 'held' and action = 'update' and (${sent(name)} is null or ${part("now", name)} is distinct from ${sent(name)}))`;
  const all = `(action = 'create' or kind in ('new', 'again') or ${reverted} or (kind = 'live' and ${whole ? "differs" : flag(field)}))`;
  const once =
    field.write === "create_only" ? ` and (action = 'create' or (kind = 'again' and ${sent(name)} is null))` : "";
  const insert = mode === "insert" ? " and (action = 'create')" : "";
  return `(${spared(field)}${all}${once}${insert})`;
}
