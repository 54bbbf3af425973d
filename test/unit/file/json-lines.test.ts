import assert from "node:assert/strict";
import fc from "fast-check";
import { NotJsonLines, readObject, textOf, writeObject } from "../../../src/destinations/file/json-lines";

describe("JSON Lines", () => {
  it("keeps each member's text, digits and all", () => {
    const line = '{"id":12345678901234567890.10,"a":{"b":[1.0,"}"]},"c":"\\u0041\\"","d":null}';
    assert.equal(writeObject(readObject(` ${line} `)), line);
  });

  it("reads any object as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), fc.boolean(), (object, spaced) => {
        const text = JSON.stringify(object, null, spaced ? 1 : 0).replace(/\n/g, " ");
        const read = readObject(text);
        const again = Object.fromEntries([...read].map(([name, raw]) => [name, JSON.parse(raw) as unknown]));
        assert.deepEqual(again, JSON.parse(text));
      }),
      { seed: 7, numRuns: 3000 },
    );
  });

  for (const text of ["[1]", "1", "{", '{"a":}', "nonsense", '{"a":1} {"b":2}']) {
    it(`refuses ${text}`, () => assert.throws(() => readObject(text), NotJsonLines));
  }

  it("compares texts without their quotes and null with nothing", () => {
    assert.deepEqual(['"a\\n"', "1.50", "true", "null"].map(textOf), ["a\n", "1.50", "true", null]);
  });
});
