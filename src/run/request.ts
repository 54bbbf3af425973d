/** Brings one request of a conversation to its answer: limits, credentials, sending, waiting, sending again. */
import {
  type BucketReading,
  type Credentials,
  type HttpRequest,
  type HttpResponse,
  type Verdict,
} from "../destinations/destination";
import { Cancelled, SyncFailure, throwIfAborted } from "../failure";
import { type Exchange } from "../record";
import { backoff, inWords, retryAfter } from "./backoff";
import { exchange, isResponse, type Wire, wireRequest } from "./exchange";
import { type Line, RefusedRequest, Unavailable, UnknownOutcome } from "./line";
import { NoAnswer, NotSent } from "./send";

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
  const wire = wireRequest(request, line.base);
  const tries: Tries = {
    sent: 0,
    unreached: 0,
    failed: 0,
    throttled: 0,
    throttledMs: 0,
    failedMs: 0,
    failingMs: 0,
    renewed: false,
  };
  const written = () => {
    if (request.effect === "write") options.onWritten?.(request.changes);
  };

  for (;;) {
    const credentials = options.authorized ? await line.credentials.current(signal) : undefined;
    const { answer, verdict, holdMs, ms } = await sendOnce(request, wire, credentials, { line, options, tries });
    if (answer instanceof NotSent) {
      await line.clock.wait(unreachedFor(answer, line, tries), signal);
      continue;
    }
    if (answer instanceof NoAnswer) {
      if (answer.kind === "cancelled" && request.effect === "read") throw new Cancelled();
      written();
      await line.clock.wait(failedFor(request, { answer, ms }, line, tries), signal);
      continue;
    }
    switch (verdict) {
      case "throttled":
        tell(line, holdMs, `${line.destination.label} asks to wait ${inWords(holdMs)}; the run goes on then.`);
        await line.clock.wait(holdMs, signal);
        break;
      case "expired":
        if (credentials === undefined || tries.renewed) throw unauthorized(line, answer);
        tries.renewed = true;
        await line.credentials.renew(credentials, signal);
        break;
      case "refused":
        throw refused(request, answer, line, options);
      case "transient":
        written();
        await line.clock.wait(failedFor(request, { answer, ms }, line, tries), signal);
        break;
      default:
        written();
        return answer;
    }
  }
}

/** What became of a request so far. */
interface Tries {
  sent: number;
  unreached: number;
  failed: number;
  failedMs: number;
  /** With the time that its failing sendings took. */
  failingMs: number;
  throttled: number;
  throttledMs: number;
  renewed: boolean;
}

interface Sent {
  readonly answer: HttpResponse | NotSent | NoAnswer;
  readonly verdict?: Verdict;
  /** Of a throttled request: how long its limits are held. */
  readonly holdMs: number;
  /** From sending to the answer, or to giving up. */
  readonly ms: number;
}

/** Waits for its limits, then sends once. */
async function sendOnce(
  request: HttpRequest,
  wire: Wire,
  credentials: Credentials | undefined,
  { line, options, tries }: { readonly line: Line; readonly options: RequestOptions; readonly tries: Tries },
): Promise<Sent> {
  const { destination, limiter, sent } = line;
  const grant = await limiter.acquire(request.limits, options.signal);
  let readings: readonly BucketReading[] = [];
  try {
    throwIfAborted(options.signal);
    tries.sent += 1;
    sent[request.effect === "read" ? "reads" : "writes"] += 1;
    if (tries.sent > 1) sent.retries += 1;
    const started = line.clock.now();
    const answer = await exchange(request, wire, credentials, line, options);
    const ms = line.clock.now() - started;
    if (!isResponse(answer)) return { answer, holdMs: 0, ms };
    readings = destination.readings?.(request, answer) ?? [];
    const verdict = isBroken(answer) ? "transient" : destination.classify(request, answer);
    if (verdict !== "throttled") return { answer, verdict, holdMs: 0, ms };
    const holdMs = throttledFor(request, answer, readings, line, tries);
    // Held before the grant goes back, or the next request would leave into the same refusal.
    limiter.hold(request.limits, holdMs);
    return { answer, verdict, holdMs, ms };
  } finally {
    grant.release(readings);
  }
}

/** Until the next attempt to reach the destination, in ms. */
function unreachedFor(failure: NotSent, line: Line, tries: Tries): number {
  tries.unreached += 1;
  if (tries.unreached >= line.patience.connectAttempts) throw unreachable(line, failure);
  return backoff(tries.unreached, line.random);
}

