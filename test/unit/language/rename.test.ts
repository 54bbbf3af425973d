import assert from "node:assert/strict";
import { rename, renamableAt } from "../../../src/language/rename";
import { type Renaming } from "../../../src/language/renaming";
import { applyEdits } from "../../../src/sync/edit";
import { memoryProject, subjectOf } from "./memory";

type Files = Readonly<Record<string, string>>;

async function renamed(files: Files, to: string): Promise<{ readonly texts: Files; readonly renaming: Renaming }> {
  const memory = memoryProject(files);
  const renaming = await rename(memory.project, await subjectOf(memory), to);
  const edits = "edits" in renaming ? renaming.edits : [];
  const texts = Object.entries(memory.texts).map(([file, text]) => {
    return [
      file,
      applyEdits(
        text,
        edits.filter((edit) => edit.file === file),
      ),
    ] as const;
  });
  return { texts: Object.fromEntries(texts), renaming };
}

/** `‹old›` stands for the name before and after. */
async function turns(
  files: Files,
  from: string,
  to: string,
  written: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [before, after] = [{} as Record<string, string>, {} as Record<string, string>];
  for (const [file, text] of Object.entries(files)) {
    before[file] = text.replaceAll("@", from);
    after[file] = (written[file] ?? text).replaceAll("@", to).replaceAll("¦", "");
  }
  const { texts, renaming } = await renamed(before, to);
  if ("refused" in renaming) assert.fail(renaming.refused);
  assert.deepEqual(texts, after);
}

async function refusal(files: Files, to: string): Promise<string> {
  const { renaming } = await renamed(files, to);
  return "refused" in renaming ? renaming.refused : assert.fail("it was not refused");
}

describe("renaming a column", () => {
  const sync = (model: string, fields: string): string =>
    `# Comments stay.\nmodel:\n  ${model}\n  key: [id, @]   # the key\ndestination: { connection: h, object: o }\nfields:\n${fields}`;
  const fields = `  a: @     # short\n  b: '@'\n  c: { column: "@", nulls: skip }\n  d: { template: "{{ id }}: {{@}} {{ @ }}" }\n  e: { lookup: x, by: total, column: @ }\n  f: { sql: "round(@, 2) + total('@') + t.@" }\n  total: id\n`;

  it("reaches the SQL's file and every place of every sync of that model", async () => {
    await turns(
      {
        "m.sql": "select id, sum(x) as @¦ -- total\nfrom t group by all order by @ desc",
        "a.sync.yaml": sync("file: m.sql", fields),
        "s/b.sync.yaml": sync("file: ../m.sql", "  z: @\n"),
      },
      "amount",
      "worth",
      {
        "a.sync.yaml": sync(
          "file: m.sql",
          fields.replace("'@'", "'@'").replace("total('@')", "total('amount')").replace("t.@", "t.amount"),
        ),
      },
    );
  });

  it("reaches inline SQL, block or quoted, from any of its ends", async () => {
    for (const model of [
      "sql: |\n    select id,\n      x as @\n    from t",
      'sql: "select id, x as @ from t"',
      "sql: 'select id, ''y'' as @ from t'",
      "sql: select id, x as @ from t",
    ])
      await turns({ "a.sync.yaml": sync(model, "  a: @¦\n") }, "amount", "worth");
  });

  it("gives an alias to what has none", async () => {
    for (const [before, after] of [
      ["select t.id, t.amount from t where amount > 1", "select t.id, t.amount as worth from t where amount > 1"],
      ["select id, amount /* a */ from t order by amount", "select id, amount as worth /* a */ from t order by amount"],
      [
        "with f as (select id, amount from t) select * from f",
        "with f as (select id, amount as worth from t) select * from f",
      ],
      [
        "select id, amount from t union select 1, 2 order by amount",
        "select id, amount as worth from t union select 1, 2 order by worth",
      ],
      [
        "select id, amount from t union all select id, sum(x) over (order by amount) from u",
        "select id, amount as worth from t union all select id, sum(x) over (order by amount) from u",
      ],
      [
        "(select id, amount from t) union (select id, amount from u order by amount) order by amount",
        "(select id, amount as worth from t) union (select id, amount from u order by amount) order by worth",
      ],
      ["select id, t.amount as amount from t group by amount", "select id, t.amount as worth from t group by amount"],
    ] as const) {
      const { texts } = await renamed(
        { "m.sql": before, "a.sync.yaml": "model: { file: m.sql, key: ¦amount }\n" },
        "worth",
      );
      assert.equal(texts["m.sql"], after);
    }
  });

  it("writes a name that SQL would misread in quotes, and YAML's and SQL's quotes side by side", async () => {
    const files = {
      "a.sync.yaml": `model:\n  sql: "select x as amount, y as \\"b\\" from t"\n  key: am¦ount\nfields:\n  a: { sql: "abs(amount)" }\n  b: { sql: 'abs("amount")' }\n  c: { template: '{{ amount }}' }\n`,
    };
    const { texts } = await renamed(files, "order no");
    assert.equal(
      texts["a.sync.yaml"],
      `model:\n  sql: "select x as \\"order no\\", y as \\"b\\" from t"\n  key: order no\nfields:\n  a: { sql: "abs(\\"order no\\")" }\n  b: { sql: 'abs("order no")' }\n  c: { template: '{{ order no }}' }\n`,
    );
    for (const [to, written] of [
      ["select", '"select"'],
      ["true", '"true"'],
      ["worth", "worth"],
    ] as const) {
      const result = await renamed(
        { "m.sql": "select a as x from t", "a.sync.yaml": "model: { file: m.sql, key: ¦x }\n" },
        to,
      );
      assert.equal(result.texts["m.sql"], `select a as ${written} from t`);
      assert.equal(result.texts["a.sync.yaml"], `model: { file: m.sql, key: ${to === "true" ? '"true"' : to} }\n`);
    }
    const ticked = await renamed(
      { "m.sql": "select a as `x` from t", "a.sync.yaml": "model: { file: m.sql, key: ¦x }\n" },
      "y",
    );
    assert.equal(ticked.texts["m.sql"], "select a as `y` from t");
  });

  it("changes the letters' case alone too", async () => {
    await turns({ "m.sql": "select a as @ from t", "a.sync.yaml": "model: { file: m.sql, key: ¦@ }\n" }, "id", "ID");
  });

  it("says whose ledger knows rows by it", async () => {
    const files = {
      "m.sql": "select a as x, b as y from t",
      "a.sync.yaml": "model: { file: m.sql, key: x }\n",
      "b.sync.yaml": "model: { file: m.sql, key: y }\nfields: { f: ¦x }",
    };
    const { renaming } = await renamed(files, "z");
    assert.deepEqual("notes" in renaming && renaming.notes, [{ note: "key-column", names: ["a"] }]);
  });

  const refused: readonly {
    readonly why: RegExp;
    readonly sql: string;
    readonly sync?: string;
    readonly to?: string;
  }[] = [
    { why: /star|without an alias/, sql: "select * from t" },
    { why: /star|without an alias/, sql: "select id, count(*) from t" },
    { why: /template/, sql: "select x from {{ ref('t') }}" },
    { why: /not one plain SELECT/, sql: "set a = 1; select x from t" },
    { why: /several columns/, sql: "select a as x, b as x from t" },
    { why: /has a column "y" already/, sql: "select a as x, b as y from t", to: "y" },
    { why: /Line 2 of the SQL/, sql: "select upper(x) as x from t\ngroup by x" },
    { why: /Line 1 of the SQL/, sql: "select a as x, x + 1 as y from t" },
    { why: /Line 1 of the SQL/, sql: "select -a as x from t order by x + 1" },
    { why: /Line 1 of the SQL/, sql: "with f as (select -a as x from t) select * from f where f.x > 1" },
    { why: /begins with a letter/, sql: "select a as x from t", to: "a }}" },
    { why: /begins with a letter/, sql: "select a as x from t", to: "" },
    {
      why: /in fields\.a\.sql/,
      sql: "select a as x from t",
      sync: "fields: { a: { sql: 'list_transform(l, x -> x + 1)' } }\n",
    },
    { why: /in fields\.b/, sql: "select a as x from t", sync: "fields: { a: &c x, b: *c }\n" },
  ];
  for (const { why, sql, sync: more = "", to = "z" } of refused) {
    it(`is refused: ${sql.replace("\n", " ")} ${more.trim()} → "${to}"`, async () => {
      assert.match(await refusal({ "m.sql": sql, "a.sync.yaml": `model: { file: m.sql, key: ¦x }\n${more}` }, to), why);
    });
  }

  it("of a table is refused", async () => {
    assert.match(await refusal({ "a.sync.yaml": "model: { table: t, key: ¦x }\n" }, "z"), /belongs to the table "t"/);
  });
});

