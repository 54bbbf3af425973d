/** Gives the sandbox's answer over the wire, or what a fault makes of it. */
import { type ServerResponse } from "node:http";
import { type SandboxRequest, type SandboxResponse } from "../destinations/destination";
import { type Fault } from "./faults";

export interface Reply {
  readonly request: SandboxRequest;
  readonly response: ServerResponse;
  readonly fault: Fault | undefined;
  /** Aborts when the host stops: nobody waits any longer. */
  readonly closing: AbortSignal;
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
      return write(response, reply.give());
    case "throttled":
    case "unavailable":
    case "error":
    case "expired":
      return write(response, reply.refuse(fault.kind));
    case "latency":
      await wait(fault.ms, reply);
      return write(response, reply.give());
    case "reset-before":
      return reset(response);
    case "reset-after":
      reply.give();
      return reset(response);
    case "reset-during":
      await writeHalf(response, reply.give());
      return reset(response);
    case "half":
      await writeHalf(response, reply.give());
      response.socket?.end();
      return undefined;
    case "wrong-json":
      reply.give();
      return write(response, { status: 200, headers: { "content-type": "application/json" }, body: '{"results": [{' });
    case "time-out":
      reply.give();
      await wait(fault.ms, reply);
      return reset(response);
  }
}

function write(response: ServerResponse, given: SandboxResponse): number {
  const { text, headers } = wire(given);
  response.writeHead(given.status, headers);
  response.end(text);
  return given.status;
}

/** The head promises the whole body, of which half follows. */
async function writeHalf(response: ServerResponse, given: SandboxResponse): Promise<void> {
  const { text, headers } = wire(given);
  const bytes = Buffer.from(text, "utf8");
  response.writeHead(given.status, { ...headers, "content-length": Math.max(2, bytes.length) });
  const half = bytes.subarray(0, bytes.length >> 1);
  await new Promise<void>((resolve) => response.write(half.length === 0 ? " " : half, () => resolve()));
}

function wire({ headers, body }: SandboxResponse): { text: string; headers: Record<string, string | number> } {
  if (body === undefined) return { text: "", headers: { ...headers } };
  const plain = typeof body === "string";
  const text = plain ? body : JSON.stringify(body);
  const type = plain ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  return { text, headers: { "content-type": type, "content-length": Buffer.byteLength(text), ...headers } };
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
