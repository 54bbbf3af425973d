/** Carries out one batch: drives its conversation, splits it where it was refused whole, and gives each change that was sent one outcome. */
import { type Writer } from "../destinations/connection";
import { type DeliverContext } from "../destinations/destination";
import { Cancelled, SyncFailure } from "../failure";
import { type Exchange, type Outcome, type OutgoingChange } from "../record";
import { type Json } from "../value";
import { type Breaker } from "./breaker";
import { type Clock, type Log } from "./clock";
import { RefusedRequest, Unavailable, UnknownOutcome } from "./line";
import { shortened } from "./request";

export interface DeliverBatch {
  readonly writer: Writer;
  readonly context: DeliverContext;
  /** Is sending the batch again harmless? Decides what becomes of changes whose outcome is unknown. */
  readonly repeatable: boolean;
  readonly breaker: Breaker;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onCheckpoint: (changes: readonly number[], state: Json) => Promise<void>;
  readonly log: Log;
}

export interface Settled {
  readonly outcome: Outcome;
  /** The exchange that shows it. */
  readonly exchange?: string;
}

/** Changes without an outcome were never sent. */
export interface Delivered {
  readonly settled: readonly Settled[];
  readonly exchanges: readonly Exchange[];
  /** Why the rest was not sent: SyncFailure, Cancelled, or a bug. */
  readonly failure?: unknown;
}

/** Never throws: what is known of the batch is in the answer, whatever happened. */
export async function deliverBatch(batch: readonly OutgoingChange[], how: DeliverBatch): Promise<Delivered> {
  const settled: Settled[] = [];
  const exchanges: Exchange[] = [];
  const todo: (readonly OutgoingChange[])[] = [batch];
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    if (how.signal.aborted) return { settled, exchanges, failure: new Cancelled() };
    const talk = new Talk(part, how);
    const end = await talk.attempt();
    exchanges.push(...talk.exchanges);
    settled.push(...end.outcomes.map((outcome) => talk.shown(outcome)));
    if (end.failure !== undefined) return { settled, exchanges, failure: end.failure };
    const hopeless = settled.find(({ outcome }) => outcome.outcome === "rejected" && outcome.forAll === true);
    if (hopeless !== undefined) return { settled, exchanges, failure: refusedForAll(how.writer, hopeless.outcome) };
    todo.unshift(...end.again);
  }
  return { settled, exchanges };
}

/** What was said of one record ends the run before it is said of all. */
function refusedForAll({ destination }: Writer, outcome: Outcome): SyncFailure {
  const reason = outcome.outcome === "rejected" ? outcome.reason : "";
  return new SyncFailure(
    "refused-for-all",
    `${destination.label} would refuse every record of this sync: ${reason}`,
    "Mend what the sync says under `destination:`, or the connection's rights, and run again.",
  );
}

interface End {
  readonly outcomes: readonly Outcome[];
  /** Parts to send anew: nothing of them was applied, or sending them again is harmless. */
  readonly again: readonly (readonly OutgoingChange[])[];
  readonly failure?: unknown;
}

/** One conversation about one part of a batch. */
class Talk {
  readonly exchanges: Exchange[] = [];
  /** Changes that may have been applied although no outcome is known yet. */
  private readonly carried = new Set<number>();
  private checkpoint: { readonly state: Json } | undefined;

  constructor(
    private readonly part: readonly OutgoingChange[],
    private readonly how: DeliverBatch,
  ) {}

  async attempt(): Promise<End> {
    const { writer, context, signal, breaker } = this.how;
    const ids = this.part.map(({ id }) => id);
    try {
      const outcomes = await writer.converse(writer.destination.deliver(this.part, context), {
        signal,
        onExchange: (exchange) => this.exchanges.push(exchange),
        onWritten: (changes) => {
          for (const id of changes ?? ids) this.carried.add(id);
        },
        onCheckpoint: async (state) => {
          await this.how.onCheckpoint(ids, state);
          this.checkpoint = { state };
        },
      });
      breaker.passed();
      return { outcomes: this.oneEach(outcomes), again: [] };
    } catch (error) {
      if (error instanceof RefusedRequest) {
        breaker.passed();
        return this.refused(error);
      }
      if (error instanceof Unavailable || error instanceof UnknownOutcome) {
        if (!signal.aborted) breaker.failed(error.reason);
        // A request that names no change may have been about any of them.
        if (this.carried.size === 0) for (const id of ids) this.carried.add(id);
        // Each time fewer: who was carried has an outcome now.
        return { outcomes: this.lost(error), again: parts(this.rest()) };
      }
      if (error instanceof Cancelled) await this.cleanUp();
      return { outcomes: this.lost(error), again: [], failure: error };
    }
  }

