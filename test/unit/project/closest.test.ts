import assert from "node:assert/strict";
import { closest, editDistance, listed } from "../../../src/project/closest";

describe("closest", () => {
  it("finds the word that was meant", () => {
    const known = ["on_removed", "email", "guards", "companies", "id", "mode", "failed"];
    const meant = {
      onRemoved: "on_removed",
      emial: "email",
      EMAIL: "email",
      guard: "guards",
      company: "companies",
      ID: "id",
      fail: "failed",
      moed: "mode",
    };
    for (const [word, expected] of Object.entries(meant)) assert.equal(closest(word, known), expected, word);
  });

  it("suggests nothing far-fetched", () => {
    for (const word of ["", "x", "schedule", "ix", "e".repeat(100_000)])
      assert.equal(closest(word, ["id", "email"]), undefined);
  });

  it("counts a swap of neighbours as one step", () => {
    assert.deepEqual([editDistance("ab", "ba"), editDistance("", "abc"), editDistance("kitten", "sitting")], [1, 3, 3]);
  });

  it("cuts long lists", () => {
    assert.deepEqual(
      [listed([]), listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b", "c"], 2)],
      ["", "a", "a, b and c", "a, b and 1 more"],
    );
  });
});
