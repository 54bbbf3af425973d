import assert from "node:assert/strict";
import fc from "fast-check";
import { deepest, tooDeepAt } from "../../../src/project/yaml-depth";

/** Brackets in a comment mean nothing, and keep the quick bound from answering. */
const unsure = `\n#${"[".repeat(deepest + 1)}`;

describe("the depth of a YAML text", () => {
  it("is the lexer's, whether or not the quick bound answers", () => {
    const pieces = [
      "- ",
      "? ",
      "a: ",
      ": ",
      "[",
      "{",
      "]",
      "}",
      ",",
      "\n",
      "\r\n",
      "\r",
      "\t",
      " ",
      "  ",
      "x",
      "'",
      '"',
      "|\n",
      "#",
      "&a ",
      "!t ",
    ];
    const text = fc
      .array(fc.tuple(fc.constantFrom(...pieces), fc.integer({ min: 1, max: 30 })), { maxLength: 40 })
      .map((parts) => parts.map(([piece, times]) => piece.repeat(times)).join(""));
    fc.assert(
      fc.property(text, (yaml) => {
        assert.equal(tooDeepAt(yaml), tooDeepAt(yaml + unsure));
      }),
      { numRuns: 3000 },
    );
  });

  for (const [what, text] of [
    ["lists on one line", "- ".repeat(deepest + 1) + "x"],
    ["maps by indentation", Array.from({ length: deepest + 1 }, (_, at) => `${" ".repeat(at)}k:`).join("\n")],
    ["brackets", "[".repeat(deepest + 1)],
    ["brackets that go on inside blocks of a line before", `${"- ".repeat(30)}[\n${"{".repeat(40)}`],
  ] as const)
    it(`is seen in ${what}`, () => assert.notEqual(tooDeepAt(text), undefined));
});