  shown(outcome: Outcome): Settled {
    const about = ({ changes }: Exchange) => changes.includes(outcome.id);
    const exchange = this.exchanges.findLast(about) ?? this.exchanges.findLast(({ changes }) => changes.length === 0);
    return { outcome: this.clean(outcome), ...(exchange === undefined ? {} : { exchange: exchange.id }) };
  }

  /** Nothing of the request was applied: halve the batch until the guilty record stands alone. */
  private refused({ refusal, status, changes }: RefusedRequest): End {
    const said = status === undefined ? refusal : { ...refusal, status };
    const reject = ({ id }: OutgoingChange): Outcome => ({ outcome: "rejected", id, ...said });
    if (this.carried.size === 0 || this.how.repeatable) {
      const [only, ...others] = this.part;
      if (only === undefined) return { outcomes: [], again: [] };
      if (others.length === 0) return { outcomes: [reject(only)], again: [] };
      const half = this.part.length >> 1;
      return { outcomes: [], again: [this.part.slice(0, half), this.part.slice(half)] };
    }
    // An earlier request of the conversation was applied and its outcome is lost with the conversation.
    const rest = this.rest();
    const guilty = rest.filter(({ id }) => changes === undefined || changes.includes(id));
    const innocent = rest.filter((change) => !guilty.includes(change));
    return { outcomes: [...this.lost(undefined), ...guilty.map(reject)], again: parts(innocent) };
  }

  private rest(): readonly OutgoingChange[] {
    return this.part.filter(({ id }) => !this.carried.has(id));
  }

  /** Outcomes of the changes that were carried and of which nothing more will be heard. */
  private lost(error: unknown): readonly Outcome[] {
    const known = error instanceof Unavailable || error instanceof UnknownOutcome ? error : undefined;
    const reason = known?.reason ?? "The run ended before the destination's answer was complete.";
    const status = known?.status === undefined ? {} : { status: known.status };
    const code = error instanceof Unavailable ? "unavailable" : "unanswered";
    const carried = this.part.filter(({ id }) => this.carried.has(id));
    return carried.map(({ id }) =>
      this.how.repeatable
        ? { outcome: "rejected", id, code, reason, ...status, uncertain: true }
        : { outcome: "in doubt", id, reason },
    );
  }

  /** Exactly one outcome for every change, whatever the connector gave. */
  private oneEach(given: readonly Outcome[]): readonly Outcome[] {
    const { log, writer, repeatable } = this.how;
    const byId = new Map<number, Outcome>();
    for (const outcome of given) {
      if (byId.has(outcome.id)) log("error", `The connector ${writer.destination.type} gave a change two outcomes.`);
      else byId.set(outcome.id, outcome);
    }
    return this.part.map(({ id }) => {
      const outcome = byId.get(id);
      if (outcome !== undefined) return outcome;
      log("error", `The connector ${writer.destination.type} gave a change no outcome.`);
      const reason = "The destination's answer did not say what became of this record.";
      return repeatable
        ? { outcome: "rejected", id, code: "no-answer", reason, uncertain: true }
        : { outcome: "in doubt", id, reason };
    });
  }

  private async cleanUp(): Promise<void> {
    const { writer, context, clock, log } = this.how;
    if (this.checkpoint === undefined || writer.destination.abort === undefined) return;
    const late = new AbortController();
    const ended = new AbortController();
    clock.wait(10_000, ended.signal).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      await writer.converse(writer.destination.abort(this.checkpoint.state, context), { signal: late.signal });
    } catch (error) {
      log("warn", `What was begun at the destination could not be cleaned up: ${(error as SyncFailure).message}`);
    } finally {
      ended.abort();
    }
  }

  /** A vendor may repeat what it was sent: no secret goes into an outcome. */
  private clean(outcome: Outcome): Outcome {
    const { redact } = this.how.writer;
    if (outcome.outcome === "applied") {
      if (outcome.refused === undefined) return outcome;
      const refused = outcome.refused.map((one) => ({ ...one, reason: shortened(redact(one.reason)) }));
      return { ...outcome, refused };
    }
    return { ...outcome, reason: shortened(redact(outcome.reason)) };
  }
}

function parts(changes: readonly OutgoingChange[]): readonly (readonly OutgoingChange[])[] {
  return changes.length === 0 ? [] : [changes];
}
