/**
 * One limit bucket: at most `requests` in any `perMs`. Pure but for its own count; the time is an argument.
 *
 * A request counts from the moment it may leave until `perMs` after it was answered. The destination counted it at some
 * moment in between, so no window of the destination ever holds more than it allows.
 */
import { type Bucket, type BucketReading } from "../destinations/destination";

export interface LimitBucket {
  readonly name: string;
  /** Requests that may leave now. */
  room(now: number): number;
  /** When there may be room again; Infinity where only an answer in flight can make room. */
  roomAt(now: number): number;
  take(): void;
  /** The request was answered, or given up. */
  release(now: number): void;
  read(reading: BucketReading, now: number): void;
  /** Nothing may leave before `until`: the destination said so. */
  hold(until: number): void;
  held(now: number): boolean;
  readonly requests: number;
  readonly perMs: number;
}

/** Answers within this share of the window are kept as one entry: a thousand entries at most, whatever the limit. */
const grain = 1 / 1000;

export function limitBucket(declared: Bucket): LimitBucket {
  let { requests, perMs } = declared;
  let inFlight = 0;
  let logged = 0;
  let log: { first: number; at: number; count: number }[] = [];
  let heldUntil = -Infinity;
  /** What other programs took from the same account. */
  let foreign = { count: 0, until: -Infinity };
  /** What the destination says is left until its window ends. */
  let ceiling = { left: Infinity, until: -Infinity };

  function forget(now: number): void {
    while (log[0] !== undefined && log[0].at + perMs <= now) logged -= log.shift()?.count ?? 0;
  }

  function room(now: number): number {
    forget(now);
    if (now < heldUntil) return 0;
    const others = now < foreign.until ? foreign.count : 0;
    const left = now < ceiling.until ? ceiling.left : Infinity;
    return Math.max(0, Math.min(requests - inFlight - logged - others, left));
  }

  return {
    name: declared.name,
    get requests() {
      return requests;
    },
    get perMs() {
      return perMs;
    },
    room,
    roomAt(now) {
      if (room(now) > 0) return now;
      const ends = [heldUntil, foreign.until, ceiling.until, ...log.map((entry) => entry.at + perMs)];
      const next = ends.filter((end) => end > now);
      if (now < heldUntil) return heldUntil;
      return Math.min(...next, Infinity);
    },
    take() {
      inFlight += 1;
      ceiling.left -= 1;
    },
    release(now) {
      inFlight -= 1;
      logged += 1;
      const last = log.at(-1);
      if (last !== undefined && now - last.first < perMs * grain) {
        last.at = now;
        last.count += 1;
      } else {
        log.push({ first: now, at: now, count: 1 });
      }
    },
    read(reading, now) {
      if (reading.perMs !== undefined && reading.perMs > 0 && reading.perMs !== perMs) {
        perMs = reading.perMs;
        log = log.filter((entry) => entry.at + perMs > now);
        logged = log.reduce((sum, entry) => sum + entry.count, 0);
      }
      if (reading.requests !== undefined && reading.requests > 0) requests = reading.requests;
      if (reading.remaining === undefined) return;
      forget(now);
      const remaining = Math.max(0, reading.remaining);
      const until = now + (reading.resetMs ?? perMs);
      // Those in flight may not have been counted yet: were they taken for counted, what others took would be too little.
      foreign = { count: Math.max(0, requests - remaining - logged), until };
      if (reading.resetMs !== undefined) ceiling = { left: remaining - inFlight, until };
    },
    hold(until) {
      heldUntil = Math.max(heldUntil, until);
    },
    held: (now) => now < heldUntil,
  };
}
