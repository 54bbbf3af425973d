import assert from "node:assert/strict";
import * as fc from "fast-check";
import { complete } from "../../../src/language/complete";
import { type CompletionItem } from "../../../src/language/items";
import { nothingKnown } from "../../../src/language/knowledge";
import { head, known, marked } from "./writing";

function items(text: string): readonly CompletionItem[] {
  const { text: plain, offset } = marked(text);
  return [...complete(plain, offset, known)].sort((a, b) => (a.sort < b.sort ? -1 : 1));
}

const labels = (text: string): readonly string[] => items(text).map(({ label }) => label);

/** The text after the item is accepted; places of a snippet are left empty. */
function accepted(text: string, label: string): string {
  const item = items(text).find((each) => each.label === label);
  assert.ok(item, `${label} is not offered, but ${labels(text).join(", ")}`);
  const insert = item.insert.replace(/(?<!\\)\$(\d|\{\d\})/g, "").replace(/\\([\\$}])/g, "$1");
  const { text: plain, offset } = marked(text);
  const indent = /^[ \t]*/.exec(plain.slice(plain.lastIndexOf("\n", offset - 1) + 1))?.[0] ?? "";
  return plain.slice(0, item.range.start) + insert.replaceAll("\n", `\n${indent}`) + plain.slice(item.range.end);
}

interface Case {
  readonly it: string;
  readonly text: string;
  /** The first ones, in order. */
  readonly first?: readonly string[];
  /** All of them, in any order. */
  readonly all?: readonly string[];
  readonly without?: readonly string[];
}

