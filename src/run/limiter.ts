/**
 * The limits of one account, shared by all conversations of a connection. Waiting requests go in the order they came;
 * one may pass another only where it takes nothing the other waits for.
 */
import { type Bucket, type BucketReading } from "../destinations/destination";
import { Cancelled, SyncFailure } from "../failure";
import { inWords } from "./backoff";
import { type LimitBucket, limitBucket } from "./bucket";
import { type Clock } from "./clock";

/** Leave to send one request. */
export interface Grant {
  /** Call once it is answered, with what the answer's headers say of the limits, or given up. */
  release(readings?: readonly BucketReading[]): void;
}

export interface Limiter {
  /**
   * Waits for room in all the named buckets. Rejects with Cancelled on abort, and with SyncFailure "limit-exhausted" or, where
   * the destination asked for it, "throttled" where the wait would be longer than the limiter's patience. A name that nothing
   * declares has no limit.
   */
  acquire(names: readonly string[], signal?: AbortSignal): Promise<Grant>;
  /** Nothing that draws from these buckets leaves for this long; where none of them is known, nothing that draws from none. */
  hold(names: readonly string[], ms: number): void;
  /** The shortest window of these buckets. */
  window(names: readonly string[]): number | undefined;
  /** What every bucket has left, the tightest first. */
  left(): readonly BucketLeft[];
}

export interface BucketLeft {
  readonly bucket: string;
  readonly remaining: number;
  readonly of: number;
}

/** Buckets of single things (a channel, a user) are forgotten beyond this number, once they are full again. */
const mostBuckets = 1000;

interface Waiter {
  readonly buckets: readonly LimitBucket[];
  readonly go: (grant: Grant) => void;
  readonly fail: (failure: Error) => void;
}

