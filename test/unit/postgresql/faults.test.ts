/** PostgreSQL when connections end, servers refuse and runs are cancelled: nothing is lost, nothing written twice. */
import assert from "node:assert/strict";
import { postgresql } from "../../../src/destinations/postgresql";
import { type Destination } from "../../../src/destinations/destination";
import { Cancelled, SyncFailure } from "../../../src/failure";
import { type Outcome } from "../../../src/record";
import { type DatabaseWorld, databaseWorld, type Given } from "../../support/database-world";
import { proxyTo } from "../../support/database-proxy";
import { freePort, type Postgres, postgres } from "../../support/postgres";

describe("PostgreSQL, when something goes wrong", function () {
  this.timeout(60_000);
  let server: Postgres;
  let database: string;
  const sql = (text: string) => server.query(database, text);

  before(async function () {
    server = await postgres(this);
  });
  beforeEach(async () => {
    database = await server.create();
    await sql("create table events (name text); create table people (email text primary key, name text)");
  });

  const open = (port: number, more: object = {}) =>
    databaseWorld({
      destination: postgresql,
      config: { host: "127.0.0.1", port, database, user: "postgres", password: "canary-7", ...more },
      secrets: ["canary-7"],
    });
  /** The next `times` commits meet the fate. */
  async function through(
    fate: "drop" | "lose",
    times: number,
    work: (world: DatabaseWorld) => Promise<void>,
    destination: Destination = postgresql,
  ) {
    let left = 0;
    const decide = (piece: Buffer) => (left > 0 && piece.includes("commit\0") && left-- > 0 ? fate : "pass");
    const proxy = await proxyTo(server.port, decide);
    const config = { host: "127.0.0.1", port: proxy.port, database, user: "postgres" };
    const world = databaseWorld({ destination, config });
    try {
      await world.objects();
      left = times;
      await work(world);
      assert.equal(left, 0, "fewer commits than the fault was for");
    } finally {
      await world.close();
      await proxy.close();
    }
  }
  const names = (count: number): Given[] => Array.from({ length: count }, (_, n) => ({ fields: { name: `n${n}` } }));
  const events = { object: "events", mode: "append" } as const;
  const appended = async () => (await sql("select name from events order by 1")).flat();

  for (const [fate, when] of [
    ["drop", "before the commit arrives"],
    ["lose", "after the commit, before its answer"],
  ] as const) {
    it(`appends once where the connection ends ${when}, again and again`, () =>
      through(fate, 3, async (world) => {
        for (const name of ["a", "b", "c"]) {
          const outcomes = await world.send(events, [{ fields: { name } }]);
          assert.deepEqual(applied(outcomes), ["applied"]);
        }
        assert.deepEqual(await appended(), ["a", "b", "c"]);
        assert.equal(world.writer.sent.retries, fate === "drop" ? 3 : 0);
      }));
  }

  it("leaves rows in doubt where nobody can tell, and only those that must not be repeated", async () => {
    const { driver, address, judge } = postgresql.database!;
    const blind = { ...postgresql, database: { driver, address, judge } };
    await through(
      "lose",
      2,
      async (world) => {
        assert.deepEqual(applied(await world.send(events, names(2))), ["in doubt", "in doubt"]);
        assert.deepEqual(await appended(), ["n0", "n1"]);
        const again = await world.send({ object: "people", match: "email" }, [{ fields: { email: "a", name: "A" } }]);
        assert.deepEqual(again, [{ outcome: "applied", id: 1, remoteId: "a", created: false }]);
      },
      blind,
    );
  });

  it("goes on where the server ends its sessions, also in the middle of a statement", async () => {
    const world = open(server.port);
    try {
      await world.send(events, names(1));
      await sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sluice'");
      await world.send(events, [{ fields: { name: "n1" } }]);
      // Ends its own session, once: a sequence is not rolled back.
      await sql(`create sequence once; create function die() returns trigger language plpgsql as $$ begin
        if nextval('once') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if; return new; end $$;
        create trigger die before insert on events for each row execute function die()`);
      await world.send(events, [{ fields: { name: "n2" } }]);
      assert.deepEqual(await appended(), ["n0", "n1", "n2"]);
      assert.ok(world.writer.sent.retries >= 1);
    } finally {
      await world.close();
    }
  });

  it("tries again what failed for another transaction's sake", async () => {
    await sql(`create sequence once; create function clash() returns trigger language plpgsql as $$ begin
      if nextval('once') < 3 then raise exception 'clash' using errcode = case currval('once') when 1 then '40001' else '40P01' end;
      end if; return new; end $$; create trigger clash before insert on events for each row execute function clash()`);
    const world = open(server.port);
    try {
      const outcomes = await world.send(events, names(1));
      assert.deepEqual(applied(outcomes), ["applied"]);
      assert.equal(world.writer.sent.retries, 2);
    } finally {
      await world.close();
    }
  });

  it("stops with the remedy where the operator must act, and tells no secret", async () => {
    const expected: readonly (readonly [object, string])[] = [
      [{ user: "nobody-here" }, "unauthorized"],
      [{ database: "none-such" }, "unauthorized"],
      [{ tls: "verify" }, "unreachable"],
      [{ port: await freePort() }, "unreachable"],
    ];
    for (const [more, code] of expected) {
      const world = open(server.port, more);
      await assert.rejects(world.objects(), (error: unknown) => {
        assert.ok(error instanceof SyncFailure && error.hint !== "");
        assert.equal(error.code, code, error.message);
        assert.ok(!JSON.stringify([error.message, error.hint, String(error.stack)]).includes("canary-7"));
        return true;
      });
      await world.close();
    }
    const world = open(server.port);
    try {
      await world.objects();
      await sql("drop table events");
      const gone = await world.deliver(events, names(1));
      assert.deepEqual([gone.settled, (gone.failure as SyncFailure).code], [[], "schema-changed"]);
      await sql("alter table people drop constraint people_pkey");
      const unfit = await world.deliver({ object: "people", match: "email" }, [{ fields: { email: "a" } }]);
      assert.equal((unfit.failure as SyncFailure).code, "no-unique-index");
    } finally {
      await world.close();
    }
  });

  it("cancels a statement that runs, and nothing of its batch is there", async () => {
    await sql(`create function wait() returns trigger language plpgsql as $$ begin
      notify waiting; perform pg_sleep(60); return new; end $$;
      create trigger wait before insert on events for each row execute function wait()`);
    const world = open(server.port);
    try {
      await world.objects();
      const halt = new AbortController();
      const sending = world.deliver({ ...events, signal: halt.signal }, names(2));
      for (;;) {
        const [[running] = []] = await sql(
          "select count(*) from pg_stat_activity where application_name = 'sluice' and wait_event = 'PgSleep'",
        );
        if (running === "1") break;
      }
      halt.abort();
      const { settled, failure } = await sending;
      assert.ok(failure instanceof Cancelled && settled.length === 0);
      await sql("drop trigger wait on events");
      assert.deepEqual(await appended(), []);
    } finally {
      await world.close();
    }
  });
});

const applied = (outcomes: readonly Outcome[]) => outcomes.map(({ outcome }) => outcome);