const cases: readonly Case[] = [
  {
    it: "an empty file: whole syncs, then the keys it needs",
    text: "‸",
    first: ["sync", "sync that mirrors", "sync that appends", "model", "destination", "mode", "fields"],
  },
  {
    it: "no key that is there",
    text: `${head}‸`,
    first: ["fields", "name"],
    without: ["mode", "model", "sync", "on_removed"],
  },
  {
    it: "on_removed first where a mirror lacks it",
    text: `${head.replace("upsert", "mirror")}fields: { email: email }\n‸`,
    first: ["on_removed"],
    without: ["on"],
  },
  { it: "the key on which the cursor is", text: "mo‸de: upsert", first: ["model", "destination", "mode"] },
  { it: "keys of the model", text: "model:\n  ‸", all: ["key", "sql", "file", "table", "dbt", "warehouse"] },
  { it: "one source of the model", text: "model:\n  table: x\n  ‸", all: ["key", "warehouse"] },
  { it: "the connector's own keys of a destination", text: "destination:\n  connection: hook\n  ‸", first: ["object"] },
  { it: "modes right after the colon", text: "mode:‸", all: ["insert", "update", "upsert", "mirror", "append"] },
  {
    it: "the modes the object offers",
    text: head.replace("mode: upsert", "mode: ups‸"),
    all: ["insert", "update", "upsert", "mirror"],
  },
  { it: "the removals the object offers", text: `${head}on_removed: ‸`, all: ["archive", "clear", "keep"] },
  { it: "warehouses for a model", text: "model:\n  warehouse: ‸", all: ["analytics"] },
  { it: "destinations for a destination", text: "destination: { connection: ‸ }", all: ["hubspot", "hook", "chat"] },
  { it: "objects", text: "destination:\n  connection: hubspot\n  object: ‸", all: ["contacts", "companies"] },
  { it: "fields that identify a record, for match", text: head.replace("match: email", "match: ‸"), all: ["email"] },
  { it: "columns for a key", text: "model:\n  key: ‸", first: ["id"] },
  { it: "columns for a key of several", text: "model:\n  key: [id, ‸]", all: ["id", "email", "first_name", "plan"] },
  {
    it: "fields not yet mapped, those with a column of their name first",
    text: `${head}fields:\n  email: email\n  ‸`,
    all: ["firstname", "lifecyclestage", "newsletter"],
    first: ["firstname"],
    without: ["createdate"],
  },
  { it: "the match first", text: `${head}fields:\n  ‸`, first: ["email"] },
  {
    it: "fields above others",
    text: `${head}fields:\n  ‸\n  firstname: first_name\n`,
    all: ["email", "lifecyclestage", "newsletter"],
  },
  {
    it: "fields in a map in braces",
    text: `${head}fields: { email: email, ‸ }`,
    all: ["firstname", "lifecyclestage", "newsletter"],
  },
  {
    it: "the column that is named like the field first",
    text: `${head}fields:\n  firstname: ‸`,
    first: ["first_name"],
  },
  {
    it: "columns with carriage returns",
    text: `${head}fields:\n  firstname: ‸\n`.replaceAll("\n", "\r\n"),
    first: ["first_name"],
  },
  {
    it: "kinds of a mapping",
    text: `${head}fields:\n  firstname: { ‸ }`,
    all: ["column", "sql", "value", "template", "lookup", "values", "nulls", "write"],
  },
  {
    it: "what goes with a column",
    text: `${head}fields:\n  firstname: { column: plan, ‸ }`,
    all: ["values", "nulls", "write", "lookup"],
  },
  {
    it: "default only beside values",
    text: `${head}fields:\n  firstname:\n    column: plan\n    values: { a: b }\n    ‸`,
    all: ["default", "nulls", "write"],
  },
  {
    it: "what a lookup needs first",
    text: `${head}fields:\n  firstname: { lookup: companies, ‸`,
    first: ["column", "by"],
    without: ["sql", "values"],
  },
  {
    it: "fields of the related object",
    text: `${head}fields:\n  firstname: { lookup: companies, by: ‸ }`,
    all: ["domain"],
  },
  { it: "nulls", text: `${head}fields:\n  firstname: { column: plan, nulls: ‸ }`, all: ["send", "skip"] },
  {
    it: "write",
    text: `${head}fields:\n  firstname:\n    column: plan\n    write: ‸`,
    all: ["always", "create_only", "if_empty"],
  },
  {
    it: "values that the column holds",
    text: `${head}fields:\n  lifecyclestage: { column: plan, values: { paid: customer, ‸ } }`,
    all: ["trial"],
  },
  {
    it: "the field's options for a value",
    text: `${head}fields:\n  lifecyclestage: { column: plan, values: { paid: ‸ } }`,
    all: ["lead", "customer"],
  },
  {
    it: "the field's options for a default",
    text: `${head}fields:\n  lifecyclestage:\n    column: plan\n    values: { paid: lead }\n    default: ‸`,
    all: ["lead", "customer"],
  },
  {
    it: "true and false for a constant of a boolean",
    text: `${head}fields:\n  newsletter: { value: ‸ }`,
    all: ["true", "false"],
  },
  {
    it: "columns in a template",
    text: `${head}fields:\n  firstname: { template: "{{ ‸ }}" }`,
    all: ["id", "email", "first_name", "plan"],
  },
  {
    it: "nothing beside the braces of a template",
    text: `${head}fields:\n  firstname: { template: "Hello ‸" }`,
    all: [],
  },
  {
    it: "columns in an expression",
    text: `${head}fields:\n  firstname: { sql: "upper(‸)" }`,
    all: ["id", "email", "first_name", "plan"],
  },
  {
    it: "columns in an expression of several lines",
    text: `${head}fields:\n  firstname:\n    sql: |\n      upper(‸)\n`,
    all: ["id", "email", "first_name", "plan"],
  },
  { it: "nothing in the model's SQL", text: "model:\n  sql: |\n    select ‸\n  key: id", all: [] },
  { it: "nothing in a comment", text: "mode: upsert # ‸", all: [] },
  { it: "other syncs, but for those named already", text: "after: [companies, ‸]", all: ["nps"] },
  { it: "syncs as items of a list", text: "after:\n  - ‸", all: ["companies", "nps"] },
  { it: "tags of the project", text: "tags: [‸]", all: ["crm", "daily"] },
  { it: "keys of an alert", text: "alerts:\n  - ‸", first: ["connection"] },
  { it: "further keys of an alert", text: "alerts:\n  - connection: hook\n    ‸", all: ["channel", "on", "values"] },
  { it: "connections that can carry an alert", text: "alerts:\n  - connection: ‸", all: ["chat"] },
  { it: "limits", text: "guards:\n  max_removed: 5%\n  ‸", all: ["max_changes", "max_rejected", "min_rows"] },
];

