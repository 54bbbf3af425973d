/** Brings a database step to its answer: sessions, transactions, waiting, trying again, and what is kept of it. */
import { type DatabaseKind, type DatabaseResponse, type DatabaseStep } from "../../destinations/database";
import { Cancelled, SyncFailure, throwIfAborted } from "../../failure";
import { type Exchange } from "../../record";
import { backoff, inWords } from "../backoff";
import { type Line, RefusedRequest, Unavailable, UnknownOutcome } from "../line";
import { shortened } from "../request";
import { type Attempt, attempt } from "./attempt";
import { exchangeOf } from "./exchange";
import { keepSessions } from "./sessions";

export interface DatabaseOptions {
  readonly signal?: AbortSignal | undefined;
  /** What a refusal becomes: RefusedRequest, or for a query an answer. */
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
  readonly onWritten?: ((changes: readonly number[] | undefined) => void) | undefined;
}

export interface DatabaseEdge {
  /** Throws RefusedRequest, UnknownOutcome, Unavailable, SyncFailure or Cancelled. */
  perform(step: DatabaseStep, options: DatabaseOptions): Promise<DatabaseResponse>;
  close(): Promise<void>;
}

export function createDatabase(
  line: Line,
  kind: DatabaseKind,
  { config, connectMs }: { readonly config: Readonly<Record<string, unknown>>; readonly connectMs: number },
): DatabaseEdge {
  const address = kind.address(config);
  const sessions = keepSessions({
    driver: kind.driver,
    address,
    connectMs,
    login: async () => {
      const { login } = await line.credentials.current();
      if (login === undefined) throw new Error(`${line.destination.type} gives no login`);
      return login;
    },
  });
  // The server ends a statement itself; whoever does not hear of that has lost the connection.
  const answerMs = (address.statementSeconds + 15) * 1000;

  async function once(step: DatabaseStep, options: DatabaseOptions): Promise<Attempt> {
    throwIfAborted(options.signal);
    line.sent[step.effect === "read" ? "reads" : "writes"] += 1;
    const at = line.clock.now();
    const wait = (ms: number) => line.clock.wait(ms);
    const came = await attempt(step, { sessions, receipt: kind.receipt, signal: options.signal, wait, answerMs });
    options.onExchange?.(line.redactor.exchange(exchangeOf(step, came, line, at)));
    return came;
  }

  return {
    async perform(step, options) {
      const tries: Tries = { unreached: 0, failed: 0, failedMs: 0, mayBeApplied: false };
      for (;;) {
        const came = await once(step, options);
        const waitMs = settle(came, step, line, tries, { kind, options });
        if (typeof waitMs !== "number") return waitMs;
        await line.clock.wait(waitMs, options.signal);
        line.sent.retries += 1;
      }
    },
    close: sessions.close,
  };
}

interface Tries {
  unreached: number;
  failed: number;
  failedMs: number;
  /** One of them may have been applied although it was not answered. */
  mayBeApplied: boolean;
}

interface Settling {
  readonly kind: DatabaseKind;
  readonly options: DatabaseOptions;
}

/** The answer, or how long to wait until the next try; throws where there is none. */
function settle(
  came: Attempt,
  step: DatabaseStep,
  line: Line,
  tries: Tries,
  { kind, options }: Settling,
): DatabaseResponse | number {
  const written = (): void => {
    if (step.step === "transaction") options.onWritten?.(step.changes);
  };
  switch (came.kind) {
    case "done":
      written();
      return { kind: "rows", results: came.results };
    case "cancelled":
      if (tries.mayBeApplied) written();
      throw new Cancelled();
    case "unreached":
      tries.unreached += 1;
      if (tries.unreached >= line.patience.connectAttempts) throw unreachable(line, came.why);
      return backoff(tries.unreached, line.random);
    case "unknown":
      tries.mayBeApplied = true;
      written();
      if (step.step === "transaction" && !step.repeatable) {
        throw new UnknownOutcome(`${line.destination.label} may or may not have committed the rows: ${came.why}.`);
      }
      return again(came.why, line, tries);
    case "lost":
      return again(came.why, line, tries);
    case "failed": {
      const verdict = kind.judge(came.failure);
      const said = shortened(line.redactor.text(came.failure.message));
      if (verdict.verdict === "transient") return again(said, line, tries);
      if (verdict.verdict === "stopped") {
        throw new SyncFailure(verdict.code, `${line.destination.label} stopped the run: ${said}`, verdict.hint);
      }
      if (step.step === "query" || step.refusal === "answered") return { kind: "refused", failure: came.failure };
      const { verdict: _, ...refusal } = verdict;
      const reason = shortened(line.redactor.text(refusal.reason));
      throw new RefusedRequest({ ...refusal, reason }, undefined, step.changes);
    }
  }
}

function again(why: string, line: Line, tries: Tries): number {
  tries.failed += 1;
  const ms = backoff(tries.failed, line.random, { baseMs: 200 });
  tries.failedMs += ms;
  const { attempts, transientMs } = line.patience;
  if (tries.failed < attempts && tries.failedMs <= transientMs) {
    line.log("debug", `${line.destination.label} fails (${why}); it is asked again in ${inWords(ms)}.`);
    return ms;
  }
  const reason = `${line.destination.label} could not be brought to an answer: ${why}.`.replace(/\.\.$/, ".");
  if (tries.mayBeApplied) throw new Unavailable(reason);
  throw new SyncFailure("unavailable", reason, "Run again later; what was sent until now is kept.");
}

function unreachable(line: Line, why: string): SyncFailure {
  return new SyncFailure(
    "unreachable",
    `${line.destination.label} could not be reached at ${line.redactor.text(line.base.host)}: ${why}.`,
    "Check the network and the connection's host and port, then run again; what was sent until now is kept.",
  );
}
