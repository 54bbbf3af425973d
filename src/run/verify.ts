/**
 * Reads back what a run wrote and compares it, in the form in which the destination compares values. What differs is asked
 * for again a few times, with pauses: many services show a write a moment after they took it.
 */
import { type Reader } from "../destinations/connection";
import { type FieldSchema, type ObjectContext, type PresentRecord } from "../destinations/destination";
import { Cancelled, SyncFailure } from "../failure";
import { displayKey } from "../plan/keys";
import { type StoredPlan } from "../plan/plan";
import { doneOf, type Candidate, gather } from "../plan/undone";
import { keyParts, type OnRemoved, type Rejection } from "../record";
import { fromTagged } from "../value";
import { type DuckDb, openDuckDb } from "../warehouses/duckdb-driver";
import { type Clock } from "./clock";
import { notAsWritten, type RunProgress, type Verification } from "./report";

export interface VerifyInput {
  readonly run: string;
  /** What the run carried out. */
  readonly plan: StoredPlan;
  readonly ledger: { readonly file: string; readonly hashed: boolean };
  readonly reader: Pick<Reader, "read" | "destination">;
  readonly context: ObjectContext;
  readonly onRemoved: OnRemoved;
  readonly clock: Clock;
  /** Called with each record that is not as it was written. */
  readonly differs: (rejection: Rejection) => Promise<void>;
  readonly progress?: ((progress: RunProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const perPage = 2_000;
/** Before what differs is asked for again. */
const pauses = [500, 2_000, 5_000];

/** Throws only bugs: what could not be read is unverifiable, and `why` says so. */
export async function verify(input: VerifyInput): Promise<Verification> {
  const { clock, context } = input;
  const at = new Date(clock.now()).toISOString();
  const reach = [input.plan.file, input.ledger.file];
  const db = await openDuckDb(":memory:", { memoryLimitMb: 400, threads: 2, reach });
  const counts = { verified: 0, mismatched: 0, unverifiable: 0 };
  try {
    const total = await load(db, input);
    if (!context.object.readable) {
      return { ...counts, at, unverifiable: total, why: `${input.reader.destination.label} cannot be read back.` };
    }
    try {
      await readAll(db, input, total, counts);
      return { ...counts, at, ...(counts.unverifiable > 0 ? { why: withoutId(input, counts.unverifiable) } : {}) };
    } catch (error) {
      if (!(error instanceof SyncFailure) && !(error instanceof Cancelled)) throw error;
      const why = error instanceof SyncFailure ? `${error.message} ${error.hint}` : "It was cancelled.";
      return { ...counts, at, unverifiable: total - counts.verified - counts.mismatched, why };
    }
  } finally {
    db.close();
  }
}

function withoutId({ reader: { destination }, context }: VerifyInput, count: number): string {
  const known = context.match === undefined ? "the sync has no match" : "their match is null";
  const records = count === 1 ? "1 record" : `${count} records`;
  return `${records} cannot be read back: ${destination.label} gave no id, and ${known}.`;
}

/** What the run wrote and no later run has written since: table `done`. */
async function load(db: DuckDb, { run, plan, ledger, signal }: VerifyInput): Promise<number> {
  const fields = plan.header.fields.map(({ name }) => name);
  const nothing = { rejected: [], reverts: [], before: noPages() };
  await gather(db, { run, kept: plan, ledger, signal, ...nothing }, fields);
  await db.run("delete from done where verdict is not null or state = 'uncertain'");
  const [{ total = 0 } = {}] = await db.rows<{ total: number }>("select count(*) as total from done");
  return Number(total);
}

type Counts = { -readonly [Name in "verified" | "mismatched" | "unverifiable"]: number };

async function readAll(db: DuckDb, input: VerifyInput, total: number, counts: Counts): Promise<void> {
  const { clock, plan, signal } = input;
  await db.run("create table again (id bigint)");
  for (let round = 0; round <= pauses.length; round += 1) {
    const last = round === pauses.length;
    if (round > 0) {
      const [{ left = 0 } = {}] = await db.rows<{ left: number }>('select count(*) as "left" from again');
      if (left === 0) return;
      await clock.wait(pauses[round - 1] ?? 0, signal);
      await db.run("create or replace temp table asked as select id from again");
      await db.run("delete from again");
    }
    const where = round === 0 ? "true" : "id in (select id from asked)";
    for await (const page of pagesOf(db, input, where)) {
      const present = await readPage(page, input);
      const again: [number][] = [];
      for (const one of page) {
        const found = judge(one, present(one), input);
        if (found === "as written") counts.verified += 1;
        else if (found === "unknown") counts.unverifiable += 1;
        else if (!last) again.push([one.id]);
        else {
          counts.mismatched += 1;
          const key = displayKey(keyParts(one.key, plan.header.keyTypes.length), plan.header.keyTypes);
          for (const difference of found) await input.differs({ key, stage: "destination", ...difference });
        }
      }
      await db.append("again", ["id"], again);
      const done = counts.verified + counts.mismatched + counts.unverifiable;
      input.progress?.({ phase: "verifying", done, total, rejected: counts.mismatched, requests: 0, retries: 0 });
    }
  }
}

async function* pagesOf(
  db: DuckDb,
  { plan, signal }: VerifyInput,
  where: string,
): AsyncGenerator<readonly Candidate[]> {
  const fields = plan.header.fields.length;
  const columns = [
    ...["id", "action", "key", "remote_id", "match", "match_before", "origin", "state", "was"],
    ...Array.from({ length: fields }, (_, index) => [`w${index}`, `x${index}`, `b${index}`]).flat(),
  ];
  const sql = `select ${columns.join(", ")} from done where ${where} order by id`;
  for await (const page of db.pages(sql, { pageRows: perPage, ...(signal === undefined ? {} : { signal }) }))
    yield page.rows.map((row) => doneOf(row, fields));
}

async function readPage(
  page: readonly Candidate[],
  { reader, context, signal }: VerifyInput,
): Promise<(one: Candidate) => PresentRecord | undefined | "unknown"> {
  const { match } = context;
  const fields = context.fields.map(({ name }) => name);
  const byMatchOf = (one: Candidate): string | null => (match === undefined ? null : one.match);
  const ids = page.flatMap(({ remoteId }) => remoteId ?? []);
  const matches = page.flatMap((one) => (one.remoteId === null ? (byMatchOf(one) ?? []) : []));
  const ask = (by: string, values: readonly string[]): Promise<ReadonlyMap<string, PresentRecord>> =>
    values.length === 0
      ? Promise.resolve(new Map())
      : reader.read({ by, values: [...new Set(values)], fields }, context, signal);
  const [byId, byMatch] = await Promise.all([ask("id", ids), ask(match ?? "id", matches)]);
  return (one) => {
    if (one.remoteId !== null) return byId.get(one.remoteId);
    const value = byMatchOf(one);
    return value === null ? "unknown" : byMatch.get(value);
  };
}

type Difference = Pick<Rejection, "field" | "code" | "reason">;

/** Messages never hold the values. */
function judge(
  one: Candidate,
  present: PresentRecord | undefined | "unknown",
  { reader: { destination }, context, onRemoved }: VerifyInput,
): "as written" | "unknown" | readonly Difference[] {
  if (present === "unknown") return "unknown";
  if (one.action === "delete" && onRemoved !== "clear") {
    if (present === undefined) return "as written";
    return [{ code: notAsWritten.there, reason: "Its removal was accepted, and the record is still there." }];
  }
  if (present === undefined) {
    return [{ code: notAsWritten.absent, reason: "The write was accepted, and the record cannot be found." }];
  }
  const found: Difference[] = [];
  for (const [index, { written, sent }] of one.fields.entries()) {
    if (!written || sent === null) continue;
    const schema = context.fields[index] as FieldSchema;
    const encoded = destination.encode(fromTagged(sent), schema, { action: "update" });
    if (!("wire" in encoded)) continue;
    const is = emptied(destination.normal(present.fields[schema.name] ?? null, schema));
    if (is === emptied(destination.normal(encoded.wire, schema))) continue;
    const reason = "The write was accepted, and the destination holds another value than was sent.";
    found.push({ field: schema.name, code: notAsWritten.other, reason });
  }
  return found.length === 0 ? "as written" : found;
}

function emptied(normal: string | null): string | null {
  return normal === "" ? null : normal;
}

async function* noPages(): AsyncGenerator<readonly never[]> {
  await Promise.resolve();
  yield [];
}
