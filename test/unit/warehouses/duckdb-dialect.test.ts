import assert from "node:assert/strict";
import fc from "fast-check";
import { duckdbDialect as dialect, logicalTypeOf } from "../../../src/warehouses/duckdb-dialect";
import { type DuckDb, openDuckDb, sqlString } from "../../../src/warehouses/duckdb-driver";
import { type Column } from "../../../src/warehouses/warehouse";

describe("the DuckDB dialect", () => {
  let db: DuckDb;
  before(async () => {
    db = await openDuckDb(":memory:", { settings: { TimeZone: "America/New_York" } });
  });
  after(() => db.close());

  it("gives every native type its logical type and tagged canonical text", async () => {
    const cases: readonly [sql: string, tagged: string][] = [
      ["null::varchar", "z:"],
      ["''", "s:"],
      [sqlString('it\'s "ü" 🙂\n\\'), 's:it\'s "ü" 🙂\n\\'],
      ["uuid '00000000-0000-0000-0000-00000000000A'", "s:00000000-0000-0000-0000-00000000000a"],
      ["'b'::enum('a', 'b')", "s:b"],
      ["time '10:00:00'", "s:10:00:00"],
      ["timetz '10:00:00+02'", "s:10:00:00+02"],
      ["interval '1 day 2 hours'", "s:1 day 02:00:00"],
      ["'101'::bit", "s:101"],
      ["1::tinyint", "n:1"],
      ["255::utinyint", "n:255"],
      ["18446744073709551615::ubigint", "n:18446744073709551615"],
      ["-170141183460469231731687303715884105727::hugeint", "n:-170141183460469231731687303715884105727"],
      ["'100000000000000000000000000000000000000001'::bignum", "n:100000000000000000000000000000000000000001"],
      ["1.50::decimal(10,2)", "n:1.5"],
      ["100.00::decimal(10,2)", "n:100"],
      ["100::decimal(10,0)", "n:100"],
      ["0.00::decimal(10,2)", "n:0"],
      ["-0.05::decimal(10,2)", "n:-0.05"],
      ["0.1::float", "n:0.1"],
      ["1e17::float", "n:100000000000000000"],
      ["10::double", "n:10"],
      ["-0.0::double", "n:0"],
      ["1e-7::double", "n:0.0000001"],
      ["-1.25e-7::double", "n:-0.000000125"],
      ["1e20::double", "n:100000000000000000000"],
      ["-1.5e20::double", "n:-150000000000000000000"],
      ["1e21::double", "n:1e+21"],
      ["'nan'::double", "n:nan"],
      ["'inf'::double", "n:inf"],
      ["'-inf'::float", "n:-inf"],
      ["true", "b:true"],
      ["date '2026-01-31'", "d:2026-01-31"],
      ["timestamp '2026-01-31 10:00:00'", "t:2026-01-31T10:00:00"],
      ["timestamp '2026-01-31 10:00:00.500'", "t:2026-01-31T10:00:00.5"],
      ["timestamp_ns '2026-01-31 10:00:00.123456789'", "t:2026-01-31T10:00:00.123456789"],
      ["timestamp_ms '2026-01-31 10:00:00.120'", "t:2026-01-31T10:00:00.12"],
      ["timestamp_s '2026-01-31 10:00:00'", "t:2026-01-31T10:00:00"],
      ["timestamptz '2026-01-31 10:00:00.10+02'", "i:2026-01-31T08:00:00.1Z"],
      ["timestamptz 'infinity'", "i:infinity"],
      ['\'{ "b" : 1.0, "a": [1, null] }\'::json', 'j:{"b":1.0,"a":[1,null]}'],
      ["'null'::json", "j:null"],
      ["['a', null]", 'j:["a",null]'],
      ["[1, 2]::int[2]", "j:[1,2]"],
      [
        "{ 'a': 1, 'b': { 'c': 12345678901234567890.12::decimal(38,2) } }",
        'j:{"a":1,"b":{"c":12345678901234567890.12}}',
      ],
      ["map { 'k': date '2026-01-31' }", 'j:{"k":"2026-01-31"}'],
      ["union_value(n := 1)", 'j:{"n":1}'],
    ];
    for (const [sql, tagged] of cases) {
      const column = await describeOne(sql);
      const [row] = await db.rows(`select ${dialect.tagged("v", column)} as tagged from (select ${sql} as v)`);
      assert.deepEqual([sql, row?.tagged], [sql, tagged]);
    }
  });

  it("has no logical type for what cannot be synced", async () => {
    for (const sql of ["'a'::blob", "{ 'a': 1 }::variant", "null::geometry"]) {
      assert.deepEqual([sql, (await describeOne(sql)).type], [sql, undefined]);
    }
  });

  it("keeps the shortest exact digits of any double, without an exponent below 1e21", async () => {
    const doubles = fc.sample(fc.double({ noDefaultInfinity: true, noNaN: true }), { numRuns: 6000, seed: 7 });
    const integers = fc.sample(fc.maxSafeInteger(), { numRuns: 2000, seed: 8 });
    const scaled = fc
      .sample(fc.tuple(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: -25, max: 25 })), {
        numRuns: 2000,
        seed: 9,
      })
      .map(([digits, exponent]) => Number(`${digits}e${exponent}`));
    await assertCanonical(
      "DOUBLE",
      [...doubles, ...integers, ...scaled].map((value) => [value, positional(value)]),
    );
  });

  it("keeps digits that give any single-precision number back, without an exponent below 1e21", async () => {
    const floats = fc.sample(fc.float({ noDefaultInfinity: true, noNaN: true }), { numRuns: 4000, seed: 10 });
    await db.run("create or replace temp table numbers (source double)");
    await db.append(
      "numbers",
      ["source"],
      floats.map((each) => [each]),
    );
    const text = dialect.canonical("v", { name: "v", native: "FLOAT", type: "number" });
    const rows = await db.rows<{ source: number; text: string }>(
      `select source, ${text} as text from (select source, source::float as v from numbers)`,
    );
    assert.equal(rows.length, floats.length);
    for (const { source, text } of rows) {
      assert.equal(Math.fround(Number(text)), source === 0 ? 0 : source);
      assert.match(text, Math.abs(source) < 1e21 ? /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/ : /^-?\d(\.\d+)?e\+\d+$/);
    }
  });

  it("drops only the trailing zeros of any decimal and keeps every digit of big integers", async () => {
    const decimals = fc
      .sample(fc.tuple(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), fc.integer({ min: 1, max: 18 })), {
        numRuns: 3000,
        seed: 11,
      })
      .map(([digits, scale]) => pointed(digits, scale));
    await db.run("create or replace temp table numbers (source varchar)");
    await db.append(
      "numbers",
      ["source"],
      decimals.map((each) => [each]),
    );
    const column: Column = { name: "v", native: "DECIMAL(38,18)", type: "number" };
    const small = "where length(split_part(ltrim(source, '-'), '.', 1)) <= 20";
    const rows = await db.rows<{ source: string; text: string }>(
      `select source, ${dialect.canonical("v", column)} as text
       from (select source, source::decimal(38,18) as v from numbers ${small})`,
    );
    assert.ok(rows.length > 100);
    for (const { source, text } of rows) assert.equal(text, source.replace(/\.?0+$/, ""));
    const integers = fc.sample(fc.bigInt({ min: -(2n ** 126n), max: 2n ** 126n }), { numRuns: 2000, seed: 12 });
    await db.append(
      "numbers",
      ["source"],
      integers.map((each) => [`h${each}`]),
    );
    const huge: Column = { name: "v", native: "HUGEINT", type: "number" };
    const [wrong] = await db.rows(
      `select count(*) as n from (select source[2:] as text, source[2:]::hugeint as v from numbers where source like 'h%')
       where ${dialect.canonical("v", huge)} <> text`,
    );
    assert.deepEqual(wrong, { n: 0 });
  });

  it("quotes names and literals, compares null-safe, and shows NULL as nothing", async () => {
    const name = 'a "b"\nü';
    const column: Column = { name, native: "INTEGER", type: "number" };
    const [row] = await db.rows(
      `select ${dialect.distinct(dialect.identifier(name), dialect.number("-1.5"))} as differs,
              ${dialect.concat([dialect.literal("it's "), dialect.display(dialect.identifier(name), column)])} as shown
       from (select null::integer as ${dialect.identifier(name)})`,
    );
    assert.deepEqual(row, { differs: true, shown: "it's " });
  });

  async function describeOne(sql: string): Promise<Column> {
    const [row] = await db.rows<{ column_type: string }>(`describe select ${sql} as v`);
    const native = row?.column_type ?? "";
    return { name: "v", native, type: logicalTypeOf(native) };
  }

  async function assertCanonical(native: string, cases: readonly (readonly [number, string])[]): Promise<void> {
    await db.run(`create or replace temp table numbers (source double, expected varchar)`);
    await db.append("numbers", ["source", "expected"], cases);
    const text = dialect.canonical("v", { name: "v", native, type: "number" });
    const wrong = await db.rows(
      `select * from (select source, expected, ${text} as text from (select *, source::${native} as v from numbers))
       where text is distinct from expected limit 5`,
    );
    assert.deepEqual(wrong, []);
  }
});

/** The shortest digits of a double, written out: an implementation that shares nothing with the SQL. */
function positional(value: number): string {
  const text = String(value);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text) ?? [];
  if (Math.abs(value) >= 1e21 || value === 0) return value === 0 ? "0" : text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function pointed(digits: bigint, scale: number): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  return `${digits < 0n ? "-" : ""}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
