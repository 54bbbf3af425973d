import assert from "node:assert/strict";
import { definitionsOf, referencesOf } from "../../../src/language/navigation";
import { subjectAt } from "../../../src/language/subject";
import { memoryProject, sorted, subjectOf } from "./memory";

type Files = Readonly<Record<string, string>>;

const destination = "destination: { connection: hubspot, object: contacts, match: email }\nmode: upsert\n";

async function definitions(files: Files): Promise<void> {
  const memory = memoryProject(files);
  const found = await definitionsOf(memory.project, await subjectOf(memory));
  assert.deepEqual(sorted(found), memory.expected);
}

async function references(files: Files): Promise<void> {
  const memory = memoryProject(files);
  const found = await referencesOf(memory.project, await subjectOf(memory));
  assert.deepEqual(sorted(found), memory.expected);
}

const snapshot = `{
  "version": 1,
  "type": "hubspot",
  "objects": [
    {
      "name": "companies",
      "fields": [
        {
          "name": "email"
        },
        {
          "name": "domain"
        }
      ]
    },
    {
      "name": "contacts",
      "fields": [
        {
          "name": "email",
          "label": "name"
        }
      ]
    }
  ]
}
`;

describe("the definition", () => {
  const sql = "select c.id, c.‹email›, sum(o.x) as ltv from c group by all";
  for (const [what, field] of Object.entries({
    "a shorthand": "email: em¦ail",
    "a quoted shorthand": "email: 'em¦ail'",
    "a column": "email: { column: em¦ail, nulls: skip }",
    "a lookup's column": "company: { lookup: companies, by: domain, column: ¦email }",
    "a template's column": 'x: { template: "to {{ email¦ }}" }',
    "a column in an expression": 'x: { sql: "lower(em¦ail) || ltv" }',
    "a column in another case": "email: EM¦AIL",
  })) {
    it(`of ${what} is its output in the SQL`, async () => {
      await definitions({
        "a.sync.yaml": `model:\n  sql: |\n    ${sql}\n  key: id\n${destination}fields:\n  ${field}\n`,
      });
    });
    it(`of ${what} is its output in the model's file`, async () => {
      await definitions({
        "syncs/a.sync.yaml": `model: { file: ../models/m.sql, key: id }\n${destination}fields:\n  ${field}\n`,
        "models/m.sql": sql,
      });
    });
  }

  it("of a key's column is in the SQL, however that is written", async () => {
    for (const scalar of [
      '"select a as ‹id›"',
      "'select ''x'' as ‹id›'",
      "select a as ‹id›",
      ">-\n    select a\n    as ‹id›\n    from t",
      "|\n    -- it\n    select 'id' as ‹id›",
    ])
      await definitions({ "a.sync.yaml": `model:\n  sql: ${scalar}\n  key: [x, i¦d]\n` });
  });

  it("of a column that a star brings is the SELECT", async () => {
    await definitions({
      "a.sync.yaml": "model: { file: m.sql, key: i¦d }\n",
      "m.sql": "with a as (select 1)\n‹select› * from t",
    });
  });

  it("of a column of a file that is a template is where that begins", async () => {
    await definitions({
      "a.sync.yaml": "model: { file: m.sql, key: i¦d }\n",
      "m.sql": "‹select› id from {{ ref('t') }}",
    });
  });

  it("of a column of a table is outside of the project", async () => {
    await definitions({ "a.sync.yaml": "model: { table: t, key: i¦d }\n" });
  });

  it("of a model's file is the file", async () => {
    await definitions({ "s/a.sync.yaml": "model: { file: ../m¦.sql, key: id }\n", "m.sql": "‹›select 1" });
  });

  const sluice = `warehouses:\n  ‹main›: { type: duckdb }\ndestinations:\n  hubspot: { type: hubspot }\ntargets:\n  prod:\n    warehouses:\n      "‹main›": { type: duckdb }\n`;
  it("of a warehouse is in sluice.yaml, by each target", async () => {
    await definitions({ "a.sync.yaml": "model: { warehouse: ¦main, table: t, key: id }\n", "sluice.yaml": sluice });
  });

  it("of a destination's connection is in sluice.yaml", async () => {
    const destinations = sluice.replaceAll(/[‹›]/g, "").replace("hubspot:", "‹hubspot›:");
    await definitions({ "a.sync.yaml": "destination: { connection: hub¦spot }\n", "sluice.yaml": destinations });
    await definitions({ "a.sync.yaml": "alerts: [{ connection: hub¦spot }]\n", "sluice.yaml": destinations });
  });

  it("of a name in `after` is the sync", async () => {
    await definitions({ "a.sync.yaml": "after: [on¦e, two]\n", "b.sync.yaml": "mode: x\nname: '‹one›'\n" });
    await definitions({ "a.sync.yaml": "after: [on¦e, two]\n", "x/one.sync.yaml": "‹›mode: x\n" });
  });

  const places: Files = { "schema/hubspot.json": snapshot };
  it("of an object and of a field is in the schema snapshot", async () => {
    const mark = (from: string, to: string, at: number): Files => {
      const start = snapshot.indexOf(from, at);
      return { "schema/hubspot.json": snapshot.slice(0, start) + to + snapshot.slice(start + from.length) };
    };
    const contacts = snapshot.indexOf('"contacts"');
    const head = "destination: { connection: hubspot, object: contacts, match: email }\n";
    const field = mark('"email"', '"‹email›"', contacts);
    await definitions({ "a.sync.yaml": `${head}fields:\n  em¦ail: x\n`, ...field });
    await definitions({ "a.sync.yaml": head.replace("match: ", "match: ¦"), ...field });
    await definitions({
      "a.sync.yaml": head.replace("object: ", "object: ¦"),
      ...mark('"contacts"', '"‹contacts›"', 0),
    });
    await definitions({
      "a.sync.yaml": `${head}fields:\n  x: { lookup: companies, by: dom¦ain, column: c }\n`,
      ...mark('"domain"', '"‹domain›"', 0),
    });
    await definitions({ "a.sync.yaml": `${head}fields:\n  na¦me: x\n`, ...places });
  });

  it("of a lookup's object is in the snapshot, and where it is synced", async () => {
    await definitions({
      "a.sync.yaml":
        "destination: { connection: hubspot, object: contacts }\nfields:\n  x: { lookup: comp¦anies, by: domain, column: c }\n",
      "b.sync.yaml": "destination: { connection: hubspot, object: ‹companies› }\n",
      "schema/hubspot.json": snapshot.replace('"companies"', '"‹companies›"'),
    });
  });

  it("is nowhere where nothing is named", async () => {
    for (const file of ["mode: up¦sert\n", "¦", "tags: [c¦rm]\n", "fields: { a: { value: ¦1 } }"]) {
      const { project, cursor } = memoryProject({ "a.sync.yaml": file });
      assert.equal(await subjectAt(project, cursor.file, cursor.offset), undefined);
    }
  });
});

