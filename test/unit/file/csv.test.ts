import assert from "node:assert/strict";
import fc from "fast-check";
import { type Cell, NotCsv, readRows, writeRow } from "../../../src/destinations/file/csv";
import { escapeFormula, unescapeFormula } from "../../../src/destinations/file/formulas";

const comma = { delimiter: "," };

/** Cells as data has them: any text, and often the characters that CSV gives a meaning. */
const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(null),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom('"', ",", ";", "\t", "\r", "\n", " ", "a", "🙂", "\u0000", "\ufeff", "=") }),
);

describe("CSV", () => {
  it("reads back any rows it wrote, NULL apart from the empty text", () => {
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.constantFrom(",", ";", "\t", "|"), (given, delimiter) => {
        const text = given.map((row) => writeRow(row, { delimiter })).join("");
        assert.deepEqual(readRows(text, { delimiter }), given);
      }),
      { seed: 7, numRuns: 3000 },
    );
  });

  const reads: readonly [name: string, text: string, rows: Cell[][]][] = [
    ["nothing", "", []],
    [
      "a byte order mark",
      "\ufeffa,b\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["any line end", "a\r\nb\nc\rd", [["a"], ["b"], ["c"], ["d"]]],
    ["NULL and the empty text", 'a,,"",\r\n', [["a", null, "", null]]],
    ["a blank line", "a\r\n\r\nb\r\n", [["a"], [null], ["b"]]],
    ["quotes and line breaks", '"a ""b""\r\nc",d', [['a "b"\r\nc', "d"]]],
    ["a quote inside a bare cell", 'a"b,c', [['a"b', "c"]]],
  ];
  for (const [name, text, rows] of reads) {
    it(`reads ${name}`, () => assert.deepEqual(readRows(text, comma), rows));
  }

  const broken: readonly [text: string, line: number][] = [
    ['a\r\n"b', 2],
    ['a\r\n"b\r\nc"d\r\n', 3],
  ];
  for (const [text, line] of broken) {
    it(`names line ${line} of ${JSON.stringify(text)} as no CSV`, () => {
      assert.throws(
        () => readRows(text, comma),
        (error) => error instanceof NotCsv && error.line === line,
      );
    });
  }

  it("quotes only where it must", () => {
    assert.equal(writeRow(["a", "b c", "d,e", " f", 'g"h', "", null], comma), 'a,b c,"d,e"," f","g""h","",\r\n');
  });

  it("disarms formulas so that it can be undone", () => {
    for (const text of ["=1+1", "+1", "-1", "@x", "\tx", "'=1", "''@", "it's", "'quoted'", ""]) {
      assert.equal(unescapeFormula(escapeFormula(text)), text);
      assert.doesNotMatch(escapeFormula(text), /^[=+\-@\t\r]/);
    }
  });
});
