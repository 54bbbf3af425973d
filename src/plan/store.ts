/** Plan files: one database a plan, written whole by the planner and only read from then on. */
import { SyncFailure } from "../failure";
import { type LedgerHeader } from "../ledger/ledger";
import { type Action, type Change, type FieldChange, type Rejection } from "../record";
import { fromTagged, type Json, type LogicalType } from "../value";
import { type DuckDb, DuckDbError, openDuckDb, sqlString } from "../warehouses/duckdb-driver";
import { type Cell } from "../warehouses/warehouse";
import { changesHash, planDigest, sha256 } from "./digest";
import { driftedIn, part, sendable } from "./files";
import { displayKey } from "./keys";
import { type ChangeFilter, type PlanCounts, type PlanHeader, type PlannedRejections, type StoredPlan } from "./plan";

const pageRows = 2_000;
const validMs = 24 * 3_600_000;
/** Clocks of two computers may differ by so much. */
const skewMs = 300_000;

/** Open a stored plan. Throws SyncFailure "no-such-plan" for what is not a whole plan. */
export async function openPlan(file: string): Promise<StoredPlan> {
  const header = await withPlan(file, readHeader);
  return {
    header,
    file,
    changes: (filter) => changes(file, header, filter ?? {}),
    rejections: (page) =>
      withPlan(file, (db) => rejections(db, header.keyTypes, page ?? { offset: 0, limit: 1_000_000 })),
    close: () => Promise.resolve(),
  };
}

/** Refuses a plan that is older than 24 hours, or made for a ledger that has moved since, or for another one. */
export function checkFresh(
  header: Pick<PlanHeader, "createdAt" | "ledgerRevision" | "ledger">,
  present: { readonly now: Date; readonly ledger: Pick<LedgerHeader, "id" | "revision"> | undefined },
): void {
  const hint = "Make a new plan and carry that one out.";
  const age = present.now.getTime() - Date.parse(header.createdAt);
  if (age > validMs) throw new SyncFailure("plan-expired", "The plan is more than 24 hours old.", hint);
  if (!(age >= -skewMs)) {
    throw new SyncFailure("plan-expired", "The plan is from the future: clocks differ.", `Set the clock. ${hint}`);
  }
  if (header.ledger !== present.ledger?.id) {
    throw new SyncFailure("plan-outdated", "The plan was made for another ledger than the one here.", hint);
  }
  if (header.ledgerRevision !== (present.ledger?.revision ?? 0)) {
    throw new SyncFailure("plan-outdated", "Another run has changed the ledger since the plan was made.", hint);
  }
}

/** The last thing written to a plan's database: what the plan is, sealed against a change by hand. */
export async function writeHeader(db: DuckDb, header: PlanHeader): Promise<void> {
  const json = JSON.stringify(header);
  await db.run("create table header (json varchar, seal varchar)");
  await db.run(`insert into header values (${sqlString(json)}, ${sqlString(sha256(json))})`);
}

/** Throws SyncFailure "plan-altered" unless the file says what the planner wrote. Gives how many changes it has. */
export async function verifyPlan({ file, header }: StoredPlan): Promise<Pick<PlanCounts, Action>> {
  return withPlan(file, async (db) => {
    const [row] = await db.rows<{ json: string; seal: string }>("select json, seal from header").catch(() => []);
    if (row === undefined || row.json !== JSON.stringify(header) || sha256(row.json) !== row.seal) throw altered();
    const fields = header.fields.map(({ name }) => name);
    // Tables and columns that are not there make as little of a plan as changes that are others.
    const hash = await lookupFields(db, fields)
      .then((lookups) => changesHash({ db, fields, lookups }))
      .catch((error: unknown) => {
        if (error instanceof DuckDbError) throw altered();
        throw error;
      });
    if (planDigest(header, hash) !== header.digest) throw altered();
    const found = await db.rows<{ action: Action; n: number }>(
      "select action, count(*) as n from changes group by action",
    );
    const of = (action: Action): number => Number(found.find((each) => each.action === action)?.n ?? 0);
    return { create: of("create"), update: of("update"), delete: of("delete") };
  });
}

function altered(): SyncFailure {
  return new SyncFailure(
    "plan-altered",
    "The plan's file is not what was planned: it was changed, or another version of Sluice made it.",
    "Make a new plan and carry that one out.",
  );
}

/** The file is open only while something is read from it, so that a run can attach it. */
async function withPlan<Result>(file: string, read: (db: DuckDb) => Promise<Result>): Promise<Result> {
  const db = await open(file);
  try {
    return await read(db);
  } catch (error) {
    throw reachedOut(error);
  } finally {
    db.close();
  }
}

/** A macro of the file's own may stand where SQL names a function of DuckDB's. */
function reachedOut(error: unknown): unknown {
  return error instanceof DuckDbError && error.kind === "Permission" ? altered() : error;
}

async function open(file: string): Promise<DuckDb> {
  try {
    return await openDuckDb(file, { readOnly: true, memoryLimitMb: 512, threads: 2, reach: [] });
  } catch (error) {
    if (!(error instanceof DuckDbError)) throw error;
    throw noPlan(error);
  }
}

