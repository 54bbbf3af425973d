/** Whole runs into PostgreSQL, through a connection that keeps breaking while transactions are committed. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Edges } from "../../../src/calls/edges";
import { createSession, type Session } from "../../../src/calls/session";
import { type Proxy, proxyTo } from "../../support/database-proxy";
import { type Postgres, postgres } from "../../support/postgres";
import { temporaryFolder } from "../../support/temporary.mjs";

const records = 10_000;
/** 3 % of the records are older than the table lets people be. */
const isBad = (id: number) => id % 33 === 0;
const good = Array.from({ length: records }, (_, index) => index + 1).filter((id) => !isBad(id));

describe("a run into PostgreSQL", function () {
  this.timeout(120_000);
  let server: Postgres;
  let database: string;
  let proxy: Proxy;
  let root: string;
  let session: Session;
  /** Of three commits, one is carried out and its answer lost, one is lost before it arrives. */
  let commits: number | undefined;
  const sql = (text: string) => server.query(database, text);

  before(async function () {
    server = await postgres(this);
    proxy = await proxyTo(server.port, (piece) => {
      if (commits === undefined || !piece.includes("commit\0")) return "pass";
      return (["lose", "drop", "pass"] as const)[commits++ % 3] ?? "pass";
    });
  });
  after(() => proxy.close());
  beforeEach(async () => {
    commits = undefined;
    database = await server.create();
    await sql(`create table people (id int primary key, name text not null, age int check (age < 150));
      create table events (id int, name text, age int check (age < 150))`);
    root = temporaryFolder("postgres-run");
    mkdirSync(root, { recursive: true });
    const connection = { type: "postgresql", host: "127.0.0.1", port: proxy.port, database, user: "postgres" };
    write("sluice.yaml", {
      version: 1,
      warehouses: { main: { type: "duckdb", path: ":memory:" } },
      destinations: { there: connection },
    });
    session = createSession(edges);
    await session.calls.describe({ root }, { connection: "there" });
  });
  afterEach(async () => {
    await session.close();
    rmSync(root, { recursive: true, force: true });
  });

  const write = (file: string, json: unknown) => writeFileSync(path.join(root, file), JSON.stringify(json));
  const run = async (sync: object, fate: "well" | "broken" = "well") => {
    write("people.sync.yaml", {
      model: {
        sql: `select i as id, 'Name ' || i as name, case when i % 33 = 0 then 200 else 30 end as age from range(1, ${records + 1}) t(i)`,
        key: "id",
      },
      fields: { id: "id", name: "name", age: "age" },
      ...sync,
    });
    const file = { file: "people.sync.yaml" };
    const { id } = await session.calls.plan({ root }, file, { firstRun: "send" }, () => undefined);
    if (fate === "broken") commits = 0;
    const report = await session.calls.run({ root }, file, { plan: id }, () => undefined);
    const rejections = await session.calls.rejections({ root }, { run: report.id, offset: 0, limit: records });
    return { ...report, rejections };
  };
  const upsert = { destination: { connection: "there", object: "people", match: "id" }, mode: "upsert" };
  const append = { destination: { connection: "there", object: "events" }, mode: "append" };

  it("reports each bad record once with the server's reason, applies all others, and then has nothing to do", async () => {
    const { status, counts, rejections } = await run(upsert);
    assert.deepEqual([status, counts.created, counts.rejected], ["rejected", good.length, records - good.length]);
    assert.deepEqual(
      rejections.map(({ key }) => Number(key)).sort((a, b) => a - b),
      Array.from({ length: records }, (_, index) => index + 1).filter(isBad),
    );
    for (const { code, reason } of rejections) {
      assert.equal(code, "check-failed");
      assert.match(reason, /^new row for relation "people" violates check constraint "people_age_check"/);
    }
    assert.deepEqual((await sql("select id from people order by id")).flat().map(Number), good);
    await sql("alter table people drop constraint people_age_check");
    const second = await run(upsert);
    assert.deepEqual([second.status, second.counts.created], ["succeeded", records - good.length]);
    const third = await run(upsert);
    assert.deepEqual([third.status, third.counts.requests], ["succeeded", 0]);
  });

  for (const [what, sync, table] of [
    ["upserts", upsert, "people"],
    ["inserts", { ...upsert, mode: "insert" }, "people"],
    ["appends", append, "events"],
  ] as const) {
    it(`${what} every record once where two connections of three break in their commits, and none is in doubt`, async () => {
      await sql(`alter table ${table} drop constraint ${table}_age_check`);
      const before = proxy.broken;
      const { status, counts } = await run(sync, "broken");
      commits = undefined;
      assert.ok(proxy.broken > before, "nothing broke");
      assert.deepEqual([status, counts.created + counts.updated, counts.inDoubt], ["succeeded", records, 0]);
      const [[rows, distinct] = []] = await sql(`select count(*), count(distinct id) from ${table}`);
      assert.deepEqual([Number(rows), Number(distinct)], [records, records]);
      if (table === "people") return;
      const { counts: again } = await run(sync);
      assert.equal(again.requests, 0);
    });
  }
});

const edges: Edges = {
  now: () => Date.now(),
  // What is waited for is the server's own doing.
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20))),
  secrets: () => Promise.resolve({ secret: () => Promise.resolve(undefined), env: () => undefined }),
  random: Math.random,
  log: () => undefined,
};
