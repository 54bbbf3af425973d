import assert from "node:assert/strict";
import { outstanding, type PartialRetries } from "../../../src/editor/problems/outstanding";
import { type RejectionGroup, type RunReport } from "../../../src/run/report";

const counts = {
  created: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  skipped: 0,
  held: 0,
  rejected: 0,
  inDoubt: 0,
  requests: 1,
  retries: 0,
};

function group(field: string): RejectionGroup {
  return { stage: "destination", field, code: "INVALID", reason: "no", count: 1, examples: [] };
}

function report(id: string, fields: readonly string[], more: Partial<RunReport> = {}): RunReport {
  return {
    version: 1,
    id,
    sync: "contacts",
    file: "contacts.sync.yaml",
    target: "dev",
    status: fields.length > 0 ? "rejected" : "succeeded",
    startedAt: "2026-01-01T00:00:00Z",
    finishedAt: "2026-01-01T00:00:01Z",
    plan: "",
    definitionDigest: "",
    counts,
    groups: fields.map(group),
    ...more,
  };
}

const full = report("1", ["email", "phone"]);

const cases: readonly {
  readonly name: string;
  readonly reports: readonly RunReport[];
  readonly partial?: PartialRetries;
  readonly open: readonly string[];
}[] = [
  { name: "nothing without a run", reports: [], open: [] },
  { name: "the newest run's rejections", reports: [report("2", ["site"]), full], open: ["2:site"] },
  { name: "nothing after a clean run", reports: [report("2", []), full], open: [] },
  { name: "what a full retry left", reports: [report("2", ["email"], { retryOf: "1" }), full], open: ["2:email"] },
  {
    name: "the groups that a partial retry left alone, beside its own",
    reports: [report("2", ["email"], { retryOf: "1" }), full],
    partial: { 2: 0 },
    open: ["1:phone", "2:email"],
  },
  {
    name: "nothing after partial retries of every group",
    reports: [report("3", [], { retryOf: "1" }), report("2", [], { retryOf: "1" }), full],
    partial: { 2: 0, 3: 1 },
    open: [],
  },
  {
    name: "what a partial retry of a partial retry left",
    reports: [report("3", [], { retryOf: "2" }), report("2", ["email", "fax"], { retryOf: "1" }), full],
    partial: { 2: 0, 3: 0 },
    open: ["1:phone", "2:fax"],
  },
  {
    name: "the run before one that a guard stopped",
    reports: [report("2", [], { status: "guarded" }), full],
    open: ["1:email", "1:phone"],
  },
  {
    name: "the run before one that stopped before it sent anything",
    reports: [report("2", [], { status: "stopped", counts: { ...counts, requests: 0 } }), full],
    open: ["1:email", "1:phone"],
  },
];

describe("outstanding rejections", () => {
  for (const { name, reports, partial = {}, open } of cases) {
    it(`are ${name}`, () => {
      const found = outstanding(reports, partial).map((item) => `${item.report.id}:${item.group.field}`);
      assert.deepEqual(found, open);
    });
  }
});

describe("a run of one record alone", () => {
  const ids = (reports: readonly RunReport[], partial: PartialRetries) =>
    outstanding(reports, partial).map(({ report: { id }, group: { field } }) => `${id} ${field ?? ""}`);

  it("leaves what the run before it left open", () => {
    assert.deepEqual(ids([report("2", []), full], { 2: -1 }), ["1 email", "1 phone"]);
  });

  it("adds what it was refused itself", () => {
    assert.deepEqual(ids([report("2", ["city"]), full], { 2: -1 }), ["2 city", "1 email", "1 phone"]);
  });

  it("settles no group of the run that it retried", () => {
    assert.deepEqual(ids([report("2", [], { retryOf: "1" }), full], { 2: -1 }), ["1 email", "1 phone"]);
  });
});
