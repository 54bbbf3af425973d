import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { createHash } from "node:crypto";
import path from "node:path";
import { ProblemsFound } from "../../../src/calls/calls";
import { Cancelled, SyncFailure } from "../../../src/failure";
import { type Models, openModels } from "./session";

describe("a preview", () => {
  let models: Models;
  before(() => (models = openModels()));
  after(() => models.close());

  it("gives the model's rows in the model's order, whatever their types", async () => {
    const sql = `select * from (values
      (3, 9007199254740993, 1.50::decimal(12,2), 170141183460469231731687303715884105727::hugeint, 'ü "x"', true),
      (1, -1, 0.1, 0, '', false),
      (2, null, null, null, null, null)) t(id, big, money, huge, name, yes) order by id desc`;
    assert.deepEqual(await models.rows(sql), [
      [3, "9007199254740993", 1.5, "170141183460469231731687303715884105727", 'ü "x"', true],
      [2, null, null, null, null, null],
      [1, -1, 0.1, 0, "", false],
    ]);
  });

  it("gives dates, times, JSON, lists, enums, intervals and binary in their canonical form", async () => {
    const sql = `select date '2026-01-31' as d, timestamp '2026-01-31 10:00:00.5' as t, timestamptz '2026-01-31 10:00:00+02' as i,
      '{"a": 1}'::json as j, [1, 2] as l, {'a': 'x'} as s, map {'k': 1} as m, 'a'::enum('a', 'b') as e,
      interval 3 days as v, 'ab'::blob as b, uuid '00000000-0000-0000-0000-000000000001' as u, null as n, 1.5::float as f,
      time '10:00' as h, 'inf'::double as inf, 'x'::varchar as id, 5::utinyint as id`;
    assert.deepEqual(await models.rows(sql), [
      [
        ...["2026-01-31", "2026-01-31T10:00:00.5", "2026-01-31T08:00:00Z", '{"a":1}', "[1,2]", '{"a":"x"}', '{"k":1}'],
        ...["a", "3 days", "6162", "00000000-0000-0000-0000-000000000001", null, 1.5, "10:00:00", "inf", "x", 5],
      ],
    ]);
  });

  it("says that there are more rows than were asked for, and counts all of them on demand", async () => {
    const preview = await models.preview("from range(5000) r(id)", 1000);
    assert.deepEqual([preview.rows, preview.truncated, preview.coming], [1000, true, undefined]);
    assert.equal(await models.calls.countRows({ result: preview.result }), 5000);
    const all = await models.preview("from range(5000) r(id)");
    assert.deepEqual([all.rows, all.truncated], [5000, false]);
    const exactly = await models.preview("from range(1000) r(id)", 1000);
    assert.deepEqual([exactly.rows, exactly.truncated], [1000, false]);
  });

  it("answers with the first rows while the rest is still coming", async () => {
    const sql = "select id, md5(id::varchar) as hash from range(1000000) r(id)";
    let preview = await models.calls.preview(models.place, models.source(sql), { early: true });
    assert.equal(preview.coming, true);
    assert.ok(preview.rows >= 100 && preview.rows < 1_000_000, String(preview.rows));
    const { result } = preview;
    const early = await models.calls.window({ result, offset: 0, limit: 200 });
    assert.deepEqual(
      early.rows.slice(0, 3).map(([id]) => id),
      [0, 1, 2],
    );
    let steps = 0;
    for (; preview.coming; steps += 1) preview = await models.calls.arriving({ result, rows: preview.rows });
    assert.ok(steps > 1);
    assert.deepEqual([preview.rows, preview.truncated], [1_000_000, false]);
    const last = await models.calls.window({ result, offset: 999_999, limit: 200 });
    assert.deepEqual(
      last.rows.map(([id]) => id),
      [999_999],
    );
    await models.calls.drop({ result });
  });

  it("never passes a query that fails in mid-stream for a short result", async () => {
    const sql = "select id, case when id = 500000 then 'x' else '1' end::int as n from range(1000000) r(id)";
    const early = await models.calls.preview(models.place, models.source(sql), { early: true }).catch((error) => error);
    const failure =
      early instanceof Error
        ? early
        : await models.calls.arriving({ result: early.result, rows: Infinity }).catch((error) => error);
    assert.ok(failure instanceof ProblemsFound, String(failure));
    assert.match(failure.problems[0]?.message ?? "", /INT32/);
    if (!(early instanceof Error))
      await assert.rejects(models.calls.window({ result: early.result, offset: 0, limit: 1 }), SyncFailure);
  });

  it("says where the author's SQL is wrong", async () => {
    const failure = await models
      .preview("select id,\n  nme from (select 1 as id, 'a' as name)")
      .catch((error) => error);
    assert.ok(failure instanceof ProblemsFound);
    assert.deepEqual([failure.problems[0]?.line, failure.problems[0]?.column], [4, 7]);
  });

  for (const [what, sql] of [
    ["before its first row", "select count(*) as id from range(100000) a, range(100000) b, range(1000) c"],
    ["in mid-stream", "select a.range as id from range(10000000) a, range(100000) b"],
  ] as const)
    it(`that is cancelled ${what} ends in the warehouse within a second and leaves nothing`, async () => {
      const abort = new AbortController();
      const asked = models.calls.preview(models.place, models.source(sql), {}, abort.signal);
      setTimeout(() => abort.abort(), 150);
      let began = 0;
      abort.signal.addEventListener("abort", () => (began = performance.now()));
      await assert.rejects(asked, Cancelled);
      assert.ok(performance.now() - began < 1000, `${performance.now() - began} ms`);
      // The process is idle again: what was under way is not going on behind our back.
      const before = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { user } = process.cpuUsage(before);
      assert.ok(user < 150_000, `${user / 1000} ms of work after the end`);
    });

  it("leaves no file but those of results that are kept", async () => {
    const own = openModels();
    const { result } = await own.preview("select 1 as id");
    assert.equal(own.leftOvers().length > 0, true);
    await own.calls.drop({ result });
    assert.deepEqual(own.leftOvers(), []);
    for (let number = 0; number < 10; number += 1) await own.preview(`select ${number} as id`);
    assert.equal(own.leftOvers().filter((name) => name.endsWith(".duckdb")).length, 8);
    await own.close();
  });

  it("is the owner's alone, goes with its session, and takes what dead processes left with it", async () => {
    const root = mkdtempSync(path.join(tmpdir(), "sluice-spool-"));
    const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 6);
    const dead = path.join(root, `.sluice/tmp/plan-${host}-4194303-dead`);
    const alive = path.join(root, `.sluice/tmp/results-${host}-${process.ppid}-alive`);
    for (const folder of [dead, alive]) mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(dead, "a.duckdb"), "rows");
    const own = openModels(root);
    await own.preview("select 1 as id");
    const names = readdirSync(path.join(root, ".sluice/tmp"));
    assert.equal(existsSync(dead), false);
    assert.equal(existsSync(alive), true);
    const mine = names.find((name) => name.startsWith(`results-${host}-${process.pid}-`)) ?? "";
    assert.equal(statSync(path.join(root, ".sluice/tmp", mine)).mode & 0o077, 0);
    await own.close();
    assert.equal(existsSync(path.join(root, ".sluice/tmp", mine)), false);
  });
});
