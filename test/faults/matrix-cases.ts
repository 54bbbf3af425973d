/** The faults of the matrix, and how a run that meets each must end. */
import { type Edges } from "../../src/calls/edges";
import { type FaultAsk, type FaultKind, faultKinds } from "../../src/sandbox/faults";
import { type Kind } from "./matrix-subjects";
import { randomFrom } from "../support/random";

/**
 * - applied: every record is there, as if nothing had been
 * - doubt: the records of the requests that were struck are in doubt, all others are there
 * - refused: one record is rejected with its reason, all others are there
 * - any: it may be applied, in doubt or stopped; the report is true, and the next runs bring what is missing
 * - codes: the run stopped with one of them
 */
export type Ending = "applied" | "doubt" | "refused" | "any" | { readonly stopped: readonly string[] };

export interface FaultCase {
  readonly name: string;
  /** Each strikes writes, unless it says otherwise. */
  readonly faults: readonly FaultAsk[];
  readonly end: Ending | Readonly<Record<Kind, Ending>>;
  readonly waits?: Edges["waits"];
  /**
   * - past the limit: enough for more requests than one window takes
   * - one bad: the second record is one that the destination refuses
   */
  readonly records?: "past the limit" | "one bad";
  /** Only where requests go beside each other and the token is asked for by a request of its own. */
  readonly only?: "renewed beside each other";
}

/** Harmless writes are sent again; of others nobody can tell whether they were applied. */
const unclear = { repeatable: "applied", once: "doubt" } as const;
const stopped = (...codes: readonly string[]) => ({ stopped: codes });
const always = 10_000;
const hours = 3_600_000;

/** Of this machine's clock, as what waits for a socket knows no other. */
const impatient: Edges["waits"] = { timeouts: { headersMs: 1500, bodyMs: 1500, totalMs: 2500 } };

/** Which storms there are, and how many: `SLUICE_SEED`, `SLUICE_STORMS`. */
const seed = Number(process.env.SLUICE_SEED ?? 20261125);
const storms = Number(process.env.SLUICE_STORMS ?? 3);

