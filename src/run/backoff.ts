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
}

export const patience: Patience = {
  attempts: 6,
  connectAttempts: 3,
  throttledMs: 15 * 60_000,
  transientMs: 2 * 60_000,
};

/**
 * Milliseconds that a Retry-After header asks for: seconds (fractions are seen in the wild) or an HTTP date (RFC 9110, 10.2.3).
 * undefined: no header, or nothing that can be read.
 */
export function retryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const text = headers["retry-after"]?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Exponential with jitter: between half and all of base × 2^(attempt − 1), at most `capMs`. `attempt` counts from 1. */
export function backoff(attempt: number, random: () => number, { baseMs = 1000, capMs = 30_000 } = {}): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
