import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cancelled } from "../../../src/failure";
import {
  type Page,
  DatabaseBusy,
  DuckDbError,
  openDuckDb,
  sqlName,
  sqlString,
} from "../../../src/warehouses/duckdb-driver";

describe("the DuckDB driver", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "sluice-driver-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("reads cells without losing a digit", async () => {
    const cases: readonly [sql: string, cell: string | number | boolean | null][] = [
      ["null", null],
      ["''", ""],
      ["true", true],
      ["42", 42],
      ["9007199254740991::bigint", 9007199254740991],
      ["9007199254740993::bigint", "9007199254740993"],
      ["170141183460469231731687303715884105727::hugeint", "170141183460469231731687303715884105727"],
      ["1.50::decimal(10,2)", 1.5],
      ["12345678901234567890.12::decimal(38,2)", "12345678901234567890.12"],
      ["0.1::float", 0.1],
      ["1e-7::double", 1e-7],
      ["'nan'::double", "nan"],
      ["'-inf'::float", "-inf"],
      ["date '2026-01-31'", "2026-01-31"],
      [sqlString('it\'s "ü" 🙂\n\\ \0 end'), 'it\'s "ü" 🙂\n\\ \0 end'],
    ];
    const db = await openDuckDb(":memory:");
    const list = cases.map(([sql], index) => `${sql} as ${sqlName(`c"${index}`)}`).join(", ");
    const [row = {}] = await db.rows(`select ${list}`);
    db.close();
    assert.deepEqual(
      Object.values(row),
      cases.map(([, cell]) => cell),
    );
  });

  it("gives errors as data, with offsets in UTF-16 units", async () => {
    const db = await openDuckDb(":memory:");
    const error = await failure(db.run("select '🙂é', emial from (select 1 as email)"));
    db.close();
    assert.ok(error instanceof DuckDbError);
    assert.deepEqual([error.kind, error.position, error.candidates], ["Binder", 14, ["email"]]);
  });

  it("pages a big result in order, on one connection with other statements between", async () => {
    const db = await openDuckDb(":memory:");
    let next = 0;
    for await (const page of db.pages("select i, 'v' || i as v from range(25000) r(i) order by i", {
      pageRows: 3000,
    })) {
      assert.deepEqual(page.columns, ["i", "v"]);
      for (const [i, v] of page.rows) {
        assert.deepEqual([i, v], [next, `v${next}`]);
        next += 1;
      }
      await db.run("select count(*) from range(1000000)");
    }
    db.close();
    assert.equal(next, 25000);
  });

  it("throws when a query fails late, and gives no page of it", async () => {
    const db = await openDuckDb(":memory:");
    const pages: Page[] = [];
    const query = "select (case when i = 500000 then 'x' else '1' end)::int as n from range(1000000) r(i)";
    const error = await failure(
      (async () => {
        for await (const page of db.pages(query)) pages.push(page);
      })(),
    );
    db.close();
    assert.ok(error instanceof DuckDbError);
    assert.deepEqual([error.kind, pages.length], ["Conversion", 0]);
  });

  it("cancels a running statement and stays usable", async () => {
    const db = await openDuckDb(":memory:");
    const stop = new AbortController();
    const running = db.run("select count(*) from range(1000000000000)", stop.signal);
    stop.abort();
    assert.ok((await failure(running)) instanceof Cancelled);
    assert.ok((await failure(db.run("select 1", stop.signal))) instanceof Cancelled);
    assert.deepEqual(await db.rows("select 1 as one"), [{ one: 1 }]);
    db.close();
  });

  it("cancels between two pages", async () => {
    const db = await openDuckDb(":memory:");
    const stop = new AbortController();
    let rows = 0;
    const error = await failure(
      (async () => {
        for await (const page of db.pages("from range(30000)", { signal: stop.signal })) {
          rows += page.rows.length;
          stop.abort();
        }
      })(),
    );
    db.close();
    assert.ok(error instanceof Cancelled);
    assert.equal(rows, 10_000);
  });

  it("appends rows to tables with types of every kind, missing columns as NULL, within a transaction", async () => {
    const db = await openDuckDb(join(folder, "append.duckdb"));
    await db.run("create table t (key varchar, n bigint, ok boolean, day timestamp, amount decimal(10,2))");
    await db.append(
      "t",
      ["n", "key"],
      Array.from({ length: 5000 }, (_, index) => [index, `k${index}`]),
    );
    await db.append(
      "t",
      ["key", "ok", "day", "amount"],
      [
        ["é'\"", true, "2026-01-31 10:00:00", "1.25"],
        ["", null, null, null],
      ],
    );
    await db.run("begin");
    await db.append("t", ["key"], [["gone"]]);
    await db.run("rollback");
    assert.deepEqual(await db.rows("select count(*) as n, count(ok) as oks, sum(n) as sum from t"), [
      { n: 5002, oks: 1, sum: 12497500 },
    ]);
    assert.deepEqual(await db.rows("select * from t where ok"), [
      { key: "é'\"", n: null, ok: true, day: "2026-01-31 10:00:00", amount: 1.25 },
    ]);
    db.close();
  });

  it("gives the file back to other processes when closed", async () => {
    const file = join(folder, "lock.duckdb");
    const db = await openDuckDb(file);
    await db.run("create table t as select 1 as x");
    await db.rows("from t");
    assert.match(openElsewhere(file), /Conflicting lock/);
    db.close();
    assert.equal(openElsewhere(file), "opened");
  });

  it("ends what is under way when it is closed, and then gives the file back", async () => {
    const file = join(folder, "closed-under-way.duckdb");
    const db = await openDuckDb(file);
    await db.run("create table numbers as select range as n from range(1000)");
    const endless = "select sum(a.n * b.n * c.n) from numbers a, numbers b, numbers c, numbers d";
    const ends = Promise.all([failure(db.run(endless)), failure(db.rows(endless))]);
    db.close();
    for (const error of await ends)
      assert.ok(error instanceof DuckDbError || error instanceof Cancelled, String(error));
    const again = await openDuckDb(file);
    assert.deepEqual(await again.rows("select count(*) as n from numbers"), [{ n: 1000 }]);
    again.close();
  });

  it("keeps the lock of one reader when another of the same process closes", async () => {
    const file = join(folder, "readers.duckdb");
    (await openDuckDb(file)).close();
    const [first, second] = [await openDuckDb(file, { readOnly: true }), await openDuckDb(file, { readOnly: true })];
    second.close();
    assert.match(openElsewhere(file), /Conflicting lock/);
    first.close();
    assert.equal(openElsewhere(file), "opened");
  });

  it("lets a writer of the same process wait for readers, and says busy when patience ends", async () => {
    const file = join(folder, "writer.duckdb");
    (await openDuckDb(file)).close();
    const reader = await openDuckDb(file, { readOnly: true });
    const busy = await failure(openDuckDb(file, { patience: Promise.resolve() }));
    assert.ok(busy instanceof DatabaseBusy);
    assert.equal(busy.pid, process.pid);
    const writer = openDuckDb(file);
    reader.close();
    const db = await writer;
    await db.run("create table t as select 1 as x");
    db.close();
  });

  it("names the process that holds a file", async () => {
    const file = join(folder, "busy.duckdb");
    const db = await openDuckDb(file);
    const code = `require("tsx/cjs");require(${JSON.stringify(require.resolve("../../../src/warehouses/duckdb-driver"))})
      .openDuckDb(${JSON.stringify(file)}).catch((error) => console.log(error.name, error.pid))`;
    const child = spawnSync(process.execPath, ["-e", code], { encoding: "utf8", timeout: 20_000 });
    db.close();
    assert.equal(child.stdout.trim(), `DatabaseBusy ${process.pid}`, child.stderr);
  });
});

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => assert.fail("it succeeded"),
    (error: unknown) => error,
  );
}

/** Opens the file read-write in a process of its own: "opened", or DuckDB's error. */
function openElsewhere(file: string): string {
  const driver = createRequire(__filename).resolve("@duckdb/node-api");
  const code = `require(${JSON.stringify(driver)}).DuckDBInstance.create(${JSON.stringify(file)})
    .then((db) => { db.closeSync(); console.log("opened"); }, (error) => console.log(error.message))`;
  return spawnSync(process.execPath, ["-e", code], { encoding: "utf8", timeout: 20_000 }).stdout.trim();
}
