/** Records whose rows left the model: which of them a mirror removes, and which stay although it would. */
import { isAside } from "../ledger/rebind";
import { type SyncDefinition } from "../sync/definition";
import { type ClaimInput, isLive, maySame, takeOut, takeOutOthers } from "./claims";
import { changeColumnList, part } from "./files";
import { ledgerName, ledgerPart } from "./pair";
import { type PlanHeader } from "./plan";
import { count, type Work } from "./work";

export type Notice = PlanHeader["notices"][number];

export interface RemovalInput extends ClaimInput {
  readonly ledgerColumns: ReadonlySet<string>;
  /** Does the ledger keep values, so that a record shows what was sent? */
  readonly values: boolean;
  readonly nullKeys: number;
  /** Is the plan of the keys in `only_keys` alone? */
  readonly only: boolean;
}

export interface FoundRemovals {
  /** Of the whole model. */
  readonly removals: number;
  readonly notices: readonly Notice[];
}

/** Makes the table `gone`: the rows of the ledger whose records are to be removed, of all that left the model. */
export async function findRemovals(work: Work, input: RemovalInput): Promise<FoundRemovals> {
  const { db, signal } = work;
  if (!removes(work.definition)) return { removals: 0, notices: [] };
  await db.run(
    `create temp table gone as select p.key, l.rowid as lrid, l.match, l.remote_id, l.origin from pairs p join ${ledgerName}.records l on l.rowid = p.lrid where p.kind = 'gone'`,
    signal,
  );
  const gone = await count(db, "select count(*) from gone");
  if (gone === 0) return { removals: 0, notices: [] };
  if (input.nullKeys > 0) {
    await db.run("delete from gone");
    return { removals: 0, notices: [withheldForNullKeys(gone)] };
  }
  const notices: Notice[] = [];
  const unknown = await takeOut(work, isAside("key"));
  if (unknown > 0) notices.push(rekeyedStay(unknown));
  if (!work.definition.removeAdopted) {
    const adopted = await takeOut(work, "origin is distinct from 'created'");
    if (adopted > 0) notices.push(adoptedStay(adopted));
  }
  const claimed = await takeOutClaimed(work, input);
  if (claimed > 0) notices.push(claimedStay(claimed));
  const cleared = clearing(work, input)
    .map(({ writes }) => writes)
    .join(" or ");
  const acts = work.definition.onRemoved === "clear" ? cleared || "false" : "true";
  const removals = await count(
    db,
    `select count(*) from gone g join ${ledgerName}.records l on l.rowid = g.lrid where ${acts}`,
  );
  return { removals, notices };
}

/** Does the sync remove what leaves its model? */
export function removes({ mode, onRemoved }: Pick<SyncDefinition, "mode" | "onRemoved">): boolean {
  return mode === "mirror" && onRemoved !== "keep";
}

/** Append what is in `gone` to `changes`; of `only` these keys where that table was made. The ledger is attached. */
export async function addRemovals(work: Work, input: RemovalInput): Promise<void> {
  if (!removes(work.definition)) return;
  if (input.only) await work.db.run("delete from gone where key not in (select key from only_keys)");
  await insertDeletes(work, input);
}

/** Withhold what was planned to be removed after all. Gives how many. */
export async function withholdRemovals({ db }: Work): Promise<number> {
  const removals = await count(db, "select count(*) from changes where action = 'delete'");
  if (removals > 0) await db.run("delete from changes where action = 'delete'");
  return removals;
}

async function takeOutClaimed(work: Work, input: RemovalInput): Promise<number> {
  // By a row of this model, whether or not it could be synced, or by a present row of this ledger.
  const own = await takeOut(
    work,
    `lrid in (
       select g.lrid from gone g join model_rows r on r.match = g.match
         left join ${ledgerName}.records o on o.key = r.key and ${isLive} where ${maySame}
       union all
       select g.lrid from gone g join ${ledgerName}.records o on o.remote_id = g.remote_id
         where ${isLive} and o.rowid not in (select lrid from pairs where rid is null))`,
  );
  return own + (await takeOutOthers(work, input));
}

/** SQL of what is emptied, field by field: all that was sent, but for what finds or makes the record. */
function clearing({ definition, object }: Work, { ledgerColumns }: RemovalInput) {
  const clear = definition.onRemoved === "clear";
  return definition.fields.map(({ field, write }) => {
    const required = object.fields.find(({ name }) => name === field)?.required === true;
    const spared = required || write === "create_only" || field === definition.destination.match;
    const sent = ledgerPart("sent", field, ledgerColumns);
    return { field, sent, writes: clear && !spared ? `(${sent} is not null and ${sent} <> 'z:')` : "false" };
  });
}

async function insertDeletes(work: Work, input: RemovalInput): Promise<void> {
  const { db, definition, signal } = work;
  const clear = definition.onRemoved === "clear";
  const columns = clearing(work, input).flatMap(({ field, sent, writes }) => {
    return [
      clear ? `case when ${writes} then 'z:' end` : "null",
      writes,
      input.values ? sent : "null",
      "null",
      ...(work.lookups.has(field) ? ["null"] : []),
    ];
  });
  const written = work.fields.map((field) => part("write", field)).join(" or ");
  // A record whose match another is about to get goes before it, all others come last.
  const inTheWay = "match in (select match from changes where match_before is not null)";
  const first = await count(db, `select count(*) from gone where ${inTheWay}`);
  const last = await count(db, "select coalesce(max(id), 0) from changes");
  if (first > 0) await db.run(`update changes set id = id + ${first}`, signal);
  await db.run(
    `insert into changes (${[...changeColumnList(work.fields, work.lookups), "kind", "verdict"].join(", ")})
     select case when g.first then g.place else ${last} + g.place end, 'delete', g.key, g.remote_id, g.match, null, g.origin, null, ${columns.join(", ")}, 'gone', null
     from (select *, ${inTheWay} is true as first, row_number() over (order by ${inTheWay} is true desc, key) as place from gone) g
       join ${ledgerName}.records l on l.rowid = g.lrid`,
    signal,
  );
  if (clear) await db.run(`update changes set verdict = 'note' where action = 'delete' and not (${written})`, signal);
}

export function withheldForNullKeys(gone: number): Notice {
  const message = `${records(gone)} left the model but ${stay(gone)}: a row without a key could be any of them. Give every row a key.`;
  return { code: "removals-withheld", message };
}

export function withheldForRejections(gone: number): Notice {
  const message = `${records(gone)} left the model but ${stay(gone)}: with scope: all nothing is removed while a row is rejected.`;
  return { code: "removals-withheld", message };
}

function rekeyedStay(unknown: number): Notice {
  const message = `${records(unknown)} of before the sync's key changed ${stay(unknown)}: no row has the match by which ${unknown === 1 ? "it" : "they"} could be found again.`;
  return { code: "rekeyed-stay", message };
}

function adoptedStay(adopted: number): Notice {
  const message = `${records(adopted)} left the model but ${stay(adopted)}, because this sync did not create ${adopted === 1 ? "it" : "them"}. Set remove_adopted: true to remove such records too.`;
  return { code: "adopted-stay", message };
}

function claimedStay(claimed: number): Notice {
  const message = `${records(claimed)} left the model but ${stay(claimed)}, because another row or sync still holds ${claimed === 1 ? "it" : "them"}.`;
  return { code: "claimed-stay", message };
}

export function records(number: number): string {
  return number === 1 ? "1 record" : `${number} records`;
}

function stay(number: number): string {
  return number === 1 ? "stays" : "stay";
}