describe("the references", () => {
  const files: Files = {
    "models/m.sql": "select id, x as ‹total› from t",
    "a.sync.yaml": `model: { file: models/m.sql, key: [id, ‹total›] }\n${destination}fields:\n  a: ‹total›\n  b: { column: "‹total›", nulls: skip }\n  c: { template: "{{ id }} {{ ‹total› }}{{‹TOTAL›}}" }\n  d: { lookup: x, by: total, column: ‹total› }\n  e: { sql: "round(‹total›, 2) || 'total' || t.total" }\n  total: id\n`,
    "s/b.sync.yaml": `model: { file: ../models/m.sql, key: id }\n${destination}fields:\n  a: ‹total›\n`,
    "c.sync.yaml": `model: { file: models/other.sql, key: total }\n`,
    "d.sync.yaml": `model: { table: total, key: total }\n`,
  };

  for (const [file, from] of [
    ["models/m.sql", "as ‹to"],
    ["a.sync.yaml", "a: ‹to"],
    ["a.sync.yaml", "round(‹to"],
    ["s/b.sync.yaml", "a: ‹to"],
  ] as const) {
    it(`of a column are in every sync of its model, seen from ${file} (${from.replace("‹", "")})`, async () => {
      await references({ ...files, [file]: (files[file] ?? "").replace(from, `${from}¦`) });
    });
  }

  it("of a column of a table are in the syncs of that table", async () => {
    await references({
      "a.sync.yaml": "model: { table: t, key: ‹i¦d› }\n",
      "b.sync.yaml": "model: { table: t, key: x }\nfields: { y: ‹id› }\n",
      "c.sync.yaml": "model: { table: u, key: id }\n",
    });
  });

  it("of a connection are in sluice.yaml and in every sync", async () => {
    await references({
      "sluice.yaml":
        "destinations:\n  ‹cr¦m›: { type: x }\ntargets: { dev: { destinations: { ‹crm›: { type: x } }, alerts: [{ connection: ‹crm› }] } }\nwarehouses: { crm: { type: x } }\nalerts:\n  - connection: '‹crm›'\n",
      "a.sync.yaml": "model: { warehouse: crm }\ndestination: { connection: ‹crm› }\nalerts: [{ connection: ‹crm› }]\n",
      "b.sync.yaml": "destination: { connection: ‹crm› }\n",
    });
  });

  it("of a field are in every sync that writes it, and in lookups", async () => {
    await references({
      "a.sync.yaml": "destination: { connection: h, object: o, match: ‹em¦ail› }\nfields: { ‹email›: x }\n",
      "b.sync.yaml": "destination: { connection: h, object: o }\nfields: { ‹email›: { value: 1 } }\n",
      "c.sync.yaml":
        "destination: { connection: h, object: p }\nfields: { email: x, y: { lookup: o, by: ‹email›, column: z } }\n",
    });
  });

  it("of a sync are its name and every `after`", async () => {
    await references({
      "a.sync.yaml": "name: ‹o¦ne›\n",
      "b.sync.yaml": "after: [‹one›, two]\n",
      "c.sync.yaml": "after:\n  - '‹one›'\n",
    });
  });

  it("of an object are the syncs that write it and the lookups into it", async () => {
    await references({
      "a.sync.yaml": "destination: { connection: h, object: ‹o¦› }\n",
      "b.sync.yaml": "destination: { connection: h, object: p }\nfields: { y: { lookup: ‹o›, by: e, column: z } }\n",
      "c.sync.yaml": "destination: { connection: i, object: o }\n",
    });
  });
});
