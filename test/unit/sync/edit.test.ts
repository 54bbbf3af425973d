import assert from "node:assert/strict";
import fc from "fast-check";
import { type Path } from "../../../src/problem";
import { readYaml } from "../../../src/project/yaml-text";
import { applyEdits, removeField, removeKey, setField, setScalar, type TextEdit } from "../../../src/sync/edit";

function edited(text: string, edits: readonly TextEdit[] | undefined): string {
  assert.ok(edits, "no edit could be made");
  return applyEdits(text, edits);
}

const file = `# head
mode: upsert   # why
fields:        # the fields
  # a comment of its own
  email: email          # the match

  lastname: { column: last_name, nulls: skip } # names
  title:
    column: title # job
    write: create_only
  sql_one:
    sql: |
      select 'a'
      from b
tags: [crm]
`;

describe("setField", () => {
  it("changes one word and nothing else", () => {
    assert.equal(edited(file, setField(file, "email", "mail")), file.replace("email: email ", "email: mail "));
    assert.equal(
      edited(file, setField(file, "lastname", { column: "surname", nulls: "skip" })),
      file.replace("column: last_name", "column: surname"),
    );
    assert.equal(
      edited(file, setField(file, "title", { column: "job", write: "create_only" })),
      file.replace("column: title #", "column: job #"),
    );
  });

  it("adds and drops a key of a mapping where it stands", () => {
    assert.equal(
      edited(file, setField(file, "title", { column: "title" })),
      file.replace("    write: create_only\n", ""),
    );
    assert.equal(
      edited(file, setField(file, "lastname", { column: "last_name", nulls: "skip", write: "if_empty" })),
      file.replace("nulls: skip }", "nulls: skip, write: if_empty }"),
    );
    assert.equal(edited(file, setField(file, "lastname", { nulls: "skip", column: "last_name" })), file);
  });

  it("changes between the short and the long form", () => {
    assert.equal(
      edited(file, setField(file, "email", { column: "email", nulls: "skip" })),
      file.replace("email: email ", "email: { column: email, nulls: skip } "),
    );
    assert.equal(
      edited(file, setField(file, "lastname", "last_name")),
      file.replace("{ column: last_name, nulls: skip }", "last_name"),
    );
  });

  it("adds a field after the last one", () => {
    assert.equal(
      edited(file, setField(file, "new", { sql: "round(x, 2)" })),
      file.replace("      from b\n", '      from b\n  new: { sql: "round(x, 2)" }\n'),
    );
    const simple = "fields:\n  a: b # c\nmode: x";
    assert.equal(edited(simple, setField(simple, "n", "m")), "fields:\n  a: b # c\n  n: m\nmode: x");
  });

  it("writes what YAML would misread in quotes", () => {
    for (const column of [
      "true",
      "null",
      "a: b",
      "#x",
      "5",
      "",
      " a",
      "it's",
      'say "x"',
      "é",
      "a, b",
      "{x}",
      "- a",
      "😀",
      "a\nb",
      "\u2028",
      "~",
      "=",
      "<<",
      "0x1F",
      "1e3",
    ]) {
      for (const text of ["fields: {}\n", "fields:\n", "fields: { a: b }", file, "mode: x"]) {
        const after = edited(text, setField(text, "f: g", column));
        const data = readYaml(after).data as { fields: Record<string, unknown> };
        assert.equal(data.fields["f: g"], column, after);
      }
    }
  });

  it("keeps the quotes that were there", () => {
    const text = `fields:\n  a: 'x'\n  b: "y"\n`;
    assert.equal(edited(text, setField(text, "a", "it's")), `fields:\n  a: 'it''s'\n  b: "y"\n`);
    assert.equal(edited(text, setField(text, "b", "z")), `fields:\n  a: 'x'\n  b: "z"\n`);
  });

  it("keeps Windows line ends", () => {
    const text = "fields:\r\n  a: b\r\nmode: x\r\n";
    assert.equal(edited(text, setField(text, "c", "d")), "fields:\r\n  a: b\r\n  c: d\r\nmode: x\r\n");
  });

  it("makes no edit where it cannot be certain", () => {
    assert.equal(setField("fields: &f { a: b }\nother: *f\nx: {y: *f}", "a", "c") === undefined, true);
    assert.equal(setField('fields: { a: "b', "a", "c"), undefined);
    assert.equal(setField("x: &x { a: b }\nfields: *x", "n", "c"), undefined);
    assert.equal(setField("- a", "a", "c"), undefined);
    assert.equal(setField("fields: 5", "a", "c"), undefined);
  });
});

