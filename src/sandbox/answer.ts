/** Gives the sandbox's answer over the wire, or what a fault makes of it. */
import { type ServerResponse } from "node:http";
import { type SandboxRequest, type SandboxResponse } from "../destinations/sandbox";
import { type Fault } from "./faults";

export interface Reply {
  readonly request: SandboxRequest;
  readonly response: ServerResponse;
  readonly fault: Fault | undefined;
  /** Aborts when the host stops: nobody waits any longer. */
  readonly closing: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Lets the sandbox carry out the request. */
  give(): SandboxResponse;
  /** The vendor's own answer for a fault. */
  refuse(kind: "throttled" | "unavailable" | "error" | "expired"): SandboxResponse;
}

/** Resolves with the status sent, or undefined where there was no whole answer. */
export async function answer(reply: Reply): Promise<number | undefined> {
  const { response, fault } = reply;
  switch (fault?.kind) {
    case undefined:
    case "skew":
      return write(reply, reply.give());
    case "throttled":
    case "unavailable":
    case "error":
    case "expired":
      return write(reply, reply.refuse(fault.kind));
    case "status":
      if (fault.applied) reply.give();
      return write(reply, { status: fault.status, body: page(fault.status), headers: { "content-type": "text/html" } });
    case "latency":
      await wait(fault.ms, reply);
      return write(reply, reply.give());
    case "reset-before":
      return reset(response);
    case "reset-after":
      reply.give();
      return reset(response);
    case "reset-during":
      await writeHalf(reply, reply.give(), "whole");
      return reset(response);
    case "half":
      await writeHalf(reply, reply.give(), "whole");
      response.socket?.end();
      return undefined;
    case "cut":
      await writeHalf(reply, reply.give(), "half");
      response.end();
      return undefined;
    case "wrong-json":
      reply.give();
      return write(reply, { status: 200, headers: { "content-type": "application/json" }, body: '{"results": [{' });
    case "time-out":
      reply.give();
      await wait(fault.ms, reply);
      return reset(response);
    case "drip":
      return drip(reply, reply.give(), fault);
  }
}

function write(reply: Reply, given: SandboxResponse): number {
  const { text, headers } = wire(given, reply);
  reply.response.writeHead(given.status, headers);
  reply.response.end(text);
  return given.status;
}

/** Half of the body follows a head that announces the whole, or only what follows. */
async function writeHalf(reply: Reply, given: SandboxResponse, announced: "whole" | "half"): Promise<void> {
  const { text, headers } = wire(given, reply);
  const bytes = Buffer.from(text, "utf8");
  const half = bytes.length < 2 ? Buffer.from(" ") : bytes.subarray(0, bytes.length >> 1);
  const length = announced === "half" ? half.length : Math.max(2, bytes.length);
  reply.response.writeHead(given.status, { ...headers, "content-length": length });
  await new Promise<void>((resolve) => reply.response.write(half, () => resolve()));
}

/** undefined: the caller lost patience, or the host stops. */
async function drip(reply: Reply, given: SandboxResponse, { ms, bytes }: Fault): Promise<number | undefined> {
  const { response, closing } = reply;
  const { text, headers } = wire(given, reply);
  const body = Buffer.from(text, "utf8");
  response.writeHead(given.status, headers);
  response.flushHeaders();
  for (let start = 0; start < body.length && !closing.aborted; start += bytes) {
    await wait(ms, reply);
    if (response.destroyed) return undefined;
    response.write(body.subarray(start, start + bytes));
  }
  if (closing.aborted) return reset(response);
  response.end();
  return given.status;
}

function wire(
  { headers, body }: SandboxResponse,
  { fault, now }: Reply,
): { text: string; headers: Record<string, string | number> } {
  const date = now() + (fault?.skew_ms ?? 0);
  const named = { date: httpDate(date), ...withRetryAfter(headers ?? {}, fault, date) };
  if (body === undefined) return { text: "", headers: named };
  const plain = typeof body === "string";
  const text = plain ? body : JSON.stringify(body);
  const type = plain ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  return { text, headers: { "content-type": type, "content-length": Buffer.byteLength(text), ...named } };
}

/** What the fault says of Retry-After stands instead of the vendor's own. */
function withRetryAfter(
  headers: Readonly<Record<string, string>>,
  fault: Fault | undefined,
  date: number,
): Record<string, string> {
  const asked = fault?.retry_after;
  if (asked === undefined) return { ...headers };
  const others = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "retry-after"));
  if (asked === "none") return others;
  return {
    ...others,
    "retry-after": typeof asked === "number" ? String(asked) : httpDate(date + asked.date * 1000),
  };
}

/** Whole seconds: a time that is asked for is never shortened by it. */
function httpDate(ms: number): string {
  return new Date(Math.ceil(ms / 1000) * 1000).toUTCString();
}

function page(status: number): string {
  return `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center></body></html>\n`;
}

function reset(response: ServerResponse): undefined {
  response.socket?.resetAndDestroy();
}

/** Resolves after `ms`, or at once when the caller goes away or the host stops. */
async function wait(ms: number, { response, closing }: Reply): Promise<void> {
  if (closing.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      closing.removeEventListener("abort", done);
      response.off("close", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    closing.addEventListener("abort", done);
    response.on("close", done);
  });
}
