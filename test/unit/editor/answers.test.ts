import assert from "node:assert/strict";
import { type Place } from "../../../src/calls/calls";
import { answer, type Desk, rejectionsOf } from "../../../src/editor/results/answers";
import { type Held, Shelf } from "../../../src/editor/results/shelf";
import { SyncFailure } from "../../../src/failure";
import { type Rejection } from "../../../src/record";
import { type RejectionGroup, type RunReport } from "../../../src/run/report";
import { fakeCalls } from "./fake-calls";

const place: Place = { root: "/crm" };
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

const source = () => ({ file: "a.sync.yaml" });

function shelf(tab: Held["tab"], given: unknown, at = place): Shelf {
  const one = new Shelf();
  const origin = { place: at, file: "a.sync.yaml" };
  one.put({ tab, id: "r", subject: { sync: "a", target: "dev" }, origin, given } as unknown as Held, new Set());
  return one;
}

const desk = (): Desk => ({
  table: "contacts",
  copy: () => Promise.reject(new Error("nothing is copied here")),
  pickFile: () => Promise.resolve(undefined),
});

describe("answers to the results panel", () => {
  it("copy what the engine makes of the rows, and export only into a file that was picked", async () => {
    const copied: string[] = [];
    const calls = fakeCalls({
      copyCells: async ({ table, format, columns }) => `${table} ${format} ${columns.join()}`,
      exportResult: async ({ file }) => ({ rows: file === "/home/rows.csv" ? 3 : 0 }),
    });
    const own = (): Desk => ({
      table: "contacts",
      copy: async (text) => void copied.push(text),
      pickFile: async (format) => (format === "csv" ? "/home/rows.csv" : undefined),
    });
    const edges = { calls, shelf: new Shelf(), source, desk: own };
    const rows = { from: 0, to: 2 };
    const copy = { name: "copy", result: "r", rows, columns: [0, 2], format: "json", head: "with names" } as const;
    assert.equal(await answer(edges, copy), null);
    assert.deepEqual(copied, ["contacts json 0,2"]);
    const to = (format: "csv" | "json") => answer(edges, { name: "export", result: "r", format });
    assert.deepEqual(await to("csv"), { rows: 3, file: "/home/rows.csv" });
    assert.equal(await to("json"), undefined);
  });

  it("show the rejected records alone", async () => {
    const records = [
      { key: 1, fields: {} },
      { key: 2, fields: {}, rejection: rejection(2) },
    ];
    const edges = { calls: fakeCalls({}), shelf: shelf("records", records), source, desk };
    const given = await answer(edges, { name: "records", result: "r", only: "rejected", offset: 0, limit: 5 });
    assert.deepEqual(given, [records[1]]);
  });

  it("never give more than 200 items, whatever is asked", async () => {
    const records = Array.from({ length: 1000 }, (_, key) => ({ key, fields: {} }));
    const edges = { calls: fakeCalls({}), shelf: shelf("records", records), source, desk };
    const given = await answer(edges, { name: "records", result: "r", offset: 10, limit: 5000 });
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
    const edges = { calls, shelf: shelf("run", { report }, { root: "/crm", target: "prod" }), source, desk };
    await answer(edges, { name: "exchange", run: "r", exchange: "e" });
    assert.deepEqual(asked, [
      [
        { root: "/crm", target: "prod" },
        { run: "r", exchange: "e" },
      ],
    ]);
  });

  it("say what to do when a result is gone", async () => {
    const edges = { calls: fakeCalls({}), shelf: new Shelf(), source, desk };
    const asked = answer(edges, { name: "changes", plan: "p", offset: 0, limit: 1 });
    await assert.rejects(asked, (error: unknown) => error instanceof SyncFailure && error.code === "result-gone");
  });
});
