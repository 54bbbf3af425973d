import assert from "node:assert/strict";
import { type ObjectSchema } from "../../../src/destinations/destination";
import { parseSnapshot, serialiseSnapshot } from "../../../src/project/snapshot";

const contacts: ObjectSchema = {
  name: "contacts",
  modes: ["upsert"],
  removals: ["archive", "keep"],
  match: "required",
  readable: true,
  whole: true,
  fields: [
    { name: "stage", type: "option", options: [{ value: "b", label: "B" }, { value: "a" }] },
    { name: "email", type: "text", unique: true, matchForm: "trimmed-lowercase" },
  ],
};
const deals: ObjectSchema = { ...contacts, name: "deals", fields: [] };

describe("schema snapshots", () => {
  it("come back as they were, in the order of names; options keep theirs", () => {
    const text = serialiseSnapshot({ version: 1, type: "hubspot", objects: [deals, contacts] });
    const { snapshot, problems } = parseSnapshot(text);
    assert.deepEqual(problems, []);
    assert.deepEqual(snapshot, {
      version: 1,
      type: "hubspot",
      objects: [{ ...contacts, fields: [...contacts.fields].reverse() }, deals],
    });
  });

  it("read the same whatever the order in which the destination listed things", () => {
    const [stage, email] = contacts.fields;
    assert.ok(stage && email);
    const shuffled = Object.fromEntries(
      Object.entries({ ...contacts, fields: [email, stage] }).reverse(),
    ) as unknown as ObjectSchema;
    assert.equal(
      serialiseSnapshot({ version: 1, type: "x", objects: [shuffled, deals] }),
      serialiseSnapshot({ objects: [deals, contacts], type: "x", version: 1 }),
    );
  });

  it("are problems, never exceptions, when they cannot be read", () => {
    for (const text of [
      "",
      "{",
      "[]",
      "null",
      "{}",
      '{"version":2,"type":"x","objects":[]}',
      '{"version":1,"type":"x","objects":[{"name":1}]}',
    ]) {
      const { snapshot, problems } = parseSnapshot(text);
      assert.equal(snapshot, undefined);
      assert.deepEqual(
        problems.map(({ code, fixes }) => [code, fixes?.[0]?.action]),
        [["bad-snapshot", "refresh-schema"]],
      );
    }
  });
});
