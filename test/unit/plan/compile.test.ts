import assert from "node:assert/strict";
import fc from "fast-check";
import { compile } from "../../../src/plan/compile";
import { describeMapping } from "../../../src/plan/describe";
import { PlanProblems } from "../../../src/plan/plan";
import { keyExpression } from "../../../src/plan/work";
import { keyOf } from "../../../src/record";
import { type SyncDefinition } from "../../../src/sync/definition";
import { openDuckDbWarehouse } from "../../../src/warehouses/duckdb";
import { openDuckDb, sqlString } from "../../../src/warehouses/duckdb-driver";
import { type Warehouse } from "../../../src/warehouses/warehouse";
import { changesOf, definitionOf, type Fields, inWorld, planIn } from "./world";

async function problemsOf(
  sql: string,
  fields: Fields,
  more: Partial<SyncDefinition> = {},
): Promise<readonly unknown[]> {
  const warehouse: Warehouse = openDuckDbWarehouse(
    { path: ":memory:", options: {}, memory_limit: "512MB" },
    { root: "/", scratch: "/" },
  );
  const definition = { ...definitionOf({ fields }), ...more };
  const error = await describeMapping({ definition, modelSql: sql, warehouse }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof PlanProblems, String(error));
  return error.problems.map(({ code, path, position }) => [code, path.join("."), position]);
}

const expression = (sql: string): Fields[string] => ({ source: { kind: "sql", sql } });

describe("compile: problems", () => {
  it("says where in the model's SQL an error stands", async () => {
    const sql = "select 1 as id,\n  nosuch as a -- a comment";
    assert.deepEqual(await problemsOf(sql, { a: "a" }), [["sql-error", "model.sql", sql.indexOf("nosuch")]]);
  });

  it("says in which expressions errors stand, and where", async () => {
    assert.deepEqual(
      await problemsOf("select 1 as id, 2 as a;", {
        good: expression("a + 1"),
        bad: expression("a +\n nosuch"),
        worse: expression("a + )"),
      }),
      [
        ["sql-error", "fields.bad.sql", "a +\n ".length],
        ["sql-error", "fields.worse.sql", "a + ".length],
      ],
    );
  });

  it("refuses binary columns, unknown ones, and fields that differ only in case", async () => {
    assert.deepEqual(await problemsOf("select 1 as id, 'x'::blob as b", { b: "b", c: "bb", C: "id" }), [
      ["binary-column", "fields.b", undefined],
      ["unknown-column", "fields.c.column", undefined],
      ["fields-differ-in-case", "fields.C", undefined],
    ]);
  });

  it("says that dbt models cannot be read yet", async () => {
    const model = { source: { kind: "dbt", dbt: "customers" }, key: ["id"] } as const;
    assert.deepEqual(await problemsOf("", {}, { model }), [["dbt-not-available", "model.dbt", undefined]]);
  });
});

describe("compile", () => {
  const column = { name: "id", native: "INTEGER", type: "number" } as const;
  const dialect = openDuckDbWarehouse(
    { path: ":memory:", options: {}, memory_limit: "512MB" },
    { root: "/", scratch: "/" },
  ).dialect;

  it("finds a position of the query in the author's own text", () => {
    const definition = definitionOf({ fields: { a: expression(" id * 2 ; -- twice") } });
    const [mapping] = definition.fields;
    assert.ok(mapping);
    const { sql, locate } = compile(
      {
        model: { sql: "select 7 as id /* ; */;" },
        columns: [column],
        keys: [column],
        fields: [{ mapping, columns: new Map(), source: column, type: "number" }],
      },
      dialect,
    );
    assert.deepEqual(locate(sql.indexOf("7 as id")), { part: "model", offset: 7 });
    assert.deepEqual(locate(sql.indexOf("* 2")), { part: "field", field: "a", offset: 4 });
    assert.equal(locate(2), undefined);
  });

  it("takes a model and expressions that end in semicolons and comments", async () => {
    await inWorld({}, async (world) => {
      const definition = definitionOf({ fields: { a: expression("id * 2; -- twice") } });
      const stored = await planIn(world, definition, "with x as (select 7 as id) select * from x; ; -- done;\n/* ; */");
      assert.deepEqual(await changesOf(stored), ["create 7 a=14"]);
    });
  });

  it("finds a column whatever its case", async () => {
    await inWorld({}, async (world) => {
      const definition = definitionOf({ fields: { a: "NAME" }, key: ["ID"] });
      assert.deepEqual(await changesOf(await planIn(world, definition, "select 1 as id, 'x' as \"Name\"")), [
        "create 1 a=x",
      ]);
    });
  });

  it("passes quotes, line breaks, backslashes, emoji and very long text through unharmed", async () => {
    const awkward = `it's "q" \\n \n\r\n\t é 🦀 ${"x".repeat(100_000)}`;
    await inWorld({}, async (world) => {
      const definition = definitionOf({
        fields: { 'we"ird: name': "t", v: { source: { kind: "value", value: awkward } } },
      });
      const stored = await planIn(world, definition, `select 1 as id, ${sqlString(awkward)} as t`);
      assert.deepEqual(await changesOf(stored), [`create 1 we"ird: name=${awkward} v=${awkward}`]);
    });
  });

  it("gives composite keys the text that JSON.stringify gives", async () => {
    const db = await openDuckDb(":memory:");
    try {
      const part = fc.string({ unit: fc.oneof(awkward, fc.string({ unit: "binary", maxLength: 3 })) });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(part, part), { minLength: 50, maxLength: 200 }), async (keys) => {
          await db.run("create or replace table parts (k0 varchar, k1 varchar, n integer)");
          await db.append(
            "parts",
            ["k0", "k1", "n"],
            keys.map(([a, b], n) => [a, b, n]),
          );
          const rows = await db.rows<{ key: string }>(`select ${keyExpression(2)} as key from parts order by n`);
          assert.deepEqual(
            rows.map(({ key }) => key),
            keys.map(keyOf),
          );
        }),
        { numRuns: 20, seed: 1 },
      );
    } finally {
      db.close();
    }
  });
});

const awkward = fc.oneof(
  fc.constantFrom('"', "\\", "/", "\u2028", "\u007f"),
  fc.integer({ min: 0, max: 31 }).map((code) => String.fromCharCode(code)),
);
