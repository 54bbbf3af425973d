import assert from "node:assert/strict";
import { mappingHash, mappingPath, mappingRange } from "../../../src/editor/problems/placement";
import { type RejectionGroup } from "../../../src/run/report";
import { parseSync } from "../../../src/sync/parse";

const text = `name: contacts
model:
  sql: select id, email, plan from customers
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email
  lifecyclestage:
    column: plan
    values: { paid: customer }
`;
const parsed = parseSync(text, { name: "contacts" });
const beside = () => undefined;

function group(more: Partial<RejectionGroup>): RejectionGroup {
  return { stage: "destination", code: "INVALID", reason: "no", count: 1, examples: [], ...more };
}

function underlined(rejected: RejectionGroup, within = text): string {
  const reparsed = parseSync(within, { name: "contacts" });
  const { start, end } = mappingRange(reparsed, within, mappingPath(reparsed, rejected));
  return within.slice(start, end);
}

const places: readonly { readonly name: string; readonly group: RejectionGroup; readonly underlined: string }[] = [
  { name: "a refused field on its mapping", group: group({ field: "email" }), underlined: "email: email" },
  {
    name: "a field of several lines on its first",
    group: group({ stage: "mapping", field: "lifecyclestage" }),
    underlined: "lifecyclestage:",
  },
  { name: "a refused record without a field on the object", group: group({}), underlined: "object: contacts" },
  {
    name: "a null key on the key",
    group: group({ stage: "model", field: "id", code: "null-key" }),
    underlined: "key: id",
  },
  {
    name: "a duplicate key on the key, whatever its field is called",
    group: group({ stage: "model", code: "duplicate-key" }),
    underlined: "key: id",
  },
  {
    name: "a null match on the match",
    group: group({ stage: "model", field: "email", code: "null-match" }),
    underlined: "match: email",
  },
];

describe("rejections in the file", () => {
  for (const { name, group: rejected, underlined: expected } of places)
    it(`put ${name}`, () => assert.equal(underlined(rejected), expected));

  it("stand somewhere even when the field is no longer mapped", () => {
    assert.equal(underlined(group({ field: "phone" })), "fields");
  });

  it("stand somewhere in a file that cannot be read", () => {
    assert.equal(typeof underlined(group({ field: "email" }), "{{{"), "string");
  });
});

describe("what a rejection speaks of", () => {
  const path = ["fields", "lifecyclestage"];
  const before = mappingHash(parsed, text, { path, beside });
  const after = (changed: string, read: (file: string) => string | undefined = beside): string =>
    mappingHash(parseSync(changed, { name: "contacts" }), changed, { path, beside: read });

  const same: readonly (readonly [string, string])[] = [
    ["a comment above", `# hello\n${text}`],
    ["another field", text.replace("email: email", "email: { column: email, nulls: skip }")],
    ["other line breaks", text.replaceAll("\n", "\r\n")],
  ];
  for (const [name, changed] of same) it(`is the same after ${name}`, () => assert.equal(after(changed), before));

  const different: readonly (readonly [string, string])[] = [
    ["its own mapping", text.replace("paid: customer", "paid: customer, trial: lead")],
    ["the model", text.replace("from customers", "from customers where id > 1")],
    ["its removal", text.replace(/ {2}lifecyclestage:[\s\S]*$/, "")],
  ];
  for (const [name, changed] of different)
    it(`is another after a change of ${name}`, () => assert.notEqual(after(changed), before));

  it("is another after a change of the model's .sql file", () => {
    const external = text.replace(/sql: .*/, "file: customers.sql");
    const first = after(external, (file) => (file === "customers.sql" ? "select 1" : undefined));
    assert.notEqual(
      first,
      after(external, () => "select 2"),
    );
    assert.equal(
      first,
      after(external, () => "select 1\n"),
    );
  });
});
