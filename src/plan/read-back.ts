/**
 * What the destination holds now. Some plans cannot do without: whether a record exists decides `update`, `insert`,
 * `create_only` and a first run that adopts; whether a field is empty decides `if_empty`. Others may read so that the
 * plan shows changes as the destination will see them.
 */
import { type Reader } from "../destinations/connection";
import { type ObjectContext, type PresentRecord } from "../destinations/destination";
import { type FieldMapping, type SyncDefinition } from "../sync/definition";
import { type Cell } from "../warehouses/warehouse";
import { SyncFailure } from "../failure";
import { written } from "./diff";
import { changeColumnList, part, sendable } from "./files";
import { type FirstRun, type PlanOptions, type PlanProblem, type PlanProgress, PlanProblems } from "./plan";
import { type Notice, records } from "./removals";
import { settle, type Settled, type Unsettled } from "./settle";
import { count, type Work } from "./work";

const defaultRecords = 1_000;
const changesPerPage = 2_000;

export interface ReadInput {
  readonly reader: Pick<Reader, "read" | "destination">;
  readonly context: ObjectContext;
  readonly firstRun: FirstRun | undefined;
  readonly readBack: PlanOptions["readBack"];
  readonly progress: (progress: PlanProgress) => void;
}

export interface ReadResult {
  readonly read: number;
  readonly notices: readonly Notice[];
}

/** Problems of a sync that needs to read an object which cannot be read, or has nothing to find records by. */
export function checkReadable(
  { definition, object }: Pick<Work, "definition" | "object">,
  firstRun: FirstRun | undefined,
): void {
  const { mode, scope } = definition;
  if (mode === "mirror" && scope === "all" && object.listable !== true) {
    const message =
      "The destination's records cannot be listed, so scope: all has nothing to compare with. Leave scope out.";
    throw new PlanProblems([{ code: "scope-not-offered", message, path: ["scope"] }]);
  }
  if (mode === "append" || (object.readable && definition.destination.match !== undefined)) return;
  if (firstRun === "adopt") {
    throw new SyncFailure(
      "first-run-unavailable",
      "What the destination already has cannot be read, so it cannot be adopted.",
      "Decide for --first-run send or --first-run baseline.",
    );
  }
  const why = object.readable ? "the sync has no match to find records by" : "the destination's records cannot be read";
  const problems: PlanProblem[] = [];
  if (mode === "update")
    problems.push({
      code: "not-readable",
      message: `Mode update needs to know which records exist, but ${why}.`,
      path: ["mode"],
    });
  for (const { field, write } of definition.fields) {
    if (write === "always" || (write === "create_only" && mode !== "upsert" && mode !== "mirror")) continue;
    if (write === "if_empty" && mode === "insert") continue;
    problems.push({
      code: "not-readable",
      message: `write: ${write} needs to know what the record holds, but ${why}.`,
      path: ["fields", field, "write"],
    });
  }
  if (problems.length > 0) throw new PlanProblems(problems);
}

/** Reads what must or may be read, and settles those changes by it. */
export async function readBack(work: Work, input: ReadInput): Promise<ReadResult> {
  const { db, object, definition, signal } = work;
  const nothing = { read: 0, notices: [] };
  if (definition.mode === "append" || !object.readable) return nothing;
  const findable = "action <> 'delete' and (remote_id is not null or match is not null)";
  const asked = `${findable} and (${needed(definition, input.firstRun)} or ${wanted(input.readBack ?? "default")})`;
  const total = await count(db, `select count(*) from changes where ${asked}`);
  if (total === 0) return nothing;
  const rules = {
    ...input,
    mode: definition.mode,
    mappings: definition.fields,
    schemas: input.context.fields,
    destination: input.reader.destination,
    whole: object.whole === true,
  };
  await makeSettled(work);
  let read = 0;
  let drifted = 0;
  const columns = work.fields.flatMap((field) => [
    sendable(field, work.lookups),
    part("write", field),
    part("before", field),
  ]);
  const sql = `select id, action, kind, remote_id, match, origin, ${columns.map((column, index) => `${column} as x${index}`).join(", ")} from changes where ${asked} order by id`;
  for await (const page of db.pages(sql, { pageRows: changesPerPage, ...(signal === undefined ? {} : { signal }) })) {
    const present = await readPage(page.rows, input, signal);
    const settled = page.rows.map((row) => {
      const one = settle(unsettled(row, work.fields.length), present(row), rules);
      if (one.fields.some((field) => field.drifted)) drifted += 1;
      return settledRow(Number(row[0]), one);
    });
    await db.append("settled", settledColumns(work), settled);
    read += page.rows.length;
    input.progress({ phase: "reading", done: read, total });
  }
  await applySettled(work);
  return { read, notices: drifted === 0 ? [] : [driftFound(drifted)] };
}

