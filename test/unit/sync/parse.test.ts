import assert from "node:assert/strict";
import { parseSync } from "../../../src/sync/parse";
import { wholeExample } from "./example";

const head = `model: { table: t, key: id }
destination: { connection: crm, object: contacts, match: email }
mode: upsert
`;

function parsed(text: string) {
  const found = parseSync(text, { name: "contacts" });
  assert.deepEqual(found.problems, []);
  assert.ok(found.definition);
  return found.definition;
}

function field(mapping: string) {
  const [first] = parsed(`${head}fields:\n  f: ${mapping}\n`).fields;
  return first;
}

describe("parseSync", () => {
  it("reads the whole example of the design", () => {
    const plain = { nulls: "send", write: "always" } as const;
    assert.deepEqual(parsed(wholeExample), {
      name: "contacts",
      description: "Paying customers as HubSpot contacts",
      after: ["companies"],
      model: {
        warehouse: "analytics",
        source: {
          kind: "sql",
          sql: `select c.id, c.email, c.first_name, c.last_name, c.plan, c.company_domain, sum(o.amount) as ltv
from customers c left join orders o on o.customer_id = c.id
group by all
`,
        },
        key: ["id"],
      },
      destination: { connection: "hubspot", object: "contacts", match: "email", options: {} },
      mode: "mirror",
      onRemoved: "archive",
      removeAdopted: false,
      scope: "ledger",
      on: "new",
      fields: [
        { field: "email", source: { kind: "column", column: "email" }, ...plain },
        { field: "firstname", source: { kind: "column", column: "first_name" }, ...plain },
        { field: "lastname", source: { kind: "column", column: "last_name" }, nulls: "skip", write: "always" },
        { field: "jobtitle", source: { kind: "column", column: "title" }, nulls: "send", write: "create_only" },
        {
          field: "lifecyclestage",
          source: { kind: "column", column: "plan" },
          values: {
            table: [
              { from: "paid", to: "customer" },
              { from: "trial", to: "lead" },
            ],
            default: "subscriber",
          },
          ...plain,
        },
        { field: "ltv", source: { kind: "sql", sql: "round(ltv, 2)" }, ...plain },
        { field: "source", source: { kind: "value", value: "sluice" }, ...plain },
        {
          field: "full_name",
          source: { kind: "template", parts: [{ column: "first_name" }, { text: " " }, { column: "last_name" }] },
          ...plain,
        },
        {
          field: "company",
          source: { kind: "lookup", object: "companies", by: "domain", column: "company_domain", missing: "null" },
          ...plain,
        },
      ],
      guards: { maxRemoved: { share: 0.05 }, maxChanges: { records: 100000 }, maxRejected: { share: 0.1 }, minRows: 1 },
      alerts: [{ connection: "slack", channel: "#data-alerts", on: ["failed", "rejected", "succeeded"] }],
      tags: ["crm"],
      recheck: 7,
    });
  });

  it("fills in the defaults and takes its name from the file", () => {
    const { name, after, onRemoved, scope, on, removeAdopted, guards, alerts, tags, recheck } = parsed(
      `${head}fields: { email: email }`,
    );
    assert.deepEqual(
      { name, after, onRemoved, scope, on, removeAdopted, guards, alerts, tags, recheck },
      {
        name: "contacts",
        after: [],
        onRemoved: "keep",
        scope: "ledger",
        on: "new",
        removeAdopted: false,
        guards: {},
        alerts: [],
        tags: [],
        recheck: 7,
      },
    );
  });

  it("keeps the connector's options as written", () => {
    const text =
      head.replace("match: email", "match: email, batch: 5, headers: { X-A: b }") + "fields: { email: email }";
    assert.deepEqual(parsed(text).destination.options, { batch: 5, headers: { "X-A": "b" } });
  });

  it("takes a list as a composite key", () => {
    assert.deepEqual(parsed(head.replace("key: id", "key: [org, id]") + "fields: { e: e }").model.key, ["org", "id"]);
  });

  it("reads every way to say what is missing in a lookup", () => {
    const missing = (written: string) => {
      const source = field(`{ lookup: o, by: b, column: c${written} }`)?.source;
      return source?.kind === "lookup" ? source.missing : undefined;
    };
    assert.deepEqual(
      ["", ", missing: null", ', missing: "null"', ", missing: ~", ", missing: skip", ", missing: reject"].map(missing),
      ["reject", "null", "null", "null", "skip", "reject"],
    );
  });

  it("reads limits as records or exact shares", () => {
    const limit = (written: string) =>
      parsed(`${head}fields: { e: e }\nguards: { max_removed: ${written} }`).guards.maxRemoved;
    assert.deepEqual(["0", "12", "7%", '"2.5 %"', "100%", "0%"].map(limit), [
      { records: 0 },
      { records: 12 },
      { share: 0.07 },
      { share: 0.025 },
      { share: 1 },
      { share: 0 },
    ]);
  });

  it("reads recheck as days", () => {
    const recheck = (written: string) => parsed(`${head}fields: { e: e }\nrecheck: ${written}`).recheck;
    assert.deepEqual(["7", "30 days", "1 day", "0", "14d"].map(recheck), [7, 30, 1, 0, 14]);
  });

  it("keeps the order of fields and values, even of numbers", () => {
    const { fields } = parsed(
      `${head}fields:\n  10: a\n  2: b\n  x: { column: c, values: { 2: two, 1: one, true: yes } }\n`,
    );
    assert.deepEqual(
      fields.map((each) => each.field),
      ["10", "2", "x"],
    );
    assert.deepEqual(fields[2]?.values?.table, [
      { from: "2", to: "two" },
      { from: "1", to: "one" },
      { from: "true", to: "yes" },
    ]);
  });

  it("keeps the type of constants, null included", () => {
    const value = (written: string) => {
      const source = field(`{ value: ${written} }`)?.source;
      return source?.kind === "value" ? source.value : "none";
    };
    assert.deepEqual(["5", "true", "null", '"5"', "[1, a]", "{ a: 1 }", ""].map(value), [
      5,
      true,
      null,
      "5",
      [1, "a"],
      { a: 1 },
      null,
    ]);
  });

  it("follows aliases", () => {
    const { fields } = parsed(`${head}fields:\n  a: &skip { column: x, nulls: skip }\n  b: *skip\n`);
    assert.deepEqual(fields[0]?.source, fields[1]?.source);
    assert.equal(fields[1]?.nulls, "skip");
  });

  it("reads a file that starts with a byte-order mark and has Windows line ends", () => {
    const text = `\ufeff${head}fields:\n  email: email\n`.replaceAll("\n", "\r\n");
    const found = parseSync(text, { name: "x" });
    assert.deepEqual(found.problems, []);
    const range = found.rangeOf(["fields", "email"]);
    assert.equal(text.slice(range.start, range.end), "email");
  });

  it("gives the model before the rest can be understood", () => {
    const found = parseSync("model: { sql: select 1 as id, key: id }\n", { name: "x" });
    assert.equal(found.definition, undefined);
    assert.deepEqual(found.model, { source: { kind: "sql", sql: "select 1 as id" }, key: ["id"] });
  });

  it("gives what it can of a definition with mistakes in it", () => {
    const text = `${head}fields: { email: email, x: { colum: y }, n: { column: z, nuls: skip } }\ntags: 5\nrecheck: soon\n`;
    const found = parseSync(text, { name: "x" });
    assert.deepEqual(
      found.definition?.fields.map((each) => each.field),
      ["email", "n"],
    );
    assert.deepEqual(found.definition?.tags, []);
    assert.equal(found.problems.length, 5);
  });

  it("never lets a name leave its folder", () => {
    for (const name of ["../x", "a/b", "c:\\d", "..", "nul", "a\u0001b", " "]) {
      const found = parseSync(`name: ${JSON.stringify(name)}\n${head}fields: { e: e }`, { name: "safe" });
      assert.equal(found.definition?.name, "safe", name);
      assert.ok(found.problems.some((each) => each.code === "invalid-name"));
    }
  });
});
