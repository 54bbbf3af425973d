/** Faults asked for by a test: which of the coming requests go wrong, and how. */
import { z } from "zod";
import { type SandboxRequest } from "../destinations/sandbox";
import { effectOf } from "./request-log";

/** What each kind makes of a request. Where it says "applied", the sandbox carries the request out all the same. */
export const faultKinds = {
  throttled: "Not applied. The vendor's own answer to too many requests; `retry_after` changes what it asks for.",
  unavailable: "Not applied. The vendor's own 503; `retry_after` changes what it asks for.",
  error: "Not applied. The vendor's own 500.",
  expired: "Not applied. The vendor's own answer to credentials that are good no longer.",
  status: "Applied only where `applied`. A proxy's page with `status`, and `retry_after` where it is given.",
  latency: "Applied. The answer comes late by `ms`.",
  "reset-before": "Not applied. The connection is reset.",
  "reset-during": "Applied. Half of the answer, then the connection is reset.",
  "reset-after": "Applied. No answer: the connection is reset.",
  half: "Applied. Half of the body that the head announced, then the connection ends.",
  cut: "Applied. Half of the body, and nothing in the head tells that it is not all.",
  "wrong-json": "Applied. Status 200 and a body that says it is JSON and is not.",
  "time-out": "Applied. No answer until the caller gives up or `ms` have passed, then a reset.",
  drip: "Applied. `bytes` of the body every `ms`.",
  skew: "Applied. The usual answer, by a clock that is ahead by `skew_ms`.",
} as const;
export type FaultKind = keyof typeof faultKinds;

export const faultSchema = z.strictObject({
  kind: z.enum(Object.keys(faultKinds) as [FaultKind, ...FaultKind[]]),
  /** Requests it strikes. */
  times: z.int().min(1).default(1),
  /** Requests it lets pass first. */
  after: z.int().min(0).default(0),
  /** Only requests whose path contains this. */
  path: z.string().optional(),
  method: z.string().optional(),
  /** Only requests that ask, or only those that may change something. */
  effect: z.enum(["read", "write"]).optional(),
  ms: z.number().min(0).default(100),
  bytes: z.int().min(1).default(1),
  status: z.int().min(200).max(599).default(502),
  applied: z.boolean().default(false),
  /** Of refusals and `status`: seconds, a date so many seconds ahead, or none; left out: as the vendor's own. */
  retry_after: z.union([z.number().min(0), z.strictObject({ date: z.number() }), z.literal("none")]).optional(),
  /** How far the destination's clock is ahead of this machine's (behind: below 0), in Date and in the date of Retry-After. */
  skew_ms: z.number().default(0),
});
export type FaultAsk = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;

export interface Faults {
  add(ask: FaultAsk): void;
  clear(): void;
  /** Faults that have not struck as often as they may. */
  waiting(): readonly Fault[];
  /** The fault that strikes this request; the oldest that fits. */
  strike(request: Pick<SandboxRequest, "method" | "path">): Fault | undefined;
}

export function createFaults(): Faults {
  let queue: { readonly fault: Fault; times: number; after: number }[] = [];
  return {
    add(ask) {
      const fault = faultSchema.parse(ask);
      queue.push({ fault, times: fault.times, after: fault.after });
    },
    clear() {
      queue = [];
    },
    waiting: () => queue.map(({ fault, times, after }) => ({ ...fault, times, after })),
    strike(request) {
      for (const waiting of queue) {
        if (!fits(waiting.fault, request)) continue;
        if (waiting.after > 0) {
          waiting.after--;
          continue;
        }
        waiting.times--;
        if (waiting.times === 0) queue = queue.filter((other) => other !== waiting);
        return waiting.fault;
      }
      return undefined;
    },
  };
}

function fits({ path, method, effect }: Fault, request: Pick<SandboxRequest, "method" | "path">): boolean {
  if (path !== undefined && !request.path.includes(path)) return false;
  if (method !== undefined && method !== request.method) return false;
  return effect === undefined || effect === effectOf(request);
}
