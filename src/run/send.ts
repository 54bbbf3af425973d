/** Puts one request on the wire and brings back its answer. The only file that knows undici. */
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { type Dispatcher, type Pool } from "undici";
import { type HttpResponse } from "../destinations/destination";
import { Cancelled } from "../failure";
import { codeOf, isTlsFailure, untrustedCertificate, whyFailed } from "./network";

export interface WireRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Timeouts {
  readonly connectMs: number;
  /** From the request to the head of its answer. */
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly bodyMs: number;
  /** The whole exchange, so that a dripping answer ends too. */
  readonly totalMs: number;
}

export const timeouts: Timeouts = { connectMs: 10_000, headersMs: 60_000, bodyMs: 60_000, totalMs: 300_000 };

/** Bytes of an answer's body, before and after decompression. */
export const responseCap = 64 * 1024 * 1024;

/** The request never left: it was surely not applied. */
export class NotSent extends Error {
  override readonly name = "NotSent";
  constructor(
    /** A phrase for people: "the connection was refused". */
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super(why, options);
  }
}

/** The request left and no whole answer came: it may have been applied. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  constructor(
    readonly kind: "reset" | "time-out" | "too-large" | "cancelled",
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super(why, options);
  }
}

export interface Sender {
  /** Throws NotSent, NoAnswer, Cancelled (aborted before it left), or SyncFailure where the certificate is not trusted. 3xx is an answer like any other. */
  send(request: WireRequest, until?: SendUntil): Promise<HttpResponse>;
  close(): Promise<void>;
}

export interface SendUntil {
  /** Aborted: it does not leave any more. */
  readonly leave?: AbortSignal | undefined;
  /** Aborted: its answer is not waited for any more. */
  readonly answer?: AbortSignal | undefined;
}

export interface SenderOptions {
  readonly connections: number;
  readonly timeouts: Timeouts;
  readonly responseCap?: number;
}

export function createSender(options: SenderOptions): Sender {
  const pools = new Map<string, Promise<Pool>>();

  function poolOf(origin: string): Promise<Pool> {
    const present = pools.get(origin);
    if (present !== undefined) return present;
    const made = makePool(origin, options);
    pools.set(origin, made);
    return made;
  }

  return {
    async send(request, until = {}) {
      const pool = await poolOf(request.url.origin);
      return dispatch(pool, request, options, until);
    },
    async close() {
      const open = await Promise.all(pools.values());
      pools.clear();
      await Promise.all(open.map((pool) => pool.destroy()));
    },
  };
}

async function makePool(origin: string, { connections, timeouts }: SenderOptions): Promise<Pool> {
  const undici = await import("undici");
  return new undici.Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.bodyMs,
    connect: { timeout: timeouts.connectMs },
  });
}

function dispatch(
  pool: Pool,
  request: WireRequest,
  { timeouts, responseCap: cap = responseCap }: SenderOptions,
  { leave, answer }: SendUntil,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    if (leave?.aborted || answer?.aborted) {
      reject(new Cancelled());
      return;
    }
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let status = 0;
    let headers: Record<string, string> = {};
    let size = 0;
    const pieces: Buffer[] = [];

    function settle(end: () => void): void {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      leave?.removeEventListener("abort", stay);
      answer?.removeEventListener("abort", hangUp);
      end();
    }
    function giveUp(error: Error): void {
      settle(() => reject(error));
      controller?.abort(error);
    }
    function stay(): void {
      if (controller === undefined) giveUp(new Cancelled());
    }
    function hangUp(): void {
      giveUp(
        controller === undefined
          ? new Cancelled()
          : new NoAnswer("cancelled", "the run was cancelled before the answer came"),
      );
    }
    const timer = setTimeout(() => {
      const seconds = Math.round(timeouts.totalMs / 1000);
      giveUp(
        controller === undefined
          ? new NotSent(`no connection was free within ${seconds} s`)
          : new NoAnswer("time-out", `the answer was not complete within ${seconds} s`),
      );
    }, timeouts.totalMs);
    leave?.addEventListener("abort", stay, { once: true });
    answer?.addEventListener("abort", hangUp, { once: true });

    pool.dispatch(
      {
        method: request.method,
        path: `${request.url.pathname}${request.url.search}`,
        headers: request.headers,
        body: request.body ?? null,
      },
      {
        onRequestStart(given) {
          // Given up while it waited for a connection: it must not leave.
          if (settled) given.abort(new Cancelled());
          else controller = given;
        },
        onResponseStart(_controller, code, fields) {
          status = code;
          headers = plainHeaders(fields);
        },
        onResponseData(_controller, piece) {
          size += piece.length;
          if (size > cap) giveUp(tooLarge(cap));
          else pieces.push(piece);
        },
        onResponseEnd() {
          try {
            const whole = response(status, headers, Buffer.concat(pieces), cap);
            settle(() => resolve(whole));
          } catch (error) {
            settle(() => reject(error as Error));
          }
        },
        onResponseError(_controller, error) {
          settle(() => reject(explain(error, controller !== undefined, timeouts)));
        },
      },
    );
  });
}

function plainHeaders(fields: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

function response(status: number, headers: Record<string, string>, raw: Buffer, cap: number): HttpResponse {
  const text = decompressed(raw, headers["content-encoding"], cap).toString("utf8");
  return { kind: "http", status, headers, text, json: parsed(text, headers["content-type"]) };
}

function decompressed(raw: Buffer, encoding: string | undefined, maxOutputLength: number): Buffer {
  if (raw.length === 0) return raw;
  try {
    switch (encoding?.trim().toLowerCase()) {
      case "gzip":
      case "x-gzip":
        return gunzipSync(raw, { maxOutputLength });
      case "deflate":
        return inflateSync(raw, { maxOutputLength });
      case "br":
        return brotliDecompressSync(raw, { maxOutputLength });
      default:
        return raw;
    }
  } catch (cause) {
    if (codeOf(cause) === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxOutputLength, cause);
    throw new NoAnswer("reset", "its answer could not be decompressed", { cause });
  }
}

function parsed(text: string, type: string | undefined): unknown {
  if (!/json/i.test(type ?? "") && !/^\s*[[{]/.test(text)) return undefined;
  try {
    // Some servers begin with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

function tooLarge(cap: number, cause?: unknown): NoAnswer {
  return new NoAnswer("too-large", `its answer was larger than ${Math.round(cap / 1024 / 1024)} MB`, { cause });
}

/** Which kind of failure it was, by its code and by whether the request had left. */
function explain(error: Error, started: boolean, limits: Timeouts): Error {
  const code = codeOf(error);
  const options = { cause: error };
  if (isTlsFailure(code)) {
    const hint = "Check base_url; behind a proxy that reads traffic, name its certificate in NODE_EXTRA_CA_CERTS.";
    return untrustedCertificate(code, hint, options);
  }
  if (code === "UND_ERR_INVALID_ARG") return error;
  const why = whyFailed(code);
  if (!started) return new NotSent(why, options);
  switch (code) {
    case "UND_ERR_HEADERS_TIMEOUT":
      return new NoAnswer("time-out", `no answer came within ${Math.round(limits.headersMs / 1000)} s`, options);
    case "UND_ERR_BODY_TIMEOUT":
      return new NoAnswer("time-out", `the answer stood still for ${Math.round(limits.bodyMs / 1000)} s`, options);
    default:
      return new NoAnswer("reset", why, options);
  }
}
