import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { type CopyFormat, exportFormats, type RowsView } from "../../../src/calls/calls";
import { copyText } from "../../../src/calls/spool/copy-formats";
import { SyncFailure } from "../../../src/failure";
import { type Column } from "../../../src/warehouses/warehouse";
import { execute, query } from "../../support/duckdb";
import { type Models, openModels } from "./session";

const columns: readonly Column[] = [
  { name: "id", native: "BIGINT", type: "number" },
  { name: 'na"me', native: "VARCHAR", type: "text" },
  { name: "doc", native: "JSON", type: "json" },
];
const text = (format: CopyFormat, rows: readonly (readonly (string | number | boolean | null)[])[]): string =>
  copyText(format, { columns, rows, table: "contacts", head: "with names" });

describe("copied rows", () => {
  const cases: readonly (readonly [CopyFormat, string])[] = [
    [
      "tsv",
      'id\t"na""me"\tdoc\n1\t"a\tb"\t"{""a"":1}"\n9007199254740993\t""\t\n\tit\'s\t"[1,2]"'.replace('"[1,2]"', "[1,2]"),
    ],
    ["csv", 'id,"na""me",doc\r\n1,a\tb,"{""a"":1}"\r\n9007199254740993,"",\r\n,it\'s,"[1,2]"'],
    [
      "json",
      JSON.stringify(
        [
          { id: 1, 'na"me': "a\tb", doc: { a: 1 } },
          { id: "9007199254740993", 'na"me': "", doc: null },
          { id: null, 'na"me': "it's", doc: [1, 2] },
        ],
        undefined,
        2,
      ),
    ],
    [
      "markdown",
      '| id | na"me | doc |\n| ---: | --- | --- |\n| 1 | a\tb | {"a":1} |\n| 9007199254740993 |  | NULL |\n| NULL | it\'s | \\[1,2\\] |',
    ],
    [
      "insert",
      `INSERT INTO "contacts" ("id", "na""me", "doc") VALUES\n  (1, 'a\tb', '{"a":1}'),\n  (9007199254740993, '', NULL),\n  (NULL, 'it''s', '[1,2]');`,
    ],
  ];
  for (const [format, expected] of cases)
    it(`are ${format} that tells NULL and "" apart`, () => {
      const rows = [
        [1, "a\tb", '{"a":1}'],
        ["9007199254740993", "", null],
        [null, "it's", "[1,2]"],
      ];
      assert.equal(text(format, rows), expected);
    });

  it("keep a table of one line a row in Markdown, whatever the text", () => {
    assert.equal(
      text("markdown", [[1, "a|b\r\n<b>*x*", null]]).split("\n")[2],
      "| 1 | a\\|b<br>\\<b\\>\\*x\\* | NULL |",
    );
  });

  const cell = fc.oneof(
    fc.constant(null),
    fc.string({ unit: "grapheme" }),
    fc.string(),
    fc.constantFrom("", '"', "\n", "\r", " ", ",", "\t"),
  );
  const rowsOfText = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 });
  for (const [format, separator] of [
    ["csv", ","],
    ["tsv", "\t"],
  ] as const)
    it(`come back from ${format} as they were`, () => {
      fc.assert(
        fc.property(rowsOfText, (rows) => {
          assert.deepEqual(parsed(text(format, rows), separator).slice(1), rows);
        }),
      );
    });

  it("are the same rows when their INSERT is run", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sluice-insert-"));
    try {
      const file = path.join(folder, "x.duckdb");
      const rows = [
        [
          "170141183460469231731687303715884105727",
          "a'b\"c\n\\ \0 ü😀",
          1.5,
          true,
          "2026-01-31",
          "2026-01-31T10:00:00.5",
          "[1,2]",
        ],
        [-1, "", "0.1", false, null, null, null],
        [null, null, null, null, "1999-12-31", "1999-12-31T00:00:00", "{}"],
      ];
      const natives = ["HUGEINT", "VARCHAR", "DECIMAL(12,2)", "BOOLEAN", "DATE", "TIMESTAMP", "JSON"];
      const types = ["number", "text", "number", "boolean", "date", "timestamp", "json"] as const;
      const typed = natives.map((native, index) => ({ name: `c${index}`, native, type: types[index] }));
      const sql = copyText("insert", { columns: typed, rows, table: "t", head: "with names" });
      await execute(file, `create table t (${natives.map((native, index) => `c${index} ${native}`).join(", ")})`, sql);
      const found = await query<Record<string, unknown>>(
        "select c0::varchar as c0, c1, c2::varchar as c2, c3::varchar as c3, c4::varchar as c4, replace(c5::varchar, ' ', 'T') as c5, c6::varchar as c6 from t",
        file,
      );
      const expected = rows.map((row) => row.map((value) => (value === null ? null : String(value))));
      const money = (value: unknown): unknown => (value === null ? null : String(Number(value)));
      assert.deepEqual(
        found.map((row) => Object.values(row).map((value, index) => (index === 2 ? money(value) : value))),
        expected,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("rows of a result", () => {
  const model = `select * from (values
    (1, 9007199254740993::bigint, 170141183460469231731687303715884105::hugeint, 12345678901234567890.12::decimal(38,2), 0.1::double, 'a,"b"' || chr(10), date '2026-01-31', timestamp '2026-01-31 10:00:00', '{"a":[1]}'::json, [1, null], true),
    (2, null, null, null, null, '', null, null, null, null, null),
    (3, -1, 0, 1.50, 1e300, null, date '1999-12-31', timestamp '1999-12-31 00:00:00.123', '"ü"'::json, [], false))
    t(id, big, huge, money, ratio, name, day, "at", doc, list, yes)`;
  let models: Models;
  let folder: string;
  let result: string;
  before(async () => {
    models = openModels();
    folder = mkdtempSync(path.join(tmpdir(), "sluice-export-"));
    ({ result } = await models.preview(model));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await models.close();
  });

  const copy = (
    rows: readonly [number, number],
    of: readonly number[],
    format: CopyFormat = "tsv",
    view: RowsView = {},
  ) =>
    models.calls.copyCells({
      result,
      view,
      rows: { from: rows[0], to: rows[1] },
      columns: of,
      format,
      head: "without names",
      table: "t",
    });

  it("are copied from a view, in its order", async () => {
    const view: RowsView = { sort: [{ column: 0, order: "descending" }] };
    assert.equal(await copy([0, 2], [0, 1], "tsv", view), "3\t-1\n2\t");
  });

  it("are copied as they are where it is a single cell", async () => {
    assert.equal(await copy([0, 1], [5]), 'a,"b"\n');
    assert.equal(await copy([0, 1], [1]), "9007199254740993");
  });

  it("are too many for the clipboard above a million cells", async () => {
    await assert.rejects(copy([0, 3], Array<number>(400_000).fill(0)), SyncFailure);
  });

  const readers = { csv: "read_csv", json: "read_json", parquet: "read_parquet" } as const;
  const types =
    "{id: 'INTEGER', big: 'BIGINT', huge: 'VARCHAR', money: 'VARCHAR', ratio: 'DOUBLE', name: 'VARCHAR', day: 'DATE', 'at': 'TIMESTAMP', doc: 'JSON', list: 'JSON', yes: 'BOOLEAN'}";
  for (const format of exportFormats)
    it(`are the same when they are read back from ${format}`, async () => {
      const file = path.join(folder, `it's rows.${format}`);
      assert.deepEqual(await models.calls.exportResult({ result, format, file }), { rows: 3 });
      const how = {
        csv: `, columns = ${types}, nullstr = '', allow_quoted_nulls = false`,
        json: `, columns = ${types}`,
        parquet: "",
      };
      const cells =
        'id, big::varchar big, huge::varchar huge, money::varchar money, ratio::varchar ratio, name, day::varchar d, "at"::varchar "at", doc::json::varchar doc, to_json(list)::varchar list, yes';
      const name = file.replaceAll("'", "''");
      const found = await query(`select ${cells} from ${readers[format]}('${name}'${how[format]})`);
      const expected = await query(`select ${cells} from (${model})`);
      const canonical = (rows: readonly Record<string, unknown>[]) =>
        rows.map((row) => ({ ...row, money: row.money === "1.50" ? "1.5" : row.money }));
      assert.deepEqual(canonical(found), canonical(expected));
    });

  it("are exported from a view, and leave no half file behind", async () => {
    const file = path.join(folder, "view.csv");
    const view: RowsView = {
      filters: [{ column: 0, test: "greater", value: "1" }],
      sort: [{ column: 0, order: "descending" }],
    };
    assert.deepEqual(await models.calls.exportResult({ result, view, format: "csv", file }), { rows: 2 });
    assert.deepEqual(
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => line.split(",")[0]),
      ["id", "3", "2", ""],
    );
    writeFileSync(path.join(folder, "taken"), "");
    const nowhere = path.join(folder, "taken", "x.csv");
    await assert.rejects(models.calls.exportResult({ result, format: "csv", file: nowhere }), SyncFailure);
  });
});

/** A CSV reader of the test's own: RFC 4180, where a field without quotes and without text is NULL. */
function parsed(csv: string, separator: string): (string | null)[][] {
  const rows: (string | null)[][] = [[]];
  let at = 0;
  for (;;) {
    let field: string | null = null;
    if (csv[at] === '"') {
      field = "";
      for (at += 1; ; at += 1) {
        if (csv[at] !== '"') field += csv[at];
        else if (csv[at + 1] === '"') field += csv[(at += 1)];
        else break;
      }
      at += 1;
    } else {
      const start = at;
      while (at < csv.length && csv[at] !== separator && csv[at] !== "\n" && csv[at] !== "\r") at += 1;
      if (at > start) field = csv.slice(start, at);
    }
    rows.at(-1)?.push(field);
    if (at >= csv.length) return rows;
    if (csv[at] === separator) at += 1;
    else {
      at += csv[at] === "\r" ? 2 : 1;
      rows.push([]);
    }
  }
}
