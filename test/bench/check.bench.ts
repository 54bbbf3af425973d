/** Checking a project of many syncs: what a pre-commit hook waits for. */
import { makeProject } from "../support/cli";
import { give, timed } from "./measure";

const syncs = 100;

const sync = (number: number): string => `
model:
  sql: |
    select i as id, 'person' || i || '@x.io' as email, upper('first') as first_name, i * ${number}.5 as value
    from range(10) t(i)
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email
  firstname: first_name
  lifetime_value: { sql: "round(value, 2)" }
tags: [tag${number % 7}]
`;

async function main(): Promise<void> {
  const project = makeProject({
    "sluice.yaml": `version: 1
warehouses:
  main: { type: duckdb, path: ":memory:" }
destinations:
  hubspot: { type: hubspot, sandbox: true }
`,
    ...Object.fromEntries(Array.from({ length: syncs }, (_, number) => [`syncs/s${number}.sync.yaml`, sync(number)])),
  });
  try {
    await project.sluice("describe");
    const version = await timed(project, "--version");
    const one = await timed(project, "check syncs/s0.sync.yaml");
    const all = await timed(project, "check");
    const each = (all.seconds - one.seconds) / (syncs - 1);
    give([
      { name: "sluice --version", value: version.seconds * 1000, unit: "ms" },
      { name: "check of one sync", value: one.seconds * 1000, unit: "ms" },
      { name: `check of ${syncs} syncs`, value: all.seconds * 1000, unit: "ms" },
      { name: "each further sync", value: each * 1000, unit: "ms" },
      { name: "each further sync / the first", value: each / one.seconds, unit: "×", most: 0.5 },
      { name: "peak memory", value: all.peakMb, unit: "MB", most: 600 },
    ]);
  } finally {
    await project.remove();
  }
}

void main();
