/** A world in which to plan: a model in DuckDB, a destination in memory, a ledger kept by the layout of ledger files. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Reader } from "../../../src/destinations/connection";
import { type FieldSchema, type ObjectSchema, type PresentRecord } from "../../../src/destinations/destination";
import { type LocalLedger, openLocalLedger } from "../../../src/ledger/local";
import { type PlanOptions, type StoredPlan } from "../../../src/plan/plan";
import { plan, type PlanInput } from "../../../src/plan/planner";
import { type Change, type Outcome, type Rejection } from "../../../src/record";
import { type FieldMapping, type SyncDefinition } from "../../../src/sync/definition";
import { type Json, toJson } from "../../../src/value";
import { openDuckDb } from "../../../src/warehouses/duckdb-driver";
import { openDuckDbWarehouse } from "../../../src/warehouses/duckdb";
import { destinationOf } from "./memory";

export type Fields = Readonly<Record<string, string | Partial<FieldMapping>>>;
export type Ask = Omit<Partial<SyncDefinition>, "fields" | "destination"> & {
  readonly key?: readonly string[];
  readonly match?: string;
  readonly fields: Fields;
};

/** `email: "email"` is a column; else what is given over the defaults. */
export function definitionOf({ key = ["id"], match, fields, ...rest }: Ask): SyncDefinition {
  return {
    name: "contacts",
    after: [],
    model: { source: { kind: "sql", sql: "" }, key },
    destination: { connection: "crm", object: "contacts", options: {}, ...(match === undefined ? {} : { match }) },
    mode: "upsert",
    onRemoved: "keep",
    removeAdopted: false,
    scope: "ledger",
    on: "new",
    guards: {},
    alerts: [],
    tags: [],
    recheck: 7,
    ...rest,
    fields: Object.entries(fields).map(([field, given]) => ({
      field,
      source: { kind: "column", column: typeof given === "string" ? given : field },
      nulls: "send",
      write: "always",
      ...(typeof given === "string" ? {} : given),
    })),
  };
}

/** What the destination holds, by remote id. */
export type Held = Map<string, Record<string, Json>>;

export interface World {
  readonly folder: string;
  readonly held: Held;
  /** Does the ledger keep values, not hashes? */
  values: boolean;
  readonly asked: { by: string; values: readonly string[] }[];
  /** Ids of related records by the value looked up. */
  readonly related: Map<string, readonly string[]>;
  readonly others: PlanInput["otherLedgers"][number][];
  readonly schema: ObjectSchema;
  plans: number;
}

