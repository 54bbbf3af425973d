/** Faults asked for by a test: which of the coming requests go wrong, and how. */
import { z } from "zod";

/**
 * | kind                                  | the request is applied | the answer                                    |
 * |---------------------------------------|------------------------|-----------------------------------------------|
 * | throttled, unavailable, error, expired | no                    | the vendor's own                              |
 * | latency                               | yes                    | late by `ms`                                  |
 * | reset-before                          | no                     | the connection is reset                       |
 * | reset-during                          | yes                    | half of it, then the connection is reset      |
 * | reset-after                           | yes                    | none: the connection is reset                 |
 * | half                                  | yes                    | half of the body, then the connection ends    |
 * | wrong-json                            | yes                    | a body that says it is JSON and is not        |
 * | time-out                              | yes                    | none, until the caller gives up or `ms` pass  |
 */
export const faultKinds = [
  "latency",
  "throttled",
  "unavailable",
  "error",
  "expired",
  "reset-before",
  "reset-during",
  "reset-after",
  "half",
  "wrong-json",
  "time-out",
] as const;

export const faultSchema = z.strictObject({
  kind: z.enum(faultKinds),
  /** Requests it strikes. */
  times: z.int().min(1).default(1),
  /** Requests it lets pass first. */
  after: z.int().min(0).default(0),
  /** Only requests whose path contains this. */
  path: z.string().optional(),
  method: z.string().optional(),
  ms: z.number().min(0).default(100),
});
export type FaultAsk = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;

export interface Faults {
  add(ask: FaultAsk): void;
  clear(): void;
  /** The fault that strikes this request; the oldest that fits. */
  strike(request: { readonly method: string; readonly path: string }): Fault | undefined;
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
    strike({ method, path }) {
      for (const waiting of queue) {
        const { fault } = waiting;
        if (fault.path !== undefined && !path.includes(fault.path)) continue;
        if (fault.method !== undefined && fault.method !== method) continue;
        if (waiting.after > 0) {
          waiting.after--;
          continue;
        }
        waiting.times--;
        if (waiting.times === 0) queue = queue.filter((other) => other !== waiting);
        return fault;
      }
      return undefined;
    },
  };
}
