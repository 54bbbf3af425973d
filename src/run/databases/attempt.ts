/** One try at a database step: what came of it is told, never thrown, but for bugs and what the operator must mend. */
import {
  type DatabaseFailure,
  type DatabaseKind,
  type DatabaseStep,
  type StatementResult,
} from "../../destinations/database";
import { backoff } from "../backoff";
import { ConnectionLost, NotConnected, type Session, StatementFailed } from "./driver";
import { type Sessions } from "./sessions";

/**
 * - unreached: there was no session
 * - failed: the server answered, and nothing was applied
 * - lost: the connection ended, and nothing was applied
 * - unknown: it ended while the transaction was being committed
 * - cancelled: it was aborted, and nothing was applied
 */
export type Attempt =
  | { readonly kind: "done"; readonly results: readonly StatementResult[] }
  | { readonly kind: "unreached" | "lost" | "unknown"; readonly why: string }
  | { readonly kind: "failed"; readonly failure: DatabaseFailure }
  | { readonly kind: "cancelled" };

export interface AttemptOptions {
  readonly sessions: Sessions;
  readonly receipt: DatabaseKind["receipt"];
  readonly signal: AbortSignal | undefined;
  /** Not cancelled with the run: what was sent has to be known. */
  readonly wait: (ms: number) => Promise<void>;
  /** Longest time of one answer, after which the connection counts as lost. */
  readonly answerMs: number;
}

export async function attempt(step: DatabaseStep, options: AttemptOptions): Promise<Attempt> {
  const { sessions, signal } = options;
  let session: Session;
  try {
    session = await sessions.take();
  } catch (error) {
    if (error instanceof NotConnected) return { kind: "unreached", why: error.why };
    if (error instanceof StatementFailed) return { kind: "failed", failure: error.failure };
    throw error;
  }
  const watch = watched(session, options.answerMs);
  const stop = (): void => void session.cancel();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return step.step === "query" ? await ask(step, session, watch) : await transact(step, session, watch, options);
  } catch (error) {
    await session.rollback();
    if (signal?.aborted === true) return { kind: "cancelled" };
    if (error instanceof StatementFailed) return { kind: "failed", failure: error.failure };
    if (error instanceof ConnectionLost) return { kind: "lost", why: watch.late() ?? error.why };
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await sessions.giveBack(session);
  }
}

type Watch = ReturnType<typeof watched>;

async function ask(step: DatabaseStep & { step: "query" }, session: Session, watch: Watch): Promise<Attempt> {
  await watch.answer(() => session.begin("read"));
  const result = await watch.answer(() => session.query(step.sql, step.parameters));
  await watch.answer(() => session.commit());
  return { kind: "done", results: [result] };
}

async function transact(
  step: DatabaseStep & { step: "transaction" },
  session: Session,
  watch: Watch,
  options: AttemptOptions,
): Promise<Attempt> {
  const results: StatementResult[] = [];
  const carryOut = async ({ sql, rows }: (typeof step.statements)[number]): Promise<StatementResult> =>
    watch.answer(() => (rows === undefined ? session.query(sql) : session.load(sql, rows)));
  await watch.answer(() => session.begin("write"));
  for (const statement of step.statements) {
    if (options.signal?.aborted === true) throw new ConnectionLost("the run was cancelled");
    results.push(await carryOut(statement));
  }
  const receipt =
    options.receipt === undefined ? undefined : await watch.answer(() => session.query(options.receipt?.take ?? ""));
  if (options.signal?.aborted === true) throw new ConnectionLost("the run was cancelled");
  try {
    await watch.answer(() => session.commit());
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    const fate = await fateOf(receipt?.rows[0]?.[0] ?? undefined, options);
    if (fate === "aborted") throw error;
    if (fate === "unknown") return { kind: "unknown", why: watch.late() ?? error.why };
  }
  return { kind: "done", results };
}

/** Asks the server, by another session, what became of a transaction; a server that starts anew is given time to. */
async function fateOf(
  number: string | undefined,
  options: AttemptOptions,
): Promise<"committed" | "aborted" | "unknown"> {
  if (number === undefined || options.receipt === undefined) return "unknown";
  for (let asked = 1; ; asked += 1) {
    const said = await saidOf(number, options.receipt.ask, options.sessions);
    if (said === "committed" || said === "aborted") return said;
    if (said === "nothing" || asked === mostAsked) return "unknown";
    await options.wait(backoff(asked, () => 1, { baseMs: 50, capMs: 3000 }));
  }
}

/** Some twenty seconds. */
const mostAsked = 12;

/** "in progress" while the server has not noticed that nobody is there any more; undefined: it did not answer. */
async function saidOf(number: string, ask: string, sessions: Sessions): Promise<string | undefined> {
  let session: Session | undefined;
  try {
    session = await sessions.take();
    const { rows } = await session.query(ask, [number]);
    return rows[0]?.[0] ?? "nothing";
  } catch (error) {
    if (error instanceof StatementFailed || error instanceof ConnectionLost || error instanceof NotConnected)
      return undefined;
    throw error;
  } finally {
    if (session !== undefined) await sessions.giveBack(session);
  }
}

/** Takes a connection for lost whose answer does not come in time. */
function watched(session: Session, answerMs: number) {
  let late = false;
  return {
    async answer<Answer>(asked: () => Promise<Answer>): Promise<Answer> {
      const timer = setTimeout(() => {
        late = true;
        void session.close();
      }, answerMs);
      try {
        return await asked();
      } finally {
        clearTimeout(timer);
      }
    },
    late: () => (late ? `no answer came within ${Math.round(answerMs / 1000)} s` : undefined),
  };
}
