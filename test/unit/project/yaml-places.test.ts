import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { placesOf } from "../../../src/project/yaml-places";
import { readYaml } from "../../../src/project/yaml-text";

function places(text: string) {
  return placesOf(readYaml(text));
}

const text = `# a comment
model:
  sql: |
    select 1

    from t
  key: [org, id]
fields:
  email: email   # trailing
  name: { column: "n", nulls: skip }
  empty:
list:
  - a: 1
    b: 2
  - c
`;

describe("rangeOf", () => {
  const { rangeOf } = places(text);
  const shown = (path: readonly (string | number)[], part?: "key" | "value") => {
    const range = rangeOf(path, part);
    return text.slice(range.start, range.end);
  };

  it("gives values and keys", () => {
    assert.equal(shown(["fields", "email"]), "email");
    assert.equal(rangeOf(["fields", "email"]).start, text.indexOf("email: email") + 7);
    assert.equal(shown(["fields", "email"], "key"), "email");
    assert.equal(shown(["fields", "name"]), '{ column: "n", nulls: skip }');
    assert.equal(shown(["fields", "name", "column"]), '"n"');
    assert.equal(shown(["model", "key", 1]), "id");
    assert.equal(shown(["list", 0, "b"]), "2");
    assert.equal(shown(["model", "sql"]), "|\n    select 1\n\n    from t\n");
  });

  it("gives the nearest ancestor of what is not there", () => {
    assert.equal(shown(["model", "warehouse"]), "model");
    assert.equal(shown(["fields", "email", "column"]), "email");
    assert.equal(shown(["fields", "name", "write", "x"]), "name");
    assert.equal(shown(["fields", "empty"]), "empty");
    assert.equal(shown(["nope", 3]), "model");
    assert.equal(shown([]).slice(0, 6), "model:");
  });
});

describe("pathAt", () => {
  /** `|` marks the offset. */
  const at = (marked: string) => {
    const offset = marked.indexOf("‸");
    return places(marked.replace("‸", "")).pathAt(offset).join(".");
  };

  it("finds the entry an offset belongs to", () => {
    const cases: Readonly<Record<string, string>> = {
      "mod‸el: { sql: x }": "model",
      "model: { sql: x‸y }": "model.sql",
      "model: { sql: x, ‸}": "model",
      "model: { sql: ‸}": "model.sql",
      "a: 1\nb:‸\nc: 2": "b",
      "a: 1\nb: ‸\nc: 2": "b",
      "fields:\n  email: em‸ail\n": "fields.email",
      "fields:\n  email: email\n  ‸": "fields",
      "fields:\n  email: email\n  ‸\nmode: x": "fields",
      "fields:\n  email: email\n‸": "",
      "fields:\n  ‸": "fields",
      "fields:\n  a:\n    column: x\n    ‸\n  b: y": "fields.a",
      "fields:\n  a:\n    column: x\n  ‸\n  b: y": "fields",
      "model:\n  sql: |\n    select ‸1\n  key: id": "model.sql",
      "model:\n  sql: |\n    select 1\n    ‸": "model.sql",
      "l:\n  - a: ‸1\n  - b": "l.0.a",
      "l: [a, b‸]": "l.1",
      "‸": "",
      "a: &x { b: 1 }\nc: *‸x": "c",
      "a: 1 # com‸ment": "a",
    };
    for (const [marked, expected] of Object.entries(cases)) assert.equal(at(marked), expected, marked);
  });
});

describe("offsetInScalar", () => {
  const scalars: Readonly<Record<string, string>> = {
    "a literal block": "a:\n  b: |\n    select *\n\n      from t\n    where x\n  c: 1\n",
    "a literal block that keeps its end": "b: |+\n  x\n\n\nc: 1",
    "a block with a comment and an indentation": "b: |2- # c\n    deep\n  less\n",
    "a folded block": "b: >\n  one\n  two\n\n  three\n    more\n    indented\n  back\n\n\n  end\n",
    "a folded block with trailing spaces": "b: >-\n  one  \n  two\n",
    "a block with Windows line ends": "b: |\r\n  one\r\n\r\n  two\r\n",
    "a plain scalar": "b: select one from two # c",
    "a plain scalar of several lines": "b: one\n  two\n\n\n  three\n",
    "single quotes": "b: 'it''s  a ''test'''",
    "single quotes over lines": "b: 'one  \n   two\n\n  three '",
    "double quotes": 'b: "a\\tb \\x41 \\u00e9 \\U0001F600 \\" \\\\ z"',
    "double quotes over lines": 'b: "one\\n two \\\n   three\n\n  four"',
    emoji: "b: |\n  select '😀', é\n",
  };
  for (const [what, file] of Object.entries(scalars)) {
    it(`follows ${what}`, () => {
      const yaml = readYaml(file);
      assert.deepEqual(yaml.problems, []);
      const path = file.startsWith("a:") ? ["a", "b"] : ["b"];
      const { textAt, offsetInScalar } = placesOf(yaml);
      const value = textAt(path) ?? "";
      for (let position = 0; position < value.length; position++) {
        const offset = offsetInScalar(path, position);
        const [wanted, found] = [value.charAt(position), file.charAt(offset)];
        const isEscape = found === "\\" && file.charAt(file.indexOf("b:") + 3) === '"';
        const isFold = /\s/.test(wanted) && /\s/.test(found);
        assert.ok(
          wanted === found || isEscape || isFold,
          `${position}: ${JSON.stringify(wanted)} at ${JSON.stringify(found)}`,
        );
        assert.ok(position === 0 || offset >= offsetInScalar(path, position - 1));
      }
      assert.ok(offsetInScalar(path, value.length + 5) <= file.length);
    });
  }

  it("follows whatever scalar a writer of YAML makes", () => {
    const line = fc.array(fc.constantFrom("a", "bc", " ", "  ", "'", '"', "\\", "é", "😀", ":", "#", "\t", "-"), {
      maxLength: 8,
    });
    const text = fc
      .array(line, { minLength: 1, maxLength: 6 })
      .map((lines) => lines.map((each) => each.join("")).join("\n"));
    const style = fc.constantFrom(
      "BLOCK_LITERAL" as const,
      "BLOCK_FOLDED" as const,
      "PLAIN" as const,
      "QUOTE_SINGLE" as const,
      "QUOTE_DOUBLE" as const,
    );
    fc.assert(
      fc.property(text, style, fc.integer({ min: 20, max: 60 }), (written, defaultStringType, lineWidth) => {
        const file = stringify({ k: { b: written } }, { defaultStringType, lineWidth, defaultKeyType: "PLAIN" });
        const yaml = readYaml(file);
        const { textAt, offsetInScalar } = placesOf(yaml);
        // The writer loses some blank ends; what counts is what is read.
        const value = textAt(["k", "b"]) ?? "";
        for (let position = 0; position < value.length; position++) {
          const found = file.charAt(offsetInScalar(["k", "b"], position));
          const wanted = value.charAt(position);
          assert.ok(
            wanted === found || found === "\\" || (/\s/.test(wanted) && /\s/.test(found)),
            `${JSON.stringify(file)} ${position}`,
          );
        }
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});
