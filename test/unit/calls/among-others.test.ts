import assert from "node:assert/strict";
import { type FileProblem } from "../../../src/calls/calls";
import { applyEdits } from "../../../src/sync/edit";
import { openProject, syncOf, type TestProject } from "./project";

let project: TestProject | undefined;
afterEach(async () => {
  await project?.close();
  project = undefined;
});

async function problems(files: Readonly<Record<string, string>>, only?: string): Promise<readonly FileProblem[]> {
  project = openProject(files);
  const named = only === undefined ? {} : { files: [{ file: only }] };
  return project.calls.check(project.place, { ...named, offline: true });
}

const said = (found: readonly FileProblem[]) => found.map(({ file, code, line }) => `${file}:${line} ${code}`);

const named = ["email: email", "firstname: name"];

describe("two syncs that write one field of one object", () => {
  const twice = { "a.sync.yaml": syncOf({ fields: named }), "b.sync.yaml": syncOf({ fields: named }) };

  it("are warned of on both lines, but for the field they match by", async () => {
    assert.deepEqual(said(await problems(twice)), [
      "a.sync.yaml:11 field-written-twice",
      "b.sync.yaml:11 field-written-twice",
    ]);
  });

  it("are warned of where one file is checked, with the way to the other", async () => {
    const [problem, ...others] = await problems(twice, "b.sync.yaml");
    assert.deepEqual(others, []);
    assert.equal(problem?.severity, "warning");
    assert.match(problem.message, /^a\.sync\.yaml writes "firstname" of hubspot contacts too/);
    assert.deepEqual(problem.related, [
      { file: "a.sync.yaml", line: 11, column: 3, endLine: 11, endColumn: 12, message: '"a" writes "firstname" here.' },
    ]);
  });

  it("are content once its quick fixes are applied", async () => {
    const [problem] = await problems(twice, "b.sync.yaml");
    const fixes = problem?.fixes ?? [];
    assert.equal(fixes.length, 2);
    for (const { edits = [] } of fixes) {
      const mended = applyEdits(twice["b.sync.yaml"], edits);
      const left = await project?.calls.check(project.place, {
        files: [{ file: "b.sync.yaml", text: mended }],
        offline: true,
      });
      assert.deepEqual(left, []);
    }
  });

  const quiet: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "write different fields": {
      "a.sync.yaml": syncOf({ fields: named }),
      "b.sync.yaml": syncOf({ fields: ["email: email", "lastname: name"] }),
    },
    "write to different objects": {
      "a.sync.yaml": syncOf({ fields: ["email: email", "name: name"] }),
      "b.sync.yaml": syncOf({ object: "companies", fields: ["email: email", "name: name"] }),
    },
    "of whom one only writes new records": {
      "a.sync.yaml": syncOf({ fields: named, mode: "insert" }),
      "b.sync.yaml": syncOf({ fields: named }),
    },
    "of whom one only writes when it creates": {
      "a.sync.yaml": syncOf({ fields: ["email: email", "firstname: { column: name, write: create_only }"] }),
      "b.sync.yaml": syncOf({ fields: named }),
    },
    "send the same constant": {
      "a.sync.yaml": syncOf({ fields: ["email: email", "city: { value: Rome }"] }),
      "b.sync.yaml": syncOf({ fields: ["email: email", "city: { value: Rome }"] }),
    },
    "write different files": Object.fromEntries(
      ["a", "b"].map((name) => [
        `${name}.sync.yaml`,
        `model: { sql: select 1 as id, key: id }\ndestination: { connection: exports, object: file, path: ${name}.csv }\nmode: append\nfields:\n  id: id\n`,
      ]),
    ),
  };
  for (const [who, files] of Object.entries(quiet)) {
    it(`are no problem where they ${who}`.replace("they of whom", "of them"), async () => {
      assert.deepEqual(said(await problems(files)), []);
    });
  }
});

describe("names of syncs", () => {
  it("are given once", async () => {
    const files = { "a.sync.yaml": syncOf({}), "x/a.sync.yaml": syncOf({}) };
    assert.deepEqual(said(await problems(files)), ["a.sync.yaml:1 duplicate-name", "x/a.sync.yaml:1 duplicate-name"]);
  });

  it("in `after` belong to a sync, and a mistyped one has a fix", async () => {
    const files = { "companies.sync.yaml": syncOf({}), "b.sync.yaml": syncOf({ more: ["after: [compnies]"] }) };
    const [problem, ...others] = await problems(files);
    assert.deepEqual([problem?.code, others], ["unknown-sync", []]);
    const [fix] = problem?.fixes ?? [];
    assert.match(applyEdits(files["b.sync.yaml"], fix?.edits ?? []), /after: \[companies\]/);
  });

  it("in `after` make no circle", async () => {
    const after = (name: string) => syncOf({ more: [`after: [${name}]`] });
    const files = {
      "a.sync.yaml": after("b"),
      "b.sync.yaml": after("c"),
      "c.sync.yaml": after("a"),
      "d.sync.yaml": after("a"),
    };
    const found = await problems(files);
    assert.deepEqual(said(found), [
      "a.sync.yaml:11 after-circle",
      "b.sync.yaml:11 after-circle",
      "c.sync.yaml:11 after-circle",
    ]);
    assert.match(found[0]?.message ?? "", /"a" after "b" after "c" after "a"/);
  });
});
