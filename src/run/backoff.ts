/** How long to wait before asking again. Pure: time and chance are arguments. */

export interface Patience {
  /** Sends of one request that the destination fails before it counts as unavailable. */
  readonly attempts: number;
  /** Sends of one request that never reach the destination before it counts as unreachable. */
  readonly connectAttempts: number;
  /** Longest time one request waits in all for limits to free, in ms. */
  readonly throttledMs: number;
  /** Longest time one request waits in all for a destination that fails, in ms. */
  readonly transientMs: number;
  /** Longest time one request that fails is sent again, in ms: its time-outs count, so that a destination that hangs ends a run too. */
  readonly failingMs: number;
}

export const patience: Patience = {
  attempts: 6,
  connectAttempts: 3,
  throttledMs: 15 * 60_000,
  transientMs: 2 * 60_000,
  failingMs: 10 * 60_000,
};

/**
 * Milliseconds that a Retry-After header asks for: seconds (fractions are seen in the wild) or an HTTP date (RFC 9110, 10.2.3).
 * undefined: no header, or nothing that can be read. A date is the destination's, so it is compared with the destination's own
 * clock where the answer tells it: one of the two clocks may be wrong by hours.
 */
export function retryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const text = headers["retry-after"]?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = dateIn(text);
  return date === undefined ? undefined : Math.max(0, date - (dateIn(headers["date"]) ?? now));
}

function dateIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^[A-Za-z]{3}/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}

/** Exponential with jitter: between half and all of base × 2^(attempt − 1), at most `capMs`. `attempt` counts from 1. */
export function backoff(attempt: number, random: () => number, { baseMs = 1000, capMs = 30_000 } = {}): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * random());
}

/** For people: "45 s", "12 minutes", "3 hours". Rounded up. */
export function inWords(ms: number): string {
  if (ms < 120_000) return `${Math.ceil(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.ceil(ms / 60_000)} minutes` : `${Math.ceil(ms / 3_600_000)} hours`;
}
