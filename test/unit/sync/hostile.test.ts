import assert from "node:assert/strict";
import fc from "fast-check";
import { type Problem } from "../../../src/problem";
import { parseProject } from "../../../src/project/parse";
import { parseSnapshot } from "../../../src/project/snapshot";
import { checkSync } from "../../../src/sync/check";
import { parseSync } from "../../../src/sync/parse";
import { types } from "../project/types";

// Small, so that thousands of mutations hit every form of every key.
const sync = `name: c
model: { sql: "select 1", key: [a, id] }
destination: { connection: crm, object: o, match: e, x: { y: [1] } }
mode: mirror
on_removed: keep # c
fields:
  e: &m { column: e, values: { a: 1 }, default: "z" }
  t: { template: "{{ a }} \\\\{{ b" }
  l: { lookup: o, by: b, column: c, missing: null }
  s:
    sql: |
      round(x, 2)

  v: *m
guards: { max_removed: 5% }
alerts: [{ connection: s, on: [failed] }]
`;

const project = `version: 1
warehouses:
  analytics: { type: duckdb, path: warehouse.duckdb }
destinations:
  crm: { type: hubspot, token: "\${secret:HUBSPOT_TOKEN}" }
ledger: { store: local, values: false }
targets:
  prod: { warehouses: { analytics: { type: snowflake, account: "\${env:A}", password: x } }, confirm: true }
`;

function assertSound(text: string, problems: readonly Problem[]): void {
  const all = problems.flatMap(({ range, fixes = [] }) => [
    range,
    ...fixes.flatMap(({ edits = [] }) => edits.map((edit) => edit.range)),
  ]);
  for (const { start, end } of all) {
    assert.ok(start >= 0 && start <= end && end <= Math.max(1, text.length), `${start}–${end} of ${text.length}`);
  }
  for (const { code, message } of problems) {
    assert.match(code, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(message.length > 10 && /[.?]$/.test(message), message);
  }
}

/** Whatever the text: no exception, sound problems, sound places. */
function survivesAsSync(text: string): void {
  const parsed = parseSync(text, { name: "x" });
  assertSound(text, parsed.problems);
  if (parsed.definition === undefined) assert.ok(parsed.problems.length > 0);
  else assertSound(text, checkSync({ definition: parsed.definition, parsed, columns: [] }));
  for (const offset of [0, text.length >> 1, text.length]) {
    const range = parsed.rangeOf(parsed.pathAt(offset));
    assert.ok(range.start <= range.end && range.end <= text.length);
  }
}

function survivesAsProject(text: string): void {
  const { file, problems } = parseProject(text, types);
  assertSound(text, problems);
  assert.ok(file !== undefined || problems.length > 0);
}

function survives(text: string): void {
  survivesAsSync(text);
  survivesAsProject(text);
  parseSnapshot(text);
}

/** Of the processor's time, so that a busy machine fails no test. */
function within(ms: number, work: () => void): void {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < ms * 1000, `took ${Math.round((user + system) / 1000)} ms`);
}

