import assert from "node:assert/strict";
import { applyEdits } from "../../../src/sync/edit";
import { parseSync } from "../../../src/sync/parse";
import { mappingFixes } from "../../../src/sync/remedies";
import { duckdbDialect } from "../../../src/warehouses/duckdb-dialect";

const sync = (mapping: string): string =>
  `model: { table: t, key: id }\ndestination: { connection: crm, object: contacts }\nmode: upsert\nfields:\n${mapping}\n  b: b # b\n`;

/** The file after the first fix that edits it. */
function mended(mapping: string, code: string, column = "title"): string | undefined {
  const text = sync(mapping);
  const parsed = parseSync(text, { name: "a" });
  const [field] = parsed.definition?.fields ?? assert.fail("no definition");
  const [fix] = mappingFixes(code, {
    parsed,
    mapping: field ?? assert.fail("no field"),
    schema: { name: "a", type: "text", maxLength: 60 },
    source: { name: column, native: "VARCHAR", type: "text" },
    dialect: duckdbDialect,
  }).filter(({ edits }) => edits !== undefined);
  if (fix === undefined) return undefined;
  const after = applyEdits(text, fix.edits ?? []);
  assert.deepEqual(parseSync(after, { name: "a" }).problems, []);
  return after;
}

const cases: readonly (readonly [code: string, before: string, after: string | undefined, column?: string])[] = [
  ["value-too-long", "  a: title # t", '  a: { sql: "left(title, 60)" } # t'],
  ["value-too-long", "  a: Job Title", '  a: { sql: "left(\\"Job Title\\", 60)" }', "Job Title"],
  ["value-too-long", "  a: order", '  a: { sql: "left(\\"order\\", 60)" }', "order"],
  ["value-too-long", "  a: { column: title, nulls: skip }", '  a: { sql: "left(title, 60)", nulls: skip }'],
  [
    "value-too-long",
    "  a:\n    column: title # c\n    write: create_only",
    '  a:\n    sql: "left(title, 60)" # c\n    write: create_only',
  ],
  ["value-too-long", "  a: { sql: upper(title) }", '  a: { sql: "left(upper(title), 60)" }'],
  ["value-too-long", '  a: { template: "{{ title }}" }', undefined],
  ["value-has-a-time", "  a: title", "  a: { sql: cast(title as date) }"],
  ["value-not-a-number", "  a: title", "  a: { sql: try_cast(title as double) }"],
  ["value-not-whole", "  a: title", "  a: { sql: round(title) }"],
  ["null-in-required", "  a: title", "  a: { column: title, nulls: skip }"],
  ["null-in-required", "  a: { column: title }", "  a: { column: title, nulls: skip }"],
  ["null-in-required", "  a: { column: title, nulls: skip }", undefined],
  ["duplicate-match", "  a: title", undefined],
];

describe("fixes for values that do not fit", () => {
  for (const [code, before, after, column] of cases)
    it(`mend ${code} of ${before.trim().replace(/\s+/g, " ")}`, () =>
      assert.equal(mended(before, code, column), after === undefined ? undefined : sync(after)));
});
