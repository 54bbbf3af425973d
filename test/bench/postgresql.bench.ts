/** Rows into PostgreSQL on this machine, beside a plain COPY of the same rows by one connection, in the same run. */
import { once } from "node:events";
import pg from "pg";
import { from } from "pg-copy-streams";
import { postgresql } from "../../src/destinations/postgresql";
import { type OutgoingChange } from "../../src/record";
import { inParallel } from "../../src/run/slots";
import { makeProject } from "../support/cli";
import { databaseWorld } from "../support/database-world";
import { type Postgres, postgres, stopPostgres } from "../support/postgres";
import { give, type Measure, timed } from "./measure";

const rows = 200_000;
/** The promise is 50,000 rows a second where a plain COPY brings 300,000: as a ratio it holds on any machine. */
const most = 6;
const table = "id bigint primary key, email text unique, first_name text, value numeric, day date";

const fields = (id: number) => ({
  id: String(id),
  email: `p${id}@x.io`,
  first_name: `First ${id}`,
  value: String(id * 1.25),
  day: `2026-01-${String(1 + (id % 28)).padStart(2, "0")}`,
});
const ids = Array.from({ length: rows }, (_, index) => index + 1);

async function main(): Promise<void> {
  const server = await postgres();
  const database = await server.create();
  try {
    const names = ["plain", "delivered", "run"];
    await server.query(database, names.map((name) => `create table ${name} (${table})`).join("; "));
    const plain = await seconds(() => copied(server, database));
    const delivered = await seconds(() => deliver(server, database));
    const ran = await run(server, database);
    for (const name of names) {
      const [[count] = []] = await server.query(database, `select count(*) from ${name}`);
      if (Number(count) !== rows) throw new Error(`${name} has ${count ?? "no"} rows`);
    }
    const measures: readonly Measure[] = [
      { name: "plain COPY, one connection", value: rows / plain, unit: "rows/s" },
      { name: "upsert of new rows, as the engine sends batches", value: rows / delivered, unit: "rows/s" },
      { name: "time of that / of the plain COPY", value: delivered / plain, unit: "×", most },
      { name: "sluice run of new rows, planning and journal included", value: rows / ran, unit: "rows/s" },
    ];
    give(measures);
  } finally {
    await stopPostgres();
  }
}

async function copied({ host, port }: Postgres, database: string): Promise<void> {
  const client = new pg.Client({ host, port, database, user: "postgres" });
  await client.connect();
  const stream = client.query(from("copy plain from stdin"));
  const ended = once(stream, "finish");
  stream.end(ids.map((id) => `${Object.values(fields(id)).join("\t")}\n`).join(""));
  await ended;
  await client.end();
}

async function deliver({ host, port }: Postgres, database: string): Promise<void> {
  const world = databaseWorld({ destination: postgresql, config: { host, port, database, user: "postgres" } });
  try {
    const context = await world.context({ object: "delivered", match: "id" }, [{ fields: fields(1) }]);
    const { size } = postgresql.batching(context);
    const batches = ids.filter((id) => id % size === 1).map((first) => ids.slice(first - 1, first - 1 + size));
    await inParallel(batches, 8, async (batch) => {
      const changes = batch.map((id): OutgoingChange => ({
        id,
        action: "create",
        key: String(id),
        match: String(id),
        fields: fields(id),
      }));
      await world.writer.converse(postgresql.deliver(changes, context), {});
    });
  } finally {
    await world.close();
  }
}

async function run({ host, port }: Postgres, database: string): Promise<number> {
  const project = makeProject({
    "sluice.yaml": JSON.stringify({
      version: 1,
      warehouses: { main: { type: "duckdb", path: ":memory:" } },
      destinations: { there: { type: "postgresql", host, port, database, user: "postgres" } },
    }),
    "rows.sync.yaml": JSON.stringify({
      model: {
        sql: `select i as id, 'p' || i || '@x.io' as email, 'First ' || i as first_name, i * 1.25 as value, date '2026-01-01' + (i % 28)::int as day from range(1, ${rows + 1}) t(i)`,
        key: "id",
      },
      destination: { connection: "there", object: "run", match: "id" },
      mode: "upsert",
      fields: { id: "id", email: "email", first_name: "first_name", value: "value", day: "day" },
    }),
  });
  try {
    await project.sluice("describe");
    const { seconds } = await timed(project, "run rows --first-run send --format json");
    return seconds;
  } finally {
    await project.remove();
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

void main();