export async function inWorld(schema: Partial<ObjectSchema>, work: (world: World) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-plan-"));
  const object: ObjectSchema = {
    name: "contacts",
    modes: ["insert", "update", "upsert", "mirror", "append"],
    removals: ["delete", "archive", "clear", "keep"],
    fields: [],
    open: true,
    match: "optional",
    readable: true,
    ...schema,
  };
  try {
    await work({
      folder,
      held: new Map(),
      values: true,
      asked: [],
      related: new Map(),
      others: [],
      schema: object,
      plans: 0,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function readerOf(world: World): Reader {
  const field = (name: string): FieldSchema | undefined => world.schema.fields.find((each) => each.name === name);
  const fold = (name: string, text: string): string =>
    field(name)?.matchForm === "trimmed-lowercase" ? text.trim().toLowerCase() : text;
  return {
    name: "crm",
    destination: destinationOf(),
    config: {},
    sandbox: true,
    budgets: [],
    probe: () => Promise.resolve({ account: "1", label: "One" }),
    describe: () => Promise.resolve([world.schema]),
    fieldsNow: () => Promise.resolve(undefined),
    sent: { reads: 0, writes: 0, retries: 0 },
    read({ by, values }) {
      world.asked.push({ by, values });
      const found = new Map<string, PresentRecord>();
      for (const value of values) {
        for (const [remoteId, fields] of world.held) {
          const is = by === "id" ? remoteId === value : fold(by, String(fields[by] ?? "")) === value;
          if (is) found.set(value, { remoteId, fields });
        }
      }
      return Promise.resolve(found);
    },
    lookup({ values }) {
      return Promise.resolve(
        new Map(
          values.flatMap((value) =>
            world.related.has(value) ? [[value, world.related.get(value) ?? []] as const] : [],
          ),
        ),
      );
    },
  };
}

export interface PlanAsk {
  readonly options?: PlanOptions;
  readonly now?: string;
  readonly signal?: AbortSignal;
}

/** Plan a definition over model SQL. Nothing is read back unless asked for. */
export async function planIn(
  world: World,
  definition: SyncDefinition,
  sql: string,
  ask: PlanAsk = {},
): Promise<StoredPlan> {
  world.plans += 1;
  const warehouse = openDuckDbWarehouse(
    { path: ":memory:", options: {}, memory_limit: "512MB" },
    { root: world.folder, scratch: path.join(world.folder, "scratch") },
  );
  const ledger = ledgerOf(world);
  return plan({
    id: `plan-${world.plans}`,
    definition,
    modelSql: sql,
    warehouse,
    reader: readerOf(world),
    object: world.schema,
    account: "1",
    rowsFrom: "duckdb :memory:",
    ledger: {
      file: ledger.file,
      ...(await ledger.standing()),
    },
    otherLedgers: world.others,
    options: { readBack: "none", ...ask.options },
    target: { name: "default", warehouse: { type: "duckdb", keys: {} }, destination: { type: "memory", keys: {} } },
    planFile: path.join(world.folder, "plans", `plan-${world.plans}.duckdb`),
    scratch: path.join(world.folder, "scratch"),
    now: new Date(ask.now ?? "2026-11-23T12:00:00Z"),
    progress: () => undefined,
    signal: ask.signal,
  });
}

/** Rows as SQL: a header line of names, then one line a row; cells are SQL, separated by |. */
export function model(text: string): string {
  const [names = "", ...rows] = text
    .trim()
    .split("\n")
    .map((line) => line.trim());
  const columns = names.split("|").map((name) => name.trim());
  const values = rows.map(
    (row) =>
      `(${row
        .split("|")
        .map((cell) => cell.trim())
        .join(", ")})`,
  );
  return rows.length === 0
    ? `select ${columns.map((name) => `null::varchar as ${name}`).join(", ")} where false`
    : `select * from (values ${values.join(", ")}) as rows(${columns.join(", ")})`;
}

/** All changes in one line each: `create 1 email=a@x.io`, `update 1 email=a@x.io→b@x.io`. */
export async function changesOf(stored: StoredPlan): Promise<readonly string[]> {
  return (await allChanges(stored)).map((change) => {
    const fields = Object.entries(change.fields).map(([name, { before, after, drifted }]) => {
      const from = before === undefined ? "" : `${before === null ? "null" : before.text}→`;
      return `${name}=${from}${after === null ? "null" : after.text}${drifted === true ? " (drifted)" : ""}`;
    });
    return [change.action, change.key, ...fields].join(" ");
  });
}

export async function allChanges(stored: StoredPlan): Promise<readonly Change[]> {
  const all: Change[] = [];
  for await (const page of stored.changes()) all.push(...page);
  return all;
}

export async function rejectionsOf(stored: StoredPlan): Promise<readonly string[]> {
  return (await stored.rejections()).map(({ key, stage, field, code }: Rejection) =>
    [JSON.stringify(key), stage, field ?? "-", code].join(" "),
  );
}

/** Carry a plan out on the simulated destination and take it into the ledger, as a run does. */
export async function carryOut(world: World, stored: StoredPlan): Promise<void> {
  const { header, file: planFile } = stored;
  const ledger = ledgerOf(world);
  if ((await ledger.header()) === undefined) {
    const { sync, target, fingerprint } = header;
    await ledger.create({ sync, target, fingerprint, values: world.values });
  }
  const run = `run of ${header.id}`;
  await ledger.commitNotes({ run, planFile });
  const outcomes = (await allChanges(stored)).map((change) => applyTo(world.held, change, header.fingerprint.match));
  await ledger.commit({ run, planFile, outcomes });
}

export function ledgerOf({ folder }: World): LocalLedger {
  return openLocalLedger({
    file: path.join(folder, "ledger.duckdb"),
    lockFile: path.join(folder, "ledger.lock"),
    now: () => Date.parse("2026-11-23T12:00:00Z"),
  });
}

function applyTo(held: Held, change: Change, match: string | undefined): Outcome {
  const fields = Object.fromEntries(
    Object.entries(change.fields).map(([name, { after }]) => [name, after === null ? null : toJson(after)]),
  );
  const matches = (record: Readonly<Record<string, Json>>): boolean =>
    match !== undefined && change.match !== undefined && normal(record[match]) === normal(change.match);
  const present = change.remoteId ?? [...held].find(([, record]) => matches(record))?.[0];
  const { id } = change;
  if (present === undefined || !held.has(present)) {
    if (change.action !== "create")
      return { outcome: change.action === "delete" ? "applied" : "skipped", id, reason: "" };
    const remoteId = `${change.key} of ${held.size}`;
    held.set(remoteId, fields);
    return { outcome: "applied", id, remoteId, created: true };
  }
  if (change.action === "delete" && Object.keys(fields).length === 0) held.delete(present);
  else held.set(present, { ...held.get(present), ...fields });
  return { outcome: "applied", id, remoteId: present, ...(change.action === "create" ? { created: false } : {}) };
}

const normal = (value: Json | undefined): string => String(value).trim().toLowerCase();

/** Change the ledger's rows by SQL, to make a state that a run does not. */
export async function editLedger(world: World, sql: string): Promise<void> {
  const db = await openDuckDb(ledgerOf(world).file);
  try {
    await db.run(sql);
  } finally {
    db.close();
  }
}
