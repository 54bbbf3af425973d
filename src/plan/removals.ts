/** Records whose rows left the model: which of them a mirror removes, and which stay although it would. */
import { type Fingerprint } from "../ledger/ledger";
import { changeColumnList, part } from "./files";
import { ledgerName, ledgerPart } from "./pair";
import { type PlanHeader } from "./plan";
import { count, type Work } from "./work";

export type Notice = PlanHeader["notices"][number];

/** Another sync's ledger: its live rows may claim a record that left this one. */
export interface OtherLedger {
  readonly sync: string;
  readonly file: string;
  readonly fingerprint: Fingerprint;
}

export interface RemovalInput {
  readonly ledgerColumns: ReadonlySet<string>;
  /** Does the ledger keep values, so that a record shows what was sent? */
  readonly values: boolean;
  readonly fingerprint: Fingerprint;
  readonly others: readonly OtherLedger[];
  readonly nullKeys: number;
  readonly attach: (file: string, name: string) => Promise<void>;
}

/** Append removals to `changes`. The ledger is attached. */
export async function addRemovals(work: Work, input: RemovalInput): Promise<readonly Notice[]> {
  const { db, definition, signal } = work;
  if (definition.mode !== "mirror" || definition.onRemoved === "keep") return [];
  await db.run(
    `create temp table gone as select p.key, l.rowid as lrid, l.match, l.remote_id, l.origin from pairs p join ${ledgerName}.records l on l.rowid = p.lrid where p.kind = 'gone'`,
    signal,
  );
  const gone = await count(db, "select count(*) from gone");
  if (gone === 0) return [];
  if (input.nullKeys > 0) return [withheldForNullKeys(gone)];
  const notices: Notice[] = [];
  if (!definition.removeAdopted) {
    const adopted = await takeOut(work, "origin is distinct from 'created'");
    if (adopted > 0) notices.push(adoptedStay(adopted));
  }
  const claimed = await takeOutClaimed(work, input);
  if (claimed > 0) notices.push(claimedStay(claimed));
  await insertDeletes(work, input);
  return notices;
}

/** Withhold what was planned to be removed after all. Gives how many. */
export async function withholdRemovals({ db }: Work): Promise<number> {
  const removals = await count(db, "select count(*) from changes where action = 'delete'");
  if (removals > 0) await db.run("delete from changes where action = 'delete'");
  return removals;
}

async function takeOut({ db, signal }: Work, condition: string): Promise<number> {
  const before = await count(db, "select count(*) from gone");
  await db.run(`delete from gone where ${condition}`, signal);
  return before - (await count(db, "select count(*) from gone"));
}

async function takeOutClaimed(work: Work, input: RemovalInput): Promise<number> {
  const live = "state in ('live', 'uncertain', 'doubt', 'held')";
  // By a row of this model, whether or not it could be synced, or by a present row of this ledger.
  let claimed = await takeOut(
    work,
    `lrid in (
       select g.lrid from gone g join model_rows r on r.match = g.match
         left join ${ledgerName}.records o on o.key = r.key and o.${live} where ${maySame}
       union all
       select g.lrid from gone g join ${ledgerName}.records o on o.remote_id = g.remote_id
         where o.${live} and o.rowid not in (select lrid from pairs where rid is null))`,
  );
  for (const other of input.others) {
    if (!sameObject(other.fingerprint, input.fingerprint)) continue;
    await input.attach(other.file, "sluice_other");
    try {
      const sameMatch = other.fingerprint.match === input.fingerprint.match ? "o.match = g.match" : "false";
      claimed += await takeOut(
        work,
        `lrid in (
           select g.lrid from gone g join sluice_other.records o on ${sameMatch} where o.${live} and ${maySame}
           union all select g.lrid from gone g join sluice_other.records o on o.remote_id = g.remote_id where o.${live})`,
      );
    } finally {
      await work.db.detach("sluice_other");
    }
  }
  return claimed;
}

// Two rows with one match mean the same record, unless both records are known and are not the same.
const maySame = "(o.remote_id is null or g.remote_id is null or o.remote_id = g.remote_id)";

async function insertDeletes(work: Work, input: RemovalInput): Promise<void> {
  const { db, definition, object, signal } = work;
  const clear = definition.onRemoved === "clear";
  const columns = work.definition.fields.flatMap(({ field, write }) => {
    const required = object.fields.find(({ name }) => name === field)?.required === true;
    const spared = required || write === "create_only" || field === definition.destination.match;
    const sent = ledgerPart("sent", field, input.ledgerColumns);
    const writes = clear && !spared ? `(${sent} is not null and ${sent} <> 'z:')` : "false";
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

function sameObject(a: Fingerprint, b: Fingerprint): boolean {
  return a.account === b.account && a.connectionType === b.connectionType && a.object === b.object;
}

export function withheldForNullKeys(gone: number): Notice {
  const message = `${records(gone)} left the model but ${stay(gone)}: a row without a key could be any of them. Give every row a key.`;
  return { code: "removals-withheld", message };
}

export function withheldForRejections(gone: number): Notice {
  const message = `${records(gone)} left the model but ${stay(gone)}: with scope: all nothing is removed while a row is rejected.`;
  return { code: "removals-withheld", message };
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