/** SQL: changes that cannot be planned without a look at the destination. */
function needed({ mode, fields }: SyncDefinition, firstRun: FirstRun | undefined): string {
  const some = (which: readonly FieldMapping["write"][]): string =>
    written(fields.filter(({ write }) => which.includes(write)).map(({ field }) => field));
  const conditions = [firstRun === "adopt" ? "action = 'create'" : "false"];
  if (mode === "update" || mode === "insert") conditions.push("kind = 'new'");
  if (mode !== "insert") conditions.push(some(["if_empty"]));
  if (mode === "upsert" || mode === "mirror") conditions.push(`(action = 'create' and ${some(["create_only"])})`);
  return `(${conditions.join(" or ")})`;
}

function wanted(mode: NonNullable<PlanOptions["readBack"]>): string {
  if (mode === "all") return "true";
  return mode === "none"
    ? "false"
    : `id in (select id from changes where action <> 'delete' order by id limit ${defaultRecords})`;
}

async function readPage(
  rows: readonly (readonly Cell[])[],
  { reader, context }: ReadInput,
  signal: AbortSignal | undefined,
): Promise<(row: readonly Cell[]) => PresentRecord | undefined> {
  const fields = context.fields.map(({ name }) => name);
  const ids = rows.flatMap(([, , , remoteId]) => (remoteId === null ? [] : [String(remoteId)]));
  const matches = rows.flatMap(([, , , remoteId, match]) => (remoteId === null ? [String(match)] : []));
  const ask = (by: string, values: readonly string[]): Promise<ReadonlyMap<string, PresentRecord>> =>
    values.length === 0
      ? Promise.resolve(new Map())
      : reader.read({ by, values: [...new Set(values)], fields }, context, signal);
  const [byId, byMatch] = await Promise.all([ask("id", ids), ask(context.match ?? "id", matches)]);
  return ([, , , remoteId, match]) => (remoteId === null ? byMatch.get(String(match)) : byId.get(String(remoteId)));
}

function unsettled(row: readonly Cell[], fields: number): Unsettled {
  const [, action, kind, remoteId, , origin, ...cells] = row;
  const text = (cell: Cell | undefined): string | null => (cell === null || cell === undefined ? null : String(cell));
  return {
    action: action as Unsettled["action"],
    remoteId: text(remoteId),
    origin: text(origin),
    known: kind !== "new",
    fields: Array.from({ length: fields }, (_, index) => {
      const [now, write, before] = cells.slice(index * 3, index * 3 + 3);
      return { now: text(now), write: write === true, before: text(before) };
    }),
  };
}

// One column each for a field's write, before, drifted and considered, by the field's place.
const settledParts = ["w", "b", "d", "c"] as const;

function settledColumns({ fields }: Work): readonly string[] {
  return [
    "id",
    "verdict",
    "action",
    "remote_id",
    "origin",
    ...fields.flatMap((_, index) => settledParts.map((name) => `${name}${index}`)),
  ];
}

async function makeSettled(work: Work): Promise<void> {
  const columns = settledColumns(work).map(
    (name) => `${name} ${name === "id" ? "bigint" : /^[wdc]\d/.test(name) ? "boolean" : "varchar"}`,
  );
  await work.db.run(`create table settled (${columns.join(", ")})`);
}

function settledRow(id: number, { verdict, action, remoteId, origin, fields }: Settled): readonly Cell[] {
  return [
    id,
    verdict,
    action,
    remoteId,
    origin,
    ...fields.flatMap(({ write, before, drifted, considered }) => [write, before, drifted, considered]),
  ];
}

async function applySettled(work: Work): Promise<void> {
  const { db, fields, lookups, signal } = work;
  const perField = fields.flatMap((field, index) => [
    `${part("write", field)} = s.w${index}`,
    `${part("before", field)} = s.b${index}`,
    `${part("drifted", field)} = s.d${index}`,
    `${part("now", field)} = case when s.c${index} then ${part("now", field)} end`,
  ]);
  await db.run(
    `update changes set action = s.action, remote_id = s.remote_id, origin = s.origin,
       match_before = case when s.action = 'update' then match_before end, ${perField.join(", ")} from settled s where changes.id = s.id`,
    signal,
  );
  const columns = changeColumnList(fields, lookups).join(", ");
  const state = "case s.verdict when 'skipped' then 'skipped' else 'live' end";
  await db.run(
    `insert into notes (${columns}, state) select c.*, ${state} from (select ${columns} from changes) c join settled s using (id) where s.verdict <> 'change'`,
    signal,
  );
  await db.run("delete from changes where id in (select id from settled where verdict <> 'change')", signal);
  await db.run("drop table settled");
}

function driftFound(number: number): Notice {
  const has = number === 1 ? "has" : "have";
  return {
    code: "drift",
    message: `${records(number)} ${has} fields that someone else changed since they were last sent; the plan overwrites them.`,
  };
}
