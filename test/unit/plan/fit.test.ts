import assert from "node:assert/strict";
import { type FieldSchema, type ObjectSchema } from "../../../src/destinations/destination";
import { hubspot } from "../../../src/destinations/hubspot/index";
import { checkValue } from "../../../src/destinations/hubspot/sandbox-values";
import { property } from "../../../src/destinations/hubspot/sandbox-property";
import { describeMapping } from "../../../src/plan/describe";
import { fit, type FitFinding } from "../../../src/plan/fit";
import { fromTagged, type LogicalType, logicalTypes } from "../../../src/value";
import { openDuckDb, sqlString } from "../../../src/warehouses/duckdb-driver";
import { openDuckDbWarehouse } from "../../../src/warehouses/duckdb";
import { duckdbDialect } from "../../../src/warehouses/duckdb-dialect";
import { fitRules } from "../../../src/plan/fit-rules";
import { type Ask, definitionOf, inWorld, model, planIn } from "./world";

const options = [
  { value: "lead", label: "Lead" },
  { value: "customer", label: "Customer" },
  { value: "a.b (c)", label: "Odd" },
];
const fields: readonly FieldSchema[] = [
  { name: "title", type: "text", maxLength: 5 },
  { name: "email", type: "text", format: "email", matchForm: "trimmed-lowercase" },
  { name: "number", type: "number" },
  { name: "whole", type: "integer" },
  { name: "flag", type: "boolean" },
  { name: "day", type: "date" },
  { name: "moment", type: "instant" },
  { name: "stage", type: "option", options },
  { name: "stages", type: "options", options },
  { name: "owner", type: "reference" },
  { name: "must", type: "text", required: true },
];
const object: ObjectSchema = {
  name: "contacts",
  modes: ["upsert"],
  removals: ["archive"],
  fields,
  match: "required",
  readable: true,
};

async function fitOf(sql: string, ask: Ask): Promise<readonly FitFinding[]> {
  const warehouse = openDuckDbWarehouse(
    { path: ":memory:", options: {}, memory_limit: "512MB" },
    { root: "/", scratch: "/" },
  );
  const definition = definitionOf(ask);
  const mapping = await describeMapping({ definition, modelSql: sql, warehouse });
  return (await fit({ definition, mapping, object, destination: hubspot, warehouse })).findings;
}

/** `email malformed-email 2`. */
const inShort = (findings: readonly FitFinding[]): readonly string[] =>
  findings.map(({ field = "key", code, rows }) => `${field} ${code} ${rows}`);

const cases: readonly {
  readonly name: string;
  readonly rows: string;
  readonly ask: Partial<Ask> & Pick<Ask, "fields">;
  readonly found: readonly string[];
}[] = [
  {
    name: "nothing in a model without rows",
    rows: "id | title",
    ask: { fields: { title: "title", email: "title" }, match: "email" },
    found: [],
  },
  {
    name: "text that is too long in characters, not in UTF-16 units or bytes, and never NULL",
    rows: "id | title\n 1 | 'sixsix'\n 2 | '🙂🙂🙂🙂🙂'\n 3 | '🙂🙂🙂🙂🙂🙂'\n 4 | null\n 5 | ''\n 6 | 'ééééé'",
    ask: { fields: { title: "title" } },
    found: ["title value-too-long 2"],
  },
  {
    name: "what a template makes",
    rows: "id | a\n 1 | 'abc'\n 2 | null",
    ask: { fields: { title: { source: { kind: "template", parts: [{ text: "x, " }, { column: "a" }] } } } },
    found: ["title value-too-long 1"],
  },
  {
    name: "what an expression makes",
    rows: "id | a\n 1 | 'abc'\n 2 | null",
    ask: { fields: { title: { source: { kind: "sql", sql: "a || a -- twice" } } } },
    found: ["title value-too-long 1"],
  },
  {
    name: "values outside the options, one by one and among several",
    rows: "id | a | b\n 1 | 'lead' | ' lead ;customer; '\n 2 | 'Lead' | 'lead;nope'\n 3 | '' | ''\n 4 | 'a.b (c)' | 'a.b (c)'\n 5 | 'axb (c)' | 'axb (c)'",
    ask: { fields: { stage: "a", stages: "b" } },
    found: ["stage value-not-an-option 2", "stages value-not-an-option 2"],
  },
  {
    name: "values without an entry in the table of values, or none where there is a default",
    rows: "id | a\n 1 | 'paid'\n 2 | 'churned'\n 3 | null",
    ask: {
      fields: {
        stage: { source: { kind: "column", column: "a" }, values: { table: [{ from: "paid", to: "customer" }] } },
        stages: {
          source: { kind: "column", column: "a" },
          values: { table: [{ from: "paid", to: "customer" }], default: "lead" },
        },
      },
    },
    found: ["stage no-matching-value 1"],
  },
  {
    name: "keys and matches that are missing or repeat, as the planner rejects them",
    rows: "id | email\n 1 | 'a@x.io'\n 2 | ' A@x.io'\n 3 | null\n 4 | ' '\n 5 | 'b@x.io'\n 5 | 'b@x.io'\n null | 'c@x.io'\n 6 | 'd@x.io'",
    ask: { fields: { email: "email" }, match: "email" },
    found: ["key null-key 1", "key duplicate-key 2", "email null-match 2", "email duplicate-match 2"],
  },
  {
    name: "parts of a composite key",
    rows: "a | b | title\n 1 | 1 | 'x'\n 1 | 2 | 'x'\n 1 | null | 'x'\n 1 | 1 | 'y'",
    ask: { fields: { title: "title" }, key: ["a", "b"] },
    found: ["key null-key 1", "key duplicate-key 2"],
  },
  {
    name: "NULL in a required field that would be sent",
    rows: "id | a\n 1 | null\n 2 | 'x'",
    ask: { fields: { must: "a" } },
    found: ["must null-in-required 1"],
  },
  {
    name: "no NULL that is left alone",
    rows: "id | a\n 1 | null\n 2 | 'x'",
    ask: { fields: { must: { source: { kind: "column", column: "a" }, nulls: "skip" } } },
    found: [],
  },
  {
    name: "a type that cannot hold the values",
    rows: "id | a | b | c\n 1 | true | 1.5 | timestamp '2026-01-31 10:00:00'\n 2 | null | 2.0 | timestamp '2026-01-31 00:00:00'",
    ask: { fields: { number: "a", whole: "b", day: "c" } },
    found: ["number value-not-a-number 1", "whole value-not-whole 1", "day value-has-a-time 1"],
  },
];

