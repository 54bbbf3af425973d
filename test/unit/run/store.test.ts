import assert from "node:assert/strict";
import { appendFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Exchange, type Rejection } from "../../../src/record";
import { type RunReport } from "../../../src/run/report";
import { searchLines } from "../../../src/run/search";
import { createRunStore } from "../../../src/run/store";
import { inFolder } from "./support";

const report = (id: string, given: Partial<RunReport> = {}): RunReport => ({
  version: 1,
  id,
  sync: "people",
  file: "people.sync.yaml",
  target: "dev",
  status: "succeeded",
  startedAt: "2026-01-01T00:00:00Z",
  finishedAt: "2026-01-01T00:00:10Z",
  plan: "p",
  definitionDigest: "d",
  counts: {
    ...{ created: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, held: 0, rejected: 0, inDoubt: 0 },
    ...{ requests: 0, retries: 0 },
  },
  groups: [],
  ...given,
});
const rejection = (key: number): Rejection => ({ key, stage: "destination", code: "c", reason: `Nö 😀 ${key}` });
const exchange = (id: string, body: string): Exchange => ({
  id,
  at: "2026-01-01T00:00:00Z",
  request: { method: "POST", url: "http://h/", headers: {}, body },
  ms: 1,
  changes: [1],
});

describe("the run store", () => {
  it("gives back what a run left behind", () =>
    inFolder(async (folder) => {
      const store = createRunStore(path.join(folder, ".sluice"));
      const recorder = await store.begin("20260101-000000-aaaa");
      for (let key = 0; key < 2500; key += 1) await recorder.rejected(rejection(key));
      for (let index = 0; index < 100; index += 1) {
        await recorder.exchanged(exchange(`x${index}`, `é😀${"b".repeat(index * 50)}`));
      }
      await recorder.finish(report("20260101-000000-aaaa"));
      assert.deepEqual(await store.read("last"), report("20260101-000000-aaaa"));
      assert.equal((await store.rejections("last")).length, 2500);
      assert.deepEqual(await store.rejections("20260101", { offset: 2498, limit: 10 }), [
        rejection(2498),
        rejection(2499),
      ]);
      assert.deepEqual(await store.exchange("last", "x99"), exchange("x99", `é😀${"b".repeat(99 * 50)}`));
      assert.deepEqual(await store.exchange("last", "x1"), exchange("x1", `é😀${"b".repeat(50)}`));
      assert.equal(await store.exchange("last", "x100"), undefined);
    }));

  it("is for the owner only, and out of git", () =>
    inFolder(async (folder) => {
      const own = path.join(folder, ".sluice");
      const recorder = await createRunStore(own).begin("a");
      await recorder.rejected(rejection(1));
      await recorder.exchanged(exchange("x1", ""));
      await recorder.finish(report("a"));
      assert.equal(await readFile(path.join(own, ".gitignore"), "utf8"), "*\n");
      const mode = async (file: string) => ((await stat(path.join(own, file))).mode & 0o777).toString(8);
      for (const one of ["", "runs", "runs/a"]) assert.equal(await mode(one), "700");
      for (const one of await readdir(path.join(own, "runs/a"))) assert.equal(await mode(`runs/a/${one}`), "600");
      assert.equal(await mode(".gitignore"), "600");
    }));

  it("lists the newest first, and passes over runs that are under way or broken", () =>
    inFolder(async (folder) => {
      const store = createRunStore(folder);
      for (const id of ["20260101-a", "20260103-c", "20260102-b"]) {
        await (await store.begin(id)).finish(report(id, { sync: id.endsWith("b") ? "deals" : "people" }));
      }
      await mkdir(path.join(folder, "runs/20260104-under-way"));
      await mkdir(path.join(folder, "runs/20260105-broken"));
      await writeFile(path.join(folder, "runs/20260105-broken/report.json"), "{");
      const ids = async (filter?: Parameters<typeof store.list>[0]) => (await store.list(filter)).map(({ id }) => id);
      assert.deepEqual(await ids(), ["20260103-c", "20260102-b", "20260101-a"]);
      assert.deepEqual(await ids({ sync: "people" }), ["20260103-c", "20260101-a"]);
      assert.deepEqual(await ids({ limit: 1 }), ["20260103-c"]);
      assert.equal((await store.read("last"))?.id, "20260103-c");
    }));

  it("knows a run by any beginning that is its own", () =>
    inFolder(async (folder) => {
      const store = createRunStore(folder);
      assert.equal(await store.read("last"), undefined);
      for (const id of ["20260101-a", "20260101-ab"]) await (await store.begin(id)).finish(report(id));
      assert.equal((await store.read("20260101-a"))?.id, "20260101-a");
      assert.equal((await store.read("20260101-ab"))?.id, "20260101-ab");
      await assert.rejects(store.read("2026"), { name: "SyncFailure", code: "ambiguous-run" });
      for (const id of ["2027", "", "../runs/20260101-a", "."]) assert.equal(await store.read(id), undefined);
      assert.deepEqual(await store.rejections("2027"), []);
      await assert.rejects(store.begin("../escape"), { name: "Error" });
    }));

  it("passes over a line that a crash cut short", () =>
    inFolder(async (folder) => {
      const store = createRunStore(folder);
      const recorder = await store.begin("a");
      await recorder.rejected(rejection(1));
      await recorder.finish(report("a"));
      await appendFile(path.join(folder, "runs/a/rejections.jsonl"), '{"key":2,"sta');
      assert.deepEqual(await store.rejections("a"), [rejection(1)]);
    }));
});

