/** PostgreSQL as a destination, at a real server. */
import assert from "node:assert/strict";
import { postgresql } from "../../../src/destinations/postgresql";
import { type SyncFailure } from "../../../src/failure";
import { type Outcome } from "../../../src/record";
import { asReader } from "../../../src/run/connect";
import { type Json, type LogicalType } from "../../../src/value";
import { type DatabaseWorld, databaseWorld, type Given } from "../../support/database-world";
import { type Postgres, postgres } from "../../support/postgres";

describe("PostgreSQL", function () {
  this.timeout(60_000);
  let server: Postgres;
  let database: string;
  let world: DatabaseWorld;
  const sql = (text: string) => server.query(database, text);
  const open = (more: object = {}) =>
    databaseWorld({
      destination: postgresql,
      config: { host: server.host, port: server.port, database, user: "postgres", password: "canary-1", ...more },
      secrets: ["canary-1"],
    });

  before(async function () {
    server = await postgres(this);
  });
  /** A database of its own with these tables, and a connection to it. */
  async function given(setup: string): Promise<void> {
    database = await server.create();
    await sql(setup);
    world = open();
  }
  afterEach(() => world?.close());

  const people = `create table people (
    email text primary key, name text, age integer check (age < 150), plan varchar(10) default 'free', seen timestamptz)`;
  const record = (n: number, more: Given["fields"] = {}): Given => ({
    fields: { email: `p${n}@x.io`, name: `Name ${n}`, age: n, ...more },
  });
  const many = (count: number): Given[] => Array.from({ length: count }, (_, index) => record(index + 1));
  const to = { object: "people", match: "email" } as const;

  it("describes tables, views and columns as a role may write them", async () => {
    await given(`
      create schema crm;
      create type mood as enum ('sad', 'ok');
      create domain mail as text check (value like '%@%') not null;
      create table crm.companies (id bigint generated always as identity primary key, domain varchar(40) unique);
      create table "Odd.one" (
        id uuid primary key default gen_random_uuid(), "sel""ect" mail, amount numeric(10,2) not null, tags text[],
        feels mood, company bigint references crm.companies, doubled numeric generated always as (amount * 2) stored,
        at timestamptz not null default now(), code char(3), unique (code, amount));
      create unique index on "Odd.one" (lower(code));
      comment on table "Odd.one" is 'Odd things';
      comment on column "Odd.one".amount is 'In euros';
      create view names as select "sel""ect" as mail from "Odd.one" where amount > 1;
      create view counts as select count(*) from "Odd.one";
      create table parts (id int primary key, v text) partition by range (id);
      create table parts1 partition of parts for values from (0) to (100);
      create table hidden (id int primary key);
      create role clerk login; grant usage on schema crm to clerk;
      grant select, insert on crm.companies to clerk; grant select, insert, update, delete on "Odd.one", parts to clerk;
      grant insert, select on names to clerk`);
    await world.close();
    world = open({ user: "clerk" });
    const { account, label } = await world.writer.probe();
    assert.match(account, new RegExp(`^\\d+/${database}$`));
    assert.equal(label, `the database ${database} on 127.0.0.1, as clerk`);
    const objects = await world.objects();
    assert.deepEqual(
      objects
        .map(({ name, modes, removals, match, readable }) => [name, modes.join(), removals.join(), match, readable])
        .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
      [
        [`"Odd.one"`, "insert,update,upsert,mirror,append", "delete,clear,keep", "required", true],
        ["*", "insert,update,upsert,mirror,append", "delete,clear,keep", "required", true],
        ["crm.companies", "insert,append", "", "required", true],
        ["names", "append", "", "none", false],
        ["parts", "insert,update,upsert,mirror,append", "delete,clear,keep", "required", true],
      ],
    );
    const odd = await world.object(`"Odd.one"`);
    assert.equal(odd.description, "Odd things");
    assert.deepEqual(odd.fields, [
      { name: "id", type: "text", native: "uuid", unique: true },
      { name: `sel"ect`, type: "text", native: "text, domain mail", required: true },
      { name: "amount", type: "number", description: "In euros", native: "numeric(10,2)", required: true },
      { name: "tags", type: "json", native: "text[]" },
      { name: "feels", type: "option", native: "mood", options: [{ value: "sad" }, { value: "ok" }] },
      { name: "company", type: "integer", native: "bigint", references: "crm.companies" },
      { name: "doubled", type: "number", native: "numeric", readOnly: true },
      { name: "at", type: "instant", native: "timestamp with time zone" },
      { name: "code", type: "text", native: "character(3)", maxLength: 3 },
    ]);
    const companies = await world.object("crm.companies");
    assert.deepEqual(companies.fields, [
      { name: "id", type: "integer", native: "bigint", readOnly: true, unique: true },
      { name: "domain", type: "text", native: "character varying(40)", unique: true, maxLength: 40 },
    ]);
  });

  it("tells the fields of one table as they are now", async () => {
    await given(people);
    const [before = []] = [(await world.object("people")).fields];
    await sql(`create schema crm; create table crm.people (id int); alter table people drop column age;
      alter table people alter plan type text, drop constraint people_pkey`);
    const now = await world.writer.fieldsNow({ object: "people", names: ["email"] });
    const known = new Map(before.map((field) => [field.name, field]));
    assert.deepEqual(now, [
      { name: "email", type: "text", native: "text", required: true },
      known.get("name"),
      { name: "plan", type: "text", native: "text" },
      known.get("seen"),
    ]);
    assert.equal(await world.writer.fieldsNow({ object: "none", names: ["email"] }), undefined);
  });

  it("upserts, and tells what it made from what was there", async () => {
    await given(`${people}; insert into people values ('p2@x.io', 'Old', 7, 'paid')`);
    assert.deepEqual(await world.send(to, many(3)), [
      { outcome: "applied", id: 1, remoteId: "p1@x.io", created: true },
      { outcome: "applied", id: 2, remoteId: "p2@x.io", created: false },
      { outcome: "applied", id: 3, remoteId: "p3@x.io", created: true },
    ]);
    assert.deepEqual(await sql("select email, name, age, plan from people order by 1"), [
      ["p1@x.io", "Name 1", "1", "free"],
      ["p2@x.io", "Name 2", "2", "paid"],
      ["p3@x.io", "Name 3", "3", "free"],
    ]);
  });

  it("does the same in a partitioned table", async () => {
    await given(`create table parts (id int primary key, v text) partition by range (id);
      create table parts1 partition of parts for values from (0) to (100); insert into parts values (1, 'old')`);
    const rows = [1, 2, 200].map((id) => ({ fields: { id, v: "new" } }));
    const outcomes = await world.send({ object: "parts", match: "id" }, rows);
    assert.deepEqual(short(outcomes), ["adopted", "created", "rejected check-failed"]);
    assert.deepEqual(await sql("select * from parts order by 1"), [
      ["1", "new"],
      ["2", "new"],
    ]);
  });

  it("inserts only what is new, updates only what is there, and appends whatever comes", async () => {
    await given(`${people}; create table events (name text); insert into people values ('p1@x.io', 'Old')`);
    assert.deepEqual(short(await world.send({ ...to, mode: "insert" }, many(2))), ["skipped", "created"]);
    assert.deepEqual(short(await world.send({ ...to, mode: "update" }, many(3))), ["adopted", "adopted", "skipped"]);
    const event = { fields: { name: "a" } };
    assert.deepEqual(short(await world.send({ object: "events", mode: "append" }, [event, event])), [
      "created",
      "created",
    ]);
    const names = await sql("select name from people union all select name from events order by 1");
    assert.deepEqual(names.flat(), ["Name 1", "Name 2", "a", "a"]);
  });

  it("removes and clears by the match that was sent", async () => {
    await given(people);
    await world.send(to, many(3));
    const gone = { fields: {}, action: "delete", match: "p1@x.io", remoteId: "p1@x.io" } as const;
    const absent = { ...gone, match: "p9@x.io", remoteId: "p9@x.io" };
    const removed = await world.send({ ...to, mode: "mirror", onRemoved: "delete" }, [gone, absent]);
    assert.deepEqual(short(removed), ["applied", "applied"]);
    const clearing = { ...gone, fields: { name: null, age: null }, match: "p2@x.io", remoteId: "p2@x.io" };
    await world.send({ ...to, mode: "mirror", onRemoved: "clear" }, [clearing]);
    assert.deepEqual(await sql("select email, name, age, plan from people order by 1"), [
      ["p2@x.io", null, null, "free"],
      ["p3@x.io", "Name 3", "3", "free"],
    ]);
  });

  it("moves a row whose match changed, and makes it where it is gone", async () => {
    await given(people);
    await world.send(to, many(2));
    const moved = { ...record(5), action: "update", remoteId: "p1@x.io", matchBefore: "p1@x.io" } as const;
    const vanished = { ...record(6), action: "update", remoteId: "p9@x.io", matchBefore: "p9@x.io" } as const;
    const taken = { ...record(5, { name: "x" }), match: "p2@x.io", remoteId: "p6@x.io" } as const;
    assert.deepEqual(short(await world.send(to, [moved, vanished])), ["adopted", "created"]);
    const clash = { ...taken, action: "update", fields: { email: "p2@x.io", name: "x" } } as const;
    assert.deepEqual(short(await world.send(to, [clash])), ["rejected not-unique"]);
    assert.deepEqual(await sql("select email, name from people order by 1"), [
      ["p2@x.io", "Name 2"],
      ["p5@x.io", "Name 5"],
      ["p6@x.io", "Name 6"],
    ]);
  });

  it("reports each bad row once, in the server's words and with its column, and writes all others", async () => {
    await given(`${people}; alter table people add unique (name); create table visits (at int);
      create function refuse() returns trigger language plpgsql as $$ begin
        if new.name = 'bad' then raise exception 'No bad names'; end if; return new; end $$;
      create trigger refuse before insert on people for each row execute function refuse()`);
    const rows = many(1000);
    rows[99] = record(100, { age: 200 });
    rows[499] = record(500, { name: "Name 1" });
    rows[699] = record(700, { name: "bad" });
    for (let n = 150; n <= 1000; n += 1) rows[n - 1] = { fields: { ...rows[n - 1]!.fields, age: 1 } };
    const outcomes = await world.send(to, rows);
    const rejected = outcomes.flatMap((one) => (one.outcome === "rejected" ? [one] : []));
    assert.deepEqual(
      rejected.map(({ id, code, field, reason }) => [id, code, field, reason.split(".")[0]]),
      [
        [100, "check-failed", undefined, `new row for relation "people" violates check constraint "people_age_check"`],
        [500, "not-unique", "name", `duplicate key value violates unique constraint "people_name_key"`],
        [700, "raised", undefined, "No bad names"],
      ],
    );
    assert.equal(outcomes.filter((one) => one.outcome === "applied" && one.created === true).length, 997);
    assert.deepEqual(await sql("select count(*) from people"), [["997"]]);
    const shown = world.exchanges.findLast(({ changes }) => changes.includes(700));
    assert.match(shown?.response?.body ?? "", /"refused","P0001","No bad names/);
    assert.match(shown?.request.body ?? "", /insert into "public"\."people"[^]*/);
    assert.equal(world.exchanges.filter(({ request }) => request.body?.includes("insert into")).length, 2);
  });

  it("checks deferred constraints while it is known whose fault they are", async () => {
    await given(`create table companies (id int primary key); insert into companies values (1);
      create table people (email text primary key, company int references companies deferrable initially deferred)`);
    const rows = [1, 2, 1].map((company, index) => ({ fields: { email: `p${index}@x.io`, company } }));
    assert.deepEqual(short(await world.send(to, rows)), ["created", "rejected foreign-key", "created"]);
  });

  it("takes every type as it is and reads back what it was sent", async () => {
    await given(`create domain euro as numeric(12,2); create type mood as enum ('sad', 'it''s "ok"');
      create table kinds (id text primary key, t text, v varchar(5), c char(4), i2 smallint, i4 int, i8 bigint, n numeric,
        n2 numeric(10,2), d euro, r real, f double precision, b boolean, dt date, ts timestamp, tz timestamptz, j json, jb jsonb,
        ta text[], ia int[], u uuid, by bytea, e mood)`);
    const typed = (type: LogicalType, ...texts: string[]) =>
      texts.map((text): { value: { type: LogicalType; text: string } } => ({ value: { type, text } }));
    const cases: Readonly<Record<string, readonly Given["fields"][string][]>> = {
      t: [
        "",
        " ",
        "é🙂\u0301",
        `quo"te's`,
        "line\r\nbreak\ttab",
        "back\\slash \\N \\.",
        "<b>",
        "x".repeat(200_000),
        "\\.",
        "NULL",
        null,
      ],
      v: ["12345", "é🙂é🙂é"],
      c: ["ab", "abcd"],
      i2: [-32768, 32767],
      i4: [0, 2147483647],
      i8: typed("number", "-9223372036854775808", "9223372036854775807"),
      n: typed("number", "12345678901234567890.123456789", "0.1000000000000000055511151231257827", "1e+25", "-0.5"),
      n2: typed("number", "12345678.99", "10"),
      d: typed("number", "0.01"),
      r: typed("number", "0.1", "16777216", "3.4e+38"),
      f: typed("number", "0.1", "1.7976931348623157e+308", "5e-324"),
      b: [true, false, 1, 0, "TRUE"],
      dt: typed("date", "2026-01-31", "0001-01-01", "9999-12-31"),
      ts: [
        ...typed("timestamp", "2026-01-31T10:00:00", "1969-12-31T23:59:59.999999"),
        ...typed("instant", "2026-01-31T10:00:00Z"),
      ],
      tz: [
        ...typed("instant", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00.12Z"),
        ...typed("timestamp", "2026-03-29T02:30:00"),
        ...typed("date", "2026-03-29"),
      ],
      j: typed("json", `{"b": 1, "a": [1, null, "x\\"y"]}`, "[]", `"text"`, "12345678901234567890"),
      jb: [...typed("json", `{"b":1,"a":[1,null,"é"]}`), `{"from":"text"}`],
      ta: typed("json", `["a","b \\"c\\" \\\\","",null,"NULL","{}"]`, "[]"),
      ia: typed("json", "[1,2,null]", "[[1,2],[3,4]]"),
      u: ["6F9619FF-8B86-D011-B42D-00CF4FC964FF"],
      by: ["\\xDEADbeef", "\\x"],
      e: ["sad", `it's "ok"`],
    };
    const rows = Object.entries(cases).flatMap(([name, values]) =>
      values.map((value, index): Given => ({ fields: { id: `${name} ${index}`, [name]: value } })),
    );
    const kinds = { object: "kinds", match: "id" };
    assert.deepEqual(
      short(await world.send(kinds, rows)).filter((one) => one !== "created"),
      [],
    );
    const how = await world.context(kinds, rows);
    const ids = rows.map(({ fields }) => String(fields["id"]));
    const present = await world.writer.read({ by: "id", values: ids, fields: how.fields.map(({ name }) => name) }, how);
    for (const { fields } of rows) {
      const [, [name = "", given] = []] = Object.entries(fields);
      const field = how.fields.find((one) => one.name === name)!;
      const value = given !== null && typeof given === "object" && "value" in given ? given.value : undefined;
      const encoded = postgresql.encode((value ?? plain(given as Json)) as never, field, { action: "create" });
      assert.ok("wire" in encoded);
      const there = present.get(String(fields["id"]))?.fields[name] ?? null;
      assert.equal(postgresql.normal(there, field), postgresql.normal(encoded.wire, field), `${String(fields["id"])}`);
    }
    assert.deepEqual(
      await sql("select ta::text, array_length(ia, 1) from kinds where id in ('ta 0', 'ia 1') order by id"),
      [
        [null, "2"],
        [`{a,"b \\"c\\" \\\\","",NULL,"NULL","{}"}`, null],
      ],
    );
  });

  it("refuses what the column could only keep changed", async () => {
    await given(`create table kinds (id int primary key, n numeric(5,2), i smallint, v varchar(3), d date, ts timestamp, t text,
      j jsonb, a int[], u uuid, need text not null)`);
    const refusals: readonly (readonly [string, Json, string])[] = [
      ["n", 1.005, "too-many-decimals"],
      ["n", 1000, "out-of-range"],
      ["i", 1.5, "not-whole"],
      ["i", 40000, "out-of-range"],
      ["i", "x", "not-a-number"],
      ["v", "1234", "too-long"],
      ["d", "2026-01-31T10:00:00", "has-a-time"],
      ["ts", "2026-01-31T10:00:00+02:00", "has-a-zone"],
      ["t", "a\0b", "nul-character"],
      ["j", "{", "not-json"],
      ["a", "1", "not-a-list"],
      ["u", "1", "not-a-uuid"],
      ["need", null, "not-null"],
    ];
    const rows = refusals.map(([name, value], id) => ({ fields: { id, [name]: value } }));
    const outcomes = await world.send({ object: "kinds", match: "id" }, rows);
    assert.deepEqual(
      outcomes.map((one) => (one.outcome === "rejected" ? [one.field, one.code] : one)),
      refusals.map(([name, , code]) => [name, code]),
    );
  });

  it("reads by any column, also values that the column cannot hold, and looks up primary keys", async () => {
    await given(`create table companies (id int primary key, domain text);
      insert into companies values (1, 'a.io'), (2, 'a.io'), (3, 'b.io')`);
    const how = await world.context({ object: "companies", match: "id" }, [{ fields: { id: 1, domain: "" } }]);
    const found = await world.writer.read(
      { by: "id", values: ["1", "x", "3", "99999999999999"], fields: ["domain"] },
      how,
    );
    assert.deepEqual([...found].map(([value, { remoteId, fields }]) => [value, remoteId, fields["domain"]]).sort(), [
      ["1", "1", "a.io"],
      ["3", "3", "b.io"],
    ]);
    const related = await world.writer.lookup({ object: "companies", by: "domain", values: ["a.io", "b.io", "c.io"] });
    assert.deepEqual(
      [...related].map(([value, ids]) => [value, ids.join()]),
      [
        ["a.io", "1,2"],
        ["b.io", "3"],
      ],
    );
  });

  it("makes a table that is not there, once, with the match as its key", async () => {
    await given("create schema crm");
    const rows = [
      { fields: { id: 1, name: "a", at: { value: { type: "instant", text: "2026-01-31T10:00:00Z" } }, 'od"d': true } },
    ] as const;
    const made = { object: "crm.fresh", match: "id", options: { create: true } };
    const other = open();
    try {
      const both = await Promise.all([
        world.send(made, rows),
        other.send(made, [{ fields: { ...rows[0].fields, id: 2 } }]),
      ]);
      assert.deepEqual(both.flatMap(short), ["created", "created"]);
    } finally {
      await other.close();
    }
    assert.deepEqual(await sql(`select id, name, at, "od""d" from crm.fresh order by 1`), [
      ["1", "a", "2026-01-31 10:00:00+00", "t"],
      ["2", "a", "2026-01-31 10:00:00+00", "t"],
    ]);
    const how = await world.context({ ...made, object: "crm.none" }, rows);
    assert.equal((await world.writer.read({ by: "id", values: ["1"], fields: [] }, how)).size, 0);
  });

  it("says where a trigger keeps a row out, and leaves what it changes to verify", async () => {
    await given(`${people}; create function odd() returns trigger language plpgsql as $$ begin
        if new.name = 'Name 2' then return null; end if; new.name := upper(new.name); return new; end $$;
      create trigger odd before insert or update on people for each row execute function odd()`);
    assert.deepEqual(short(await world.send(to, many(2))), ["created", "rejected not-written"]);
    assert.deepEqual(await sql("select name from people"), [["NAME 1"]]);
  });

  it("tells rows that a policy keeps out from a right that is missing", async () => {
    await given(`${people}; create role writer${Date.now()} login; alter table people enable row level security;
      create policy own on people using (true) with check (age < 10)`);
    const [[role = ""] = []] = await sql(
      "select rolname from pg_roles where rolname like 'writer%' order by oid desc limit 1",
    );
    await sql(`grant select, insert, update on people to ${role ?? ""}`);
    await world.close();
    world = open({ user: role ?? "" });
    assert.deepEqual(short(await world.send(to, [record(1), record(20)])), ["created", "rejected row-security"]);
    await sql(`revoke insert on people from ${role ?? ""}`);
    const { settled, failure } = await world.deliver(to, many(3));
    assert.deepEqual([settled, (failure as SyncFailure).code], [[], "missing-rights"]);
  });

  it("is held to reading by the server itself wherever it plans", async () => {
    await given(`${people}; insert into people values ('p1@x.io')`);
    const reader = asReader(world.writer);
    assert.ok(!("converse" in reader));
    const sneaky: typeof postgresql = {
      ...postgresql,
      *read() {
        yield { step: "query", effect: "read", sql: "delete from people" };
        return new Map();
      },
      *lookup() {
        yield {
          step: "transaction",
          effect: "write",
          statements: [{ sql: "delete from people" }],
          repeatable: true,
          changes: [],
          object: "",
        };
        return new Map();
      },
    };
    const other = databaseWorld({
      destination: sneaky,
      config: { host: server.host, port: server.port, database, user: "postgres" },
    });
    try {
      const how = await other.context(to, many(1));
      await assert.rejects(other.writer.read({ by: "id", values: ["1"], fields: [] }, how), { code: "read-only" });
      await assert.rejects(other.writer.lookup({ object: "people", by: "email", values: ["1"] }), /yielded a write/);
    } finally {
      await other.close();
    }
    assert.deepEqual(await sql("select count(*) from people"), [["1"]]);
  });
});

function plain(json: Json) {
  if (json === null) return null;
  return { type: typeof json === "string" ? "text" : typeof json, text: String(json) };
}

function short(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map((one) => {
    if (one.outcome === "rejected") return `rejected ${one.code}`;
    if (one.outcome !== "applied" || one.created === undefined) return one.outcome;
    return one.created ? "created" : "adopted";
  });
}
