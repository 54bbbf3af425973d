import assert from "node:assert/strict";
import { butKeys, excludeInSql, excludeInSync } from "../../../src/sync/exclude";
import { applyEdits } from "../../../src/sync/edit";
import { parseSync } from "../../../src/sync/parse";
import { openDuckDb } from "../../../src/warehouses/duckdb-driver";

const sync = (model: string, newline = "\n"): string =>
  `# mine\nmodel:\n${model}\n  key: id # a comment\ndestination: { connection: crm, object: contacts }\nmode: upsert\nfields:\n  a: a\n`.replaceAll(
    "\n",
    newline,
  );

function excluded(text: string, keeps: string): { readonly text: string; readonly sql: string | undefined } {
  const edits = excludeInSync(parseSync(text, { name: "a" }), text, keeps) ?? assert.fail("no edit");
  const after = applyEdits(text, edits);
  const parsed = parseSync(after, { name: "a" });
  assert.deepEqual(parsed.problems, []);
  return { text: after, sql: parsed.textAt(["model", "sql"]) };
}

describe("leaving rows out of a model", () => {
  it("wraps a block of SQL and touches no line of it", () => {
    const text = sync("  sql: | # why\n    select 1 as id, -- one\n      2 as a;\n    -- done");
    const found = excluded(text, "a > 1");
    assert.equal(
      found.text,
      sync(
        "  sql: | # why\n    select * from (\n    select 1 as id, -- one\n      2 as a\n    ) as kept\n    where (a > 1);\n    -- done",
      ),
    );
    assert.equal(
      excluded(found.text, "id > 0").sql,
      "select * from (\nselect 1 as id, -- one\n  2 as a\n) as kept\nwhere (a > 1)\n  and (id > 0);\n-- done\n",
    );
  });

  it("keeps Windows line ends readable", () => {
    const { sql } = excluded(sync("  sql: |\n    select 1 as id, 2 as a", "\r\n"), "a > 1");
    assert.equal(sql, "select * from (\nselect 1 as id, 2 as a\n) as kept\nwhere (a > 1)\n");
  });

  it("rewrites SQL on one line, in the quotes it had", () => {
    const { text, sql } = excluded(sync(`  sql: "select 1 as id, 2 as a"`), "a <> ''");
    assert.equal(sql, "select * from (select 1 as id, 2 as a) as kept where (a <> '')");
    assert.ok(text.includes(`  sql: "select * from (`));
    assert.equal(excluded(text, "id = 1").sql, `${sql} and (id = 1)`);
  });

  it("makes a table a SELECT from it", () => {
    const { text, sql } = excluded(sync("  table: shop.customers # all"), "a <> '@'");
    assert.equal(sql, "select * from shop.customers where a <> '@'");
    assert.ok(text.includes(" # all\n"));
  });

  it("refuses where it cannot be certain", () => {
    const text = sync(`  sql: "select 1 as id, 2 as a -- x"`);
    assert.equal(excludeInSync(parseSync(text, { name: "a" }), text, "a > 1"), undefined);
    const file = sync("  file: a.sql");
    assert.equal(excludeInSync(parseSync(file, { name: "a" }), file, "a > 1"), undefined);
  });

  it("gives SQL that keeps all rows but those of the keys", async () => {
    const db = await openDuckDb(":memory:");
    try {
      const model = `select * from (values (1, 'a'), (2, 'it''s'), (null, 'c'), (3, 'd')) as t(id, "n a")`;
      const rowsOf = async (keeps: string) =>
        (
          await db.rows<{ id: number }>(
            applyEdits(`${model};\n`, excludeInSql(`${model};\n`, keeps)).replace(/;\s*$/, ""),
          )
        ).map(({ id }) => id);
      assert.deepEqual(await rowsOf(butKeys(["id"], [["1"], ["3"]])), [2, null]);
      assert.deepEqual(await rowsOf(butKeys(["id", '"n a"'], [["2", "it's"]])), [1, null, 3]);
    } finally {
      db.close();
    }
  });
});
