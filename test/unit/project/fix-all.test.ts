import assert from "node:assert/strict";
import { obviousEdits } from "../../../src/project/fix-all";
import { applyEdits } from "../../../src/project/yaml-edit";
import { parseSync } from "../../../src/sync/parse";

const fixed = (text: string): string => applyEdits(text, obviousEdits(parseSync(text, { name: "contacts" }).problems));

const head = "model: { table: t, key: id }\ndestination: { connection: crm, object: contacts }\n";

describe("fixing all that is obvious", () => {
  it("mends every problem that has one obvious remedy at once", () => {
    assert.equal(
      fixed(`${head}mode: upser\nfields: { email: email, name: { sql: round(a, 2) } }\ntags: crm\nguard: {}\n`),
      `${head}mode: upsert\nfields: { email: email, name: { sql: "round(a, 2)" } }\ntags: [crm]\nguards: {}\n`,
    );
  });

  it("leaves alone what has several remedies, or takes out what somebody wrote", () => {
    const text = `${head}mode: sync\nfields: { email: { column: a, value: b } }\nschedule: daily\n`;
    assert.equal(fixed(text), text);
  });

  it("never makes two edits that meet", () => {
    const range = { start: 0, end: 4 };
    const problem = (text: string, at = range) => ({
      code: "x",
      severity: "error" as const,
      message: "",
      path: [],
      range: at,
      fixes: [{ title: text, edits: [{ range: at, text }] }],
    });
    const all = obviousEdits([
      problem("first"),
      problem("second", { start: 4, end: 6 }),
      problem("third", { start: 8, end: 9 }),
    ]);
    assert.deepEqual(
      all.map(({ text }) => text),
      ["first", "third"],
    );
  });
});
