/** Asks the destination how the conversations of a crashed run ended, so that a submitted job is polled and never submitted twice. */
import { type Writer } from "../destinations/connection";
import { type DeliverContext } from "../destinations/destination";
import { SyncFailure } from "../failure";
import { type Outcome, type OutgoingChange } from "../record";
import { type StoredPlan } from "../plan/plan";
import { RefusedRequest, Unavailable, UnknownOutcome } from "./line";
import { prepare } from "./outgoing";
import { type Unfinished } from "./recover";

export interface Resume {
  readonly writer: Writer;
  /** As the crashed run had it. */
  context(plan: StoredPlan): Omit<DeliverContext, "run" | "resume">;
  openPlan(file: string): Promise<StoredPlan>;
  readonly signal?: AbortSignal;
}

/** What `recover` asks. Throws SyncFailure where the destination cannot be asked now: the journal then stays open. */
export function resumer({ writer, context, openPlan, signal }: Resume) {
  const { destination } = writer;

  async function batchOf(planFile: string, wanted: ReadonlySet<number>) {
    const plan = await openPlan(planFile);
    const batch: OutgoingChange[] = [];
    try {
      const known = context(plan);
      const fields = new Map(known.fields.map((field) => [field.name, field]));
      for await (const page of plan.changes()) {
        for (const change of page) {
          const prepared = wanted.has(change.id) ? prepare(change, destination, fields) : undefined;
          if (prepared !== undefined && "outgoing" in prepared) batch.push(prepared.outgoing);
        }
        if (batch.length === wanted.size) break;
      }
      return { batch, known };
    } finally {
      await plan.close();
    }
  }

  return async ({ run, planFile, changes, state, checkpoint }: Unfinished): Promise<readonly Outcome[]> => {
    const { batch, known } = await batchOf(planFile, new Set(changes));
    try {
      const conversation = destination.deliver(batch, { ...known, run, resume: state });
      return await writer.converse(conversation, {
        onCheckpoint: checkpoint,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      // Harmless to repeat, but a job that is given up would be submitted again.
      if (error instanceof Unavailable) throw notNow(error.reason);
      // The destination no longer knows the job: nothing more will be heard of it.
      if (error instanceof RefusedRequest || error instanceof UnknownOutcome) return [];
      throw error;
    }
  };
}

function notNow(reason: string): SyncFailure {
  return new SyncFailure(
    "destination-unavailable",
    `A job that an earlier run had submitted cannot be gone on with now: ${reason}`,
    "Run the sync again later: the job is asked after first, and nothing is submitted twice.",
  );
}
