import assert from "node:assert/strict";
import { createGroups } from "../../../src/run/reasons";

const reject = (reason: string, key = 1) => ({ key, stage: "destination" as const, code: "invalid", reason });

describe("rejections are grouped by what they say", () => {
  const same: readonly (readonly [string, string])[] = [
    ["Email address ann@x.io is invalid", "Email address bob.b+c@mail.example.co.uk is invalid"],
    ['"abc" was not one of the allowed options', '"a longer \\" one" was not one of the allowed options'],
    ["foo bar was not one of the allowed options: [a, b]", "baz was not one of the allowed options: [a, b]"],
    ["Email address no at all is invalid", "Email address b@c..d is invalid"],
    ["twelve was not a valid number.", "many was not a valid number."],
    ["Contact 12345 exists. Existing ID: 9876", "Contact 5 exists. Existing ID: 1"],
    ["No record 0a1b2c3d-0000-4000-8000-0123456789ab", "No record ffffffff-0000-4000-8000-0123456789ab"],
    ["2026-01-31T10:00:00Z is in the past", "2025-02-01 is in the past"],
    ["Id 003xx000004TmiQAAS is deleted", "Id 001D000000IqhSLIAZ is deleted"],
  ];
  for (const [one, other] of same) {
    it(`puts together: ${one}`, () => {
      const groups = createGroups(["email"]);
      groups.add(reject(one));
      groups.add(reject(other, 2));
      assert.deepEqual(groups.all(), [
        { stage: "destination", code: "invalid", reason: one, count: 2, examples: [reject(one), reject(other, 2)] },
      ]);
    });
  }

  const different: readonly (readonly [string, string])[] = [
    ['Property "email" is read-only', 'Property "phone" is read-only'],
    ["The email isn't valid, it's too long", "The email isn't valid, it's too short"],
  ];
  for (const [one, other] of different) {
    it(`keeps apart: ${one}`, () => {
      const groups = createGroups(["email", "phone"]);
      groups.add(reject(one));
      groups.add(reject(other));
      assert.equal(groups.all().length, 2);
    });
  }

  it("puts the largest first, with at most five examples", () => {
    const groups = createGroups([]);
    groups.add({ ...reject("rare"), field: "name" });
    for (let key = 0; key < 9; key += 1) groups.add(reject("common", key));
    assert.deepEqual(
      groups.all().map(({ reason, count, examples }) => [reason, count, examples.length]),
      [
        ["common", 9, 5],
        ["rare", 1, 1],
      ],
    );
  });

  it("holds memory flat when every reason is different", () => {
    const groups = createGroups([]);
    for (let index = 0; index < 2000; index += 1) {
      groups.add(reject([...String(index)].map((digit) => "abcdefghij"[Number(digit)]).join("")));
    }
    assert.ok(groups.all().length <= 501);
    assert.equal(
      groups.all().reduce((sum, { count }) => sum + count, 0),
      2000,
    );
  });
});
