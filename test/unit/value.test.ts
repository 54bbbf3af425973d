import assert from "node:assert/strict";
import fc from "fast-check";
import { fromJson, fromTagged, type Json, toJson, toTagged, type Value } from "../../src/value";

describe("a value", () => {
  const cases: readonly (readonly [Json, string])[] = [
    [null, "z:"],
    ["", "s:"],
    ["null", "s:null"],
    [true, "b:true"],
    [10, "n:10"],
    [-0.5, "n:-0.5"],
    [1e-7, "n:0.0000001"],
    [-1.25e-9, "n:-0.00000000125"],
    [["a", 1], 'j:["a",1]'],
  ];
  for (const [json, tagged] of cases) {
    it(`of JSON ${JSON.stringify(json)} is stored as ${tagged} and comes back`, () => {
      assert.equal(toTagged(fromJson(json)), tagged);
      assert.deepEqual(toJson(fromTagged(tagged)), json);
    });
  }

  it("beyond what JavaScript holds exactly stays text", () => {
    for (const text of ["9007199254740993", "0.10000000000000000001"]) {
      assert.equal(toJson({ type: "number", text }), text);
    }
  });

  it("keeps every text and every finite number", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.double({ noNaN: true, noDefaultInfinity: true })),
        (json) => {
          const stored: Value = fromTagged(toTagged(fromJson(json)));
          assert.deepEqual(toJson(stored), Object.is(json, -0) ? 0 : json);
        },
      ),
      { numRuns: 2000, seed: 7 },
    );
  });
});
