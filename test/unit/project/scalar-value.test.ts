import assert from "node:assert/strict";
import { scalarValue } from "../../../src/project/yaml-scalar";

describe("a scalar's text", () => {
  const cases: readonly (readonly [written: string, text: string])[] = [
    ["plain-token", "plain-token"],
    ["'it''s'", "it's"],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['  "spaced"\r\n', "spaced"],
    ["00123456789012345678", "00123456789012345678"],
    ["1e5", "1e5"],
    ["true", "true"],
    ["", ""],
  ];
  for (const [written, text] of cases)
    it(`of ${JSON.stringify(written)} is ${JSON.stringify(text)}`, () => assert.equal(scalarValue(written), text));
});
