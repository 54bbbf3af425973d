/** What the mapping editor asks of a model: facts of its columns, and one row on its way to the wire. */
import assert from "node:assert/strict";
import { ProblemsFound, type ColumnFacts, type MappedRow } from "../../../src/calls/calls";
import { Cancelled } from "../../../src/failure";
import { openProject, syncOf, type TestProject } from "./project";

const file = "a.sync.yaml";
let project: TestProject;
before(() => (project = openProject({})));
after(() => project.close());

describe("the facts of a model", () => {
  const factsOf = (sql: string, more: readonly string[] = []) =>
    project.calls.facts(project.place, { file, text: syncOf({ model: `sql: ${JSON.stringify(sql)}`, more }) });

  it("count what is missing, what differs and what is most frequent", async () => {
    const { columns, ...rest } = await factsOf(
      "select * from (values (1, 'a', null, 1.50, true), (2, 'b', null, 2, true), (3, 'b', null, 1.5, null), (4, null, null, null, false)) as t(id, word, nothing, amount, flag)",
    );
    assert.deepEqual(rest, { sampled: 4, more: false });
    const expected: readonly ColumnFacts[] = [
      { name: "id", nullShare: 0, distinct: 4, examples: [1, 2, 3, 4] },
      { name: "word", nullShare: 0.25, distinct: 2, examples: ["b", "a"] },
      { name: "nothing", nullShare: 1, distinct: 0, examples: [] },
      { name: "amount", nullShare: 0.25, distinct: 2, examples: [1.5, 2] },
      { name: "flag", nullShare: 0.25, distinct: 2, examples: [true, false] },
    ];
    assert.deepEqual(columns, expected);
  });

  it("take every type, awkward names and long texts", async () => {
    const { columns } = await factsOf(
      `select 1 as id, timestamp '2026-01-02 03:04:05' as "a ""b""", {'x': 1} as j, 'ab'::blob as bytes, repeat('x', 5000) as long, 9007199254740993 as big`,
    );
    assert.deepEqual(
      columns.map(({ examples }) => examples[0]),
      [1, "2026-01-02T03:04:05", '{"x":1}', "6162", `${"x".repeat(200)}…`, "9007199254740993"],
    );
  });

  it("look at the first rows of many, and say that there are more", async () => {
    const { sampled, more, columns } = await factsOf("select range as id, range % 7 as seventh from range(50000)");
    assert.deepEqual({ sampled, more }, { sampled: 10_001, more: true });
    assert.deepEqual(
      columns.map(({ distinct, examples }) => [distinct, examples.length]),
      [
        [10_001, 5],
        [7, 5],
      ],
    );
  });

  it("say nothing of a model without rows", async () => {
    const facts = await factsOf("select 1 as id where false");
    assert.deepEqual(facts, {
      sampled: 0,
      more: false,
      columns: [{ name: "id", nullShare: 0, distinct: 0, examples: [] }],
    });
  });

  it("need no more of the file than its model", async () => {
    const { sampled } = await factsOf("select 1 as id", ["nonsense: [1"]);
    assert.equal(sampled, 1);
  });

  it("are refused with the place of what is wrong in the model", async () => {
    await assert.rejects(factsOf("select nope as id from (select 1 as x)"), (error) => {
      assert.ok(error instanceof ProblemsFound);
      const [problem] = error.problems;
      assert.deepEqual([problem?.code, problem?.line, problem?.path], ["sql-error", 2, ["model", "sql"]]);
      return true;
    });
    await assert.rejects(factsOf("select error('no') as id"), ProblemsFound);
  });

  it("can be cancelled", async () => {
    const abort = new AbortController();
    const asked = project.calls.facts(
      project.place,
      {
        file,
        text: syncOf({ model: "sql: select sum(a.range * b.range) as id from range(1000000) a, range(1000000) b" }),
      },
      abort.signal,
    );
    setTimeout(() => abort.abort(), 50);
    await assert.rejects(asked, Cancelled);
  });
});

describe("one row of a model, mapped", () => {
  const model = `sql: "select * from (values (1, 'A@x.io ', 5, 'paid', null), (2, null, 0, 'odd', 'acme.io')) as t(id, email, n, plan, domain)"`;
  const mapRow = (fields: readonly string[], row = 0): Promise<MappedRow> =>
    project.calls.mappedRow(project.place, { file, text: syncOf({ model, fields }) }, { row });

  it("shows its cells and what each mapping sends", async () => {
    const found = await mapRow([
      "email: email",
      "firstname: { template: 'No. {{ n }}' }",
      "lifecyclestage: { column: plan, values: { paid: customer } }",
      "company: { column: domain, nulls: skip }",
      "phone: { column: domain }",
      "jobtitle: { value: boss }",
    ]);
    assert.deepEqual(found, {
      row: 0,
      cells: { id: 1, email: "A@x.io ", n: 5, plan: "paid", domain: null },
      fields: {
        email: { wire: "A@x.io " },
        firstname: { wire: "No. 5" },
        lifecyclestage: { wire: "customer" },
        company: { left: "skipped" },
        phone: { wire: "" },
        jobtitle: { wire: "boss" },
      },
    } satisfies MappedRow);
  });

  it("shows of a lookup what is looked up", async () => {
    const { fields } = await mapRow(["company: { lookup: companies, by: domain, column: domain }"], 1);
    assert.deepEqual(fields, { company: { wire: "companies where domain = acme.io" } });
  });

  it("lets no broken mapping stop the others", async () => {
    const { fields } = await mapRow(
      [
        "email: email",
        "a: { column: plan, values: { paid: customer } }",
        "b: { sql: 'case when n = 0 then error(''no'') else 1 end' }",
        "c: { sql: 'nope + 1' }",
        "d: nowhere",
        "e: { sql: n + 1 }",
      ],
      1,
    );
    const codes = Object.entries(fields).map(([field, value]) => [field, "refused" in value ? value.code : value]);
    assert.deepEqual(Object.fromEntries(codes), {
      email: { wire: "" },
      a: "no-matching-value",
      b: "sql-error",
      c: "sql-error",
      d: "unknown-column",
      e: { wire: "1" },
    });
  });

  it("is the same row each time, and its values are of the row whose cells are shown", async () => {
    const grouped = `sql: "select range as id, 'a' || range || '@x.io' as email from range(100000) group by all"`;
    const text = syncOf({ model: grouped, fields: ["email: email"] });
    for (const row of [0, 1, 70_000, 70_000]) {
      const { cells, fields } = await project.calls.mappedRow(project.place, { file, text }, { row });
      assert.deepEqual([cells["id"], fields], [row, { email: { wire: `a${row}@x.io` } }]);
    }
  });

  it("knows where the rows end", async () => {
    assert.deepEqual(await mapRow(["email: email"], 2), { cells: {}, fields: {} });
  });

  it("uses the types and limits of the destination's fields, once they are known", async () => {
    await project.calls.describe(project.place, { connection: "hubspot" });
    const { fields } = await mapRow(["lifecyclestage: plan", "email: email"]);
    assert.deepEqual(Object.keys(fields), ["lifecyclestage", "email"]);
    assert.equal("refused" in (fields["lifecyclestage"] ?? {}), true, JSON.stringify(fields));
  });

  it("is refused where the model itself is broken", async () => {
    const broken = syncOf({ model: "sql: select nope as id" });
    await assert.rejects(project.calls.mappedRow(project.place, { file, text: broken }, { row: 0 }), ProblemsFound);
  });
});
