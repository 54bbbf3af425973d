import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Cancelled, SyncFailure } from "../../../src/failure";
import { openDuckDbWarehouse } from "../../../src/warehouses/duckdb";
import { openDuckDb } from "../../../src/warehouses/duckdb-driver";
import { type Warehouse } from "../../../src/warehouses/warehouse";

describe("a DuckDB warehouse beside other processes", () => {
  let root: string;
  let file: string;
  before(async () => {
    root = mkdtempSync(join(tmpdir(), "sluice-beside-"));
    file = join(root, "warehouse.duckdb");
    const db = await openDuckDb(file);
    await db.run("create table t as select i from range(30000) r(i)");
    db.close();
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it("waits while a writer has the file, then reads", async () => {
    const writer = await holdElsewhere(file, "READ_WRITE");
    let pauses = 0;
    const warehouse = open({
      async wait(ms, signal) {
        pauses += 1;
        if (pauses === 4) await end(writer);
        await wait(ms, undefined, signal === undefined ? {} : { signal });
      },
    });
    assert.equal(await rowsOf(warehouse, "from t"), 30000);
    assert.ok(pauses >= 4);
  });

  it("names the process that does not let go, when it has waited long enough", async () => {
    const writer = await holdElsewhere(file, "READ_WRITE");
    let waited = 0;
    const warehouse = open({
      wait(ms) {
        waited += ms;
        return Promise.resolve();
      },
    });
    const failure = await failureOf(warehouse.query("from t", {}));
    await end(writer);
    assert.ok(failure instanceof SyncFailure);
    assert.equal(failure.code, "warehouse-busy");
    assert.match(failure.message, new RegExp(`process ${writer.pid} .*"warehouse.duckdb"`));
    assert.ok(waited >= 10_000);
  });

  it("can be cancelled while it waits", async () => {
    const writer = await holdElsewhere(file, "READ_WRITE");
    const stop = new AbortController();
    const describing = open({}).describe("from t", stop.signal);
    setImmediate(() => stop.abort());
    assert.ok((await failureOf(describing)) instanceof Cancelled);
    await end(writer);
  });

  it("lets a writer in while the rows of a query are still being read", async () => {
    const { batches } = await open({}).query("from t", {});
    let rows = 0;
    for await (const batch of batches) {
      if (rows === 0) assert.equal(writeElsewhere(file, "create or replace table written as select 1"), "done");
      rows += batch.rows;
    }
    assert.equal(rows, 30000);
  });

  it("lets a writer in after a failure, a cancel, and rows that nobody reads to the end", async () => {
    const warehouse = open({});
    await failureOf(warehouse.query("select error('no') from t", {}));
    const stop = new AbortController();
    const long = warehouse.query("select count(*) from t a, t b, t c", { signal: stop.signal });
    setImmediate(() => stop.abort());
    await failureOf(long);
    const { batches } = await warehouse.query("from t", {});
    for await (const _ of batches) break;
    await warehouse.query("from t", {});
    assert.equal(writeElsewhere(file, "create or replace table written as select 1"), "done");
    await warehouse.close();
  });

  it("reads beside another reader, and beside itself", async () => {
    const reader = await holdElsewhere(file, "READ_ONLY");
    const warehouse = open({});
    const queries = Array.from({ length: 4 }, () => rowsOf(warehouse, "from t"));
    assert.deepEqual(await Promise.all(queries), [30000, 30000, 30000, 30000]);
    await end(reader);
    assert.equal(writeElsewhere(file, "create or replace table written as select 1"), "done");
  });

  function open(clock: Partial<Parameters<typeof openDuckDbWarehouse>[1]>): Warehouse {
    const config = { path: "warehouse.duckdb", options: {}, memory_limit: "512MB" };
    return openDuckDbWarehouse(config, { root, scratch: join(root, ".sluice/tmp"), ...clock });
  }
});

async function rowsOf(warehouse: Warehouse, query: string): Promise<number> {
  const { batches } = await warehouse.query(query, {});
  let rows = 0;
  for await (const batch of batches) rows += batch.rows;
  return rows;
}

const driver = JSON.stringify(require.resolve("@duckdb/node-api"));

/** A process that has the file open until it is ended. */
async function holdElsewhere(file: string, access: "READ_ONLY" | "READ_WRITE"): Promise<ChildProcess> {
  const code = `require(${driver}).DuckDBInstance.create(${JSON.stringify(file)}, { access_mode: "${access}" })
    .then((db) => { globalThis.kept = db; console.log("open"); process.stdin.resume(); })`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** Runs a statement in a process of its own: "done", or the error. */
function writeElsewhere(file: string, sql: string): string {
  const code = `(async () => {
      const db = await require(${driver}).DuckDBInstance.create(${JSON.stringify(file)});
      await (await db.connect()).run(${JSON.stringify(sql)});
    })().then(() => console.log("done"), (error) => console.log(error.message))`;
  return spawnSync(process.execPath, ["-e", code], { encoding: "utf8", timeout: 20_000 }).stdout.trim();
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
