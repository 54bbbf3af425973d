import assert from "node:assert/strict";
import { typedKey } from "../../../src/calls/record-key";
import { SyncFailure } from "../../../src/failure";

const id = [{ name: "id", type: "number" }] as const;
const both = [
  { name: "org", type: "text" },
  { name: "user_id", type: "number" },
] as const;

describe("a key as somebody types it", () => {
  const cases: readonly (readonly [string, Parameters<typeof typedKey>[1], readonly string[]])[] = [
    [" 7 ", id, ["7"]],
    ["7.0", id, ["7"]],
    ["007", id, ["7"]],
    ["-0", id, ["0"]],
    ["1e3", id, ["1000"]],
    ["9007199254740993", id, ["9007199254740993"]],
    ["abc", id, ["abc"]],
    ["007", [{ name: "code", type: "text" }], ["007"]],
    ["TRUE", [{ name: "flag", type: "boolean" }], ["true"]],
    ['["eu", 7]', both, ["eu", "7"]],
    ["eu, 7.0", both, ["eu", "7"]],
    ["eu · 7", both, ["eu", "7"]],
  ];
  for (const [typed, columns, parts] of cases) {
    it(`${JSON.stringify(typed)} of ${columns.map(({ type }) => type).join(", ")} is ${parts.join(" and ")}`, () =>
      assert.deepEqual(typedKey(typed, columns), parts));
  }

  it("must have all its parts", () => {
    assert.throws(
      () => typedKey("eu", both),
      (error) => error instanceof SyncFailure && error.code === "bad-key",
    );
  });
});
