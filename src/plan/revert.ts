/**
 * The plan that takes a run back: made from the plan that the run carried out, from what the ledger says became of it,
 * and from what the destination holds now. It is a plan like any other: guarded, stored, shown and carried out alike.
 */
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { type Reader } from "../destinations/connection";
import { type ObjectContext, type ObjectSchema, type PresentRecord } from "../destinations/destination";
import { type Action, type Mode, type OnRemoved, type RecordKey } from "../record";
import { type Limit, type SyncDefinition } from "../sync/definition";
import { type DuckDb, openDuckDb, sqlString } from "../warehouses/duckdb-driver";
import { type Cell } from "../warehouses/warehouse";
import { planDigest, changesHash } from "./digest";
import { estimate } from "./estimate";
import { changeTable, jsonText, part, rejectionTable, sendable } from "./files";
import { checkFingerprint } from "./first-run";
import { checkGuards } from "./guards";
import { type Done, type Inverse, inverseOf, type InverseRules } from "./inverse";
import { type GuardResult, type PlanHeader, type PlanProgress, type StoredPlan } from "./plan";
import { operatorFailure, type PlanLedger } from "./planner";
import { openPlan } from "./store";
import { count } from "./work";

export interface RevertInput {
  /** Of the plan to make, sortable. */
  readonly id: string;
  /** The run to take back. */
  readonly run: string;
  /** The plan that it carried out. */
  readonly kept: StoredPlan;
  /** What records held right before the run changed them, by number of the change; where it was read. */
  readonly before: AsyncIterable<readonly (readonly [change: number, found: PresentRecord | "absent"])[]>;
  /** Keys that the run rejected: it did nothing to them. */
  readonly rejected: readonly RecordKey[];
  /** Runs that reverted this one: what they left half done goes on. */
  readonly reverts: readonly string[];
  readonly definition: SyncDefinition;
  readonly definitionDigest: string;
  readonly object: ObjectSchema;
  readonly reader: Reader;
  readonly context: ObjectContext;
  readonly fingerprint: PlanHeader["fingerprint"];
  readonly ledger: PlanLedger;
  /** Most records the revert may remove; default: what the sync's guards say. */
  readonly maxRemoved?: Limit | undefined;
  /** The file to make; its folder is made too. */
  readonly planFile: string;
  /** Folder to spill to. */
  readonly scratch: string;
  readonly now: Date;
  readonly progress: (progress: PlanProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

const changesPerPage = 2_000;
const undone = "sluice_undone";
const ledgerName = "sluice_ledger";

/** Throws SyncFailure, Cancelled. The file appears whole or not at all. */
export async function planRevert(input: RevertInput): Promise<StoredPlan> {
  checkFingerprint(input.ledger.header, input.kept.header.fingerprint);
  checkFingerprint(input.ledger.header, input.fingerprint);
  await mkdir(path.dirname(input.planFile), { recursive: true, mode: 0o700 });
  await mkdir(input.scratch, { recursive: true, mode: 0o700 });
  const making = path.join(input.scratch, `${input.id}.plan`);
  try {
    await makePlan(input, making);
    await chmod(making, 0o600);
    await rename(making, input.planFile);
  } catch (error) {
    throw operatorFailure(error);
  } finally {
    for (const end of ["", ".wal", ".tmp"]) await rm(making + end, { force: true, recursive: true });
  }
  return openPlan(input.planFile);
}

async function makePlan(input: RevertInput, making: string): Promise<void> {
  const db = await openDuckDb(making, { memoryLimitMb: 400, threads: 2 });
  try {
    const fields = input.kept.header.fields.map(({ name }) => name);
    await db.run(rejectionTable);
    await db.run(changeTable("changes", fields, new Set(fields)));
    await db.run("alter table changes add column becomes varchar");
    await db.run(changeTable("notes", fields, new Set(fields)));
    const found = await gather(db, input, fields);
    const made = await invert(db, input, fields);
    await db.run("drop table done");
    await db.run("drop table was");
    const header = await headerOf(db, input, fields, { ...found, ...made });
    await db.run("create table header (json varchar)");
    await db.run(`insert into header values (${sqlString(JSON.stringify(header))})`);
    await db.run("checkpoint");
  } finally {
    db.close();
  }
}

/** What the run did, the last first: table `done`, with a verdict where a look at the destination is not needed. */
async function gather(
  db: DuckDb,
  input: RevertInput,
  fields: readonly string[],
): Promise<{ readonly reverted: number }> {
  const { signal } = input;
  await db.run("create table was (change bigint, json varchar)");
  for await (const page of input.before) {
    await db.append(
      "was",
      ["change", "json"],
      page.map(([change, held]) => [change, JSON.stringify(held)]),
    );
  }
  await db.run("create temp table refused (key varchar)");
  await db.append(
    "refused",
    ["key"],
    input.rejected.map((key) => [key]),
  );
  await db.attach(input.kept.file, undone, "read");
  await db.attach(input.ledger.file, ledgerName, "read");
  try {
    const columns = new Set((await columnsOf(db, `${undone}.changes`)).map((name) => name));
    const kept = new Set((await columnsOf(db, `${ledgerName}.records`)).map((name) => name.toLowerCase()));
    const lookups = new Set(fields.filter((field) => columns.has(`v:${field}`)));
    const perField = fields.flatMap((field, index) => {
      const sent = sendable(field, lookups).replace(/^/, "c.");
      // A field that the destination left out although it took the record was not changed.
      const took = kept.has(`s:${field}`.toLowerCase())
        ? ` and (l.state not in ('live', 'held') or l.${part("sent", field)} is not distinct from ${sent})`
        : "";
      return [
        `(coalesce(c.${part("write", field)}, false)${took}) as w${index}`,
        `${sent} as x${index}`,
        `c.${part("before", field)} as b${index}`,
      ];
    });
    await db.run(
      `create table done as
       select row_number() over (order by c.id desc) as id, c.id as change, c.action, c.key, coalesce(l.remote_id, c.remote_id) as remote_id,
         c.match, c.match_before, l.origin, l.state, ${verdict(input)} as verdict, w.json as was, ${perField.join(", ")}
       from ${undone}.changes c left join ${ledgerName}.records l on l.key = c.key left join was w on w.change = c.id`,
      signal,
    );
  } finally {
    await db.detach(undone);
    await db.detach(ledgerName);
  }
  const reverted = await count(db, "select count(*) from done where verdict = 'reverted'");
  await db.run("delete from done where verdict in ('nothing', 'reverted')");
  return { reverted };
}

/**
 * NULL: to be taken back. nothing: the run did nothing to the record, or it was forgotten; reverted: taken back before;
 * else why it is left.
 */
function verdict({ run, reverts }: RevertInput): string {
  const mine = `(l.run = ${sqlString(run)} and l.change = c.id)`;
  const taken = reverts.length === 0 ? "false" : `l.run in (${reverts.map(sqlString).join(", ")})`;
  return `case when l.key is null then 'nothing'
    when ${mine} or ${taken} then
      case when l.state = 'doubt' then 'in-doubt' when l.state = 'skipped' then 'nothing'
           when ${mine} or l.state = 'uncertain' then null else 'reverted' end
    when l.run > ${sqlString(run)} and c.key not in (select key from refused) then 'later-run'
    else 'nothing' end`;
}

interface Inverted {
  readonly read: number;
  readonly recreated: number;
}

async function invert(db: DuckDb, input: RevertInput, fields: readonly string[]): Promise<Inverted> {
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

interface Candidate extends Done {
  readonly id: number;
  readonly key: string;
  readonly matchBefore: string | null;
}

function doneOf(row: readonly Cell[], fields: number): Candidate {
  const [id, action, key, remoteId, match, matchBefore, origin, state, was, ...cells] = row;
  const text = (cell: Cell | undefined): string | null => (cell === null || cell === undefined ? null : String(cell));
  return {
    id: Number(id),
    action: action as Action,
    key: String(key),
    remoteId: text(remoteId),
    match: text(match),
    matchBefore: text(matchBefore),
    origin: text(origin),
    uncertain: state === "uncertain",
    was: was === null || was === undefined ? undefined : (JSON.parse(String(was)) as PresentRecord | "absent"),
    fields: Array.from({ length: fields }, (_, index) => {
      const [written, sent, before] = cells.slice(index * 3, index * 3 + 3);
      return { written: written === true, sent: text(sent), before: text(before) };
    }),
  };
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

async function headerOf(
  db: DuckDb,
  input: RevertInput,
  fields: readonly string[],
  { reverted, read, recreated }: Inverted & { readonly reverted: number },
): Promise<PlanHeader> {
  const { kept, definition, ledger, object } = input;
  const actions = await db.rows<{ action: string; rows: number }>(
    "select action, count(*) as rows from changes group by action",
  );
  const of = (action: string): number => actions.find((each) => each.action === action)?.rows ?? 0;
  const left = await count(db, "select count(*) from rejections");
  const restored = await count(db, "select count(*) from notes");
  const changes = of("create") + of("update") + of("delete");
  const counts = {
    rows: changes + left + restored + reverted,
    create: of("create"),
    update: of("update"),
    delete: of("delete"),
    unchanged: restored + reverted,
    rejected: left,
    held: 0,
    skipped: 0,
  };
  const mode = modeOf(object, definition);
  const removal = removalOf(object, definition) ?? "keep";
  const hash = await changesHash({ db, fields, lookups: new Set(fields), signal: input.signal });
  const ledgerRevision = ledger.header?.revision ?? 0;
  return {
    version: 1,
    id: input.id,
    sync: definition.name,
    target: kept.header.target,
    mode: definition.mode,
    createdAt: input.now.toISOString(),
    definitionDigest: input.definitionDigest,
    digest: planDigest(input.definitionDigest, ledgerRevision, hash),
    ledgerRevision,
    fingerprint: input.fingerprint,
    fields: kept.header.fields,
    keyTypes: kept.header.keyTypes,
    counts,
    guards: guardsOf(input, { changes, removals: counts.delete, rows: counts.rows }),
    estimate: estimate(
      input.reader,
      input.context,
      { ...definition, mode, onRemoved: removal },
      { counts, run: input.id },
    ),
    notices: noticesOf(input, { changes, recreated, reverted }),
    readBack: read,
    drifted: 0,
    revert: { run: input.run, mode, removal },
  };
}

/** A revert that removes must be told how much it may remove: by the sync's guard, or by whoever asks for it. */
function guardsOf(
  { definition, ledger, maxRemoved = definition.guards.maxRemoved }: RevertInput,
  { changes, removals, rows }: { readonly changes: number; readonly removals: number; readonly rows: number },
): readonly GuardResult[] {
  const { maxChanges } = definition.guards;
  const guards = {
    ...(maxRemoved === undefined ? {} : { maxRemoved }),
    ...(maxChanges === undefined ? {} : { maxChanges }),
  };
  const live = ledger.counts.live + ledger.counts.uncertain;
  const results = checkGuards(guards, { rows, live, changes, removals, rejected: 0 });
  if (removals === 0 || maxRemoved !== undefined) return results;
  return [{ name: "max_removed", limit: "not stated", value: removals, tripped: true }, ...results];
}

function noticesOf(
  { object, run }: RevertInput,
  { changes, recreated, reverted }: { readonly changes: number; readonly recreated: number; readonly reverted: number },
): PlanHeader["notices"] {
  const notices = [
    {
      code: "revert",
      message: `Takes back the run ${run}. What is reverted stays so until its mapped values change in the model, or \`sluice release\`.`,
    },
  ];
  if (!object.readable && changes > 0) {
    notices.push({
      code: "revert-unread",
      message: "The destination cannot be read, so what somebody else changed since is not seen, and is overwritten.",
    });
  }
  if (recreated > 0) {
    const [are, records] = recreated === 1 ? ["is", "1 removed record"] : ["are", `${recreated} removed records`];
    notices.push({
      code: "revert-recreates",
      message: `${records} ${are} made anew, under new ids: the fields that this sync maps come back, whatever else they held does not.`,
    });
  }
  if (reverted > 0) {
    notices.push({
      code: "reverted-before",
      message: `${reverted === 1 ? "1 record was" : `${reverted} records were`} taken back before.`,
    });
  }
  return notices;
}

/** The way in which changes are sent again harmlessly, where there is one. */
function modeOf(object: ObjectSchema, definition: SyncDefinition): Mode {
  const wanted: readonly Mode[] = ["mirror", "upsert"];
  return wanted.find((mode) => object.modes.includes(mode)) ?? definition.mode;
}

/** The sync's own way of removing, else the mildest there is. */
function removalOf(object: ObjectSchema, { onRemoved }: SyncDefinition): OnRemoved | undefined {
  if (onRemoved === "archive" || onRemoved === "delete") return onRemoved;
  const ways: readonly OnRemoved[] = ["archive", "delete"];
  return ways.find((way) => object.removals.includes(way));
}

async function columnsOf(db: DuckDb, table: string): Promise<readonly string[]> {
  const rows = await db.rows<{ name: string }>(`select column_name as name from (describe ${table})`);
  return rows.map(({ name }) => name);
}
