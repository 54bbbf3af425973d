/** Sends a plan's changes window by window: intents in the journal, conversations, answers in the journal, then the ledger. */
import { type Writer } from "../destinations/connection";
import { type Batching, type DeliverContext } from "../destinations/destination";
import { Cancelled } from "../failure";
import { type Ledger } from "../ledger/ledger";
import { type Outcome, type OutgoingChange } from "../record";
import { type StoredPlan } from "../plan/plan";
import { createBreaker } from "./breaker";
import { type Clock, type Log } from "./clock";
import { deliverBatch, type Delivered } from "./deliver";
import { type Journal } from "./journal";
import { batches, prepare } from "./outgoing";
import { inParallel } from "./slots";

export interface DeliverPlan {
  readonly plan: StoredPlan;
  readonly writer: Writer;
  readonly context: DeliverContext;
  readonly ledger: Pick<Ledger, "commit">;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly log: Log;
  /** A value that cannot be on the wire: the change is not sent. */
  readonly onRefused: (
    change: { readonly id: number; readonly key: string },
    why: { readonly field: string; readonly code: string; readonly reason: string },
  ) => Promise<void>;
  /** Counts before its first wait, so that a limit is noticed before more is sent. */
  readonly onDelivered: (batch: readonly OutgoingChange[], delivered: Delivered) => Promise<void>;
  /** Called before a window's changes are sent, and waited for. */
  readonly onWindow?: ((changes: readonly OutgoingChange[]) => Promise<void>) | undefined;
  /** What was told of them is on the disk when it resolves: the journal forgets the answers then. */
  readonly onCommit?: (() => Promise<void>) | undefined;
  /** Asked before each batch: why nothing more may be sent. */
  readonly stop: () => Error | undefined;
}

/** Changes of one window where repeating is harmless; a larger batch makes a larger window. */
const windowSize = 5000;
/** Answered changes that wait for the ledger at most, where every batch is a window. */
const commitSize = 1000;
const commitMs = 2000;
/** Conversations begun at once. The connection's slots say how many of them talk; those that pause hold none. */
const begun = 32;

/** Gives why it ended before the end of the plan; undefined: everything was sent. What was answered is in the ledger either way. */
export async function deliverPlan(options: DeliverPlan): Promise<unknown> {
  const { plan, context, writer } = options;
  const batching = writer.destination.batching(context);
  const fields = new Map(context.fields.map((field) => [field.name, field]));
  const sending = new Sending(options, batching);
  try {
    for await (const chunk of chunks(plan.changes(), Math.max(windowSize, batching.size))) {
      const outgoing: OutgoingChange[] = [];
      for (const change of chunk) {
        const prepared = prepare(change, writer.destination, fields);
        if ("outgoing" in prepared) outgoing.push(prepared.outgoing);
        else await options.onRefused(change, prepared.refused);
      }
      await sending.send(outgoing);
      if (sending.failure !== undefined) break;
    }
    return sending.failure;
  } finally {
    await sending.commit();
    sending.release();
  }
}

/** The life of a plan's sending: what is under way, what was answered, why it must end. */
class Sending {
  failure: unknown;
  private readonly halt = new AbortController();
  private readonly breaker = createBreaker((failure) => this.end(failure));
  private waiting: { readonly windows: number[]; readonly outcomes: Outcome[] } = { windows: [], outcomes: [] };
  private lastCommit: number;
  private readonly cancel = () => this.halt.abort();

  constructor(
    private readonly options: DeliverPlan,
    private readonly batching: Batching,
  ) {
    this.lastCommit = options.clock.now();
    options.signal?.addEventListener("abort", this.cancel, { once: true });
    if (options.signal?.aborted) this.halt.abort();
  }

  async send(changes: readonly OutgoingChange[]): Promise<void> {
    if (this.batching.repeatable) {
      if (changes.length > 0) {
        await this.window(changes, batches(changes, this.batching, this.options.context));
        await this.commit();
      }
      return;
    }
    for (const batch of batches(changes, this.batching, this.options.context).flat()) {
      await this.window(batch, [[batch]]);
      if (this.failure !== undefined) return;
      const late = this.options.clock.now() - this.lastCommit >= commitMs;
      if (late || this.waiting.outcomes.length >= commitSize) await this.commit();
    }
  }

  /** Moves the ledger by what was answered, then ends the windows. */
  async commit(): Promise<void> {
    const { windows, outcomes } = this.waiting;
    if (windows.length === 0) return;
    const { ledger, journal, plan, context, clock } = this.options;
    if (outcomes.length > 0) await ledger.commit({ run: context.run, planFile: plan.file, outcomes });
    await this.options.onCommit?.();
    await journal.end(windows);
    this.waiting = { windows: [], outcomes: [] };
    this.lastCommit = clock.now();
  }

  release(): void {
    this.options.signal?.removeEventListener("abort", this.cancel);
  }

  private async window(
    changes: readonly OutgoingChange[],
    waves: readonly (readonly (readonly OutgoingChange[])[])[],
  ): Promise<void> {
    if (this.mustStop()) return;
    const { journal, plan, context, onWindow } = this.options;
    await onWindow?.(changes);
    const window = await journal.begin({
      run: context.run,
      planFile: plan.file,
      repeatable: this.batching.repeatable,
      changes: changes.map(({ id }) => id).sort((a, b) => a - b),
    });
    this.waiting.windows.push(window);
    for (const wave of waves) {
      await inParallel(wave, begun, async (batch) => {
        if (this.mustStop()) return;
        try {
          await this.batch(batch, window);
        } catch (error) {
          this.end(error);
          throw error;
        }
      });
    }
    await journal.flush();
  }

  private async batch(batch: readonly OutgoingChange[], window: number): Promise<void> {
    const { writer, context, journal, clock, log, onDelivered } = this.options;
    const delivered = await deliverBatch(batch, {
      writer,
      context,
      repeatable: this.batching.repeatable,
      breaker: this.breaker,
      clock,
      signal: this.halt.signal,
      onCheckpoint: (ids, state) => journal.checkpoint(window, ids, state),
      log,
    });
    const outcomes = delivered.settled.map(({ outcome }) => outcome);
    this.waiting.outcomes.push(...outcomes);
    if (delivered.failure !== undefined) this.end(delivered.failure);
    const told = onDelivered(batch, delivered);
    // Conversations that wait for their turn end too; where none does, the run is simply over.
    if (this.options.stop() !== undefined) this.halt.abort();
    await Promise.all([told, outcomes.length > 0 ? journal.answered(window, outcomes) : undefined]);
  }

  private mustStop(): boolean {
    const why = this.options.stop() ?? (this.options.signal?.aborted === true ? new Cancelled() : undefined);
    if (why !== undefined) this.end(why);
    return this.failure !== undefined;
  }

  /** The first reason counts: the others follow from it. */
  private end(why: unknown): void {
    this.failure ??= why instanceof Cancelled ? (this.options.stop() ?? why) : why;
    this.halt.abort();
  }
}

async function* chunks<T>(pages: AsyncIterable<readonly T[]>, size: number): AsyncGenerator<readonly T[]> {
  let held: T[] = [];
  for await (const page of pages) {
    for (const item of page) {
      held.push(item);
      if (held.length < size) continue;
      yield held;
      held = [];
    }
  }
  if (held.length > 0) yield held;
}
