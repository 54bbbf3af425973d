import assert from "node:assert/strict";
import { outstanding } from "../../../src/editor/problems/outstanding";
import { type Rejection } from "../../../src/record";
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
  const rejection = (key: string): Rejection => ({ key, stage: "destination", field, code: "INVALID", reason: "no" });
  const examples = [rejection(`${field} 1`), rejection(`${field} 2`)];
  return { stage: "destination", field, code: "INVALID", reason: "no", count: 2, examples };
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
const withoutKey: RejectionGroup = {
  stage: "model",
  code: "null-key",
  reason: "no key",
  count: 1,
  examples: [{ key: null, stage: "model", code: "null-key", reason: "no key" }],
};

const cases: readonly {
  readonly name: string;
  readonly reports: readonly RunReport[];
  readonly open: readonly string[];
}[] = [
  { name: "nothing without a run", reports: [], open: [] },
  { name: "the newest run's rejections", reports: [report("2", ["site"]), full], open: ["2:site:2"] },
  { name: "nothing after a clean run", reports: [report("2", []), full], open: [] },
  { name: "what a full retry left", reports: [report("2", ["email"], { retryOf: "1" }), full], open: ["2:email:2"] },
  {
    name: "the records that a partial retry left alone, beside its own",
    reports: [report("2", ["email"], { retryOf: "1", only: ["email 1", "email 2"] }), full],
    open: ["1:phone:2", "2:email:2"],
  },
  {
    name: "one record less after one was retried",
    reports: [report("2", [], { retryOf: "1", only: ["email 2"] }), full],
    open: ["1:email:1", "1:phone:2"],
  },
  {
    name: "one record less after it was sent by a run of some",
    reports: [report("2", [], { only: ["phone 1"] }), full],
    open: ["1:email:2", "1:phone:1"],
  },
  {
    name: "what the run before one of another record left, beside what that was refused",
    reports: [report("2", ["city"], { only: ["9"] }), full],
    open: ["1:email:2", "1:phone:2", "2:city:2"],
  },
  {
    name: "nothing after partial retries of every record",
    reports: [
      report("3", [], { retryOf: "1", only: ["phone 1", "phone 2"] }),
      report("2", [], { retryOf: "1", only: ["email 1", "email 2"] }),
      full,
    ],
    open: [],
  },
  {
    name: "what a full retry of a partial retry left",
    reports: [
      report("3", [], { retryOf: "2" }),
      report("2", ["email"], { retryOf: "1", only: ["email 1", "email 2"] }),
      full,
    ],
    open: ["1:phone:2"],
  },
  {
    name: "rows without a key, which no retry tries again",
    reports: [report("2", [], { retryOf: "1" }), { ...full, groups: [...full.groups, withoutKey] }],
    open: ["1:undefined:1"],
  },
  {
    name: "what a cancelled retry did not get to",
    reports: [report("2", [], { retryOf: "1", only: ["email 1"], status: "cancelled" }), full],
    open: ["1:email:2", "1:phone:2"],
  },
  {
    name: "the run before one that a guard stopped",
    reports: [report("2", [], { status: "guarded" }), full],
    open: ["1:email:2", "1:phone:2"],
  },
  {
    name: "the run before one that took another back, whatever that left",
    reports: [report("2", ["city"], { revertOf: "0" }), full],
    open: ["1:email:2", "1:phone:2"],
  },
  {
    name: "the run before one that stopped before it sent anything",
    reports: [report("2", [], { status: "stopped", counts: { ...counts, requests: 0 } }), full],
    open: ["1:email:2", "1:phone:2"],
  },
];

describe("outstanding rejections", () => {
  for (const { name, reports, open } of cases) {
    it(`are ${name}`, async () => {
      const asked = ({ groups }: RunReport) => Promise.resolve(groups.flatMap(({ examples }) => examples));
      const found = await outstanding(reports, asked);
      assert.deepEqual(
        found.map((item) => `${item.report.id}:${item.group.field}:${item.group.count}`),
        open,
      );
      assert.ok(found.every(({ group: { count, examples } }) => count === examples.length));
    });
  }
});
