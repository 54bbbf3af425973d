/** Sending into the HubSpot sandbox, which another process serves without its usual limits. */
import { makeProject, type Project } from "../support/cli";
import { give, timed } from "./measure";

const few = 10_000;
const many = 50_000;

const sync = (name: string, rows: number): string => `
model:
  sql: |
    select i as id, '${name}' || i || '@x.io' as email, 'First ' || i as first_name, i * 1.25 as value,
      date '2026-01-01' + (i % 300)::int as day
    from range(${rows}) t(i)
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: mirror
on_removed: archive
fields:
  email: email
  firstname: first_name
  lifetime_value: value
  last_order_date: day
`;

async function main(): Promise<void> {
  const project = makeProject({
    "sluice.yaml": `version: 1
warehouses:
  main: { type: duckdb, path: ":memory:" }
destinations:
  hubspot: { type: hubspot, sandbox: true }
`,
  });
  try {
    await project
      .serve()
      .then((served) =>
        served.post("seed", { limits: { requests: 1_000_000, perMs: 10_000, search: 10_000, daily: 100_000_000 } }),
      );
    await project.sluice("describe");
    const small = await sent(project, "few", few);
    const large = await sent(project, "many", many);
    give([
      { name: `run of ${few} new records`, value: few / small.seconds, unit: "records/s" },
      { name: `run of ${many} new records`, value: many / large.seconds, unit: "records/s" },
      { name: `run of ${many} unchanged records`, value: many / large.again, unit: "records/s" },
      { name: "peak memory, few", value: small.peakMb, unit: "MB" },
      { name: "peak memory, many", value: large.peakMb, unit: "MB" },
      {
        name: "peak memory, many / few",
        value: large.peakMb / small.peakMb,
        unit: "×",
        // Five times the records; what grows is what DuckDB keeps of the ledger in its buffers, up to its own limit.
        most: 1.6,
      },
    ]);
  } finally {
    await project.remove();
  }
}

async function sent(
  project: Project,
  name: string,
  rows: number,
): Promise<{ seconds: number; peakMb: number; again: number }> {
  project.write({ [`${name}.sync.yaml`]: sync(name, rows) });
  const { seconds, peakMb, json } = await timed(project, `run ${name} --first-run send --format json`);
  const { created } = json.runs[0].counts;
  if (created !== rows) throw new Error(`${created} of ${rows} records were made`);
  const { seconds: again } = await timed(project, `run ${name} --format json`);
  return { seconds, peakMb, again };
}

void main();
