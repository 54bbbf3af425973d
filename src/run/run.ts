/** Carries out a plan and says what came of it. */
import { type Writer } from "../destinations/connection";
import { type DeliverContext } from "../destinations/destination";
import { Cancelled, SyncFailure } from "../failure";
import { type Ledger } from "../ledger/ledger";
import { type AdmittedPlan } from "../plan/admit";
import { type StoredPlan } from "../plan/plan";
import { type OutgoingChange, type RecordKey } from "../record";
import { type Limit } from "../sync/definition";
import { type Clock, type Log } from "./clock";
import { type Journal } from "./journal";
import { paced } from "./progress";
import { type RunProgress, type RunRecorder, type RunReport, type RunStatus } from "./report";
import { createTally, type Tally } from "./tally";
import { deliverPlan } from "./windows";

export interface RunInput {
  readonly id: string;
  /** Path of the sync file, relative to the project. */
  readonly file: string;
  /** The caller holds the ledger's lock. */
  readonly plan: AdmittedPlan;
  readonly ledger: Pick<Ledger, "commit" | "commitNotes">;
  readonly writer: Writer;
  /** `run` is this run's id. */
  readonly context: DeliverContext;
  readonly store: RunRecorder;
  /** Recovered. */
  readonly journal: Journal;
  readonly guards: { readonly maxRejected?: Limit };
  readonly clock: Clock;
  readonly retryOf?: string;
  readonly only?: readonly RecordKey[];
  /** Keeps what records hold, called before they are sent. */
  readonly keepBefore?: (changes: readonly OutgoingChange[]) => Promise<void>;
  readonly progress?: (progress: RunProgress) => void;
  /** Once aborted nothing more is sent; what is in flight is waited for, within limits, and kept. */
  readonly signal?: AbortSignal;
  readonly log?: Log;
}

/**
 * Whatever stops a run, what was answered is in the ledger and the report says why it stopped. Throws only bugs, after
 * writing the report of a stopped run.
 */
export async function run(input: RunInput): Promise<RunReport> {
  const { plan, clock, writer, store } = input;
  const startedAt = clock.now();
  const before = { ...writer.sent };
  const tally = createTally(plan.header, store);
  const { create, update, delete: removed } = plan.header.counts;
  const total = create + update + removed;
  const pace = paced(input.progress, clock);
  const sent = () => ({
    requests: writer.sent.reads + writer.sent.writes - before.reads - before.writes,
    retries: writer.sent.retries - before.retries,
  });
  const state = (phase: RunProgress["phase"]) => (): RunProgress => ({
    phase,
    done: tally.done,
    total,
    rejected: tally.counts().rejected,
    ...sent(),
    budgets: writer.budgets,
  });

  let failure: unknown;
  try {
    failure = await carryOut(input, tally, () => pace.say(state("sending")));
    pace.last(state("committing"));
  } catch (error) {
    failure = error;
  }
  const { status, told } = ending(failure, tally);
  const report: RunReport = {
    version: 1,
    id: input.id,
    sync: plan.header.sync,
    file: input.file,
    target: plan.header.target,
    status,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(clock.now()).toISOString(),
    plan: plan.header.digest,
    definitionDigest: plan.header.definitionDigest,
    fields: plan.header.fields.map(({ name }) => name),
    ...(plan.header.revert === undefined ? {} : { revertOf: plan.header.revert.run }),
    ...(input.retryOf === undefined ? {} : { retryOf: input.retryOf }),
    ...(input.only === undefined ? {} : { only: input.only }),
    counts: { ...tally.counts(), ...sent() },
    ...(plan.header.held === undefined ? {} : { held: plan.header.held }),
    ...(plan.header.doubts === undefined ? {} : { doubts: plan.header.doubts }),
    groups: tally.groups(),
    ...(told === undefined ? {} : { failure: { ...told, message: writer.redact(told.message) } }),
  };
  await store.finish(report);
  if (status === "stopped" && !(failure instanceof SyncFailure)) throw failure;
  return report;
}

/** Gives why it ended early; undefined: everything was sent. */
async function carryOut(input: RunInput, tally: Tally, moved: () => void): Promise<unknown> {
  const { plan, guards } = input;
  for await (const page of rejectionPages(plan)) for (const rejection of page) await tally.planned(rejection);
  const tripped = plan.header.guards.filter((guard) => guard.tripped);
  if (tripped.length > 0) {
    const plain = tripped.filter(({ message }) => message === undefined);
    const said = plain.map(({ name, value, limit }) => `${name} is ${limit} and the plan has ${value}`).join("; ");
    const messages = tripped.flatMap(({ message }) => message ?? []);
    const hints = tripped.flatMap(({ hint }) => hint ?? []);
    return new GuardTripped(
      "guard-tripped",
      [plain.length > 0 ? `Nothing was sent: ${said}.` : "Nothing was sent.", ...messages].join(" "),
      [...(plain.length > 0 ? ["Look at the plan, then mend the model or raise the guard."] : []), ...hints].join(" "),
    );
  }
  await input.ledger.commitNotes({ run: input.context.run, planFile: plan.file });
  const { maxRejected } = guards;
  return deliverPlan({
    plan,
    writer: input.writer,
    context: input.context,
    ledger: input.ledger,
    journal: input.journal,
    clock: input.clock,
    signal: input.signal,
    log: input.log ?? (() => undefined),
    onWindow: input.keepBefore,
    onCommit: () => input.store.flush(),
    onRefused: async ({ key }, why) => {
      await tally.unsent(key, why);
      moved();
    },
    onDelivered: async (batch, delivered) => {
      await tally.delivered(batch, delivered);
      moved();
    },
    stop: () => (maxRejected !== undefined && tally.exceeds(maxRejected) ? tooManyRejected(maxRejected) : undefined),
  });
}

/** A limit that the plan or the run did not keep. */
class GuardTripped extends Error {
  override readonly name = "GuardTripped";
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

function tooManyRejected(limit: Limit): GuardTripped {
  const allowed = "records" in limit ? `${limit.records} records` : `${limit.share * 100}% of the records`;
  return new GuardTripped(
    "max-rejected",
    `The run stopped because more than ${allowed} were rejected; what was sent before is kept.`,
    "Look at the rejections, mend the model or the mapping, and retry, or raise max_rejected.",
  );
}

function ending(failure: unknown, tally: Tally): { readonly status: RunStatus; readonly told?: RunReport["failure"] } {
  if (failure === undefined) return { status: tally.flawed ? "rejected" : "succeeded" };
  if (failure instanceof GuardTripped) return { status: "guarded", told: tell(failure) };
  if (failure instanceof Cancelled) return { status: "cancelled" };
  if (failure instanceof SyncFailure) return { status: "stopped", told: tell(failure) };
  return {
    status: "stopped",
    told: {
      code: "internal-error",
      message: "Sluice itself failed; what was answered until then is kept.",
      hint: "Run again; if it fails again, report it with the log.",
    },
  };
}

function tell({ code, message, hint }: GuardTripped | SyncFailure): NonNullable<RunReport["failure"]> {
  return { code, message, hint };
}

async function* rejectionPages(plan: StoredPlan): AsyncGenerator<Awaited<ReturnType<StoredPlan["rejections"]>>> {
  const limit = 1000;
  for (let offset = 0; ; offset += limit) {
    const page = await plan.rejections({ offset, limit });
    yield page;
    if (page.length < limit) return;
  }
}