describe("value fit", () => {
  for (const { name, rows, ask, found } of cases)
    it(`finds ${name}`, async () => assert.deepEqual(inShort(await fitOf(model(rows), ask)), found));

  it("counts keys and matches as the planner rejects rows", async () => {
    const repeated = cases.find(({ name }) => name.startsWith("keys and matches")) ?? assert.fail();
    await inWorld({ fields: [...fields] }, async (world) => {
      const stored = await planIn(world, definitionOf(repeated.ask), model(repeated.rows));
      const rejected = await stored.rejections();
      const counts = new Map<string, number>();
      for (const { code } of rejected) counts.set(code, (counts.get(code) ?? 0) + 1);
      const byFit = (await fitOf(model(repeated.rows), repeated.ask)).map(({ code, rows }) => [code, rows] as const);
      assert.deepEqual([...counts.values()].sort(), byFit.map(([, rows]) => rows).sort());
    });
  });

  it("shows exactly the rows it counts", async () => {
    const db = await openDuckDb(":memory:");
    try {
      for (const { rows, ask } of cases) {
        for (const finding of await fitOf(model(rows), ask)) {
          const shown = await db.rows(`select * from (\n${model(rows)}\n) as m ${finding.tail}`);
          // A row of a repeated match may have another flaw that counts first.
          const enough = finding.code.startsWith("duplicate") || finding.code === "null-match";
          assert.ok(enough ? shown.length >= finding.rows : shown.length === finding.rows, finding.code);
          if (finding.keeps === undefined) continue;
          const kept = await db.rows(`select * from (\n${model(rows)}\n) as m where (${finding.keeps})`);
          const all = await db.rows(model(rows));
          assert.equal(kept.length, all.length - shown.length, finding.code);
        }
      }
    } finally {
      db.close();
    }
  });
});

