/**
 * The calls over a vscode-jsonrpc connection: `serveCalls` on the engine's side, `callsOver` on the editor's.
 * What a call throws crosses as data and is thrown again as the same error on the other side.
 */
import {
  type CancellationToken,
  CancellationTokenSource,
  ErrorCodes,
  type MessageConnection,
  ParameterStructures,
  ResponseError,
} from "vscode-jsonrpc/node";
import { Cancelled, SyncFailure } from "../failure";
import { type RunProgress } from "../run/report";
import { type Calls, ProblemsFound } from "./calls";
import { callNames, callsBy, shapes } from "./channel";
import { callMethod, progressMethod, type ProgressMessage, type WireError } from "./wire";

type AnyCall = (...args: readonly unknown[]) => Promise<unknown>;

export interface Served {
  /** Aborts every call under way; resolves when all have ended. */
  abortAll(): Promise<void>;
}

/** Answers every call that comes over the connection. `onBug` is told of errors that are our own. */
export function serveCalls(connection: MessageConnection, calls: Calls, onBug: (error: unknown) => void): Served {
  const underWay = new Map<AbortController, Promise<unknown>>();
  for (const name of callNames) {
    const shape = shapes[name];
    const call = calls[name].bind(calls) as AnyCall;
    connection.onRequest(callMethod(name), async (...received: unknown[]) => {
      const token = received.at(-1) as CancellationToken;
      const args = received.slice(0, shape.args).map((arg) => arg ?? undefined);
      const abort = new AbortController();
      const listener = token.onCancellationRequested(() => abort.abort());
      try {
        if (token.isCancellationRequested) throw new Cancelled();
        const progress = shape.progress && progressTo(connection, received[shape.args] as string);
        const answer = call(...args, ...(progress ? [progress] : []), abort.signal);
        underWay.set(abort, answer);
        return (await answer) ?? null;
      } catch (error) {
        const wire = toWire(error);
        if (wire.drawer === "bug") onBug(error);
        throw new ResponseError(ErrorCodes.InternalError, wire.drawer, wire);
      } finally {
        underWay.delete(abort);
        listener.dispose();
      }
    });
  }
  return {
    async abortAll() {
      for (const abort of underWay.keys()) abort.abort();
      await Promise.allSettled(underWay.values());
    },
  };
}

/** The calls as the other side of the connection answers them. */
export function callsOver(connection: MessageConnection): Calls {
  const listeners = new Map<string, (progress: RunProgress) => void>();
  connection.onNotification(progressMethod, (message: ProgressMessage) => {
    listeners.get(message.token)?.(message.progress);
  });
  let lastToken = 0;

  const ask = async (name: keyof Calls, args: readonly unknown[]): Promise<unknown> => {
    const shape = shapes[name];
    const plain: unknown[] = Array.from({ length: shape.args }, (_, index) => args[index] ?? null);
    const signal = args.find((arg) => arg instanceof AbortSignal);
    if (signal?.aborted) throw new Cancelled();
    const token = String(++lastToken);
    if (shape.progress) {
      listeners.set(token, args[shape.args] as (progress: RunProgress) => void);
      plain.push(token);
    }
    const source = new CancellationTokenSource();
    const onAbort = (): void => source.cancel();
    signal?.addEventListener("abort", onAbort);
    try {
      const answer: unknown = await connection.sendRequest(
        callMethod(name),
        ParameterStructures.byPosition,
        ...plain,
        source.token,
      );
      return answer ?? undefined;
    } catch (error) {
      throw fromWire(error);
    } finally {
      listeners.delete(token);
      signal?.removeEventListener("abort", onAbort);
      source.dispose();
    }
  };
  return callsBy((name, args) => ask(name, args));
}

/** The connection ended before the answer came. */
export const engineStopped = (): SyncFailure =>
  new SyncFailure(
    "engine-stopped",
    "The Sluice engine stopped before it could answer.",
    "Do it again: the engine starts anew. The log says why it stopped.",
  );

function progressTo(connection: MessageConnection, token: string): (progress: RunProgress) => void {
  return (progress) => {
    const message: ProgressMessage = { token, progress };
    // The other side may be gone; the call itself is ended by that, not by its progress.
    connection.sendNotification(progressMethod, message).catch(() => undefined);
  };
}

function toWire(error: unknown): WireError {
  if (error instanceof Cancelled) return { drawer: "cancelled" };
  if (error instanceof ProblemsFound) return { drawer: "problems", problems: error.problems };
  if (error instanceof SyncFailure)
    return { drawer: "failure", code: error.code, message: error.message, hint: error.hint };
  return { drawer: "bug" };
}

function fromWire(error: unknown): Error {
  const wire = error instanceof ResponseError ? (error.data as WireError | undefined) : undefined;
  switch (wire?.drawer) {
    case "failure":
      return new SyncFailure(wire.code, wire.message, wire.hint);
    case "problems":
      return new ProblemsFound(wire.problems);
    case "cancelled":
      return new Cancelled();
    case "bug":
      return new Error("Sluice met an error of its own. The log has the details.");
    case undefined:
      // Without our data it is the connection itself that failed: closed, disposed, or never open.
      return engineStopped();
  }
}
