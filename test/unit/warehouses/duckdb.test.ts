import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cancelled, SyncFailure } from "../../../src/failure";
import { openDuckDb, sqlString } from "../../../src/warehouses/duckdb-driver";
import { warehouseTypeOf } from "../../../src/warehouses/index";
import { type Cell, QueryProblem, type QueryOptions, type Warehouse } from "../../../src/warehouses/warehouse";

describe("a DuckDB warehouse", () => {
  let outside: string;
  let root: string;
  let warehouse: Warehouse;

  before(async () => {
    outside = mkdtempSync(join(tmpdir(), "sluice-warehouse-"));
    root = join(outside, "it's a project");
    for (const folder of ["data/deep", "links", ".sluice", ".git"]) mkdirSync(join(root, folder), { recursive: true });
    const csv = 'id,name\n1,Ada\n2,"O\'Neil, ""Ü"""\n';
    for (const file of ["people.csv", "people-2.csv", "data/people.csv", "data/deep/people.csv", "data/.hidden.csv"]) {
      writeFileSync(join(root, file), csv);
    }
    for (const file of ["../outside.csv", ".sluice/state.csv", ".git/config", ".env"])
      writeFileSync(join(root, file), csv);
    writeFileSync(join(root, "data/people.json"), '[{ "id": 1, "tags": ["a"] }]');
    symlinkSync("..", join(root, "up"));
    symlinkSync("../../outside.csv", join(root, "links/out.csv"));
    symlinkSync("../data/people.csv", join(root, "links/in.csv"));
    const db = await openDuckDb(join(root, "warehouse.duckdb"));
    await db.run("create table customers as select i as id, 'c' || i as email from range(3) r(i)");
    await db.run("create sequence numbers");
    await db.run('create schema crm; create table crm."odd name" (n decimal(12,2), raw blob)');
    await db.run(`create view people as from ${sqlString(join(root, "data/p*.csv"))}`);
    await db.run(`create view secret as from read_text(${sqlString(join(root, ".env"))})`);
    await db.run("create macro ask(q) as table from query(q)");
    await db.run("create view logging as from enable_logging(storage = 'stdout')");
    const profile = sqlString(join(root, "data/profile.json"));
    await db.run(
      `create macro profiling() as table from enable_profiling(format = 'json', save_location = ${profile})`,
    );
    await db.run("create macro serialized() as table from json_execute_serialized_sql(json_serialize_sql('select 1'))");
    await db.run(`copy (from customers) to ${sqlString(join(root, "data/customers.parquet"))}`);
    db.close();
    warehouse = await open({ path: "warehouse.duckdb" });
  });
  after(() => rmSync(outside, { recursive: true, force: true }));

  function open(config: Record<string, unknown>): Promise<Warehouse> {
    const type = warehouseTypeOf("duckdb");
    assert.ok(type);
    return type.open(config, { root, scratch: join(root, ".sluice/tmp") });
  }
  const rowsOf = (query: string, options?: QueryOptions): Promise<Cell[][]> => rows(warehouse, query, options);

  it("describes a query without running it, whatever form of SELECT it has", async () => {
    assert.deepEqual(
      await warehouse.describe("select id, email, 1.50 as n from customers where error('read a row'); -- all"),
      [
        { name: "id", native: "BIGINT", type: "number" },
        { name: "email", native: "VARCHAR", type: "text" },
        { name: "n", native: "DECIMAL(3,2)", type: "number" },
      ],
    );
    const forms = ["from customers", "values (1)", "with c as (from customers) from c", "(select 1) union (select 2)"];
    for (const form of [...forms, "table customers;;", "select ';' -- ; \n/* ; */ ;", "select $$;$$"]) {
      assert.ok((await warehouse.describe(form)).length > 0, form);
    }
  });

  it("says where the author's SQL is wrong, and what was meant", async () => {
    const cases: readonly [query: string, position: number, candidate?: string][] = [
      ["select '🙂', emial from customers", 13, "email"],
      ["select * fom customers", 13],
      ["select * from custmers", 14, "customers"],
      ["select a.x from 'data/people.csv' a, 'people.csv' b", 7],
      ["select 1 from 'data/people.csv' a where a.nam = 'x'", 40],
      ["select 1 from 'data/nothing.csv'", 14],
      ["select 1); drop table customers; --", 8],
    ];
    for (const [query, position, candidate] of cases) {
      const problem = await failure(warehouse.describe(query));
      assert.ok(problem instanceof QueryProblem, query);
      assert.equal(problem.position, position, `${query}: ${problem.message}`);
      if (candidate !== undefined) assert.ok(problem.candidates.includes(candidate), query);
    }
  });

  it("gives cells of every type as JSON values", async () => {
    const query = `select 9007199254740993 as big, 1.50::decimal(10,2) as price, 0.1::float as f, null as nothing, '' as empty,
      date '2026-01-31' as d, timestamp '2026-01-31 10:00:00' as t, timestamptz '2026-01-31 10:00:00+02' as i,
      ['a'] as list, {'a': 1} as s, 'x'::blob as b, true as yes`;
    const row = ["9007199254740993", 1.5, 0.1, null, "", "2026-01-31", "2026-01-31T10:00:00", "2026-01-31T08:00:00Z"];
    assert.deepEqual(await rowsOf(query), [[...row, '["a"]', '{"a":1}', "78", true]]);
  });

  it("keeps the query's order and stops at the limit", async () => {
    assert.deepEqual(await rowsOf("select id from customers order by id desc", { limit: 2 }), [[2], [1]]);
    const many = await rowsOf("select i from range(25000) r(i) order by i desc");
    assert.deepEqual([many.length, many[0], many.at(-1)], [25000, [24999], [0]]);
  });

  it("finds the project's files by relative paths from any working directory", async () => {
    const people = [
      [1, "Ada"],
      [2, 'O\'Neil, "Ü"'],
    ];
    assert.deepEqual(await rowsOf("from 'people.csv'"), people);
    assert.deepEqual(await rowsOf("select name from './data/people.csv' where id = 1"), [["Ada"]]);
    assert.deepEqual(await rowsOf("select count(*) from 'people*.csv'"), [[4]]);
    assert.deepEqual(await rowsOf("select count(*) from 'data/**/*.csv'"), [[4]]);
    assert.deepEqual(await rowsOf("select count(*) from 'data/?eople.csv'"), [[2]]);
    assert.deepEqual(await rowsOf("select count(*) from 'links/in.csv'"), [[2]]);
    assert.deepEqual(await rowsOf("select count(*) from read_csv(['people.csv', 'data/people.csv'])"), [[4]]);
    assert.deepEqual(await rowsOf("select tags from 'data/people.json'"), [['["a"]']]);
    assert.deepEqual(await rowsOf("select count(*) from read_parquet('data/*.parquet') join customers using (id)"), [
      [3],
    ]);
    assert.deepEqual(await rowsOf("select count(*) from people"), [[2]]);
    assert.deepEqual(await rowsOf("select people.name from 'data/people.csv' limit 1"), [["Ada"]]);
    assert.deepEqual(await rowsOf("select 'data/people.csv'"), [["data/people.csv"]]);
    assert.deepEqual(await rows(await open({}), "select count(*) from 'people.csv'"), [[2]]);
  });

  it("finds files in a project whose folder looks like a pattern", async () => {
    const odd = join(outside, "[draft] what?");
    mkdirSync(odd);
    for (const file of ["a.csv", "b.csv", ".c.csv"]) writeFileSync(join(odd, file), "id\n1\n");
    const type = warehouseTypeOf("duckdb");
    const project = await type?.open({}, { root: odd, scratch: join(odd, ".sluice") });
    assert.ok(project);
    assert.deepEqual(await rows(project, "from 'a.csv'"), [[1]]);
    assert.deepEqual(await rows(project, "from '*.csv'"), [[1], [1]]);
  });

  it("refuses every way to write, to reach outside the project, or to reach what is hidden in it", async () => {
    const queries = [
      "delete from customers",
      "insert into customers values (1, 'x') returning id",
      "create table t as select 1",
      "copy customers to 'data/out.csv'",
      "attach 'other.duckdb'",
      "install httpfs",
      "set threads = 1",
      "set enable_external_access = true",
      "pragma enable_profiling",
      "select 1; select 2",
      "select 1; delete from customers",
      "export database 'data'",
      "from query('select 1')",
      "from enable_logging(storage = 'file', storage_path = 'data/log')",
      "from enable_profiling(save_location = 'data/profile.json')",
      "from system.main.\"query\"('select 1')",
      "from json_execute_serialized_sql(json_serialize_sql('select 1'))",
      "from logging",
      "select id from customers where exists (from logging)",
      "from profiling()",
      "from serialized()",
      "from ask('from en' || 'able_logging()')",
      "from ask('from read_text(''/etc/passwd'')')",
      "from ask('copy customers to ''data/out.csv''')",
      "from ask('select 1; delete from customers')",
      "with gone as (delete from customers returning id) from gone",
      "from (insert into customers values (9, 'x') returning id)",
      "select nextval('numbers')",
      "call enable_logging()",
      "prepare p as select 1",
      "set variable x = 1",
      "create secret (type s3)",
      "create temp table t as select 1",
      "detach warehouse",
      "load httpfs",
      "use memory",
      "vacuum",
      "reset threads",
      "import database 'data'",
      "merge into customers using (select 1 as id) s on false when not matched then insert values (9, 'x')",
      ".shell ls",
      "select getenv('HOME')",
      "from query_table('/etc/passwd')",
      "from query_table(['.env'])",
      "from duckdb_secrets()",
      "from sqlite_scan('data/x.db', 't')",
      "from postgres_scan('host=127.0.0.1', 's', 't')",
      "from load_aws_credentials()",
      "from '/etc/passwd'",
      "from read_text('/etc/passwd')",
      "from read_text('/etc/' || 'passwd')",
      "from read_text('/proc/self/environ')",
      "from read_text('/dev/fd/0')",
      "from read_text('fd://0')",
      "from read_text(['people.csv', '/etc/passwd'])",
      "from read_text(e'/etc/passwd')",
      "from read_text($$/etc/passwd$$)",
      "from read_text(lower('/ETC/PASSWD'))",
      "from read_text(filename => '/etc/passwd')",
      "from system.main.read_text('/etc/passwd')",
      "from (values ((select content from read_text('/etc/passwd'))))",
      "from customers limit (select length(content) from read_text('.env'))",
      "from read_csv('people.csv', nullstr = (select content from read_text('.env')))",
      "from parquet_metadata('/etc/passwd')",
      'from "/etc/hosts.csv"',
      "from read_text('file:///etc/passwd')",
      "from read_blob('~/.ssh/id_rsa')",
      "from '../outside.csv'",
      "from 'data/../../outside.csv'",
      `from ${sqlString(join(outside, "outside.csv"))}`,
      "from 'links/out.csv'",
      "from 'links/*.csv'",
      "from 'up/outside.csv'",
      "from 'up/*.csv'",
      "from read_text('.env')",
      "from read_text('data/../.env')",
      "from read_text('*/../.env')",
      "from read_text('.e*')",
      "from read_text('.e' || 'nv')",
      "from secret",
      "from '.sluice/state.csv'",
      "from read_text('.git/config')",
      "from glob('/etc/*')",
      "from 'data/.hidden.csv'",
      "from sniff_csv('.env')",
      "from 'https://example.com/people.csv'",
      "from 's3://bucket/people.parquet'",
      "from 'hf://datasets/people.csv'",
      "from read_parquet('az://box/people.parquet')",
      "from read_duckdb('.sluice/other.duckdb')",
    ];
    for (const query of queries) {
      const error = await failure(rowsOf(query));
      assert.ok(error instanceof QueryProblem, `${query}: ${String(error)}`);
      assert.ok(!error.message.includes(root) && !error.message.includes("Ada"), error.message);
    }
    assert.deepEqual(readdirSync(join(root, "data")).sort(), [
      ".hidden.csv",
      "customers.parquet",
      "deep",
      "people.csv",
      "people.json",
    ]);
    assert.deepEqual(await rowsOf("select count(*) from customers"), [[3]]);
    assert.deepEqual(await rowsOf("from ask('select count(*) from customers')"), [[3]]);
    assert.deepEqual(await rowsOf("select parse_filename(filename) as f from read_text('*') order by f"), [
      ["people-2.csv"],
      ["people.csv"],
      ["warehouse.duckdb"],
    ]);
  });

  it("never gives a short result: a failure at a late row throws before the first batch", async () => {
    const query = "select (case when i = 500000 then 'Ada' else '1' end)::int as n from range(1000000) r(i)";
    const error = await failure(warehouse.query(query, {}));
    assert.ok(error instanceof QueryProblem);
    assert.ok(!error.message.includes("Ada"), error.message);
  });

  it("cancels while a query runs and between two batches", async () => {
    const running = new AbortController();
    const query = warehouse.query("select count(*) from range(1000000000000)", { signal: running.signal });
    setImmediate(() => running.abort());
    assert.ok((await failure(query)) instanceof Cancelled);
    const reading = new AbortController();
    const { batches } = await warehouse.query("from range(50000)", { signal: reading.signal });
    const error = await failure(
      (async () => {
        for await (const _ of batches) reading.abort();
      })(),
    );
    assert.ok(error instanceof Cancelled);
  });

  it("stages a query as a table of another database file, whole or not at all", async () => {
    const file = join(outside, "stage.duckdb");
    assert.deepEqual(await warehouse.stage("select id, email from customers;", { file, table: "model" }, {}), {
      rows: 3,
    });
    const late = "select (case when i = 500000 then 'x' else '1' end)::int as n from range(1000000) r(i)";
    assert.ok((await failure(warehouse.stage(late, { file, table: "late" }, {}))) instanceof QueryProblem);
    const stop = new AbortController();
    setImmediate(() => stop.abort());
    const cancelled = warehouse.stage("from range(10000000000)", { file, table: "long" }, { signal: stop.signal });
    assert.ok((await failure(cancelled)) instanceof Cancelled);
    const db = await openDuckDb(file, { readOnly: true });
    assert.deepEqual(await db.rows("select table_name as t from duckdb_tables()"), [{ t: "model" }]);
    assert.deepEqual(await db.rows("from model order by id limit 1"), [{ id: 0, email: "c0" }]);
    db.close();
  });

  it("stages more than fits into memory, and leaves nothing in the scratch folder", async () => {
    const small = await open({ memory_limit: "100MB", threads: 2 });
    const file = join(outside, "big.duckdb");
    const query = "select i, md5(i::varchar) || md5((i + 1)::varchar) as text from range(3000000) r(i) order by text";
    assert.deepEqual(await small.stage(query, { file, table: "model" }, {}), { rows: 3_000_000 });
    assert.deepEqual(readdirSync(join(root, ".sluice/tmp")), []);
  });

  it("lists tables and views with their columns, by the names one writes in SQL", async () => {
    const tables = await warehouse.tables();
    assert.deepEqual(
      tables.map(({ name, columns }) => [name, columns.map((each) => `${each.name} ${each.type ?? "-"}`)]),
      [
        ["customers", ["id number", "email text"]],
        ["logging", ["Success boolean"]],
        ["people", ["id number", "name text"]],
        ["secret", ["filename text", "content text", "size number", "last_modified instant"]],
        ['crm."odd name"', ["n number", "raw -"]],
      ],
    );
    assert.deepEqual(await warehouse.probe(), { account: "warehouse.duckdb" });
  });

  it("says what is wrong with a file that is no database", async () => {
    writeFileSync(join(root, "broken.duckdb"), "not a database".repeat(1000));
    writeFileSync(join(root, "empty.duckdb"), "");
    const cases = [
      ["nowhere.duckdb", "warehouse-missing"],
      ["broken.duckdb", "warehouse-unreadable"],
      ["empty.duckdb", "warehouse-unreadable"],
      ["data", "warehouse-unreadable"],
    ] as const;
    for (const [path, code] of cases) {
      const error = await failure((await open({ path })).probe());
      assert.ok(error instanceof SyncFailure, path);
      assert.deepEqual([path, error.code], [path, code]);
    }
  });

  it("refuses connections that would need more than this machine", () => {
    const type = warehouseTypeOf("duckdb");
    for (const config of [
      { path: "md:shop" },
      { path: "s3://b/w.duckdb" },
      { options: { read_write: true } },
      { pth: "x" },
    ]) {
      assert.equal(type?.connection.safeParse(config).success, false, JSON.stringify(config));
    }
    assert.equal(type?.connection.safeParse({ path: "w.duckdb", options: { block_size: 16384 } }).success, true);
  });
});

async function rows(warehouse: Warehouse, query: string, options: QueryOptions = {}): Promise<Cell[][]> {
  const all: Cell[][] = [];
  const { batches } = await warehouse.query(query, options);
  for await (const batch of batches) {
    for (let row = 0; row < batch.rows; row += 1) all.push(batch.columns.map((column) => column[row] ?? null));
  }
  return all;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
}
