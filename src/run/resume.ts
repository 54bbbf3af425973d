/** Asks the destination how the conversations of a crashed run ended, so that a submitted job is polled and never submitted twice. */
import { type Writer } from "../destinations/connection";
import { type DeliverContext } from "../destinations/destination";
import { type Outcome, type OutgoingChange } from "../record";
import { type StoredPlan } from "../plan/plan";
import { RefusedRequest, Unavailable, UnknownOutcome } from "./line";
import { prepare } from "./outgoing";
import { type Unfinished } from "./recover";

export interface Resume {
  readonly writer: Writer;
  readonly context: DeliverContext;
  openPlan(file: string): Promise<StoredPlan>;
  readonly signal?: AbortSignal;
}

/** What `recover` asks. Throws SyncFailure where the destination cannot be asked now: the journal then stays open. */
export function resumer({ writer, context, openPlan, signal }: Resume) {
  const { destination } = writer;
  const fields = new Map(context.fields.map((field) => [field.name, field]));

  async function batchOf(planFile: string, wanted: ReadonlySet<number>): Promise<readonly OutgoingChange[]> {
    const plan = await openPlan(planFile);
    const batch: OutgoingChange[] = [];
    try {
      for await (const page of plan.changes()) {
        for (const change of page) {
          const prepared = wanted.has(change.id) ? prepare(change, destination, fields) : undefined;
          if (prepared !== undefined && "outgoing" in prepared) batch.push(prepared.outgoing);
        }
        if (batch.length === wanted.size) break;
      }
    } finally {
      await plan.close();
    }
    return batch;
  }

  return async ({ run, planFile, changes, state }: Unfinished): Promise<readonly Outcome[]> => {
    const batch = await batchOf(planFile, new Set(changes));
    try {
      const conversation = destination.deliver(batch, { ...context, run, resume: state });
      return await writer.converse(conversation, signal === undefined ? {} : { signal });
    } catch (error) {
      // The destination no longer knows the job: nothing more will be heard of it.
      if (error instanceof RefusedRequest || error instanceof UnknownOutcome || error instanceof Unavailable) return [];
      throw error;
    }
  };
}
