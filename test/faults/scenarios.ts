/** Worlds in which a run is killed: what is there before it, and what must hold once runs have ended well again. */
import path from "node:path";
import { type Project } from "../support/cli";
import { execute } from "../support/duckdb";

export interface Scenario {
  readonly name: string;
  readonly sync: string;
  readonly service: "hubspot" | "events";
  /** Does sending a record again leave the same? Else what was not answered may be in doubt, and is never sent again. */
  readonly idempotent: boolean;
}

export const projectFile = `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  hubspot: { type: hubspot, sandbox: true }
  events: { type: http, sandbox: true, base_url: "http://events.test" }
`;

const contacts = (mode: string, more = ""): string => `
model: { table: people, key: id }
destination: { connection: hubspot, object: contacts, match: email }
mode: ${mode}
${more}fields:
  email: email
  firstname: name
  jobtitle: title
`;
const removals = "guards: { max_removed: 100% }\n";

export const scenarios: readonly Scenario[] = [
  { name: "upsert", sync: contacts("upsert"), service: "hubspot", idempotent: true },
  {
    name: "mirror, archive",
    sync: contacts("mirror", `on_removed: archive\n${removals}`),
    service: "hubspot",
    idempotent: true,
  },
  {
    name: "mirror, clear",
    sync: contacts("mirror", `on_removed: clear\n${removals}`),
    service: "hubspot",
    idempotent: true,
  },
  { name: "update", sync: contacts("update"), service: "hubspot", idempotent: true },
  { name: "insert", sync: contacts("insert"), service: "hubspot", idempotent: false },
  {
    name: "append to an endpoint that repeats",
    sync: `
model: { table: people, key: id }
destination: { connection: events, object: record, path: /events }
mode: append
on: changed
fields: { person: id, title: title }
`,
    service: "events",
    idempotent: false,
  },
];

/** 40 people before; then 10 of them are others, 10 are gone and 10 are new. */
export async function warehouse(project: Project, when: "before" | "after"): Promise<void> {
  const rows =
    when === "before"
      ? "select i as id, 'Title ' || i as title from range(40) t(i)"
      : "select i as id, 'Title ' || i || case when i < 10 then ' II' else '' end as title from range(50) t(i) where i not between 20 and 29";
  await execute(
    path.join(project.root, "warehouse.duckdb"),
    `create or replace table people as select id, 'Name ' || id as name, 'p' || id || '@x.io' as email, title from (${rows})`,
  );
}
