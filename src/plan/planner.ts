/** From a sync definition to a stored plan. Reads the warehouse, the ledger and the destination; writes only the plan. */
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { type Reader } from "../destinations/connection";
import { type ObjectSchema } from "../destinations/destination";
import { SyncFailure, throwIfAborted } from "../failure";
import { type Fingerprint, type LedgerHeader, type RowState } from "../ledger/ledger";
import { type SyncDefinition } from "../sync/definition";
import { type LogicalType } from "../value";
import { type DuckDb, DuckDbError, isNoRoom, openDuckDb } from "../warehouses/duckdb-driver";
import { type Warehouse } from "../warehouses/warehouse";
import { claimsOf, type OtherLedger } from "./claims";
import { type Mapping } from "./compile";
import { describeMapping } from "./describe";
import { changesHash, definitionDigest, planDigest, type PlanTarget } from "./digest";
import { diff, type DiffResult } from "./diff";
import { madeOf, suspectsOf } from "./drift";
import { checkValues } from "./encode";
import { estimate } from "./estimate";
import { type FieldTypes, objectContext } from "./fields";
import { changeColumnList, driftedIn } from "./files";
import { checkFingerprint, decideFirstRun } from "./first-run";
import { checkGuards } from "./guards";
import { resolveLookups } from "./lookups";
import {
  type FirstRun,
  type GuardBasis,
  type PlanCounts,
  type PlanHeader,
  type PlanOptions,
  type PlanProgress,
  type StoredPlan,
} from "./plan";
import { checkReadable, readBack } from "./read-back";
import { type Notice, removes, withheldForRejections, withholdRemovals } from "./removals";
import { stage } from "./stage";
import { openPlan, writeHeader } from "./store";
import { noticesOfDoubt } from "./doubts";
import { settleEmpty } from "./tidy";
import { count, stageName, type Work } from "./work";