describe("any text at all", () => {
  it("gives problems, never an exception: text", () => {
    const piece = fc.constantFrom(
      ..."abc:{}[],&*!|>%@'\"`-?#~\t\n\r \\0.${",
      "\n  ",
      ": ",
      "- ",
      "<<",
      "\ufeff",
      "\0",
      "sql: ",
      "fields:\n",
      "{{ ",
      "}}",
      "mode",
      "\ud800",
      "😀",
      "__proto__: ",
      "!!binary ",
      "---\n",
    );
    const yamlish = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
    fc.assert(fc.property(fc.oneof(yamlish, fc.string({ unit: "binary", maxLength: 100 })), survives), {
      numRuns: 8000,
      seed: 1,
    });
  }).timeout(120_000);

  it("gives problems, never an exception: bytes", () => {
    const bytes = fc.uint8Array({ maxLength: 150 }).map((all) => Buffer.from(all).toString("utf8"));
    fc.assert(fc.property(bytes, survives), { numRuns: 4000, seed: 2 });
  }).timeout(120_000);

  it("gives problems, never an exception: good files gone wrong", () => {
    const mutation = fc.record({
      of: fc.constantFrom(sync, sync, project),
      edits: fc.array(
        fc.record({
          kind: fc.constantFrom("delete", "double", "insert", "move"),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          length: fc.integer({ min: 1, max: 40 }),
          text: fc.constantFrom(
            "\n",
            " ",
            ":",
            "{",
            "}",
            '"',
            "'",
            "\t",
            "- ",
            "|",
            "&a ",
            "*a",
            "#",
            "\0",
            "{{",
            "null",
            "[",
            "!!map ",
          ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    });
    fc.assert(
      fc.property(mutation, ({ of, edits }) => {
        let text = of;
        for (const { kind, at, length, text: piece } of edits) {
          const start = Math.floor(at * text.length);
          const slice = text.slice(start, start + length);
          if (kind === "delete") text = text.slice(0, start) + text.slice(start + length);
          else if (kind === "double") text = text.slice(0, start) + slice + text.slice(start);
          else if (kind === "insert") text = text.slice(0, start) + piece + text.slice(start);
          else text = slice + text.slice(0, start) + text.slice(start + length);
        }
        if (of === sync) survivesAsSync(text);
        else survivesAsProject(text);
      }),
      { numRuns: 8000, seed: 3 },
    );
  }).timeout(120_000);

  const nested: Readonly<Record<string, string>> = {
    brackets: "[".repeat(100_000),
    braces: "{a: ".repeat(100_000),
    dashes: "- ".repeat(100_000),
    "question marks": "? ".repeat(100_000),
    indentation: Array.from({ length: 1500 }, (_, index) => `${" ".repeat(index)}a:\n`).join(""),
    "dashes on many lines": Array.from({ length: 300 }, (_, index) => `${"  ".repeat(index)}- - - -\n`).join(""),
  };
  for (const [what, text] of Object.entries(nested)) {
    it(`is refused when ${what} nest too deeply`, () => {
      within(3000, () => {
        assert.deepEqual(
          parseSync(text, { name: "x" }).problems.map(({ code }) => code),
          ["too-deep"],
        );
      });
    });
  }

  it("is understood before it goes wrong", () => {
    assert.deepEqual(parseSync(sync, { name: "x" }).problems, []);
  });

  it("may nest as people do", () => {
    const text = `${Array.from({ length: 30 }, (_, index) => `${"  ".repeat(index)}k${index}:\n`).join("")}`;
    assert.ok(!parseSync(text, { name: "x" }).problems.some(({ code }) => code === "too-deep"));
  });

  it("cannot stand for more than it is", () => {
    const lines = Array.from(
      { length: 12 },
      (_, index) =>
        `a${index}: &a${index} [${Array(10)
          .fill(index === 0 ? "x" : `*a${index - 1}`)
          .join(", ")}]`,
    );
    within(3000, () => {
      assert.ok(parseSync(lines.join("\n"), { name: "x" }).problems.some(({ code }) => code === "too-many-aliases"));
    });
  });

  it("is read in good time when it is long", () => {
    const long: readonly string[] = [
      `model:\n  sql: |\n${"    select x from y\n".repeat(50_000)}  key: id\n`,
      `model:\n  sql: "${"\\n x ".repeat(100_000)}"\n  key: id\n`,
      `fields:\n${Array.from({ length: 20_000 }, (_, index) => `  f${index}: c${index}\n`).join("")}`,
      `fields: { a: { template: "${"{{ ".repeat(100_000)}" } }`,
      `fields: { a: { template: '${"\\".repeat(300_000)}' } }`,
      `description: "${" ".repeat(900_000)}"`,
      `x: ${"*a ".repeat(50_000)}`,
    ];
    for (const text of long) {
      within(5000, () => {
        const parsed = parseSync(text, { name: "x" });
        parsed.offsetInScalar(["description"], 10);
        parsed.offsetInScalar(["model", "sql"], 200_000);
        assertSound(text, parsed.problems);
      });
    }
  }).timeout(120_000);

  it("is refused when it is far too long", () => {
    assert.deepEqual(
      parseSync("x".repeat(3_000_000), { name: "x" }).problems.map(({ code }) => code),
      ["too-large"],
    );
  });
});