describe("completion of a sync file", () => {
  for (const { it: what, text, first, all, without } of cases) {
    it(`offers ${what}`, () => {
      const found = labels(text);
      if (first !== undefined) assert.deepEqual(found.slice(0, first.length), first);
      if (all !== undefined)
        assert.deepEqual([...found.filter((label) => !label.startsWith("{"))].sort(), [...all].sort());
      for (const label of without ?? []) assert.ok(!found.includes(label), label);
    });
  }

  const insertions: readonly (readonly [text: string, label: string, result: string])[] = [
    ["mode:‸", "upsert", "mode: upsert"],
    ["mode:ups‸", "upsert", "mode: upsert"],
    ["mode: ups‸ert", "mirror", "mode: mirror"],
    ["mo‸", "mode", "mode: "],
    ["mo‸del: upsert", "mode", "mode: upsert"],
    ["‸", "model", "model:\n  "],
    ["model:\n  s‸", "sql", "model:\n  sql: |\n    "],
    [`${head}fields:\n  Lifecycle st‸`, "lifecyclestage", `${head}fields:\n  lifecyclestage: `],
    [`${head}fields:\n  fir‸: plan`, "firstname", `${head}fields:\n  firstname: plan`],
    [`${head}fields:\n  email: "em‸"`, "email", `${head}fields:\n  email: "email"`],
    [`${head}fields:\n  x: {column:pl‸}`, "plan", `${head}fields:\n  x: {column: plan}`],
    [`${head}fields:\n  x: { ‸ }`, "template", `${head}fields:\n  x: { template: "{{  }}" }`],
    [`${head}fields:\n  x: { template: "{{‸}}" }`, "plan", `${head}fields:\n  x: { template: "{{ plan }}" }`],
    [`${head}fields:\n  x: { template: "{{ pl‸" }`, "plan", `${head}fields:\n  x: { template: "{{ plan }}" }`],
    [`${head}fields:\n  x: { template: "{{ pl‸an }}" }`, "email", `${head}fields:\n  x: { template: "{{ email }}" }`],
    [`${head}fields:\n  x: { sql: "upper(pl‸)" }`, "plan", `${head}fields:\n  x: { sql: "upper(plan)" }`],
    [`${head}fields:\n  newsletter: { value: ‸ }`, "true", `${head}fields:\n  newsletter: { value: true }`],
  ];
  for (const [text, label, result] of insertions) {
    it(`writes ${JSON.stringify(text.replace(head, "… "))} as it should be`, () =>
      assert.equal(accepted(text, label), result));
  }

  it("finds a field by its label", () => {
    const [item] = items(`${head}fields:\n  Lifecycle‸`).filter(({ label }) => label === "lifecyclestage");
    assert.match(item?.filter ?? "", /Lifecycle stage/);
  });

  it("asks again after a field, for its column", () => {
    assert.equal(items(`${head}fields:\n  ‸`)[0]?.again, true);
  });

  it("says what a column holds", () => {
    const plan = items(`${head}fields:\n  x: ‸`).find(({ label }) => label === "plan");
    assert.deepEqual(plan?.documentation, [
      "Column of the model: VARCHAR",
      "25% NULL; 2 different values",
      "For example paid · trial",
    ]);
  });

  it("offers what the schema says where nothing is known", () => {
    assert.deepEqual(
      complete("mode: ", 6, nothingKnown).map(({ label }) => label),
      ["insert", "update", "upsert", "mirror", "append"],
    );
  });

  it("never throws, wherever the cursor is in whatever text", () => {
    const piece = fc.constantFrom(
      ..."{}[]:,#-|>'\"&*!%@`\n\r\t ",
      "fields:\n  ",
      "model:\n  ",
      "sql: |\n",
      "{{ ",
      "- ",
      "mode: ",
      "email",
      "é",
      "\u0000",
      "😀",
    );
    const property = fc.property(
      fc.oneof(
        fc.array(piece).map((all) => all.join("")),
        fc.string({ unit: "binary" }),
      ),
      fc.nat(),
      (text, at) => {
        const offset = at % (text.length + 1);
        for (const { range } of complete(text, offset, known)) assert.ok(range.start <= offset && offset <= range.end);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