export interface PlanInput {
  /** Sortable, made by the caller: `20261123-140211-4f7c`. */
  readonly id: string;
  readonly definition: SyncDefinition;
  /** The model's SQL, inline or the text of its file; "" for a table. */
  readonly modelSql: string;
  readonly warehouse: Warehouse;
  readonly reader: Reader;
  readonly object: ObjectSchema;
  /** From probe; "sandbox" for a sandbox. */
  readonly account: string;
  /** What the warehouse says it is. */
  readonly rowsFrom: string;
  readonly ledger: PlanLedger;
  /** Ledgers of the target's other syncs: their live rows may claim a record that left this one. */
  readonly otherLedgers: readonly OtherLedger[];
  readonly options: PlanOptions;
  readonly target: PlanTarget;
  /** The file to make; its folder is made too. */
  readonly planFile: string;
  /** Folder to spill to. */
  readonly scratch: string;
  readonly now: Date;
  readonly progress: (progress: PlanProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface PlanLedger {
  readonly file: string;
  /** undefined: nothing was ever sent. */
  readonly header: LedgerHeader | undefined;
  readonly counts: Readonly<Record<RowState, number>>;
  /** Where the ledger keeps hashes instead of values: SQL that makes one from tagged text. */
  readonly hashed?: (tagged: string) => string;
}

const memoryLimitMb = 400;
const threads = 2;

/**
 * Throws PlanProblems for the author, SyncFailure for the operator, Cancelled. The file appears whole or not at all.
 * A guard that trips is in the header: the plan can be looked at, and must not be carried out.
 */
export async function plan(input: PlanInput): Promise<StoredPlan> {
  const { definition, ledger, object, options, reader, signal } = input;
  const fingerprint = fingerprintOf(input);
  checkFingerprint(ledger.header, fingerprint, { sync: definition.name, target: input.target.name });
  const firstRun = decideFirstRun(definition, ledger.header, options);
  checkReadable({ definition, object }, firstRun);
  input.progress({ phase: "describing", done: 0 });
  const mapping = await describeMapping({ definition, modelSql: input.modelSql, warehouse: input.warehouse, signal });
  const types: FieldTypes = mapping.fields.map((field) => ({ name: field.mapping.field, type: field.type }));
  // Made before a row is read: it finds what the author must mend.
  objectContext(reader, definition, object, types);
  return makeWhole(input, async ({ making, staged }) => {
    input.progress({ phase: "staging", done: 0 });
    const { rows } = await stage({
      definition,
      mapping,
      warehouse: input.warehouse,
      file: staged,
      tag: `sluice/${definition.name}/${input.id}`,
      signal,
    });
    throwIfAborted(signal);
    await makePlan({ ...input, mapping, types, fingerprint, firstRun, rows, making, staged });
  });
}

/** The plan's file appears whole or not at all; `make` fills `making`, and may use `staged` meanwhile. Throws SyncFailure for what the disk refuses. */
export async function makeWhole(
  { id, planFile, scratch }: Pick<PlanInput, "id" | "planFile" | "scratch">,
  make: (files: { readonly making: string; readonly staged: string }) => Promise<void>,
): Promise<StoredPlan> {
  await mkdir(path.dirname(planFile), { recursive: true, mode: 0o700 });
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const making = path.join(scratch, `${id}.plan`);
  const staged = path.join(scratch, `${id}.stage`);
  try {
    await make({ making, staged });
    await chmod(making, 0o600);
    await rename(making, planFile);
  } catch (error) {
    throw operatorFailure(error);
  } finally {
    for (const file of [making, staged])
      for (const end of ["", ".wal", ".tmp"]) await rm(file + end, { force: true, recursive: true });
  }
  return openPlan(planFile);
}

interface Making extends PlanInput {
  readonly mapping: Mapping;
  readonly types: FieldTypes;
  readonly fingerprint: Fingerprint;
  readonly firstRun: FirstRun | undefined;
  readonly rows: number;
  readonly making: string;
  readonly staged: string;
}

async function makePlan(making: Making): Promise<void> {
  const { definition, mapping, object, signal } = making;
  // Ids carry the order, so the order of insertion need not.
  const settings = { preserve_insertion_order: "false" };
  const reach = [making.staged, making.ledger.file, ...making.otherLedgers.map(({ file }) => file)];
  const db = await openDuckDb(making.making, { memoryLimitMb, threads, settings, reach });
  try {
    await db.attach(making.staged, stageName, "read");
    making.progress({ phase: "comparing", done: 0, total: making.rows });
    const work: Work = {
      db,
      definition,
      mapping,
      object,
      fields: definition.fields.map(({ field }) => field),
      lookups: new Set(definition.fields.flatMap(({ field, source }) => (source.kind === "lookup" ? [field] : []))),
      signal,
    };
    const header = await fill(work, making);
    await writeHeader(db, header);
    await db.detach(stageName);
    await db.run("checkpoint");
  } finally {
    db.close();
  }
}

/** Every step between the staged rows and the header. */
async function fill(work: Work, making: Making): Promise<PlanHeader> {
  const { db, definition } = work;
  const { options, reader, ledger, firstRun, types } = making;
  const context = objectContext(reader, definition, making.object, types);
  const kept = ledger.header === undefined ? undefined : { file: ledger.file, hashed: ledger.hashed };
  const made = madeOf(definition, making.modelSql, making.mapping);
  const suspects = suspectsOf(made, ledger.header);
  const compared = await diff(work, { ...making, ledger: kept, others: making.otherLedgers, suspects });
  making.progress({ phase: "comparing", done: making.rows, total: making.rows });
  const notices: Notice[] = [...compared.notices];
  let { rejected, removals, unchanged } = compared;
  let read = 0;
  if (firstRun === "baseline") await takeAsBaseline(work);
  else {
    const checking = { destination: reader.destination, schemas: context.fields, types };
    rejected += await checkValues(work, { ...checking, only: "others" });
    if (options.limit !== undefined) await keepFirst(db, options.limit);
    rejected += await resolveLookups(work, making);
    unchanged += await settleEmpty(work);
    if (work.lookups.size > 0) rejected += await checkValues(work, { ...checking, only: "lookups" });
    const settled = await readBack(work, { ...making, context, firstRun, readBack: options.readBack });
    ({ read } = settled);
    notices.push(...settled.notices);
  }
  if (definition.scope === "all" && rejected > 0) {
    const withheld = await withholdRemovals(work);
    if (withheld > 0) notices.push(withheldForRejections(withheld));
    removals = 0;
  }
  await db.run("alter table changes drop column kind");
  const counts = await countAll(work, making.rows, { ...compared, unchanged });
  const { header: known } = ledger;
  const definitionHash = definitionDigest({
    definition,
    modelSql: making.modelSql,
    target: making.target,
    connectorVersion: reader.destination.version,
  });
  const basis: GuardBasis = {
    rows: making.rows,
    live: ledger.counts.live + ledger.counts.uncertain,
    removals,
    rejected,
    repeated: compared.repeated,
    firstMirror: firstRun !== undefined && removes(definition),
    drifted: compared.drifted,
  };
  const said = {
    definitionDigest: definitionHash,
    ledgerRevision: known?.revision ?? 0,
    ...(known === undefined ? {} : { ledger: known.id }),
    fingerprint: making.fingerprint,
    basis,
    ...(firstRun === undefined ? {} : { firstRun }),
  };
  return {
    ...said,
    version: 1,
    id: making.id,
    sync: definition.name,
    target: making.target.name,
    mode: definition.mode,
    createdAt: making.now.toISOString(),
    digest: planDigest(said, await changesHash(work)),
    claims: claimsOf(making.otherLedgers, making.fingerprint),
    made,
    fields: types,
    keyTypes: making.mapping.keys.map(({ type }) => type as LogicalType),
    counts,
    guards: checkGuards(definition.guards, { ...basis, changes: counts.create + counts.update + counts.delete }),
    estimate: estimate(reader, context, definition, { counts, run: making.id }),
    held: compared.held,
    doubts: compared.doubts,
    notices: [...notices, ...noticesOfDoubt(compared.doubts)],
    readBack: read,
    drifted: await countDrifted(work),
    ...(options.only === undefined ? {} : { only: options.only.length }),
  };
}

function countDrifted({ db, fields }: Work): Promise<number> {
  return count(db, `select count(*) from changes where ${driftedIn(fields)}`);
}

async function countAll({ db }: Work, rows: number, compared: DiffResult): Promise<PlanCounts> {
  const actions = await db.rows<{ action: string; rows: number }>(
    "select action, count(*) as rows from changes group by action",
  );
  const of = (action: string): number => actions.find((each) => each.action === action)?.rows ?? 0;
  // A note says that a record is as it should be, that the mode leaves it alone, or that there is nothing to clear.
  const live = await count(db, "select count(*) from notes where state = 'live'");
  return {
    rows,
    create: of("create"),
    update: of("update"),
    delete: of("delete"),
    unchanged: compared.unchanged + live,
    rejected: await count(db, "select count(*) from rejections"),
    held: compared.held.inDoubt + compared.held.reverted + compared.held.waiting,
    skipped: await count(db, "select count(*) from notes where state = 'skipped'"),
  };
}

/** The model as it stands counts as sent: every record is remembered as one that was there already. */
async function takeAsBaseline({ db, fields, lookups, signal }: Work): Promise<void> {
  const columns = changeColumnList(fields, lookups);
  const values = columns.map((column) => {
    if (column === '"origin"') return "'adopted'";
    return column.startsWith('"w:') ? "false" : column;
  });
  await db.run(
    `insert into notes (${columns.join(", ")}, state) select ${values.join(", ")}, 'live' from changes`,
    signal,
  );
  await db.run("delete from changes");
}

async function keepFirst(db: DuckDb, limit: number): Promise<void> {
  await db.run(`delete from changes where id not in (select id from changes order by id limit ${Math.trunc(limit)})`);
}

/** What a ledger of this sync belongs to. */
export function fingerprintOf({
  account,
  definition,
  reader,
  rowsFrom,
}: Pick<PlanInput, "account" | "definition" | "reader"> & Partial<Pick<PlanInput, "rowsFrom">>): Fingerprint {
  const { match, object, options } = definition.destination;
  const place = reader.destination.place?.(options) ?? "";
  return {
    account: reader.sandbox ? "sandbox" : account,
    connectionType: reader.destination.type,
    object: place === "" ? object : `${object} ${place}`,
    ...(match === undefined ? {} : { match }),
    key: definition.model.key,
    ...(rowsFrom === undefined ? {} : { warehouse: rowsFrom }),
  };
}

/** What only the operator can mend, of the errors of our own database. */
function operatorFailure(error: unknown): unknown {
  if (!(error instanceof DuckDbError)) return error;
  if (isNoRoom(error)) {
    return new SyncFailure(
      "disk-full",
      "The plan could not be written: the disk is full.",
      "Make room where the project's .sluice folder lies, then run again; nothing was sent.",
      { cause: error },
    );
  }
  if (error.kind === "IO") {
    return new SyncFailure(
      "disk-failed",
      "The plan could not be written to disk.",
      "Make room, and check that .sluice can be written to.",
      { cause: error },
    );
  }
  if (error.kind.startsWith("Out of Memory")) {
    return new SyncFailure(
      "out-of-memory",
      "There was not enough memory, and no room on disk, to compare the model.",
      "Make room in .sluice, or sync fewer columns.",
      { cause: error },
    );
  }
  return error;
}
