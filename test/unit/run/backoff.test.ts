import assert from "node:assert/strict";
import { backoff, inWords, retryAfter } from "../../../src/run/backoff";

const now = Date.UTC(2026, 0, 1, 12, 0, 0);

describe("Retry-After", () => {
  const cases: readonly [string | undefined, number | undefined][] = [
    ["3", 3000],
    ["0", 0],
    ["0.5", 500],
    [" 120 ", 120_000],
    ["Thu, 01 Jan 2026 12:00:10 GMT", 10_000],
    ["Thursday, 01-Jan-26 12:00:10 GMT", 10_000],
    ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
    ["soon", undefined],
    ["-5", undefined],
    ["", undefined],
    [undefined, undefined],
  ];
  for (const [header, ms] of cases) {
    it(`${JSON.stringify(header)} asks for ${ms} ms`, () => {
      assert.equal(retryAfter(header === undefined ? {} : { "retry-after": header }, now), ms);
    });
  }
});

describe("Retry-After as a date beside the destination's own clock", () => {
  const cases: readonly [title: string, date: string, ms: number][] = [
    ["hours ahead", "Thu, 01 Jan 2026 15:00:00 GMT", 0],
    ["hours behind", "Thu, 01 Jan 2026 09:00:00 GMT", 3 * 3_600_000 + 10_000],
    ["right", "Thu, 01 Jan 2026 12:00:04 GMT", 6000],
    ["unreadable", "now", 10_000],
  ];
  for (const [title, date, ms] of cases) {
    it(`${title}: ${ms} ms`, () => {
      assert.equal(retryAfter({ "retry-after": "Thu, 01 Jan 2026 12:00:10 GMT", date }, now), ms);
    });
  }
});

describe("backoff", () => {
  it("doubles up to a cap, and is jittered between half and all of it", () => {
    const low = [1, 2, 3, 4, 5, 6, 100].map((attempt) => backoff(attempt, () => 0));
    const high = [1, 2, 3, 4, 5, 6, 100].map((attempt) => backoff(attempt, () => 0.999999));
    assert.deepEqual(low, [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    assert.deepEqual(high, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });
});

describe("a wait in words", () => {
  for (const [ms, words] of [
    [1, "1 s"],
    [90_000, "90 s"],
    [600_000, "10 minutes"],
    [3_600_000, "60 minutes"],
    [86_400_000, "24 hours"],
  ] as const) {
    it(`${ms} ms is ${words}`, () => assert.equal(inWords(ms), words));
  }
});
