import assert from "node:assert/strict";
import { applyIntent } from "../../../src/sync/apply-intent";
import { applyEdits } from "../../../src/sync/edit";
import { type Intent } from "../../../src/sync/intent";
import { parseSync } from "../../../src/sync/parse";
import { stillHolds } from "../../../src/sync/stale-intent";

const file = `# Customers
model: { table: customers, key: id }
destination:
  connection: hubspot
  object: contacts # people
  match: email
mode: mirror
on_removed: archive # never delete

fields:
  email: email # the match

  # How to address them
  firstname: "first_name"
  lastname: { column: last_name, nulls: skip }
  jobtitle:
    column: title # theirs
    write: create_only
    # end
  ltv:
    sql: |
      round(ltv, 2)
tags: [crm]
`;

function after(text: string, intent: Intent): string {
  const applied = applyIntent(text, intent);
  assert.ok("edits" in applied, "refused" in applied ? applied.refused : "");
  const result = applyEdits(text, applied.edits);
  assert.deepEqual(
    parseSync(result, { name: "x" }).problems.filter(({ code }) => code === "yaml-syntax"),
    [],
  );
  return result;
}

function refusal(text: string, intent: Intent): string {
  const applied = applyIntent(text, intent);
  return "refused" in applied ? applied.refused : assert.fail(applyEdits(text, applied.edits));
}

/** Each intent replaces `from` by `to` and leaves every other byte. */
function changes(text: string, cases: readonly (readonly [Intent, string, string])[]): void {
  for (const [intent, from, to] of cases) {
    assert.equal(text.split(from).length, 2, `not once in the file: ${from}`);
    assert.equal(
      after(text, intent),
      text.replace(from, () => to),
    );
  }
}

const map = (field: string, mapping: Extract<Intent, { intent: "map" }>["mapping"]): Intent => ({
  intent: "map",
  field,
  mapping,
});

