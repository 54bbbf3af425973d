/** Brings one request of a conversation to its answer: limits, credentials, sending, waiting, sending again. */
import { type BucketReading, type HttpRequest, type HttpResponse, type Verdict } from "../destinations/destination";
import { Cancelled, SyncFailure, throwIfAborted } from "../failure";
import { type Exchange } from "../record";
import { backoff, retryAfter } from "./backoff";
import { exchange, isResponse, wireRequest } from "./exchange";
import { type Line, RefusedRequest, Unavailable, UnknownOutcome } from "./line";
import { type NoAnswer, NotSent } from "./send";

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** false: the request is itself part of getting credentials. */
  readonly authorized: boolean;
  /** What a refusal becomes: RefusedRequest, or a SyncFailure with the vendor's sentence. */
  readonly refused: "thrown" | "fatal";
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
  readonly onWritten?: ((changes: readonly number[] | undefined) => void) | undefined;
}

/** Throws RefusedRequest, UnknownOutcome, Unavailable, SyncFailure or Cancelled. */
export async function perform(request: HttpRequest, line: Line, options: RequestOptions): Promise<HttpResponse> {
  const { signal } = options;
  const { destination, clock, patience } = line;
  const wire = wireRequest(request, line.base);
  const tries = { sent: 0, unreached: 0, failed: 0, throttled: 0, renewed: false };
  const waited = { throttled: 0, transient: 0 };

  for (;;) {
    const credentials = options.authorized ? await line.credentials.current(signal) : undefined;
    const grant = await line.limiter.acquire(request.limits, signal);
    let readings: readonly BucketReading[] = [];
    let answer: HttpResponse | NotSent | NoAnswer;
    let verdict: Verdict | undefined;
    try {
      throwIfAborted(signal);
      tries.sent += 1;
      line.sent[request.effect === "read" ? "reads" : "writes"] += 1;
      if (tries.sent > 1) line.sent.retries += 1;
      answer = await exchange(request, wire, credentials, line, options);
      if (isResponse(answer)) {
        readings = destination.readings?.(request, answer) ?? [];
        verdict = destination.classify(request, answer);
        // Held before the grant goes back, or the next request would leave into the same refusal.
        if (verdict === "throttled") {
          tries.throttled += 1;
          const ms = throttledFor(request, answer, readings, line, tries.throttled);
          waited.throttled += ms;
          if (waited.throttled > patience.throttledMs) throw throttled(line, ms);
          line.limiter.hold(request.limits, ms);
          grant.release(readings);
          line.log("debug", `The destination asks to wait ${ms} ms.`);
          await clock.wait(ms, signal);
          continue;
        }
      }
    } finally {
      grant.release(readings);
    }

    if (answer instanceof NotSent) {
      tries.unreached += 1;
      if (tries.unreached >= patience.connectAttempts) throw unreachable(line, answer);
      await clock.wait(backoff(tries.unreached, line.random), signal);
      continue;
    }
    const mayBeApplied =
      request.effect === "write" && (!isResponse(answer) || ["answer", "transient"].includes(verdict ?? ""));
    if (mayBeApplied) options.onWritten?.(request.changes);
    if (isResponse(answer)) {
      switch (verdict) {
        case "expired": {
          if (credentials === undefined || tries.renewed) throw unauthorized(line, answer);
          tries.renewed = true;
          await line.credentials.renew(credentials, signal);
          continue;
        }
        case "refused": {
          const refusal = refusalOf(line, answer);
          if (!options.authorized) throw unauthorized(line, answer);
          if (options.refused === "thrown") throw new RefusedRequest(refusal, answer.status, request.changes);
          throw new SyncFailure(
            "refused",
            `${destination.label} refused the request: ${refusal.reason}`,
            "Check the connection's rights and what the sync asks for.",
          );
        }
        case "transient":
          break;
        default:
          return answer;
      }
    }

    // No answer, or one that says nothing of what was done.
    const why = isResponse(answer) ? `it answered ${answer.status}` : answer.why;
    const status = isResponse(answer) ? answer.status : undefined;
    const cause = isResponse(answer) ? undefined : { cause: answer };
    if (!isResponse(answer) && answer.kind === "cancelled" && request.effect === "read") throw new Cancelled();
    const again = request.repeatable || request.effect === "read";
    const hopeless = !isResponse(answer) && (answer.kind === "cancelled" || answer.kind === "too-large");
    if (!again || (hopeless && request.effect === "write")) {
      throw new UnknownOutcome(`${destination.label} may or may not have taken the record: ${why}.`, status, cause);
    }
    tries.failed += 1;
    const ms = (isResponse(answer) ? retryAfter(answer.headers, clock.now()) : undefined) ?? 0;
    const pause = Math.max(ms, backoff(tries.failed, line.random));
    waited.transient += pause;
    if (hopeless || tries.failed >= patience.attempts || waited.transient > patience.transientMs) {
      const reason = `${destination.label} could not be brought to an answer: ${why}.`;
      if (request.effect === "write") throw new Unavailable(reason, status, cause);
      throw new SyncFailure("unavailable", reason, "Run again later; what was sent until now is kept.", cause);
    }
    line.log("debug", `Asking again in ${pause} ms: ${why}.`);
    await clock.wait(pause, signal);
  }
}

/** Retry-After, what the headers say of the limit, its window where that is short, else backoff. */
function throttledFor(
  request: HttpRequest,
  answer: HttpResponse,
  readings: readonly BucketReading[],
  line: Line,
  times: number,
): number {
  const growing = backoff(times, line.random, { capMs: 60_000 });
  const asked = retryAfter(answer.headers, line.clock.now());
  if (asked !== undefined) return Math.max(asked, Math.round(growing / 10));
  const resets = readings.filter(({ remaining }) => remaining === 0).flatMap(({ resetMs }) => resetMs ?? []);
  if (resets.length > 0) return Math.max(growing, ...resets);
  const window = line.limiter.window(request.limits) ?? Infinity;
  return window <= 60_000 ? Math.max(window, growing) : growing;
}

/** The vendor's own words, without secrets and of bearable length. */
export function refusalOf(
  line: Line,
  answer: HttpResponse,
): { readonly code: string; readonly reason: string; readonly field?: string } {
  const refusal = line.destination.refusal(answer);
  return { ...refusal, reason: shortened(line.redactor.text(refusal.reason)) };
}

export function shortened(text: string): string {
  return text.length <= 1000 ? text : `${text.slice(0, 999)}…`;
}

function unauthorized(line: Line, answer: HttpResponse): SyncFailure {
  return new SyncFailure(
    "unauthorized",
    `${line.destination.label} does not accept the credentials: ${refusalOf(line, answer).reason}`,
    "Check the connection's token and its rights, and store it anew.",
  );
}

function unreachable(line: Line, failure: NotSent): SyncFailure {
  return new SyncFailure(
    "unreachable",
    `${line.destination.label} could not be reached at ${line.redactor.text(line.base.host)}: ${failure.why}.`,
    "Check the network and the connection's base_url, then run again; what was sent until now is kept.",
    { cause: failure },
  );
}

function throttled(line: Line, ms: number): SyncFailure {
  return new SyncFailure(
    "throttled",
    `${line.destination.label} keeps asking to wait, now for ${Math.ceil(ms / 1000)} s.`,
    "Run again when its limits are free; what was sent until now is kept.",
  );
}
