import assert from "node:assert/strict";
import { answer, rejectionsOf } from "../../../src/editor/results/answers";
import { SyncFailure } from "../../../src/failure";
import { type Rejection } from "../../../src/record";
import { type RejectionGroup, type RunReport } from "../../../src/run/report";
import { fakeCalls } from "./fake-calls";

const place = { root: "/crm" };
const group: RejectionGroup = {
  stage: "destination",
  field: "email",
  code: "INVALID",
  reason: "no",
  count: 3,
  examples: [],
};

function rejection(key: number, more: Partial<Rejection> = {}): Rejection {
  return { key, stage: "destination", field: "email", code: "INVALID", reason: "no", ...more };
}

describe("answers to the results panel", () => {
  it("never give more than 200 items, whatever is asked", async () => {
    const records = Array.from({ length: 1000 }, (_, key) => ({ key, fields: {} }));
    const given = await answer(fakeCalls({}), { records }, { name: "records", offset: 10, limit: 5000 });
    assert.equal((given as unknown[]).length, 200);
  });

  it("ask for a page of one group by what tells it from others", async () => {
    const asked: unknown[] = [];
    const calls = fakeCalls({
      async rejections(_place, ask) {
        asked.push(ask);
        return [rejection(7)];
      },
    });
    assert.equal((await rejectionsOf(calls, place, { run: "r", group, offset: 1, limit: 2 })).length, 1);
    const { count: _count, examples: _examples, ...identity } = group;
    assert.deepEqual(asked, [{ run: "r", group: identity, offset: 1, limit: 2 }]);
  });

  it("ask the engine in the place the run was made", async () => {
    const asked: unknown[] = [];
    const report = { groups: [group] } as unknown as RunReport;
    const calls = fakeCalls({
      async exchange(...args) {
        asked.push(args);
        return undefined;
      },
    });
    const behind = { records: [], run: { place: { root: "/crm", target: "prod" }, report } };
    await answer(calls, behind, { name: "exchange", run: "r", exchange: "e" });
    assert.deepEqual(asked, [
      [
        { root: "/crm", target: "prod" },
        { run: "r", exchange: "e" },
      ],
    ]);
  });

  it("say what to do when a result is gone", async () => {
    const asked = answer(fakeCalls({}), { records: [] }, { name: "changes", plan: "p", offset: 0, limit: 1 });
    await assert.rejects(asked, (error: unknown) => error instanceof SyncFailure && error.code === "result-gone");
  });
});