describe("an intent", () => {
  it("maps a field in the form its entry has", () => {
    changes(file, [
      [map("email", "mail"), "email: email #", "email: mail #"],
      [map("email", { column: "mail" }), "email: email #", "email: mail #"],
      [map("firstname", "given"), '"first_name"', '"given"'],
      [map("email", { column: "email", nulls: "skip" }), "email: email #", "email: { column: email, nulls: skip } #"],
      [map("lastname", "surname"), "{ column: last_name, nulls: skip }", "surname"],
      [map("lastname", { template: "{{ a }}", nulls: "skip" }), "column: last_name,", 'template: "{{ a }}",'],
    ]);
  });

  it("keeps a mapping in block style, and the comments beside its keys", () => {
    changes(file, [
      [
        map("jobtitle", { template: "{{ title }}!", nulls: "skip" }),
        "    column: title # theirs\n    write: create_only\n",
        '    template: "{{ title }}!" # theirs\n    nulls: skip\n',
      ],
      [
        map("jobtitle", { lookup: "companies", by: "domain", column: "title", missing: "skip" }),
        "    write: create_only\n",
        "    lookup: companies\n    by: domain\n    missing: skip\n",
      ],
      [map("jobtitle", { value: 5 }), "column: title # theirs\n    write: create_only\n", "value: 5 # theirs\n"],
      [map("ltv", { sql: "ltv\n+ 1\n" }), "      round(ltv, 2)\n", "      ltv\n      + 1\n"],
    ]);
  });

  it("writes an expression of several lines as a block", () => {
    changes(file, [
      [
        map("stage", { sql: "case\n  when a then b\nend" }),
        "tags:",
        "  stage:\n    sql: |-\n      case\n        when a then b\n      end\ntags:",
      ],
    ]);
    const text = "fields:\n  a: { sql: x }\n";
    assert.equal(after(text, map("a", { sql: "x\n+ 1" })), 'fields:\n  a: { sql: "x\\n+ 1" }\n');
    assert.equal(
      after("fields:\n  a: x", map("b", { sql: "1\n+ 1\n" })),
      "fields:\n  a: x\n  b:\n    sql: |\n      1\n      + 1\n",
    );
  });

  it("adds the first fields on lines of their own", () => {
    const [a, b] = [
      { field: "a", mapping: "x" },
      { field: "b", mapping: { value: 1 } },
    ] as const;
    const all: Intent = { intent: "map-all", mappings: [a, b] };
    const lines = "\n  a: x\n  b: { value: 1 }\n";
    for (const [text, expected] of [
      ["mode: x\nfields: {} # none yet\ntags: []\n", `mode: x\nfields: # none yet${lines}tags: []\n`],
      ["mode: x\nfields:\ntags: []\n", `mode: x\nfields:${lines}tags: []\n`],
      ["mode: x # y\n", `mode: x # y\nfields:${lines}`],
      ["mode: x", `mode: x\nfields:${lines}`.trimEnd()],
      ["", `fields:${lines}`],
      ["# only this", `# only this\nfields:${lines}`],
      ["{ mode: x }", "{ mode: x, fields: { a: x, b: { value: 1 } } }"],
    ] as const) {
      assert.equal(after(text, all), expected);
    }
  });

  it("keeps braces that stand on several lines as they are", () => {
    const braces = "fields: {\n  a: x, # first\n  b: y # second\n}\n";
    assert.equal(after(braces, map("c", "z")), "fields: {\n  a: x, # first\n  b: y, # second\n  c: z\n}\n");
    assert.equal(after(braces, { intent: "unmap", field: "b" }), "fields: {\n  a: x, # first\n}\n");
    assert.equal(after(braces, { intent: "unmap", field: "a" }), "fields: {\n  b: y # second\n}\n");
    const trailing = "fields: {\n    a: x,\n    b: y, # second\n}\n";
    assert.equal(after(trailing, map("c", "z")), "fields: {\n    a: x,\n    b: y, # second\n    c: z,\n}\n");
  });

  it("renames a key and nothing else", () => {
    changes(file, [
      [{ intent: "retarget", field: "jobtitle", to: "role" }, "jobtitle:", "role:"],
      [{ intent: "retarget", field: "email", to: "e-mail: 2" }, "  email: email #", '  "e-mail: 2": email #'],
    ]);
    const quoted = `fields: { 'a b': x, "c": y }`;
    assert.equal(after(quoted, { intent: "retarget", field: "a b", to: "it's" }), `fields: { 'it''s': x, "c": y }`);
  });

  it("takes a mapping out with its line, and leaves the comments of others", () => {
    changes(file, [
      [{ intent: "unmap", field: "email" }, "  email: email # the match\n", ""],
      [{ intent: "unmap", field: "jobtitle" }, "  jobtitle:\n    column: title # theirs\n    write: create_only\n", ""],
      [{ intent: "unmap", field: "ltv" }, "  ltv:\n    sql: |\n      round(ltv, 2)\n", ""],
    ]);
  });

  it("gives an option to a mapping in short form, and takes it back", () => {
    const set: Intent = { intent: "set", path: ["fields", "email", "nulls"], value: "skip" };
    changes(file, [[set, "email: email #", "email: { column: email, nulls: skip } #"]]);
    const longer = after(file, set);
    changes(longer, [
      [{ intent: "reset", path: ["fields", "email", "nulls"] }, "{ column: email, nulls: skip }", "{ column: email }"],
    ]);
  });

  it("changes settings where they stand, and makes what is missing", () => {
    changes(file, [
      [{ intent: "set", path: ["model", "key"], value: ["org_id", "id"] }, "key: id }", "key: [org_id, id] }"],
      [
        { intent: "set", path: ["guards", "max_removed"], value: "5%" },
        "tags: [crm]\n",
        "tags: [crm]\nguards: { max_removed: 5% }\n",
      ],
      [{ intent: "set", path: ["destination", "object"], value: "companies" }, "contacts #", "companies #"],
      [{ intent: "reset", path: ["destination", "match"] }, "  match: email\n", ""],
    ]);
    const listed = "model:\n  table: t\n  key:\n    - a\n    - b\nmode: x\n";
    const key = (value: string | string[]): Intent => ({ intent: "set", path: ["model", "key"], value });
    assert.equal(after(listed, key("a")), "model:\n  table: t\n  key: a\nmode: x\n");
    const guarded = "mode: x\nguards:\n  min_rows: 1\ntags: []\n";
    assert.equal(after(guarded, { intent: "reset", path: ["guards", "min_rows"] }), "mode: x\ntags: []\n");
  });

  it("takes along what goes with the former mode only", () => {
    changes(file, [
      [
        { intent: "set", path: ["mode"], value: "upsert" },
        "mode: mirror\non_removed: archive # never delete\n",
        "mode: upsert\n",
      ],
    ]);
    const upsert = "mode: upsert # now\nfields: {}\n";
    const settings = [
      { path: ["mode"], value: "mirror" },
      { path: ["on_removed"], value: "keep" },
    ];
    assert.equal(after(upsert, { intent: "set-all", settings }), "mode: mirror # now\nfields: {}\non_removed: keep\n");
  });

  it("keeps Windows line ends and a byte order mark", () => {
    const text = `\ufeff${file.replaceAll("\n", "\r\n")}`;
    assert.equal(
      after(text, map("new", { sql: "a\n+ b" })),
      text.replace("tags:", "  new:\r\n    sql: |-\r\n      a\r\n      + b\r\ntags:"),
    );
  });

  it("is refused with a sentence where it cannot be carried out with certainty", () => {
    const cases: readonly (readonly [string, Intent, RegExp])[] = [
      [file, { intent: "unmap", field: "nope" }, /"nope" is not mapped any more/],
      [file, { intent: "retarget", field: "nope", to: "x" }, /not mapped any more/],
      [file, { intent: "set", path: ["fields", "nope", "nulls"], value: "skip" }, /not mapped any more/],
      [file, { intent: "retarget", field: "email", to: "lastname" }, /"lastname" is mapped already/],
      ['fields: { a: "b', map("a", "c"), /cannot be read as YAML/],
      ["fields: &f { a: b }\nother: *f\n", map("a", "c"), /alias/],
      ["x: &x { a: b }\nfields: *x\n", map("n", "c"), /alias/],
      ["x: &x b\nfields:\n  a: *x\n", map("a", "c"), /alias/],
      ["fields:\n  a: &x b\ny: *x\n", { intent: "unmap", field: "a" }, /alias/],
      ["fields: 5\n", map("a", "c"), /alias|unusual/],
    ];
    for (const [text, intent, reason] of cases) assert.match(refusal(text, intent), reason);
  });

  it("made for an earlier text holds while what it would change is as it was", () => {
    const elsewhere = file.replace("title # theirs", "job # theirs");
    assert.equal(stillHolds(map("email", "x"), file, elsewhere), true);
    assert.equal(stillHolds(map("jobtitle", "x"), file, elsewhere), false);
    assert.equal(
      stillHolds({ intent: "unmap", field: "jobtitle" }, file, file.replace(/ {2}jobtitle:[^]*# end\n/, "")),
      false,
    );
    assert.equal(stillHolds(map("new", "x"), file, file.replace("tags:", "  new: y\ntags:")), false);
  });
});
