import assert from "node:assert/strict";
import * as fc from "fast-check";
import { format, formatted } from "../../../src/language/format";
import { hover } from "../../../src/language/hover";
import { around, folds, outline } from "../../../src/language/outline";
import { applyEdits } from "../../../src/project/yaml-edit";
import { readYaml } from "../../../src/project/yaml-text";
import { head, known, marked } from "./writing";

describe("formatting", () => {
  it("indents by two, puts one space after colons and keeps comments where they are", () => {
    const text = `# top
model:
    # about the SQL
    sql: |
       select 1 as id,
         2 as b

    key:   id   \ndestination: {connection: hubspot,object:  contacts , match: email}
after:
- a
alerts:
   - connection:  x
     on: [ failed,rejected ]
fields:
      email:    email   # c
      # d
      b: { sql: "a,  b" }


`;
    assert.equal(
      formatted(text),
      `# top
model:
  # about the SQL
  sql: |
    select 1 as id,
      2 as b

  key: id
destination: { connection: hubspot, object: contacts, match: email }
after:
  - a
alerts:
  - connection: x
    on: [failed, rejected]
fields:
  email: email   # c
  # d
  b: { sql: "a,  b" }
`,
    );
  });

  it("leaves a broken file alone", () => assert.equal(format("fields: { a: b\nmode: x: y"), undefined));

  const scalar = fc.constantFrom(
    "a",
    "email",
    '"x,  y"',
    "'it''s'",
    "5%",
    "{a: b,c: d}",
    "[ a,b ]",
    "|\n         select 1\n           from t",
    "a b",
  );
  const line = fc.record({
    key: fc.constantFrom("a", "b", "c", "d", "e"),
    gap: fc.constantFrom(" ", "   "),
    value: scalar,
    comment: fc.constantFrom("", "  # note", " # a: b"),
  });
  const file = fc
    .tuple(
      fc.uniqueArray(line, { selector: ({ key }) => key, minLength: 1 }),
      fc.constantFrom("", " ", "   "),
      fc.constantFrom("\n", "\r\n"),
    )
    .map(([lines, indent, lineBreak]) =>
      `top:\n${indent} # first\n${lines.map(({ key, gap, value, comment }) => `${indent} ${key}:${gap}${value}${value.startsWith("|") ? "" : comment}\n`).join("")}# last\n`.replaceAll(
        "\n",
        lineBreak,
      ),
    );

  it("never changes what a file means, keeps every comment, and has nothing more to do the second time", () => {
    fc.assert(
      fc.property(file, (text) => {
        const now = formatted(text);
        fc.pre(now !== undefined);
        assert.deepEqual(readYaml(now).data, readYaml(text).data);
        assert.deepEqual((now.match(/#.*/g) ?? []).sort(), (text.replaceAll("\r", "").match(/#.*/g) ?? []).sort());
        assert.equal(formatted(now), now);
        assert.equal(applyEdits(text, format(text) ?? []), now);
      }),
      { numRuns: 300 },
    );
  });
});

describe("hover", () => {
  const say = (text: string): readonly string[] => {
    const { text: plain, offset } = marked(text);
    return hover(plain, offset, known)?.lines ?? [];
  };
  const cases: readonly (readonly [text: string, says: RegExp])[] = [
    [
      `${head}fields:\n  life‸cyclestage: plan`,
      /Lifecycle stage \(lifecyclestage\), a field of Contacts.*Filled from the column plan/,
    ],
    [`${head}fields:\n  lifecyclestage: pl‸an`, /VARCHAR.*25% NULL.*Fills lifecyclestage/],
    [`${head}fields:\n  a: { template: "{{ pl‸an }}" }`, /Column of the model/],
    [`${head}fields:\n  lifecyclestage: { value: le‸ad }`, /Lead: an option of Lifecycle stage/],
    [head.replace("upsert", "ups‸ert"), /Creates.*Contacts of hubspot, matched by email/],
    [head.replace("hubspot", "hub‸spot"), /HubSpot.*simulator/],
    [head.replace("contacts", "cont‸acts"), /Modes: insert/],
    ["mo‸de: upsert", /insert sends new rows only/],
  ];
  for (const [text, says] of cases)
    it(`speaks of ${JSON.stringify(text.replace(head, "… ").slice(-40))}`, () =>
      assert.match(say(text).join(" "), says));
});

describe("the outline", () => {
  it("has fields with their sources", () => {
    const fields = outline(`${head}fields:\n  email: email\n  source: { value: sluice }\n`).find(
      ({ name }) => name === "fields",
    );
    assert.deepEqual(
      fields?.children.map(({ name, detail }) => [name, detail]),
      [
        ["email", "the column email"],
        ["source", 'the value "sluice"'],
      ],
    );
  });

  it("folds blocks of SQL and runs of comments", () => {
    assert.deepEqual(folds("# a\n# b\nmodel:\n  sql: |\n    select 1\n    from t\n  key: id\n"), [
      { start: 2, end: 6 },
      { start: 3, end: 5 },
      { start: 0, end: 1, kind: "comment" },
    ]);
  });

  it("never throws, as hover and formatting do not, whatever the text", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom("a: ", "- ", "\n", "  ", "{", "}", "|\n", "*x", "&x ", "#", '"', "? "))
        .map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, fc.nat(), (written, at) => {
        const offset = at % (written.length + 1);
        const contains = (parts: ReturnType<typeof outline>): void => {
          for (const { range, selection, children } of parts) {
            assert.ok(range.start <= selection.start && selection.end <= range.end);
            contains(children);
          }
        };
        contains(outline(written));
        folds(written);
        around(written, offset);
        hover(written, offset, known);
        format(written);
      }),
      { numRuns: 400 },
    );
  });
});