export const cases: readonly FaultCase[] = [
  { name: "no fault", faults: [], end: "applied" },
  { name: "latency", faults: [{ kind: "latency", ms: 30, times: 4 }], end: "applied" },

  { name: "429, Retry-After in seconds", faults: [{ kind: "throttled", retry_after: 3, times: 2 }], end: "applied" },
  { name: "429, Retry-After a date", faults: [{ kind: "throttled", retry_after: { date: 3 } }], end: "applied" },
  {
    name: "429, Retry-After a date gone by",
    faults: [{ kind: "throttled", retry_after: { date: -60 } }],
    end: "applied",
  },
  { name: "429 without Retry-After", faults: [{ kind: "throttled", retry_after: "none", times: 3 }], end: "applied" },
  { name: "429 as the vendor's own", faults: [{ kind: "throttled", times: 3 }], end: "applied" },
  {
    name: "429, Retry-After an hour",
    faults: [{ kind: "throttled", retry_after: 3600, after: 1, times: always }],
    end: stopped("throttled"),
  },
  {
    name: "429 for ever",
    faults: [{ kind: "throttled", retry_after: 20, after: 1, times: always }],
    end: stopped("throttled"),
    waits: { patience: { throttledMs: 60_000 } },
  },

  {
    name: "429 beyond the limit",
    faults: [
      { kind: "throttled", retry_after: "none", after: 1, times: 2 },
      { kind: "latency", ms: 5, times: 10 },
      { kind: "throttled", retry_after: 1, after: 3 },
    ],
    end: "applied",
    records: "past the limit",
  },
  {
    name: "one record refused, and a 429",
    faults: [{ kind: "throttled", retry_after: 1 }],
    end: "refused",
    records: "one bad",
  },

  { name: "500", faults: [{ kind: "error", retry_after: "none" }], end: unclear },
  { name: "502", faults: [{ kind: "status", status: 502 }], end: unclear },
  { name: "502 after it was applied", faults: [{ kind: "status", status: 502, applied: true }], end: unclear },
  { name: "503, Retry-After", faults: [{ kind: "unavailable", retry_after: 5 }], end: unclear },
  { name: "503 without Retry-After", faults: [{ kind: "unavailable", retry_after: "none" }], end: unclear },
  {
    name: "503, Retry-After an hour",
    faults: [{ kind: "unavailable", retry_after: 3600, times: always }],
    // Sent beside each other, three may meet it before one of them makes the others wait.
    end: stopped("throttled", "unavailable"),
  },
  { name: "500 for ever", faults: [{ kind: "error", times: always }], end: stopped("unavailable") },

  { name: "reset before the body", faults: [{ kind: "reset-before" }], end: unclear },
  { name: "reset in the body", faults: [{ kind: "reset-during" }], end: unclear },
  { name: "reset after it was applied", faults: [{ kind: "reset-after" }], end: unclear },
  { name: "reset for ever", faults: [{ kind: "reset-after", times: always }], end: stopped("unavailable") },
  { name: "half a response", faults: [{ kind: "half" }], end: unclear },
  { name: "half a response that looks whole", faults: [{ kind: "cut" }], end: unclear },
  { name: "wrong JSON", faults: [{ kind: "wrong-json" }], end: unclear },
  { name: "wrong JSON for ever", faults: [{ kind: "wrong-json", times: always }], end: stopped("unavailable") },

  {
    name: "time-out after it was applied",
    faults: [{ kind: "time-out", ms: 60_000 }],
    end: unclear,
    waits: impatient,
  },
  {
    name: "time-out for ever",
    faults: [{ kind: "time-out", ms: 60_000, times: always }],
    end: stopped("unavailable"),
    waits: { ...impatient, patience: { attempts: 2 } },
  },

  { name: "expired token", faults: [{ kind: "expired" }], end: "applied" },
  {
    name: "expired token, for three at once",
    faults: [{ kind: "expired", times: 3 }],
    end: "applied",
    only: "renewed beside each other",
  },
  {
    name: "expired token for ever",
    faults: [{ kind: "expired", after: 1, times: always }],
    end: stopped("unauthorized"),
  },

  {
    name: "expired token, and its service fails",
    faults: [
      { kind: "expired" },
      { kind: "unavailable", effect: "read", path: "/token", retry_after: "none" },
      { kind: "cut", effect: "read", path: "/token" },
    ],
    end: "applied",
    only: "renewed beside each other",
  },

  { name: "a clock 3 h ahead", faults: [{ kind: "skew", skew_ms: 3 * hours, times: always }], end: "applied" },
  { name: "a clock 3 h behind", faults: [{ kind: "skew", skew_ms: -3 * hours, times: always }], end: "applied" },
  {
    name: "429, a date by a clock 3 h ahead",
    faults: [{ kind: "throttled", retry_after: { date: 3 }, skew_ms: 3 * hours }],
    end: "applied",
  },
  {
    name: "429, a date by a clock 3 h behind",
    faults: [{ kind: "throttled", retry_after: { date: 3 }, skew_ms: -3 * hours }],
    end: "applied",
  },

  { name: "slow drip", faults: [{ kind: "drip", ms: 1, bytes: 500, times: 2 }], end: "applied" },
  {
    name: "slow drip without end",
    faults: [{ kind: "drip", ms: 200 }],
    end: unclear,
    waits: { timeouts: { totalMs: 1500 } },
  },

  ...Array.from({ length: storms }, (_, number) => ({
    name: `a storm of faults, seed ${seed + number}`,
    faults: storm(seed + number),
    end: "any" as const,
    waits: impatient,
  })),
];

/** Faults of all kinds, one after another, with gaps and without. */
function storm(from: number): readonly FaultAsk[] {
  const random = randomFrom(from);
  const upTo = (most: number) => Math.floor(random() * most);
  const kinds = Object.keys(faultKinds) as FaultKind[];
  return Array.from({ length: 1 + upTo(8) }, () => ({
    kind: kinds[upTo(kinds.length)] ?? "error",
    after: upTo(4),
    times: 1 + upTo(3),
    ms: upTo(20),
    bytes: 200 + upTo(2000),
    status: [500, 502, 504, 520][upTo(4)] ?? 502,
    applied: random() < 0.5,
    retry_after: ([0, 1, 5, "none", { date: 2 }] as const)[upTo(5)] ?? "none",
    skew_ms: (upTo(5) - 2) * hours,
  }));
}
