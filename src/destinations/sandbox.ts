/** The contract of a sandbox: what stands in for the service, so that every sync can be tried without an account. */
import { type Json } from "../value";

/** A pure simulator of the service: state in memory, time and ids given. The HTTP host is in src/sandbox. */
export interface Sandbox {
  /** `now` in ms since the epoch. */
  handle(request: SandboxRequest, now: number): SandboxResponse;
  /** The state, to be stored and given back to `sandbox(seed)`. */
  dump(): Json;
  /** The vendor's own answer for a fault asked for by a test. */
  fault(kind: "throttled" | "unavailable" | "error" | "expired", now: number): SandboxResponse;
}
export interface SandboxRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
export interface SandboxResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless a string. */
  readonly body?: Json;
}
