/** What the mapping editor shows, told from its state: rows, columns, fields and how well they fit. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type FileProblem } from "../../../src/calls/calls";
import { type FieldSchema, type ObjectSchema } from "../../../src/destinations/destination";
import { parseSync } from "../../../src/sync/parse";
import { type TemplatePart } from "../../../src/sync/definition";
import { parseTemplate } from "../../../src/sync/template";
import { type Column } from "../../../src/warehouses/warehouse";
import { type MappingState } from "../../../webview/mapping-protocol";
import { columnExpression, limitText, mappingText, templateText } from "../../../webview/mapping/mapping-text";
import { alsoWords, reasonWords } from "../../../webview/mapping/reason-words";
import {
  columnItems,
  fieldItems,
  mappingRows,
  otherProblems,
  otherRejections,
  problemsAt,
} from "../../../webview/mapping/view-model";

const columns: readonly Column[] = [
  { name: "id", native: "INTEGER", type: "number" },
  { name: "email", native: "VARCHAR", type: "text" },
  { name: "plan", native: "VARCHAR", type: "text" },
  { name: "paid", native: "BOOLEAN", type: "boolean" },
  { name: "photo", native: "BLOB", type: undefined },
];
const fields: readonly FieldSchema[] = [
  { name: "email", type: "text", format: "email", unique: true },
  { name: "stage", type: "option", options: [{ value: "lead" }, { value: "customer" }] },
  { name: "owner", type: "text", required: true, label: "Owner" },
  { name: "created", type: "instant", readOnly: true },
  { name: "score", type: "integer" },
];
const object: ObjectSchema = {
  name: "contacts",
  modes: ["upsert", "update"],
  removals: [],
  fields,
  match: "required",
  readable: true,
};

function stateOf(mappings: string, more: Partial<MappingState> = {}, mode = "upsert"): MappingState {
  const text = `model: { table: t, key: id }
destination: { connection: crm, object: contacts, match: email }
mode: ${mode}
fields:
${mappings.replace(/^/gm, "  ")}
`;
  const { definition } = parseSync(text, { name: "s" });
  return {
    version: 1,
    file: "s.sync.yaml",
    target: "dev",
    ...(definition === undefined ? {} : { definition }),
    problems: [],
    rejections: [],
    columns,
    object,
    canDescribe: true,
    connections: ["crm"],
    objects: [],
    proposals: [],
    busy: false,
    restricted: false,
    ...more,
  };
}

const problem = (path: readonly string[]): FileProblem => ({
  code: "c",
  severity: "error",
  message: "m",
  path,
  range: { start: 0, end: 0 },
  file: "s.sync.yaml",
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 1,
});

describe("the mapping editor's rows", () => {
  it("keep the order of the file, mappings that cannot be understood before them", () => {
    const state = stateOf("stage: plan\nemail: email", { problems: [problem(["fields", "odd", "sql"])] });
    assert.deepEqual(
      mappingRows(state).map(({ field, mapping }) => [field, mapping !== undefined]),
      [
        ["odd", false],
        ["stage", true],
        ["email", true],
      ],
    );
  });

  it("show what the chosen model row becomes, with its source where there is one", () => {
    const sample = {
      row: 0,
      cells: { email: "A@x.io", plan: null },
      fields: { email: { wire: "a@x.io" }, stage: { refused: "No such option.", code: "unknown-option" } },
    };
    const rows = mappingRows(stateOf('email: email\nstage: { sql: "lower(plan)" }', { sample }));
    assert.deepEqual(
      rows.map(({ live }) => live),
      [
        { source: "A@x.io", result: { wire: "a@x.io" } },
        { result: { refused: "No such option.", code: "unknown-option" } },
      ],
    );
    assert.equal(mappingRows(stateOf("email: email"))[0]?.live, undefined);
  });

  it("carry the problems of their own mapping, and settings theirs", () => {
    const problems = [["fields", "email"], ["destination", "match"], ["model", "sql"], ["fields"]].map(problem);
    const state = stateOf("email: email", { problems });
    assert.deepEqual(mappingRows(state)[0]?.problems.length, 1);
    assert.equal(problemsAt(state, ["destination", "match"]).length, 1);
    assert.deepEqual(
      otherProblems(state).map(({ path }) => path),
      [["model", "sql"], ["fields"]],
    );
  });
});

describe("rejected records", () => {
  const rejected = (...path: readonly string[]) =>
    ({ path, severity: "error", message: "2 records rejected: no", run: "r", group: 0 }) as const;
  const rejections = [rejected("fields", "email"), rejected("model", "key"), rejected("fields", "gone")];
  const state = stateOf("email: email\nstage: plan", { rejections });

  it("stand at the mapping that decides them, and make no row of what is unmapped since", () => {
    assert.deepEqual(
      mappingRows(state).map((row) => [row.field, row.rejections.length]),
      [
        ["email", 1],
        ["stage", 0],
      ],
    );
  });

  it("stand above where no one mapping decides them", () => {
    assert.deepEqual(
      otherRejections(state).map(({ path }) => path),
      [["model", "key"]],
    );
  });
});

describe("the fit of a column and a field", () => {
  const facts = (name: string, examples: readonly string[], nullShare = 0) => ({
    facts: { sampled: 9, more: false, columns: [{ name, nullShare, distinct: examples.length, examples }] },
  });
  const cases: readonly (readonly [string, Partial<MappingState>, string | undefined, RegExp?])[] = [
    ["email: email", {}, "fits"],
    ["email: id", {}, "fits", /sent as text/],
    ["score: id", {}, "care", /fraction/],
    ["score: paid", {}, "misfit", /whole number/],
    ["email: photo", {}, "misfit", /cannot be synced/],
    ["stage: plan", {}, "care"],
    ["stage: plan", facts("plan", ["lead", "customer"]), "fits", /one of the field's options/],
    ["stage: plan", facts("plan", ["lead", "churned"]), "care", /churned is not one/],
    ["stage: { column: plan, values: { paid: lead } }", facts("plan", ["paid", "gone"]), "care", /gone is not in/],
    ["stage: { column: plan, values: { paid: lead }, default: lead }", facts("plan", ["paid", "gone"]), undefined],
    ["owner: email", facts("email", ["a"], 0.25), "care", /25% of the rows/],
    ["email: email", facts("email", ["nobody"]), "care", /e-mail/],
    ['score: { template: "{{ id }}" }', {}, "care", /template makes text/],
    ['stage: { sql: "upper(plan)" }', {}, undefined],
  ];
  for (const [mapping, more, level, message] of cases) {
    it(`${mapping} ${JSON.stringify(more.facts?.columns[0]?.examples ?? "")} is ${level ?? "not told"}`, () => {
      const fit = mappingRows(stateOf(mapping, more))[0]?.fit;
      assert.equal(fit?.level, level);
      if (message !== undefined) assert.match(fit?.message ?? "", message);
    });
  }
});

describe("the mapping editor's columns", () => {
  it("put those nothing reads first, and name who reads the others", () => {
    const state = stateOf('email: email\nowner: { template: "{{ email }} {{ plan }}" }\nscore: { sql: "Paid + 1" }');
    assert.deepEqual(
      columnItems(state).map(({ column, usedBy, isKey }) => [column.name, usedBy, isKey]),
      [
        ["photo", [], false],
        ["id", [], true],
        ["email", ["email", "owner"], false],
        ["plan", ["owner"], false],
        ["paid", ["score"], false],
      ],
    );
  });
});

describe("the mapping editor's fields", () => {
  const names = (state: MappingState) => fieldItems(state).map(({ field }) => field.name);

  it("put required ones that are missing first, mapped and read-only ones last", () => {
    assert.deepEqual(names(stateOf("email: email")), ["owner", "stage", "score", "email", "created"]);
  });

  it("miss nothing where no record is created", () => {
    assert.deepEqual(
      fieldItems(stateOf("email: email", {}, "update")).filter(({ missing }) => missing),
      [],
    );
  });
});

describe("a mapping as text", () => {
  const written = [
    "email",
    { column: "email", nulls: "skip" },
    { sql: "lower(email)", write: "create_only" },
    { value: 5 },
    { template: "{{ a }} \\{{ b" },
    { lookup: "companies", by: "domain", column: "d", missing: "skip" },
    { column: "plan", values: { paid: "lead" }, default: null },
  ];
  for (const mapping of written) {
    it(`is written as it was read: ${JSON.stringify(mapping)}`, () => {
      const text = JSON.stringify(mapping);
      const read = stateOf(`email: ${text}`).definition?.fields[0];
      assert.ok(read);
      assert.deepEqual(mappingText(read), mapping);
    });
  }

  it("writes every template so that it reads the same", () => {
    const text = fc.string({ unit: fc.constantFrom("a", " ", "\\", "{{", "}}", "é") }).filter((each) => each !== "");
    const part = fc.oneof(
      text.map((each): TemplatePart => ({ text: each })),
      fc.constantFrom("id", "first name").map((column): TemplatePart => ({ column })),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const joined = parts.reduce<readonly TemplatePart[]>((before, each) => {
          const last = before.at(-1);
          return last !== undefined && "text" in last && "text" in each
            ? [...before.slice(0, -1), { text: last.text + each.text }]
            : [...before, each];
        }, []);
        const read = parseTemplate(templateText(joined));
        assert.deepEqual(read.problems, []);
        assert.deepEqual(
          read.parts.map((each) => ("text" in each ? { text: each.text } : { column: each.column })),
          joined,
        );
      }),
    );
  });

  it("quotes columns that SQL would not take bare, and writes shares as such", () => {
    assert.deepEqual(["id", "First", 'a"b'].map(columnExpression), ["id", '"First"', '"a""b"']);
    assert.deepEqual([limitText({ share: 0.05 }), limitText({ records: 7 }), limitText(undefined)], ["5%", "7", ""]);
  });
});

describe("why a mapping is proposed", () => {
  it("is said in words, the model's key by its own", () => {
    assert.deepEqual((["key", "similar-name", "same-type"] as const).map(reasonWords), [
      "the model's key",
      "similar name",
      "same type",
    ]);
  });

  it("names the other fields that the column would suit, a few of many", () => {
    assert.equal(alsoWords("id", ["Ticket id"]), "id could also fill Ticket id");
    assert.equal(alsoWords("id", ["a", "b", "c"]), "id could also fill a, b, c");
    assert.equal(alsoWords("id", ["a", "b", "c", "d", "e"]), "id could also fill a, b, c and 2 more");
  });
});