describe("setScalar", () => {
  it("replaces the SQL of a block, indented as it was", () => {
    assert.equal(
      edited(file, setScalar(file, ["fields", "sql_one", "sql"], "select 1\n\nfrom x\n")),
      file.replace("      select 'a'\n      from b\n", "      select 1\n\n      from x\n"),
    );
  });

  it("makes the maps on the way", () => {
    assert.equal(
      edited("mode: x\n", setScalar("mode: x\n", ["guards", "max_removed"], "5%")),
      "mode: x\nguards: { max_removed: 5% }\n",
    );
    assert.equal(edited("", setScalar("", ["mode"], "insert")), "mode: insert\n");
  });

  it("fills an empty value", () => {
    assert.equal(edited("a:\nb: 1\n", setScalar("a:\nb: 1\n", ["a"], true)), "a: true\nb: 1\n");
    assert.equal(edited("a: # c\nb: 1\n", setScalar("a: # c\nb: 1\n", ["a"], 2)), "a: 2 # c\nb: 1\n");
  });

  it("changes an item of a list", () => {
    assert.equal(edited("l: [a, b]", setScalar("l: [a, b]", ["l", 1], "c")), "l: [a, c]");
    assert.equal(edited("l:\n  - a: 1\n", setScalar("l:\n  - a: 1\n", ["l", 0, "b"], 2)), "l:\n  - a: 1\n    b: 2\n");
  });
});

describe("removeField", () => {
  it("takes the lines of the field and leaves the others", () => {
    assert.equal(edited(file, removeField(file, "email")), file.replace("  email: email          # the match\n", ""));
    assert.equal(
      edited(file, removeField(file, "title")),
      file.replace("  title:\n    column: title # job\n    write: create_only\n", ""),
    );
    assert.equal(
      edited(file, removeField(file, "sql_one")),
      file.replace("  sql_one:\n    sql: |\n      select 'a'\n      from b\n", ""),
    );
  });

  it("takes an entry out of braces with its comma", () => {
    const text = "fields: { a: 1, b: { c: d }, e: f }";
    assert.equal(edited(text, removeField(text, "a")), "fields: { b: { c: d }, e: f }");
    assert.equal(edited(text, removeField(text, "b")), "fields: { a: 1, e: f }");
    assert.equal(edited(text, removeField(text, "e")), "fields: { a: 1, b: { c: d } }");
  });

  it("does nothing where there is nothing", () => {
    assert.deepEqual(removeField(file, "nope"), []);
    assert.deepEqual(removeKey("", ["a", "b"]), []);
  });

  it("takes the first key of a list's item", () => {
    const text = "l:\n  - a: 1\n    b: 2\n";
    assert.equal(edited(text, removeKey(text, ["l", 0, "a"])), "l:\n  - b: 2\n");
  });
});

