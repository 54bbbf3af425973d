/**
 * The plan that takes a run back: made from the plan that the run carried out, from what the ledger says became of it,
 * and from what the destination holds now. It is a plan like any other: guarded, stored, shown and carried out alike.
 */
import { type PresentRecord } from "../destinations/destination";
import { type Action } from "../record";
import { type DuckDb, openDuckDb, sqlString } from "../warehouses/duckdb-driver";
import { type Cell } from "../warehouses/warehouse";
import { isLive, takeOut, takeOutOthers } from "./claims";
import { attachLedger } from "./diff";
import { changeTable, jsonText, rejectionTable } from "./files";
import { checkFingerprint } from "./first-run";
import { type Inverse, inverseOf, type InverseRules } from "./inverse";
import { ledgerName } from "./pair";
import { type StoredPlan } from "./plan";
import { makeWhole } from "./planner";
import { type Found, headerOf, removalOf } from "./revert-header";
import { type RevertInput } from "./revert-input";
import { writeHeader } from "./store";
import { type Candidate, doneOf, gather } from "./undone";
import { count } from "./work";

export { type RevertInput };

const changesPerPage = 2_000;

/** Throws SyncFailure, Cancelled. The file appears whole or not at all. */
export async function planRevert(input: RevertInput): Promise<StoredPlan> {
  const owner = { sync: input.definition.name, target: input.kept.header.target };
  checkFingerprint(input.ledger.header, input.kept.header.fingerprint, owner);
  checkFingerprint(input.ledger.header, input.fingerprint, owner);
  return makeWhole(input, ({ making }) => makePlan(input, making));
}

async function makePlan(input: RevertInput, making: string): Promise<void> {
  const reach = [input.kept, input.ledger, ...input.otherLedgers].map(({ file }) => file);
  const db = await openDuckDb(making, { memoryLimitMb: 400, threads: 2, reach });
  try {
    const fields = input.kept.header.fields.map(({ name }) => name);
    await db.run(rejectionTable);
    await db.run(changeTable("changes", fields, new Set(fields)));
    await db.run("alter table changes add column becomes varchar");
    await db.run(changeTable("notes", fields, new Set(fields)));
    const found = await gather(db, input, fields);
    await markClaimed(db, input);
    const made = await invert(db, input, fields);
    await db.run("drop table done");
    await db.run("drop table was");
    const header = await headerOf(db, input, fields, { ...found, ...made });
    await writeHeader(db, header);
    await db.run("checkpoint");
  } finally {
    db.close();
  }
}

/** What the run created may be another sync's too by now, or another key's. */
async function markClaimed(db: DuckDb, { fingerprint, ledger, otherLedgers, signal }: RevertInput): Promise<void> {
  const created = `verdict is null and action = 'create' and coalesce(was = '"absent"', true)`;
  const attach = (file: string, name: string): Promise<void> => attachLedger(db, file, name);
  await db.run(`create temp table gone as select id as lrid, key, match, remote_id from done where ${created}`, signal);
  await attach(ledger.file, ledgerName);
  try {
    const others = `select g.lrid from gone g join ${ledgerName}.records o on o.remote_id = g.remote_id and o.key <> g.key`;
    await takeOut({ db, signal }, `lrid in (${others} where ${isLive})`);
  } finally {
    await db.detach(ledgerName);
  }
  await takeOutOthers({ db, signal }, { fingerprint, others: otherLedgers, attach });
  await db.run(`update done set verdict = 'claimed' where ${created} and id not in (select lrid from gone)`, signal);
  await db.run("drop table gone");
}

