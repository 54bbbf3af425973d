/** What a sandbox was asked: the proof of what a run sent. */
import { type SandboxRequest } from "../destinations/sandbox";
import { type Fault } from "./faults";

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** By method, and by path where a POST only asks (search, batch read, token). */
  readonly effect: "read" | "write";
  /** Absent: there was no whole answer. */
  readonly status?: number;
  readonly fault?: Fault["kind"];
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
}

export interface RequestCounts {
  readonly total: number;
  readonly reads: number;
  readonly writes: number;
  readonly methods: Readonly<Record<string, number>>;
}

export interface RequestLog {
  add(entry: {
    readonly request: SandboxRequest;
    readonly status: number | undefined;
    readonly at: number;
    readonly fault?: Fault["kind"];
  }): void;
  all(): readonly LoggedRequest[];
  /** Of all requests, also those the log no longer holds. */
  counts(): RequestCounts;
  clear(): void;
}

export function createRequestLog(onRequest?: (request: LoggedRequest) => void): RequestLog {
  let entries: LoggedRequest[] = [];
  let methods: Record<string, number> = {};
  let writes = 0;
  let total = 0;
  return {
    add({ request: { method, path }, status, at, fault }) {
      const effect = effectOf({ method, path });
      const found = { ...(status === undefined ? {} : { status }), ...(fault === undefined ? {} : { fault }) };
      const entry: LoggedRequest = { method, path, effect, at, ...found };
      total++;
      if (effect === "write") writes++;
      methods[method] = (methods[method] ?? 0) + 1;
      entries.push(entry);
      if (entries.length > 2 * most) entries = entries.slice(-most);
      onRequest?.(entry);
    },
    all: () => entries.slice(-most),
    counts: () => ({ total, reads: total - writes, writes, methods: { ...methods } }),
    clear() {
      entries = [];
      methods = {};
      writes = 0;
      total = 0;
    },
  };
}

export function effectOf({ method, path }: Pick<SandboxRequest, "method" | "path">): LoggedRequest["effect"] {
  return method === "GET" || method === "HEAD" || asks.test(path) ? "read" : "write";
}

const most = 10_000;
const asks = /\/(?:search|query|token|batch\/read)\/?$/;
