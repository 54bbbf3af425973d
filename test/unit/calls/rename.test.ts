import assert from "node:assert/strict";
import fc from "fast-check";
import { type FilePlace } from "../../../src/calls/calls";
import { type RenameAnswer } from "../../../src/calls/navigation-answers";
import { openProject, syncOf, type TestProject } from "./project";

let project: TestProject;
before(() => {
  project = openProject({ "a.sync.yaml": "" });
});
after(() => project.close());

const model = "file: m.sql";
const sync = (key: string, fields: readonly string[]): string =>
  syncOf({ model, fields }).replace("key: id", `key: ${JSON.stringify(key)}`);

function ask(file: string, text: string, snippet: string, name: string): Promise<RenameAnswer> {
  // Inside of the quotes, where the snippet begins with one.
  const before = text.slice(0, text.indexOf(snippet) + (snippet.startsWith('"') ? 1 : 0)).split("\n");
  const cursor = { file, line: before.length, column: (before.at(-1) ?? "").length + 1 };
  return project.calls.rename(project.place, { ...cursor, name });
}

function applied(text: string, edits: readonly (FilePlace & { readonly text: string })[]): string {
  const lines = text.split("\n");
  const offset = (line: number, column: number) =>
    lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
  return [...edits]
    .map((edit) => ({ ...edit, start: offset(edit.line, edit.column), end: offset(edit.endLine, edit.endColumn) }))
    .sort((a, b) => b.start - a.start)
    .reduce((result, { start, end, text: piece }) => result.slice(0, start) + piece + result.slice(end), text);
}

async function columns(sql: string): Promise<readonly string[]> {
  project.write({ "m.sql": sql });
  const { columns: found, problems } = await project.calls.context(project.place, { file: "a.sync.yaml" });
  assert.ok(found, `${sql}\n${problems.map(({ message }) => message).join("\n")}`);
  return found.map(({ name }) => name);
}

/** Entries of a SELECT list over a table of the columns a, b and c, each with the name it comes out by. */
const expressions = [
  "a + b",
  "coalesce(a, b, c)",
  "'a, from b -- no'",
  "case when a > 1 then b else c end",
  "cast(a as varchar)",
  "a::decimal(10, 2)",
  "sum(a) over (partition by b order by c)",
  "count(*) over ()",
  "[a, b]",
  "{'a': a, 'b': b}",
  "list_transform([a, b], x -> x + 1)",
  "(select max(b) as m from (select 1 as b) u)",
  "extract(year from date '2024-01-01')",
  "a is distinct from b",
  "$$a, $$ || 'b'",
  "t.a /* from */ * 2",
];
const item = (index: number): fc.Arbitrary<{ readonly sql: string; readonly name: string }> =>
  fc.oneof(
    fc
      .tuple(
        fc.constantFrom(...expressions),
        fc.constantFrom(`n${index}`, `N${index}`, `"n ${index}"`, `"a ""${index}"`, `größe${index}`),
        fc.constantFrom(" as ", " ", "\n  as\n  ", " /* , */ AS "),
      )
      .map(([expression, alias, as]) => {
        const name = alias.startsWith('"') ? alias.slice(1, -1).replaceAll('""', '"') : alias;
        return { sql: expression + as + alias, name };
      }),
    fc.constantFrom("", "t.", "t /* x */ . ").map((table) => {
      const name = ["a", "b", "c"][index % 3] ?? "a";
      return { sql: table + name, name };
    }),
  );
const selects = fc
  .tuple(
    item(0),
    item(1),
    item(2),
    fc.constantFrom("plain", "cte", "dbt", "union", "brackets", "from-first"),
    fc.constantFrom(", ", ",\n  ", " -- , x\n  , "),
  )
  .map(([first, second, third, form, comma]) => {
    const list = [first, second, third].map(({ sql }) => sql).join(comma);
    const from = "from (select 1 as a, 2 as b, 3 as c) t";
    const sql = {
      plain: `-- all\nselect ${list}\n${from} where a > 0;\n`,
      cte: `with x as (select 1 as n0, 2 as n1), y as (select 9 as q) select ${list} ${from}, y limit 5`,
      dbt: `with t as (\n select 1 as a, 2 as b, 3 as c\n), final as (\n  select ${list} from t\n)\nselect * from final\n`,
      union: `select ${list} ${from} union all select ${list} ${from}`,
      brackets: `(select distinct ${list} ${from})`,
      "from-first": `${from} select ${list}`,
    }[form];
    return { sql: sql ?? "", names: [first.name, second.name, third.name] };
  });

describe("renaming a column of a model", function () {
  // Each case asks DuckDB four times.
  this.timeout(60_000);

  it("gives DuckDB that name in its place, and changes no other byte", async () => {
    await fc.assert(
      fc.asyncProperty(
        selects,
        fc.nat(2),
        fc.constantFrom("fresh", "Fresh", "order", "two words", "ñ", "9th"),
        async ({ sql, names }, which, to) => {
          const from = names[which] ?? "";
          const text = sync(from, [`x: ${JSON.stringify(from)}`]);
          project.write({ "m.sql": sql, "a.sync.yaml": text });
          assert.deepEqual(await columns(sql), names);
          const answer = await ask("a.sync.yaml", text, JSON.stringify(from), to);
          assert.equal(answer.answer, "edits", `${sql}\n${JSON.stringify(answer)}`);
          if (answer.answer !== "edits") return;
          const inSql = answer.edits.filter(({ file }) => file === "m.sql");
          // One place names it: all else is as it was.
          assert.equal(inSql.length, 1, sql);
          const after = applied(sql, inSql);
          assert.deepEqual(
            await columns(after),
            names.map((name, index) => (index === which ? to : name)),
          );
          const renamed = applied(
            text,
            answer.edits.filter(({ file }) => file === "a.sync.yaml"),
          );
          const written = (word: string): RegExp => new RegExp(`(key|x): "?${word}"?\n`, "g");
          assert.equal(renamed.match(written(to))?.length, 2, renamed);
          assert.equal(renamed.split("\n").length, text.split("\n").length);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is refused where DuckDB would give other columns", async () => {
    const sql = "select *, a + 1 as n from (select 1 as a, 2 as b) t";
    const text = sync("n", ["x: n"]);
    project.write({ "m.sql": sql, "a.sync.yaml": text });
    assert.equal((await ask("a.sync.yaml", text, 'n"', "m")).answer, "edits");
    const clash = await ask("a.sync.yaml", text, 'n"', "b");
    assert.match(clash.answer === "refused" ? clash.reason : "", /would not give the same columns/);
  });

  it("says that the ledger knows rows by a key's column", async () => {
    const text = sync("n", ["x: n"]);
    project.write({ "m.sql": "select 1 as n", "a.sync.yaml": text });
    const answer = await ask("a.sync.yaml", text, 'n"', "m");
    assert.deepEqual(answer.answer === "edits" && answer.notes, [{ note: "key-column", syncs: ["a"] }]);
  });
});