/** Odd values of every type: what real warehouses hold. */
const odd: Readonly<Record<LogicalType, readonly string[]>> = {
  text: [
    ...[
      "",
      " ",
      "a",
      "lead",
      "Lead",
      " lead",
      "lead;customer",
      ";lead",
      "lead; nope",
      "true",
      "TRUE",
      " false ",
      "yes",
    ],
    ...["0", "1", "1.", ".5", "-1.50", "+3", "1e2", "15e-1", "1,5", "1 000", "0x1f", "nan", "Infinity", "1.0", "--1"],
    ...["2026-01-31", "2026-02-30", "2026-01-31 00:00:00", "2026-01-31T10:00:00Z", "2026-01-31T25:00:00", "31.01.2026"],
    ...[
      "2026-01-31T00:00:00+02:00",
      "2026-01-31T00:00:00.0009",
      "20260131",
      "1769817600000",
      "1769817600001",
      "17698176",
    ],
    ...[
      "a@x.io",
      " A@X.io ",
      "a@x",
      "a@@x.io",
      "a.b+c@x-y.co.uk",
      "a..b@x.io",
      ".a@x.io",
      "a.@x.io",
      "a@x..io",
      "a b@x.io",
    ],
    ...["a@-x.io", "ü@müller.de", "a@x.io.", "a,b@x.io", "@x.io", "🙂@x.io", `${"a".repeat(300)}@x.io`],
    ...["🙂🙂🙂🙂🙂", "🙂🙂🙂🙂🙂🙂", "abcdef", "a\u00a0", "\u00a0lead", "a.b (c)", "axb (c)", "123", "12a", "a\nb"],
  ],
  number: ["0", "1", "-1", "1.5", "100000000000000000000", "1e+21", "nan", "inf", "1769817600000", "1769817600001"],
  boolean: ["true", "false"],
  date: ["2026-01-31", "0001-01-01"],
  timestamp: ["2026-01-31T00:00:00", "2026-01-31T10:00:00.5", "2026-01-31T00:00:00.0005", "infinity"],
  instant: ["2026-01-31T00:00:00Z", "2026-01-31T08:00:00.1Z", "infinity"],
  json: [
    '["lead"]',
    '["lead","nope"]',
    "[]",
    '["lead",null]',
    "[1,2]",
    '{"a":1}',
    '"lead"',
    "true",
    "null",
    "1",
    '["a\\u0062"]',
  ],
};

const sandboxProperties = new Map([
  ["email", property("email", "E-mail")],
  ["number", property("number", "Number", "number")],
  ["flag", property("flag", "Flag", "bool", { options: ["true", "false"] })],
  ["day", property("day", "Day", "date")],
  ["moment", property("moment", "Moment", "datetime")],
  ["stage", property("stage", "Stage", "enumeration", { options: options.map(({ value, label }) => [value, label]) })],
]);

describe("value fit and HubSpot", () => {
  it("never calls bad what HubSpot takes, and misses no kind of what it refuses", async () => {
    const db = await openDuckDb(":memory:");
    const caught = new Map<string, number>();
    const missed: string[] = [];
    try {
      for (const field of fields) {
        for (const type of logicalTypes) {
          const rules = fitRules(field, type, duckdbDialect);
          for (const text of odd[type]) {
            const value = fromTagged(`s:${text}`);
            const encoded = hubspot.encode(value === null ? null : { type, text }, field, { action: "create" });
            const known = sandboxProperties.get(field.name);
            const refused =
              "refused" in encoded
                ? encoded.code
                : known !== undefined && "invalid" in checkValue(known, encoded.wire, undefined)
                  ? "sandbox"
                  : undefined;
            const found: string[] = [];
            for (const rule of rules) {
              const [row] = await db.rows<{ bad: boolean }>(
                `select coalesce(${rule.bad("v")}, false) as bad from (select ${sqlString(text)} as v)`,
              );
              if (row?.bad === true) found.push(rule.code);
            }
            const what = `${field.name} of ${type} ${JSON.stringify(text)}`;
            if (found.length > 0) {
              assert.ok(refused !== undefined, `${what} fits, and ${found.join()} says that it does not`);
              for (const code of found) caught.set(code, (caught.get(code) ?? 0) + 1);
            } else if (refused !== undefined) missed.push(`${what}: ${refused}`);
          }
        }
      }
    } finally {
      db.close();
    }
    assert.deepEqual([...caught.keys()].sort(), [
      "malformed-email",
      "value-has-a-time",
      "value-not-a-boolean",
      "value-not-a-date",
      "value-not-a-number",
      "value-not-a-time",
      "value-not-an-id",
      "value-not-an-option",
      "value-not-whole",
      "value-too-long",
    ]);
    // What only the connector can tell, each for a reason given beside its rule.
    assert.deepEqual(missed, [
      'email of text "a@-x.io": sandbox',
      'whole of text "15e-1": not-an-integer',
      'day of text "2026-01-31T00:00:00+02:00": not-a-date',
      'day of text "1769817600001": not-a-date',
      'day of number "1769817600001": not-a-date',
      'day of date "0001-01-01": not-a-date',
      'moment of date "0001-01-01": not-a-timestamp',
      'stages of json "true": unknown-option',
      'stages of json "null": not-a-list',
      'stages of json "1": unknown-option',
      'stages of json "[\\"a\\\\u0062\\"]": unknown-option',
    ]);
  });
});
