import assert from "node:assert/strict";
import * as fc from "fast-check";
import { completeProject } from "../../../src/language/complete-project";
import { hoverProject } from "../../../src/language/hover-project";
import { types } from "../project/types";
import { marked } from "./writing";

function labels(text: string): readonly string[] {
  const { text: plain, offset } = marked(text);
  return [...completeProject(plain, offset, types)]
    .sort((a, b) => (a.sort < b.sort ? -1 : 1))
    .map(({ label }) => label);
}

const cases: readonly { readonly it: string; readonly text: string; readonly all: readonly string[] }[] = [
  {
    it: "keys of the file",
    text: "version: 1\n‸",
    all: ["warehouses", "destinations", "ledger", "retention", "alerts", "targets", "default_target"],
  },
  { it: "a connection of each type", text: "warehouses:\n  ‸", all: ["duckdb", "snowflake"] },
  { it: "types of the connection's kind", text: "warehouses:\n  db:\n    type: ‸", all: ["duckdb", "snowflake"] },
  { it: "types right after the colon", text: "destinations: { crm: { type: ‸ } }", all: ["hubspot", "http"] },
  {
    it: "keys of the type, needed ones first",
    text: "warehouses:\n  db:\n    type: snowflake\n    ‸",
    all: ["account", "password", "port", "role"],
  },
  { it: "the type first where it is not known", text: "warehouses:\n  db:\n    ‸", all: ["type"] },
  {
    it: "keys that every destination has",
    text: "destinations:\n  crm:\n    type: hubspot\n    ‸",
    all: ["token", "base_url", "allow_http", "sandbox"],
  },
  { it: "words of a key", text: "warehouses:\n  db:\n    type: snowflake\n    role: ‸", all: ["reader", "writer"] },
  { it: "true and false", text: "destinations:\n  crm:\n    type: hubspot\n    sandbox: ‸", all: ["true", "false"] },
  {
    it: "a secret by its usual name, then those used already",
    text: 'destinations:\n  web: { type: http, key: "${secret:WEB_KEY}" }\n  crm:\n    type: hubspot\n    token: ‸',
    all: ["${secret:CRM_TOKEN}", "${secret:WEB_KEY}"],
  },
  {
    it: "variables in quotes",
    text: 'warehouses:\n  a: { type: snowflake, account: "${env:ACCOUNT}" }\n  b:\n    type: snowflake\n    account: "‸"',
    all: ["${env:ACCOUNT}"],
  },
  { it: "targets there are", text: "targets: { dev: {}, prod: {} }\ndefault_target: ‸", all: ["dev", "prod"] },
  { it: "where the ledger may be", text: "ledger: ‸", all: ["local", "warehouse"] },
  { it: "keys of the ledger", text: "ledger:\n  ‸", all: ["store", "values"] },
  { it: "what is kept for how long", text: "retention:\n  ‸", all: ["runs", "exchanges", "plans"] },
  { it: "how long it is kept", text: "retention:\n  runs:\n    ‸", all: ["days", "count"] },
  {
    it: "keys of a target",
    text: "targets:\n  dev:\n    ‸",
    all: ["warehouses", "destinations", "ledger", "alerts", "confirm"],
  },
  {
    it: "connections a target may replace",
    text: "warehouses:\n  db: { type: duckdb, path: x }\ntargets:\n  dev:\n    warehouses:\n      ‸",
    all: ["db", "duckdb", "snowflake"],
  },
  {
    it: "keys of a target's connection",
    text: "targets:\n  dev:\n    warehouses:\n      db:\n        type: duckdb\n        ‸",
    all: ["path"],
  },
  { it: "keys of an alert", text: "alerts:\n  - ‸", all: ["connection", "channel", "on", "values"] },
  {
    it: "connections that can carry an alert",
    text: "destinations:\n  crm: { type: hubspot }\n  chat: { type: slack }\nalerts:\n  - connection: ‸",
    all: ["chat"],
  },
  {
    it: "connections of a target for its alerts",
    text: "targets:\n  prod:\n    destinations:\n      chat: { type: slack }\n    alerts:\n      - connection: ‸",
    all: ["chat"],
  },
  {
    it: "events of an alert",
    text: "alerts:\n  - connection: chat\n    on: [‸]",
    all: ["failed", "rejected", "succeeded", "guarded"],
  },
  { it: "nothing in a comment", text: "# ‸", all: [] },
];

describe("completion of sluice.yaml", () => {
  for (const { it: what, text, all } of cases) it(`offers ${what}`, () => assert.deepEqual(labels(text), all));

  it("writes a connection with the keys it needs", () => {
    const item = completeProject("destinations:\n  ", 16, types).find(({ label }) => label === "hubspot");
    assert.equal(item?.insert, '${1:hubspot}:\n  type: hubspot\n  token: "\\${secret:HUBSPOT_TOKEN\\}"$0');
  });

  it("writes a reference in quotes, or in those that are there", () => {
    const insert = (text: string): string | undefined => {
      const { text: plain, offset } = marked(text);
      return completeProject(plain, offset, types).find(({ kind }) => kind === "secret")?.insert;
    };
    const head = "destinations:\n  crm:\n    type: hubspot\n    token: ";
    assert.equal(insert(`${head}‸`), '"\\${secret:CRM_TOKEN\\}"');
    assert.equal(insert(`${head}'‸'`), "'\\${secret:CRM_TOKEN\\}'");
  });

  it("knows the connectors there are", () => {
    const all = completeProject("destinations:\n  crm:\n    type: ", 34).map(({ label }) => label);
    assert.ok(all.includes("hubspot"), all.join());
  });

  it("never throws", () => {
    const text = "version: 1\nwarehouses:\n  db: { type: duckdb, path: x }\ntargets:\n  dev:\n    warehouses:\n";
    fc.assert(
      fc.property(fc.nat(text.length), fc.string(), (at, more) => {
        completeProject(text.slice(0, at) + more + text.slice(at), at + more.length, types);
        hoverProject(text.slice(0, at) + more + text.slice(at), at, types);
      }),
      { numRuns: 200 },
    );
  });
});

describe("hovers over sluice.yaml", () => {
  const said = (text: string): string => {
    const { text: plain, offset } = marked(text);
    return hoverProject(plain, offset, types)?.lines.join("\n") ?? "";
  };
  const file = "warehouses:\n  db:\n    type: duckdb\n    path: x\n";
  for (const [text, expected] of [
    ["de‸fault_target: dev\n", /./],
    [file.replace("path", "pa‸th"), /^The database file\.$/],
    [file.replace("db:", "d‸b:"), /^A connection to DuckDB \(duckdb\)$/],
    [file.replace("duckdb", "duck‸db"), /^DuckDB: keys path$/],
    ["destinations:\n  crm:\n    type: hubspot\n    tok‸en: x\n", /^A secret: write/],
    [file.replace(": x", ": x‸"), /^$/],
  ] as const) {
    it(JSON.stringify(text), () => assert.match(said(text), expected));
  }
});