async function readHeader(db: DuckDb): Promise<PlanHeader> {
  // A view has no rows of its own; what stands for a table here was not made by us.
  const [row] = await db.rows<{ json: string }>("select json from header where rowid >= 0").catch((error: unknown) => {
    throw noPlan(error);
  });
  if (row === undefined) throw noPlan(undefined);
  await db.run("select rowid from changes limit 0").catch(() => {
    throw altered();
  });
  try {
    return JSON.parse(row.json) as PlanHeader;
  } catch (error) {
    throw noPlan(error);
  }
}

function noPlan(cause: unknown): SyncFailure {
  const hint = "Make a new plan with `sluice plan`.";
  return new SyncFailure("no-such-plan", "There is no such plan, or its file is not whole.", hint, { cause });
}

async function* changes(file: string, header: PlanHeader, filter: ChangeFilter): AsyncGenerator<readonly Change[]> {
  const db = await open(file);
  try {
    const fields = header.fields.map(({ name }) => name);
    const lookups = await lookupFields(db, fields);
    const where = condition(filter, fields, lookups);
    for (const { from, to } of await ranges(db, where, filter)) {
      const columns = [
        ...["id", "action", "key", "remote_id", "match", "match_before"],
        ...fields.flatMap((field) => [
          `case when ${part("write", field)} then ${sendable(field, lookups)} end`,
          `case when ${part("write", field)} then ${part("before", field)} end`,
          `coalesce(${part("write", field)} and ${part("drifted", field)}, false)`,
        ]),
      ];
      const sql = `select ${columns.map((column, index) => `${column} as x${index}`).join(", ")} from changes where (${where}) and id between ${from} and ${to} order by id`;
      for await (const page of db.pages(sql, { pageRows })) yield page.rows.map((row) => changeOf(row, fields));
    }
  } catch (error) {
    throw reachedOut(error);
  } finally {
    db.close();
  }
}

/** First and last id of each page, so that a page is found without reading those before it. */
async function ranges(db: DuckDb, where: string, { offset = 0, limit }: ChangeFilter) {
  const last = limit === undefined ? "" : ` and n < ${offset + limit}`;
  const rows = await db.rows<{ from: number; to: number }>(
    `select min(id) as "from", max(id) as "to" from
       (select id, row_number() over (order by id) - 1 as n from changes where ${where})
     where n >= ${offset}${last} group by (n - ${offset}) // ${pageRows} order by 1`,
  );
  return rows;
}

function condition(
  { actions, keys, text, drifted }: ChangeFilter,
  fields: readonly string[],
  lookups: ReadonlySet<string>,
): string {
  const conditions = ["true"];
  if (actions !== undefined) conditions.push(oneOf("action", actions));
  if (keys !== undefined) conditions.push(oneOf("key", keys));
  if (drifted === true) conditions.push(driftedIn(fields));
  if (text !== undefined && text !== "") {
    const wanted = `lower(${sqlString(text)})`;
    const places = [
      "key",
      ...fields.flatMap((field) =>
        [sendable(field, lookups), part("before", field)].map(
          (value) => `case when ${part("write", field)} then substr(${value}, 3) end`,
        ),
      ),
    ];
    conditions.push(`(${places.map((place) => `coalesce(contains(lower(${place}), ${wanted}), false)`).join(" or ")})`);
  }
  return conditions.join(" and ");
}

function oneOf(column: string, texts: readonly string[]): string {
  return texts.length === 0 ? "false" : `${column} in (${texts.map(sqlString).join(", ")})`;
}

async function lookupFields(db: DuckDb, fields: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ name: string }>("select column_name as name from (describe changes)");
  const columns = new Set(rows.map(({ name }) => name));
  return new Set(fields.filter((field) => columns.has(`v:${field}`)));
}

function changeOf(row: readonly Cell[], fields: readonly string[]): Change {
  const [id, action, key, remoteId, match, matchBefore, ...cells] = row;
  const written: Record<string, FieldChange> = {};
  fields.forEach((field, index) => {
    const [after, before, drifted] = cells.slice(index * 3, index * 3 + 3);
    if (typeof after !== "string") return;
    written[field] = {
      ...(typeof before === "string" ? { before: fromTagged(before) } : {}),
      after: fromTagged(after),
      ...(drifted === true ? { drifted } : {}),
    };
  });
  return {
    id: Number(id),
    action: action as Change["action"],
    key: String(key),
    ...(typeof remoteId === "string" ? { remoteId } : {}),
    ...(typeof match === "string" ? { match } : {}),
    ...(typeof matchBefore === "string" ? { matchBefore } : {}),
    fields: written,
  };
}

async function rejections(
  db: DuckDb,
  keyTypes: readonly LogicalType[],
  { offset, limit, text = "" }: PlannedRejections,
): Promise<readonly Rejection[]> {
  const rows = await db.rows<{ key: string; stage: string; field: string | null; code: string; reason: string }>(
    `select key, stage, field, code, reason from rejections
     where contains(lower(concat_ws(' ', key, field, reason)), lower(${sqlString(text)})) order by seq limit ${limit} offset ${offset}`,
  );
  return rows.map(({ key, stage, field, code, reason }) => ({
    key: displayKey(partsOf(JSON.parse(key) as Json), keyTypes),
    stage: stage as Rejection["stage"],
    ...(field === null ? {} : { field }),
    code,
    reason,
  }));
}

function partsOf(key: Json): readonly (string | null)[] {
  return Array.isArray(key) ? (key as readonly (string | null)[]) : [key as string | null];
}
