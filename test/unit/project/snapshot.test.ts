import assert from "node:assert/strict";
import fc from "fast-check";
import { type ObjectSchema } from "../../../src/destinations/destination";
import { parseSnapshot, serialiseSnapshot, type Snapshot } from "../../../src/project/snapshot";
import { checkSync } from "../../../src/sync/check";
import { parseSync } from "../../../src/sync/parse";
import { changed, spoils } from "../../contract/spoiling";

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

const sync = `model: { table: t, key: id }
destination: { connection: crm, object: contacts, match: email }
mode: mirror
on_removed: archive
fields:
  email: email
  stage: { column: plan, values: { free: a, paid: c } }
  owner: { lookup: deals, by: email, column: owner }
`;

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

  it("are read or refused, never half understood, when any member goes wrong", () => {
    const whole: unknown = JSON.parse(serialiseSnapshot({ version: 1, type: "hubspot", objects: [deals, contacts] }));
    const parsed = parseSync(sync, { name: "people" });
    assert.ok(parsed.definition);
    const definition = parsed.definition;
    let read = 0;
    fc.assert(
      fc.property(spoils, (all) => {
        const text = JSON.stringify(all.reduce(changed, whole) ?? null);
        const { snapshot, problems } = parseSnapshot(text);
        assert.equal(problems.length, snapshot === undefined ? 1 : 0, text);
        if (snapshot === undefined) return;
        read += 1;
        const again = parseSnapshot(serialiseSnapshot(snapshot)).snapshot;
        assert.deepEqual(again, parseSnapshot(serialiseSnapshot(again as Snapshot)).snapshot);
        const { objects } = snapshot;
        for (const object of [undefined, ...objects]) {
          for (const { message, range } of checkSync({ definition, parsed, objects, ...(object && { object }) })) {
            assert.ok(message.length > 10 && range.start <= range.end && range.end <= sync.length);
            assert.doesNotMatch(message, /undefined|\[object /);
          }
        }
      }),
      { seed: 31, numRuns: 1000 },
    );
    assert.ok(read > 200, `only ${read} were read`);
  });
});