describe("renaming a connection", () => {
  it("reaches sluice.yaml with its targets, and every sync", async () => {
    await turns(
      {
        "sluice.yaml":
          "destinations:\n  @: { type: x }  # it\ntargets: { dev: { destinations: { '@': { type: x } } } }\nwarehouses: { hub: { type: y } }\nalerts: [{ connection: @ }]\n",
        "a.sync.yaml": "model: { warehouse: hub }\ndestination:\n  connection: @¦ # there\n",
        "b.sync.yaml": 'destination: { connection: "@" }\nalerts: [{ connection: @ }]\n',
      },
      "hub",
      "crm",
      {
        "sluice.yaml":
          "destinations:\n  @: { type: x }  # it\ntargets: { dev: { destinations: { '@': { type: x } } } }\nwarehouses: { hub: { type: y } }\nalerts: [{ connection: @ }]\n",
      },
    );
  });

  it("is refused where the name is taken, cannot be one, or there is nothing to rename", async () => {
    const files = (yaml: string): Files => ({
      "sluice.yaml": yaml,
      "a.sync.yaml": "destination: { connection: ¦a }\n",
    });
    assert.match(await refusal(files("destinations: { a: { type: x }, b: { type: x } }"), "b"), /already/);
    assert.match(await refusal(files("destinations: { a: { type: x } }"), "b/c"), /cannot hold/);
    assert.match(await refusal(files("destinations: { b: { type: x } }"), "c"), /no connection "a"/);
  });
});

describe("renaming a sync", () => {
  it("reaches its name and every `after`", async () => {
    await turns(
      { "a.sync.yaml": "name: @¦ # own\n", "b.sync.yaml": "after: [@, x]\n", "c.sync.yaml": 'after:\n  - "@"\n' },
      "one",
      "two",
    );
  });

  it("is refused where the name is the file's, or taken", async () => {
    assert.match(
      await refusal({ "one.sync.yaml": "mode: x\n", "b.sync.yaml": "after: [¦one]\n" }, "two"),
      /name of its file/,
    );
    assert.match(await refusal({ "a.sync.yaml": "name: ¦one\n", "b.sync.yaml": "name: two\n" }, "two"), /already/);
  });
});

describe("what is the destination's", () => {
  it("is not renamed here", async () => {
    for (const file of [
      "destination: { connection: h, object: ¦o }\n",
      "destination: { connection: h, object: o }\nfields: { ¦f: x }\n",
    ]) {
      const memory = memoryProject({ "a.sync.yaml": file });
      assert.match((await renamableAt(memory.project, await subjectOf(memory))) ?? "", /destination's name/);
    }
  });
});