describe("every edit", () => {
  const word = fc.constantFrom("a", "bb", "c d", "e-f", "x", "true", "5", "é", "it's", "");
  const comment = fc.constantFrom("", "", " # note", "  #x");
  const scalar = fc.oneof(
    word.map((each) => JSON.stringify(each)),
    fc.constantFrom("plain", "two words", "'single'", "12", "true", "~", ""),
  );
  const key = fc.constantFrom("k", "email", "first name", '"quoted"', "'s'", "x-y", "10");
  /** Lines of a map at an indentation, in the styles people mix. */
  const map: (indent: number, depth: number) => fc.Arbitrary<string> = (indent, depth) =>
    fc
      .uniqueArray(fc.tuple(key, fc.nat(depth > 0 ? 5 : 2), scalar, comment, fc.boolean()), {
        minLength: 1,
        maxLength: 4,
        selector: ([name]) => name.replace(/['"]/g, ""),
      })
      .chain((entries) =>
        fc.tuple(
          ...entries.map(([name, kind, value, note, gap]) => entry({ name, kind, value, note, gap, indent, depth })),
        ),
      )
      .map((lines) => lines.join(""));
  interface EntryShape {
    readonly name: string;
    readonly kind: number;
    readonly value: string;
    readonly note: string;
    readonly gap: boolean;
    readonly indent: number;
    readonly depth: number;
  }
  function entry({ name, kind, value, note, gap, indent, depth }: EntryShape): fc.Arbitrary<string> {
    const pad = " ".repeat(indent);
    const before = gap ? `\n${pad}# above\n` : "";
    switch (kind) {
      case 3:
        return map(indent + 2, depth - 1).map((inner) => `${before}${pad}${name}:${note}\n${inner}`);
      case 4:
        return fc.constant(`${before}${pad}${name}: { a: ${value || "1"}, b: [1, x] }${note}\n`);
      case 5:
        return fc.constant(`${before}${pad}${name}: |${note}\n${pad}  select 1\n\n${pad}    from x\n`);
      default:
        return fc.constant(`${before}${pad}${name}: ${value}${note}\n`);
    }
  }
  const documents = fc.tuple(map(0, 2), fc.boolean(), fc.boolean()).map(([text, windows, cut]) => {
    const ended = cut ? text.replace(/\n$/, "") : text;
    return windows ? ended.replaceAll("\n", "\r\n") : ended;
  });

  function pathsOf(data: unknown): Path[] {
    if (typeof data !== "object" || data === null || Array.isArray(data)) return [];
    return Object.entries(data).flatMap(([name, value]) => [[name], ...pathsOf(value).map((rest) => [name, ...rest])]);
  }

  /** The bytes outside the edits, which must all be there afterwards, in order. */
  function assertMinimal(text: string, edits: readonly TextEdit[]): void {
    const after = applyEdits(text, edits);
    const touched = edits.reduce((sum, { range }) => sum + range.end - range.start, 0);
    const added = edits.reduce((sum, edit) => sum + edit.text.length, 0);
    assert.equal(after.length, text.length - touched + added);
    const comments = (of: string) => of.split("\n").filter((line) => line.includes("# above")).length;
    const gone = edits.map(({ range }) => comments(text.slice(range.start, range.end)));
    assert.equal(
      comments(after),
      gone.reduce((left, count) => left - count, comments(text)),
    );
  }

  it("sets what it says and leaves all other values, lines and comments", () => {
    let made = 0;
    let all = 0;
    fc.assert(
      fc.property(documents, fc.nat(), word, fc.boolean(), (text, choice, value, isNew) => {
        const yaml = readYaml(text);
        fc.pre(yaml.problems.length === 0);
        const paths = pathsOf(yaml.data);
        const chosen = paths[choice % paths.length] ?? ["k"];
        const path = isNew ? [...chosen.slice(0, -1), "brand new"] : chosen;
        const edits = setScalar(text, path, value);
        all += 1;
        if (edits === undefined) return;
        made += 1;
        assertMinimal(text, edits);
      }),
      { numRuns: 3000, seed: 11 },
    );
    assert.ok(made / all > 0.97, `only ${made} of ${all} edits could be made`);
  }).timeout(60_000);

  it("removes what it says and leaves all other values, lines and comments", () => {
    let made = 0;
    let all = 0;
    fc.assert(
      fc.property(documents, fc.nat(), (text, choice) => {
        const yaml = readYaml(text);
        fc.pre(yaml.problems.length === 0);
        const paths = pathsOf(yaml.data);
        const path = paths[choice % paths.length] ?? ["k"];
        // What hangs below goes with it, comments too.
        fc.pre(!pathsOf((yaml.data as Record<string, unknown>)[String(path[0])]).length || path.length > 1);
        const edits = removeKey(text, path);
        all += 1;
        if (edits === undefined) return;
        made += 1;
        assert.equal(edits.length, 1);
        assert.equal(edits[0]?.text, "");
      }),
      { numRuns: 3000, seed: 12 },
    );
    assert.ok(made / all > 0.97, `only ${made} of ${all} edits could be made`);
  }).timeout(60_000);
});