async function invert(db: DuckDb, input: RevertInput, fields: readonly string[]): Promise<Omit<Found, "reverted">> {
  const { signal, context } = input;
  const keys = input.kept.header.keyTypes.length;
  for (const [code, reason] of settledReasons) {
    await leave(
      db,
      keys,
      `select id, ${sqlString(code)} as code, ${sqlString(reason)} as reason, null as field from done where verdict = ${sqlString(code)}`,
    );
  }
  await db.run("create temp table kept_back (id bigint, code varchar, reason varchar, field varchar)");
  const rules: InverseRules = {
    mode: input.kept.header.mode,
    removal: removalOf(input.object, input.definition),
    creates: input.object.modes.some((mode) => mode === "insert" || mode === "upsert" || mode === "mirror"),
    whole: input.object.whole === true,
    schemas: context.fields,
    destination: input.reader.destination,
  };
  const becomes = input.kept.header.revert === undefined ? "held" : null;
  const total = await count(db, "select count(*) from done where verdict is null");
  const columns = [
    ...["id", "action", "key", "remote_id", "match", "match_before", "origin", "state", "was"],
    ...fields.flatMap((_, index) => [`w${index}`, `x${index}`, `b${index}`]),
  ];
  const sql = `select ${columns.join(", ")} from done where verdict is null order by id`;
  let read = 0;
  let recreated = 0;
  let seen = 0;
  for await (const page of db.pages(sql, { pageRows: changesPerPage, ...(signal === undefined ? {} : { signal }) })) {
    const all = page.rows.map((row) => doneOf(row, fields.length));
    const present = await readPage(all, input);
    read += present.read;
    const changes: (readonly Cell[])[] = [];
    const notes: (readonly Cell[])[] = [];
    const left: (readonly Cell[])[] = [];
    for (const one of all) {
      const inverse = inverseOf(one, present.of(one), rules);
      switch (inverse.verdict) {
        case "change":
          if (inverse.action === "create") recreated += 1;
          changes.push([...changeRow(one, inverse.action, inverse), becomes]);
          break;
        case "restored":
          // What is gone, or there again, needs no holding: the ledger's row says what it is.
          if (inverse.fields.some(({ write }) => write))
            notes.push([...changeRow(one, "update", inverse), becomes ?? "live"]);
          break;
        case "left":
          left.push([one.id, inverse.code, inverse.reason, inverse.field ?? null]);
          break;
      }
    }
    const names = changeNames(fields);
    await db.append("changes", [...names, "becomes"], changes);
    await db.append("notes", [...names, "state"], notes);
    await db.append("kept_back", ["id", "code", "reason", "field"], left);
    seen += all.length;
    input.progress({ phase: "reading", done: seen, total });
  }
  await leave(db, keys, "select id, code, reason, field from kept_back");
  return { read, recreated };
}

const settledReasons = [
  ["in-doubt", "Whether the run wrote this record is in doubt. Settle that first."],
  ["claimed", "Another row or sync holds this record too, so it is not removed."],
  ["later-run", "A later run has sent this record since. Revert that one first."],
] as const;

async function leave(db: DuckDb, keys: number, select: string): Promise<void> {
  const last = await count(db, "select coalesce(max(seq), 0) from rejections");
  const key = keys === 1 ? jsonText("d.key") : "d.key";
  await db.run(
    `insert into rejections select ${last} + row_number() over (order by r.id), ${key}, 'destination', r.field, r.code, r.reason
     from (${select}) r join done d on d.id = r.id`,
  );
}

interface Present {
  readonly read: number;
  of(one: Candidate): PresentRecord | undefined | "unread";
}

/** A removed record has another id when it is there again: it is looked for by its match. */
async function readPage(
  page: readonly Candidate[],
  { reader, object, context, signal }: RevertInput,
): Promise<Present> {
  if (!object.readable) return { read: 0, of: () => "unread" };
  const names = context.fields.map(({ name }) => name);
  const { match } = context;
  const removed = (one: Candidate): boolean => one.action === "delete" && !one.fields.some(({ written }) => written);
  const idOf = (one: Candidate): string | null => (removed(one) ? null : one.remoteId);
  const matchOf = (one: Candidate): string | null => (match === undefined ? null : one.match);
  const ids = page.flatMap((one) => idOf(one) ?? []);
  const matches = page.flatMap((one) => (idOf(one) === null ? (matchOf(one) ?? []) : []));
  const ask = (by: string, values: readonly string[]): Promise<ReadonlyMap<string, PresentRecord>> =>
    values.length === 0
      ? Promise.resolve(new Map())
      : reader.read({ by, values: [...new Set(values)], fields: names }, context, signal);
  const [byId, byMatch] = await Promise.all([ask("id", ids), ask(match ?? "id", matches)]);
  return {
    read: ids.length + matches.length,
    of(one) {
      const id = idOf(one);
      if (id !== null) return byId.get(id);
      const value = matchOf(one);
      return value === null ? "unread" : byMatch.get(value);
    },
  };
}

function changeNames(fields: readonly string[]): readonly string[] {
  return [
    ...["id", "action", "key", "remote_id", "match", "match_before", "origin"],
    ...fields.flatMap((field) => ["w", "b", "d", "v"].map((letter) => `${letter}:${field}`)),
  ];
}

/** A restored match leads back to the value it had; what is created anew has no id yet. */
function changeRow(
  one: Candidate,
  action: Action,
  { fields }: Extract<Inverse, { readonly verdict: "change" | "restored" }>,
): readonly Cell[] {
  const moved = action === "update" && one.matchBefore !== null;
  return [
    one.id,
    action,
    one.key,
    action === "create" ? null : one.remoteId,
    moved ? one.matchBefore : one.match,
    moved ? one.match : null,
    action === "create" ? null : one.origin,
    ...fields.flatMap(({ write, value, before }) => [write, before, false, value]),
  ];
}
