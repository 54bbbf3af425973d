import assert from "node:assert/strict";
import { type RowFilter, type RowsView } from "../../../src/calls/calls";
import { SyncFailure } from "../../../src/failure";
import { type Models, openModels } from "./session";

const model = `select * from (values
  (1, 'b',  9007199254740993::bigint, 1.50::decimal(12,2), date '2026-01-31', timestamp '2026-01-31 10:00:00', '{"a":1}'::json, true),
  (2, 'B',  9007199254740992::bigint, 1.05::decimal(12,2), date '2026-02-01', timestamp '2026-01-31 23:59:59', '[1,2]'::json,   false),
  (3, null, null,                     null,                null,              null,                           null,            null),
  (4, '',   -5::bigint,               0::decimal(12,2),    date '1999-12-31', timestamp '2026-02-01 00:00:00', '"x"'::json,     true),
  (5, 'ünï 100%_', 9007199254740993::bigint, 1.5::decimal(12,2), date '2026-01-31', timestamp '2025-01-01 00:00:00', '{}'::json, false))
  t(id, name, big, money, day, "at", doc, yes)`;
const names = ["id", "name", "big", "money", "day", "at", "doc", "yes"];
const column = (name: string): number => names.indexOf(name);

describe("a view of the rows", () => {
  let models: Models;
  let result: string;
  before(async () => {
    models = openModels();
    ({ result } = await models.preview(model));
  });
  after(() => models.close());

  /** The ids of the rows of a view, in its order. */
  async function ids(view: RowsView): Promise<readonly unknown[]> {
    const { rows } = await models.calls.view({ result, view });
    const window = await models.calls.window({ result, view, offset: 0, limit: 200 });
    assert.equal(window.rows.length, rows);
    return window.rows.map(([id]) => id);
  }

  const sorts: readonly (readonly [words: string, ids: readonly number[]])[] = [
    ["name", [4, 2, 1, 5, 3]],
    ["-name", [5, 1, 2, 4, 3]],
    ["big", [4, 2, 1, 5, 3]],
    ["-big", [1, 5, 2, 4, 3]],
    ["money", [4, 2, 1, 5, 3]],
    ["day -id", [4, 5, 1, 2, 3]],
    ["-yes at", [1, 4, 5, 2, 3]],
  ];
  for (const [words, expected] of sorts)
    it(`sorts by ${words} as typed values, NULL last, equal rows in the model's order`, async () => {
      const sort = words.split(" ").map((word) => ({
        column: column(word.replace("-", "")),
        order: word.startsWith("-") ? ("descending" as const) : ("ascending" as const),
      }));
      assert.deepEqual(await ids({ sort }), expected);
    });

  const filters: readonly (readonly [name: string, test: RowFilter["test"], value: string, ids: readonly number[]])[] =
    [
      ["name", "null", "", [3]],
      ["name", "not-null", "", [1, 2, 4, 5]],
      ["name", "equals", "", [4]],
      ["name", "equals", "b", [1]],
      ["name", "differs", "b", [2, 3, 4, 5]],
      ["name", "contains", "b", [1, 2]],
      ["name", "contains", "ÜNÏ", [5]],
      ["name", "contains", "%", [5]],
      ["name", "contains", "_", [5]],
      ["name", "contains", "'", []],
      ["name", "excludes", "b", [3, 4, 5]],
      ["big", "equals", "9007199254740993", [1, 5]],
      ["big", "equals", "9,007,199,254,740,993", [1, 5]],
      ["big", "less", "9007199254740993", [2, 4]],
      ["big", "greater", "9007199254740992.5", [1, 5]],
      ["big", "contains", "0993", [1, 5]],
      ["money", "equals", "1.5", [1, 5]],
      ["money", "equals", "1.054", []],
      ["money", "greater", "1.049999", [1, 2, 5]],
      ["day", "equals", "2026-01-31", [1, 5]],
      ["day", "greater", "2026-01-31", [2]],
      ["at", "equals", "2026-01-31", [1, 2]],
      ["at", "equals", "2026-01-31 10:00:00", [1]],
      ["at", "less", "2026-01-31T10:00", [5]],
      ["at", "greater", "2026-01-31", [4]],
      ["doc", "contains", '"a"', [1]],
      ["doc", "equals", "[1,2]", [2]],
      ["yes", "equals", "TRUE", [1, 4]],
      ["yes", "differs", "true", [2, 3, 5]],
    ];
  for (const [name, test, value, expected] of filters)
    it(`keeps rows where ${name} ${test} ${JSON.stringify(value)}`, async () => {
      assert.deepEqual(await ids({ filters: [{ column: column(name), test, value } as RowFilter] }), expected);
    });

  for (const [name, value] of [
    ["big", "many"],
    ["big", "1; drop table spooled"],
    ["day", "yesterday"],
    ["yes", "1"],
  ] as const)
    it(`says what to write where ${JSON.stringify(value)} does not compare with ${name}`, async () => {
      const view: RowsView = { filters: [{ column: column(name), test: "less", value }] };
      await assert.rejects(models.calls.view({ result, view }), SyncFailure);
    });

  it("finds a text in any column, together with filters and a sort", async () => {
    assert.deepEqual(await ids({ search: "2026-01-31" }), [1, 2, 5]);
    assert.deepEqual(
      await ids({
        search: "2026-01-31",
        filters: [{ column: column("yes"), test: "equals", value: "false" }],
        sort: [{ column: 0, order: "descending" }],
      }),
      [5, 2],
    );
    assert.deepEqual(await ids({ search: "null" }), []);
  });

  it("finds cells one after the other, forwards and backwards and round the ends", async () => {
    const view: RowsView = { sort: [{ column: 0, order: "descending" }] };
    let at = { row: 0, column: 0 };
    const steps: unknown[] = [];
    for (const step of ["here", "next", "next", "next", "previous", "previous"] as const) {
      const found = await models.calls.find({ result, view, text: "B", from: at, step });
      assert.equal(found.matches, 2);
      at = { row: found.at?.row ?? -1, column: found.at?.column ?? -1 };
      steps.push([found.at?.number, at.row, at.column]);
    }
    const [second, first] = [
      [1, 3, 1],
      [2, 4, 1],
    ];
    assert.deepEqual(steps, [second, first, second, first, second, first]);
    assert.deepEqual(await models.calls.find({ result, text: "nowhere", from: at, step: "here" }), { matches: 0 });
  });

  it("cuts long texts to an excerpt, and gives the whole on demand", async () => {
    const { result: long } = await models.preview("select 1 as id, repeat('ab😀', 300000) as text, '' as none, 5 as n");
    const window = await models.calls.window({ result: long, offset: 0, limit: 1, excerpt: 3 });
    assert.deepEqual(window, { rows: [[1, "ab", "", 5]], cut: [[0, 1]] });
    const cell = await models.calls.cell({ result: long, row: 0, column: 1 });
    assert.equal(cell.length, 900_000);
    assert.equal(cell.value, "ab😀".repeat(300_000));
    assert.deepEqual(await models.calls.cell({ result: long, row: 0, column: 2 }), { value: "", length: 0 });
  });

  it("never gives more than 200 rows at once", async () => {
    const { result: many } = await models.preview("from range(1000) r(id)");
    assert.equal((await models.calls.window({ result: many, offset: 0, limit: 1000 })).rows.length, 200);
    assert.deepEqual((await models.calls.window({ result: many, offset: 999, limit: 200 })).rows, [[999]]);
  });
});
