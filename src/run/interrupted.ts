/**
 * The report of a run that ended in the middle, or that learnt more after its end: whoever recovers it writes what is
 * known. So no record is in doubt without a run that says so.
 */
import { type Committed } from "../ledger/local";
import { type StoredPlan } from "../plan/plan";
import { type Change, type Outcome, type Rejection } from "../record";
import { displayKey } from "./outgoing";
import { createGroups } from "./reasons";
import { type Ended } from "./recover";
import { type RunCounts, type RunReport, type RunStore } from "./report";
import { rejectionsOf } from "./tally";

export interface Interrupted extends Ended {
  /** Path of the sync file, relative to the project. */
  readonly file: string;
  readonly plan: StoredPlan;
  /** What the ledger holds of the run, after its recovery. */
  readonly committed: readonly Committed[];
  /** Milliseconds since 1970 of its last sign of life. */
  readonly endedAt: number;
  readonly store: RunStore;
}

export async function reportInterrupted(ended: Interrupted): Promise<void> {
  const { run, store, plan } = ended;
  const earlier = await store.read(run);
  const outcomes = earlier === undefined ? [...ended.answered, ...ended.learnt] : ended.learnt;
  const changes = await changesOf(plan, new Set(outcomes.map(({ id }) => id)));
  const kept = await store.rejections(run);
  const known = new Set(kept.map(nameOf));
  const told = [
    ...(earlier === undefined ? await plan.rejections() : []),
    ...outcomes.flatMap((outcome) => {
      const change = changes.get(outcome.id);
      return change === undefined ? [] : rejectionsOf(outcome, displayKey(change.key, plan.header.keyTypes));
    }),
  ].filter((rejection) => !known.has(nameOf(rejection)));
  const recorder = await store.reopen(run);
  for (const rejection of told) await recorder.rejected(rejection);
  const groups = createGroups(plan.header.fields.map(({ name }) => name));
  for (const rejection of [...kept, ...told]) groups.add(rejection);
  const report = earlier ?? reportOf(ended, [...kept, ...told]);
  const counts = earlier === undefined ? report.counts : added(earlier.counts, outcomes, changes);
  await recorder.finish({ ...report, counts, groups: groups.all() });
}

function reportOf(
  { run, file, plan: { header }, committed, endedAt }: Interrupted,
  told: readonly Rejection[],
): RunReport {
  const { counts } = header;
  const rows = (...tests: readonly ((row: Committed) => boolean)[]): number =>
    committed.filter((row) => tests.every((test) => test(row))).reduce((sum, row) => sum + row.rows, 0);
  const removes = ({ action }: Committed): boolean => action === "delete";
  // What a revert wrote is held.
  const live = (row: Committed): boolean => row.state === "live" || (row.state === "held" && !removes(row));
  const creates = ({ action }: Committed): boolean => action === "create";
  const adopted = ({ origin }: Committed): boolean => origin === "adopted";
  const inDoubt = rows(({ state }) => state === "doubt");
  const startedAt = startOf(run) ?? Date.parse(header.createdAt);
  const rejected = new Set(told.filter(({ code }) => code !== "in-doubt").map(({ key }) => JSON.stringify(key)));
  return {
    version: 1,
    id: run,
    sync: header.sync,
    file,
    target: header.target,
    status: "stopped",
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(Math.max(startedAt, endedAt)).toISOString(),
    plan: header.digest,
    definitionDigest: header.definitionDigest,
    fields: header.fields.map(({ name }) => name),
    counts: {
      created: rows(live, creates, (row) => !adopted(row)),
      updated: rows(live, (row) => !creates(row) || adopted(row)),
      deleted: rows((row) => row.state === "tombstone" || (row.state === "held" && removes(row))),
      unchanged: counts.unchanged,
      skipped: counts.skipped + rows(({ state }) => state === "skipped"),
      held: counts.held,
      rejected: rejected.size,
      inDoubt,
      requests: 0,
      retries: 0,
    },
    ...(header.revert === undefined ? {} : { revertOf: header.revert.run }),
    ...(header.held === undefined ? {} : { held: header.held }),
    ...(header.doubts === undefined ? {} : { doubts: header.doubts }),
    groups: [],
    failure: {
      code: "interrupted",
      message:
        "The run ended in the middle: its process ended before it could say so. What was answered until then is kept.",
      hint:
        inDoubt > 0
          ? "Settle the records in doubt, then run the sync again: what was not sent is still a change."
          : "Run the sync again: what was not sent is still a change.",
    },
  };
}

/** Outcomes that were learnt after the report had been written. */
function added(counts: RunCounts, outcomes: readonly Outcome[], changes: ReadonlyMap<number, Change>): RunCounts {
  const more = { ...counts };
  for (const outcome of outcomes) {
    const action = changes.get(outcome.id)?.action;
    if (outcome.outcome === "rejected") more.rejected += 1;
    else if (outcome.outcome === "in doubt") more.inDoubt += 1;
    else if (outcome.outcome === "skipped") more.skipped += 1;
    else if (action === "delete") more.deleted += 1;
    else if (outcome.created ?? action === "create") more.created += 1;
    else more.updated += 1;
  }
  return more;
}

async function changesOf(plan: StoredPlan, ids: ReadonlySet<number>): Promise<ReadonlyMap<number, Change>> {
  const found = new Map<number, Change>();
  if (ids.size === 0) return found;
  for await (const page of plan.changes()) {
    for (const change of page) if (ids.has(change.id)) found.set(change.id, change);
    if (found.size === ids.size) break;
  }
  return found;
}

function nameOf({ key, stage, field, code }: Rejection): string {
  return JSON.stringify([key, stage, field, code]);
}

/** Ids of runs begin with the time at which they were made. */
function startOf(run: string): number | undefined {
  const [, year, month, day, hour, minute, second, ms] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(\d{3})-/.exec(run) ?? [];
  if (ms === undefined) return undefined;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}
