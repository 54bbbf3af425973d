/** Syncs whose runs are killed: every mode, every kind of removal, destinations that may be told twice and such that may not. */
import { type OnRemoved } from "../../../src/record";
import { type Rules } from "./people";

export interface Scenario {
  readonly name: string;
  readonly rules: Rules;
  readonly service: "hubspot" | "events" | "files";
  /** Everything of `destination:` but the connection. */
  readonly destination: string;
  readonly fields: string;
  /** Does sending a record again leave the same? Else what was not answered is in doubt, and is not sent again unasked. */
  readonly repeatable: boolean;
  /** Rows of the model; a multiple of 20. */
  readonly size: number;
  /** The destination is not empty before the first run. */
  readonly inhabited: boolean;
}

export function syncFile({ rules, service, destination, fields }: Scenario): string {
  const { mode, onRemoved, on } = rules;
  return `model: { table: people, key: id }
destination: { connection: ${service}, ${destination} }
mode: ${mode}
${onRemoved === undefined ? "" : `on_removed: ${onRemoved}\nguards: { max_removed: 100% }\n`}${on === undefined ? "" : `on: ${on}\n`}fields: ${fields}
`;
}

export function projectFile(urls: { readonly hubspot: string; readonly events: string }): string {
  return `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  hubspot: { type: hubspot, token: "\${secret:HUBSPOT_TOKEN}", base_url: "${urls.hubspot}" }
  events:
    type: http
    base_url: "${urls.events}"
    auth: { bearer: "\${secret:EVENTS_TOKEN}" }
    headers: { x-api-key: "\${secret:EVENTS_KEY}" }
  files: { type: file }
`;
}

const contact = "{ email: email, firstname: name, jobtitle: title }";
const person = "{ id: id, email: email, name: name, title: title }";

const contacts = (rules: Rules, repeatable: boolean): Scenario => ({
  name: `HubSpot: ${named(rules)}`,
  rules,
  service: "hubspot",
  destination: "object: contacts, match: email",
  fields: contact,
  repeatable,
  size: 240,
  inhabited: true,
});

const requests = (
  what: string,
  rules: Rules,
  destination: string,
  more: Pick<Scenario, "repeatable" | "size">,
): Scenario => ({
  name: `HTTP: ${named(rules)}, ${what}`,
  rules,
  service: "events",
  destination: `object: record, ${destination}`,
  fields: rules.mode === "append" ? "{ person: id, title: title }" : person,
  inhabited: false,
  ...more,
});

const rows = (rules: Rules, file: string, repeatable: boolean): Scenario => ({
  name: `file ${file}: ${named(rules)}`,
  rules,
  service: "files",
  destination: `object: row, path: exports/${file}${rules.mode === "append" ? "" : ", match: email"}`,
  fields: rules.mode === "append" ? "{ person: id, title: title }" : "{ email: email, name: name, title: title }",
  repeatable,
  size: 200,
  inhabited: rules.mode !== "append",
});

const removals: readonly OnRemoved[] = ["delete", "archive", "clear", "keep"];

export const scenarios: readonly Scenario[] = [
  contacts({ mode: "upsert" }, true),
  contacts({ mode: "update" }, true),
  contacts({ mode: "insert" }, false),
  ...removals.map((onRemoved) => contacts({ mode: "mirror", onRemoved }, true)),
  requests(
    "thousands at once",
    { mode: "upsert" },
    "match: id, path: /people, batch: { size: 1000 }, repeatable: true",
    { repeatable: true, size: 12_000 },
  ),
  requests(
    "one by one",
    { mode: "mirror", onRemoved: "delete" },
    'match: id, method: PUT, path: "/people/{{ id }}", on_delete: { path: "/people/{{ remote_id }}" }, remote_id: id',
    { repeatable: true, size: 40 },
  ),
  requests("one by one", { mode: "insert" }, "match: id, path: /people", { repeatable: false, size: 40 }),
  requests("in batches", { mode: "append", on: "new" }, "path: /events, batch: { size: 100 }", {
    repeatable: false,
    size: 1600,
  }),
  requests("one by one", { mode: "append", on: "changed" }, "path: /events", { repeatable: false, size: 40 }),
  requests("with a key", { mode: "append", on: "changed" }, "path: /events, idempotency_header: Idempotency-Key", {
    repeatable: true,
    size: 40,
  }),
  rows({ mode: "upsert" }, "people.jsonl", true),
  rows({ mode: "insert" }, "people.jsonl", true),
  rows({ mode: "mirror", onRemoved: "delete" }, "people.csv", true),
  rows({ mode: "append", on: "changed" }, "log.csv", false),
];

function named({ mode, onRemoved, on }: Rules): string {
  return [mode, onRemoved ?? on].filter((part) => part !== undefined).join(" ");
}
