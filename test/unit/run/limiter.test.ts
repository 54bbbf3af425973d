import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import fc from "fast-check";
import { createLimiter, type Grant } from "../../../src/run/limiter";
import { SyncFailure } from "../../../src/failure";
import { jumpingClock, stillClock } from "./support";

const tick = () => new Promise((done) => setImmediate(done));

describe("the limiter", () => {
  it("gives each thing of a kind a bucket of its own, and forgets the idle ones", async () => {
    const clock = jumpingClock(0);
    const limiter = createLimiter([{ name: "channel", requests: 1, perMs: 1000, each: true }], clock);
    for (const name of ["channel/a", "channel/b", "channel/a"]) (await limiter.acquire([name])).release();
    // Only the second message to one channel had to wait.
    assert.equal(clock.now(), 1000);
    for (let number = 0; number < 3000; number += 1) {
      (await limiter.acquire([`channel/${number}`])).release();
      await clock.wait(10);
    }
    assert.ok(limiter.left().length <= 1100, `${limiter.left().length} buckets`);
  });

  it("never lets more requests into any window than the limit allows", async () => {
    const random = seeded(7);
    for (const [requests, perMs] of [
      [1, 1000],
      [5, 1000],
      [100, 10_000],
      [3, 7],
    ] as const) {
      const clock = jumpingClock();
      const limiter = createLimiter([{ name: "all", requests, perMs }], clock);
      const counted: number[] = [];
      // The destination counts a request somewhere between its leaving and its answer.
      const send = async () => {
        const grant = await limiter.acquire(["all"]);
        const left = clock.now();
        await clock.wait(random() * perMs * 0.3);
        counted.push(left + random() * (clock.now() - left));
        grant.release();
      };
      const worker = async () => {
        for (let sent = 0; sent < requests * 2; sent += 1) await send();
      };
      await Promise.all([worker(), worker(), worker()]);
      assert.equal(counted.length, requests * 6);
      assert.ok(mostWithin(counted, perMs) <= requests, `${mostWithin(counted, perMs)} of ${requests} in ${perMs} ms`);
    }
  });

  it("never lets more into a window, whatever several conversations do, headers correct and destinations ask for", () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(),
          declared: fc.record({ requests: fc.integer({ min: 1, max: 20 }), perMs: fc.integer({ min: 50, max: 2000 }) }),
          /** The account's true limit, which headers tell; absent: as declared. */
          truth: fc.option(fc.integer({ min: 1, max: 20 })),
          /** Requests that other programs sent from the same account just before. */
          others: fc.integer({ min: 0, max: 20 }),
          conversations: fc.integer({ min: 1, max: 8 }),
          headers: fc.constantFrom("none", "max", "remaining", "reset"),
          holds: fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 3 }),
        }),
        async ({ seed, declared, truth, others, conversations, headers, holds }) => {
          const random = seeded(seed);
          const clock = jumpingClock(0);
          const limiter = createLimiter([{ name: "all", ...declared }], clock);
          const [allowed, perMs] = [truth ?? declared.requests, declared.perMs];
          const counted: number[] = [];
          const foreign = Array.from({ length: Math.min(others, allowed) }, () => -random() * perMs);
          let knows = truth === null || headers === "none";
          // What was let go before the first answer told the true limit cannot be called back.
          let free = 0;
          const pending = [...holds];
          async function converse(): Promise<void> {
            for (let sent = 0; sent < 6; sent += 1) {
              const grant = await limiter.acquire(["all"]);
              const at = clock.now();
              if (!knows) free += 1;
              await clock.wait(random() * perMs * 0.4);
              counted.push(at + random() * (clock.now() - at));
              const used = [...counted, ...foreign].filter((one) => one > clock.now() - perMs).length;
              const remaining = Math.max(0, allowed - used);
              const hold = pending.pop();
              if (hold !== undefined) limiter.hold(["all"], hold);
              const reading = { name: "all", requests: allowed, perMs };
              if (headers === "none") grant.release();
              else if (headers === "max") grant.release([reading]);
              else if (headers === "remaining") grant.release([{ ...reading, remaining }]);
              else grant.release([{ ...reading, remaining, resetMs: perMs }]);
              if (headers !== "none") knows = true;
            }
          }
          await Promise.all(Array.from({ length: conversations }, converse));
          const limit = headers === "none" ? declared.requests : Math.max(allowed, free);
          assert.ok(mostWithin(counted, perMs) <= limit, `${mostWithin(counted, perMs)} of ${limit} in ${perMs} ms`);
          assert.equal(counted.length, 6 * conversations);
        },
      ),
      { seed: 29, numRuns: 150 },
    ));

  it("sends nothing while a destination asks to wait, then no more than the limit", async () => {
    const clock = jumpingClock(0);
    const limiter = createLimiter([{ name: "all", requests: 3, perMs: 1000 }], clock);
    (await limiter.acquire(["all"])).release();
    limiter.hold(["all"], 5000);
    const left: number[] = [];
    await Promise.all(
      Array.from({ length: 9 }, async () => {
        const grant = await limiter.acquire(["all"]);
        left.push(clock.now());
        grant.release();
      }),
    );
    assert.ok(Math.min(...left) >= 5000 && mostWithin(left, 1000) <= 3, left.join());
  });

  it("takes what is in flight for not yet counted where headers tell what is left", async () => {
    const limiter = createLimiter([{ name: "all", requests: 10, perMs: 1000 }], stillClock());
    const [first] = await Promise.all(Array.from({ length: 5 }, () => limiter.acquire(["all"])));
    // The destination counted one of ours and five of others; four of ours are on the way.
    first?.release([{ name: "all", remaining: 4 }]);
    assert.equal(await countNow(limiter.acquire), 0);
  });

  it("uses the limit whole: the last of two windows' worth leaves as the second window opens", async () => {
    const clock = jumpingClock(0);
    const limiter = createLimiter([{ name: "all", requests: 10, perMs: 1000 }], clock);
    for (let sent = 0; sent < 20; sent += 1) (await limiter.acquire(["all"])).release();
    assert.ok(clock.now() >= 1000 && clock.now() <= 1010, String(clock.now()));
  });

  it("lets requests go in the order they came, and lets those pass that wait for nothing", async () => {
    const clock = stillClock();
    const limiter = createLimiter(
      [
        { name: "search", requests: 1, perMs: 1000 },
        { name: "all", requests: 100, perMs: 1000 },
      ],
      clock,
    );
    const went: string[] = [];
    const ask = (name: string, buckets: readonly string[]) =>
      void limiter.acquire(buckets).then((grant) => {
        went.push(name);
        grant.release();
      });
    ask("first search", ["search", "all"]);
    ask("second search", ["search", "all"]);
    ask("third search", ["search", "all"]);
    ask("write", ["all"]);
    await tick();
    assert.deepEqual(went, ["first search", "write"]);
    await clock.advance(1000);
    await clock.advance(1000);
    assert.deepEqual(went, ["first search", "write", "second search", "third search"]);
  });

  it("leaves room for an earlier request that needs two buckets", async () => {
    const clock = stillClock();
    const limiter = createLimiter(
      [
        { name: "a", requests: 1, perMs: 1000 },
        { name: "b", requests: 1, perMs: 3000 },
      ],
      clock,
    );
    const went: string[] = [];
    (await limiter.acquire(["b"])).release();
    void limiter.acquire(["a", "b"]).then(() => went.push("both"));
    void limiter.acquire(["a"]).then(() => went.push("a"));
    await clock.advance(3000);
    assert.equal(went[0], "both");
  });

  const readings: readonly [string, number, Parameters<Grant["release"]>[0], number][] = [
    ["what others took from the account counts", 100, [{ name: "all", remaining: 4 }], 4],
    ["more than we know to be left changes nothing", 10, [{ name: "all", remaining: 500 }], 9],
    ["a smaller limit takes over the declared one", 100, [{ name: "all", requests: 20 }], 19],
    ["nothing left until the window ends", 100, [{ name: "all", remaining: 0, resetMs: 5000 }], 0],
  ];
  for (const [title, requests, reading, left] of readings) {
    it(`reads response headers: ${title}`, async () => {
      const limiter = createLimiter([{ name: "all", requests, perMs: 1000 }], stillClock());
      (await limiter.acquire(["all"])).release(reading);
      assert.equal(await countNow(limiter.acquire), left);
    });
  }

  it("holds a bucket for all when the destination asks for it", async () => {
    const clock = stillClock();
    const limiter = createLimiter([{ name: "all", requests: 5, perMs: 1000 }], clock);
    limiter.hold(["all"], 30_000);
    assert.equal(await countNow(limiter.acquire), 0);
    await clock.advance(29_999);
    assert.equal(await countNow(limiter.acquire), 0);
  });

  it("stops the run instead of waiting for hours", async () => {
    const limiter = createLimiter([{ name: "daily", requests: 1, perMs: 86_400_000 }], stillClock());
    (await limiter.acquire(["daily"])).release();
    await assert.rejects(limiter.acquire(["daily"]), (error) => {
      assert.ok(error instanceof SyncFailure);
      assert.equal(error.code, "limit-exhausted");
      assert.match(error.message, /"daily" is used up for the next 24 hours/);
      return true;
    });
  });

  it("forgets a request that was cancelled while it waited", async () => {
    const clock = stillClock();
    const limiter = createLimiter([{ name: "all", requests: 1, perMs: 1000 }], clock);
    (await limiter.acquire(["all"])).release();
    const cancel = new AbortController();
    const cancelled = limiter.acquire(["all"], cancel.signal);
    const other = limiter.acquire(["all"]);
    cancel.abort();
    await assert.rejects(cancelled, { name: "Cancelled" });
    await clock.advance(1000);
    await other;
  });
});

/** How many may leave without waiting. */
async function countNow(acquire: (names: readonly string[], signal?: AbortSignal) => Promise<Grant>): Promise<number> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  let count = 0;
  const all = Array.from({ length: 120 }, () =>
    acquire(["all"], stop.signal).then(
      () => (count += 1),
      () => undefined,
    ),
  );
  await tick();
  stop.abort();
  await Promise.all(all);
  return count;
}

function mostWithin(times: readonly number[], ms: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(
    ...sorted.map((start, index) => sorted.filter((at, other) => other >= index && at < start + ms).length),
  );
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