describe("search in a run", () => {
  const lines = async function* (items: readonly unknown[]) {
    for (const item of items) yield JSON.stringify(item);
  };
  const found = async (text: string, page = { offset: 0, limit: 10 }) =>
    searchLines(
      {
        rejections: lines([rejection(7), { ...rejection(8), field: "email", reason: "Email is WRONG" }]),
        exchanges: lines([exchange("x1", '{"email":"a@x.io"}'), exchange("x2", "")]),
      },
      { text, ...page },
    );

  it("looks into rejections first, then into the bodies of exchanges, whatever the case", async () => {
    const { hits, more } = await found("EMAIL");
    assert.deepEqual(
      hits.map(({ where, rejection: rejected, exchange: sent }) => [where, rejected?.key ?? sent?.id]),
      [
        ["reason", 8],
        ["request", "x1"],
      ],
    );
    assert.equal(more, false);
    const { text, at, length } = (hits[1] ?? assert.fail()).excerpt;
    assert.equal(text.slice(at, at + length), "email");
  });

  it("gives windows, and says whether there is more", async () => {
    assert.deepEqual((await found("http", { offset: 0, limit: 1 })).more, true);
    const { hits, more } = await found("http", { offset: 1, limit: 1 });
    assert.deepEqual([hits.map(({ exchange: sent }) => sent?.id), more], [["x2"], false]);
  });

  it("finds nothing for nothing", async () => assert.deepEqual(await found(""), { hits: [], more: false }));
});

describe("the rejections of one group", () => {
  it("are found by what they say, values aside, a page at a time", () =>
    inFolder(async (folder) => {
      const store = createRunStore(folder);
      const recorder = await store.begin("a");
      const refused = (key: number, reason: string): Rejection => ({ ...rejection(key), reason });
      for (let key = 0; key < 30; key += 1) {
        await recorder.rejected(refused(key, key % 10 === 7 ? `Address a${key}@x.io is invalid` : `No "phone" ${key}`));
      }
      await recorder.finish(report("a", { fields: ["phone"] }));
      const group = { stage: "destination", code: "c", reason: "Address b@y.io is invalid" } as const;
      const keys = async (offset: number, limit: number) =>
        (await store.rejections("a", { offset, limit, group })).map(({ key }) => key);
      assert.deepEqual([await keys(0, 10), await keys(1, 1)], [[7, 17, 27], [17]]);
    }));
});