/** Until a request is sent again of which nothing tells what it did, in ms; throws where it must not be. */
function failedFor(
  request: HttpRequest,
  { answer, ms: tookMs }: { readonly answer: HttpResponse | NoAnswer; readonly ms: number },
  line: Line,
  tries: Tries,
): number {
  const { destination, patience, clock } = line;
  const answered = isResponse(answer);
  const why = !answered ? answer.why : isBroken(answer) ? "its answer was not whole" : `it answered ${answer.status}`;
  const status = answered ? answer.status : undefined;
  const cause = answered ? undefined : { cause: answer };
  const asked = answered ? retryAfter(answer.headers, clock.now()) : undefined;
  // What the destination asks of one request it asks of all, also where this one must not be sent again.
  if (asked !== undefined) line.limiter.hold(request.limits, asked);
  // Asking again would end the same way.
  const hopeless = !answered && (answer.kind === "cancelled" || answer.kind === "too-large");
  if (request.effect === "write" && (hopeless || !request.repeatable)) {
    throw new UnknownOutcome(`${destination.label} may or may not have taken the record: ${why}.`, status, cause);
  }
  tries.failed += 1;
  const ms = Math.max(asked ?? 0, backoff(tries.failed, line.random));
  tries.failedMs += ms;
  tries.failingMs += tookMs + ms;
  const late = tries.failedMs > patience.transientMs || tries.failingMs > patience.failingMs;
  if (hopeless || late || tries.failed >= patience.attempts) {
    const reason = `${destination.label} could not be brought to an answer: ${why}.`;
    if (request.effect === "write") throw new Unavailable(reason, status, cause);
    throw new SyncFailure("unavailable", reason, "Run again later; what was sent until now is kept.", cause);
  }
  tell(line, ms, `${destination.label} fails (${why}); it is asked again in ${inWords(ms)}.`);
  return ms;
}

/** A run that waits long says so, once for all that wait for the same. */
function tell(line: Line, ms: number, message: string): void {
  const until = line.clock.now() + ms;
  const isLong = ms >= longWaitMs && until > line.told.until + longWaitMs;
  if (isLong) line.told.until = until;
  line.log(isLong ? "warn" : "debug", message);
}

const longWaitMs = 20_000;

/**
 * A success that says it is JSON, begins like it and is not: it was cut, or another program answered in the destination's
 * name. What is in it may not be taken for what the destination did.
 */
function isBroken({ status, headers, text, json }: HttpResponse): boolean {
  const says = /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(headers["content-type"] ?? "");
  return says && status >= 200 && status < 300 && json === undefined && /^\s*[[{"]/.test(text);
}

/**
 * How long a throttled request waits, in ms: Retry-After, what the headers say of the limit, its window where that is
 * short, else backoff.
 */
function throttledFor(
  request: HttpRequest,
  answer: HttpResponse,
  readings: readonly BucketReading[],
  line: Line,
  tries: Tries,
): number {
  tries.throttled += 1;
  const growing = backoff(tries.throttled, line.random, { capMs: 60_000 });
  const ms = asked() ?? growing;
  tries.throttledMs += ms;
  if (tries.throttledMs > line.patience.throttledMs) throw throttled(line, ms);
  return ms;

  function asked(): number | undefined {
    const header = retryAfter(answer.headers, line.clock.now());
    // A little more each time, as some destinations keep asking for no time at all.
    if (header !== undefined) return Math.max(header, Math.round(growing / 10));
    const resets = readings.filter(({ remaining }) => remaining === 0).flatMap(({ resetMs }) => resetMs ?? []);
    if (resets.length > 0) return Math.max(growing, ...resets);
    const window = line.limiter.window(request.limits) ?? Infinity;
    return window <= 60_000 ? Math.max(window, growing) : undefined;
  }
}

function refused(
  request: HttpRequest,
  answer: HttpResponse,
  line: Line,
  { authorized, refused }: RequestOptions,
): RefusedRequest | SyncFailure {
  if (!authorized) return unauthorized(line, answer);
  const refusal = refusalOf(line, answer);
  if (refused === "thrown") return new RefusedRequest(refusal, answer.status, request.changes);
  return new SyncFailure(
    "refused",
    `${line.destination.label} refused the request: ${refusal.reason}`,
    "Check the connection's rights and what the sync asks for.",
  );
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
    `${line.destination.label} keeps asking to wait, now for ${inWords(ms)}.`,
    "Run again when its limits are free; what was sent until now is kept.",
  );
}