export function createLimiter(
  declared: readonly Bucket[],
  clock: Clock,
  { patienceMs = 15 * 60_000 }: { readonly patienceMs?: number } = {},
): Limiter {
  const kinds = new Map(declared.filter(({ each }) => each === true).map((bucket) => [bucket.name, bucket]));
  const buckets = new Map(
    declared.filter(({ each }) => each !== true).map((bucket) => [bucket.name, limitBucket(bucket)]),
  );
  /** Of requests that draw from no bucket: no limit, but a destination may ask them all to wait. */
  const unlimited = limitBucket({ name: "", requests: Infinity, perMs: 1 });
  let queue: Waiter[] = [];
  let timer: { readonly at: number; readonly stop: AbortController } | undefined;

  function known(names: readonly string[]): LimitBucket[] {
    const found = [...new Set(names)].flatMap((name) => buckets.get(name) ?? ofItsKind(name) ?? []);
    return found.length > 0 ? found : [unlimited];
  }

  /** A bucket of its own for the one thing that a name like "channel/C1" speaks of. */
  function ofItsKind(name: string): LimitBucket | undefined {
    const kind = kinds.get(name.slice(0, Math.max(0, name.indexOf("/"))));
    if (kind === undefined) return undefined;
    if (buckets.size >= mostBuckets) forgetIdle();
    const made = limitBucket({ ...kind, name });
    buckets.set(name, made);
    return made;
  }

  /** One that has all its room says nothing that a new one would not. */
  function forgetIdle(): void {
    const waitedFor = new Set(queue.flatMap((waiter) => waiter.buckets));
    for (const [name, bucket] of buckets) {
      const isIdle = bucket.room(clock.now()) === bucket.requests && !waitedFor.has(bucket);
      if (name.includes("/") && isIdle) buckets.delete(name);
    }
  }

  function grant(waiter: Waiter): void {
    for (const bucket of waiter.buckets) bucket.take();
    let open = true;
    waiter.go({
      release(readings = []) {
        if (!open) return;
        open = false;
        for (const bucket of waiter.buckets) bucket.release(clock.now());
        for (const reading of readings) learn(reading);
        pump();
      },
    });
  }

  /** A reading with `requests` and `perMs` declares a bucket that was not known. */
  function learn(reading: BucketReading): void {
    const { name, requests, perMs } = reading;
    if (!buckets.has(name) && requests !== undefined && perMs !== undefined) {
      buckets.set(name, limitBucket({ name, requests, perMs }));
    }
    buckets.get(name)?.read(reading, clock.now());
  }

  /** Lets go whoever may, in order, and sets the timer for the next. */
  function pump(): void {
    const now = clock.now();
    const reserved = new Map<LimitBucket, number>();
    const waiting: Waiter[] = [];
    let next = Infinity;
    for (const waiter of queue) {
      const lacking = waiter.buckets.filter((bucket) => bucket.room(now) - (reserved.get(bucket) ?? 0) <= 0);
      if (lacking.length === 0) {
        grant(waiter);
        continue;
      }
      const full = lacking.filter((bucket) => bucket.room(now) <= 0);
      const at = full.length === 0 ? Infinity : Math.max(...full.map((bucket) => bucket.roomAt(now)));
      if (Number.isFinite(at) && at - now > patienceMs) {
        waiter.fail(tooLong(full, now, at));
        continue;
      }
      next = Math.min(next, at);
      // What an earlier request will need is not given to a later one, so that none starves.
      for (const bucket of waiter.buckets) reserved.set(bucket, (reserved.get(bucket) ?? 0) + 1);
      waiting.push(waiter);
    }
    queue = waiting;
    schedule(next);
  }

  function schedule(at: number): void {
    if (timer !== undefined && timer.at === at) return;
    timer?.stop.abort();
    timer = undefined;
    if (!Number.isFinite(at)) return;
    const stop = new AbortController();
    timer = { at, stop };
    clock.wait(Math.max(at - clock.now(), 0), stop.signal).then(
      () => {
        if (timer?.stop !== stop) return;
        timer = undefined;
        pump();
      },
      () => undefined,
    );
  }

  function left(): readonly BucketLeft[] {
    const now = clock.now();
    return [...buckets.values()]
      .map((bucket) => ({ bucket: bucket.name, remaining: bucket.room(now), of: bucket.requests }))
      .sort((a, b) => a.remaining / a.of - b.remaining / b.of);
  }

  return {
    acquire(names, signal) {
      return new Promise<Grant>((resolve, reject) => {
        if (signal?.aborted) {
          reject(new Cancelled());
          return;
        }
        const done = () => signal?.removeEventListener("abort", stop);
        const waiter: Waiter = {
          buckets: known(names),
          go: (given) => {
            done();
            resolve(given);
          },
          fail: (failure) => {
            done();
            reject(failure);
          },
        };
        const stop = () => {
          queue = queue.filter((other) => other !== waiter);
          waiter.fail(new Cancelled());
          pump();
        };
        signal?.addEventListener("abort", stop, { once: true });
        queue.push(waiter);
        pump();
      });
    },
    hold(names, ms) {
      for (const bucket of known(names)) bucket.hold(clock.now() + ms);
      pump();
    },
    window(names) {
      const windows = known(names).flatMap((bucket) => (bucket === unlimited ? [] : [bucket.perMs]));
      return windows.length === 0 ? undefined : Math.min(...windows);
    },
    left,
  };
}

function tooLong(buckets: readonly LimitBucket[], now: number, until: number): SyncFailure {
  const time = inWords(until - now);
  if (buckets.some((bucket) => bucket.held(now))) {
    return new SyncFailure(
      "throttled",
      `The destination asks to wait for the next ${time}.`,
      "Run again when that is over; what was sent until now is kept.",
    );
  }
  const names = buckets.map((bucket) => `"${bucket.name}"`).join(", ");
  return new SyncFailure(
    "limit-exhausted",
    `The destination's limit ${names} is used up for the next ${time}.`,
    "Run again when the limit is free; what was sent until now is kept.",
  );
}
