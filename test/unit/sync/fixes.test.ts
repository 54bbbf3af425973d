/**
 * Every problem that a file can have, with what its quick fix makes of it, or why there is none. The codes are read
 * from the source: a new one fails here until its remedy has been thought about.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { type Destination, type ObjectSchema } from "../../../src/destinations/destination";
import { isObvious, type Problem } from "../../../src/problem";
import { parseProject } from "../../../src/project/parse";
import { envIgnoreProblem } from "../../../src/project/secrets";
import { parseSnapshot } from "../../../src/project/snapshot";
import { type ResolvedProject } from "../../../src/project/project";
import { applyEdits } from "../../../src/project/yaml-edit";
import { checkSync } from "../../../src/sync/check";
import { parseSync } from "../../../src/sync/parse";
import { type Column } from "../../../src/warehouses/warehouse";
import { openProject, syncOf } from "../calls/project";
import { types } from "../project/types";
import { cases, engineCases, type FixCase } from "./fix-cases";

const contacts: ObjectSchema = {
  name: "contacts",
  modes: ["insert", "update", "upsert", "mirror"],
  removals: ["archive", "clear"],
  match: "required",
  readable: true,
  fields: [
    { name: "email", type: "text", unique: true, required: true },
    { name: "firstname", type: "text" },
    { name: "stage", type: "option", options: [{ value: "lead" }, { value: "customer" }] },
    { name: "active", type: "boolean" },
    { name: "born", type: "date" },
    { name: "created", type: "instant", readOnly: true },
  ],
};
const message: ObjectSchema = {
  ...contacts,
  name: "message",
  modes: ["append", "update", "upsert"],
  match: "none",
  readable: false,
  removals: [],
  fields: [{ name: "text", type: "text" }],
};
const project: ResolvedProject = {
  root: "/p",
  target: "default",
  confirm: false,
  warehouses: { analytics: { type: "duckdb", keys: {} } },
  destinations: { crm: { type: "x", keys: {} } },
  ledger: { store: "local", values: true },
};
const twoWarehouses = { ...project, warehouses: { a: { type: "duckdb", keys: {} }, b: { type: "duckdb", keys: {} } } };
const withSlack = {
  ...project,
  destinations: {
    crm: { type: "hubspot", keys: {} },
    slack: { type: "slack", keys: { webhook: "${secret:SLACK_WEBHOOK}" } },
  },
};
const columns: readonly Column[] = [
  { name: "id", native: "INTEGER", type: "number" },
  { name: "email", native: "VARCHAR", type: "text" },
  { name: "active", native: "BOOLEAN", type: "boolean" },
  { name: "photo", native: "BLOB", type: undefined },
];
const destination = { options: z.object({ limit: z.number().optional() }) } as unknown as Destination;

function problemsOf({ file = "contacts.sync.yaml" }: FixCase, text: string): readonly Problem[] {
  if (file === "sluice.yaml") return parseProject(text, types).problems;
  if (file === ".gitignore") return [envIgnoreProblem(text) ?? []].flat();
  if (file === "schema/crm.json") return parseSnapshot(text).problems;
  const parsed = parseSync(text, { name: file.replace(".sync.yaml", "") });
  if (parsed.definition === undefined) return parsed.problems;
  const objects = [contacts, message];
  const object = objects.find(({ name }) => name === parsed.definition?.destination.object);
  const about = { definition: parsed.definition, parsed, columns, objects, destination, syncs: ["companies"] };
  return [
    ...parsed.problems,
    ...checkSync({
      ...about,
      project: text.includes("# two") ? twoWarehouses : text.includes("# Slack") ? withSlack : project,
      ...(object === undefined ? {} : { object }),
    }),
  ];
}

/** The lines that went and those that came. */
function changes(before: string, after: string): readonly string[] {
  const lines = (text: string): readonly string[] => text.split("\n");
  const gone = lines(before).filter((line) => !lines(after).includes(line));
  const come = lines(after).filter((line) => !lines(before).includes(line));
  return [...gone.map((line) => `-${line}`), ...come.map((line) => `+${line}`)];
}

function expectFix({ code, text, title, becomes, action, none }: FixCase, found: readonly Problem[]): Problem {
  const problem =
    found.find((each) => each.code === code) ?? assert.fail(`found ${found.map((each) => each.code).join()}`);
  const [fix] = problem.fixes ?? [];
  if (none !== undefined) {
    assert.equal(fix, undefined, fix?.title);
    return problem;
  }
  assert.equal(fix?.title, title);
  assert.equal(fix?.action, action);
  if (becomes !== undefined) assert.deepEqual(changes(text, applyEdits(text, fix?.edits ?? [])), becomes);
  return problem;
}

/** Every code in the calls that find problems. */
function codesIn(files: readonly string[]): ReadonlySet<string> {
  const found = /(?:code: |problemAt\(\s*|\.add\(\s*|problem\(|const syntax = )"([a-z]+(?:-[a-z]+)+)"/g;
  return new Set(files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(found)].map(([, code = ""]) => code)));
}

const sources = [
  ...readdirSync("src/project").map((name) => path.join("src/project", name)),
  ...readdirSync("src/sync")
    .filter((name) => /^(parse|check|template)/.test(name))
    .map((name) => path.join("src/sync", name)),
  "src/calls/checking.ts",
  "src/calls/among-others.ts",
];

describe("quick fixes", () => {
  it("are thought about for every problem there is", () => {
    const codes = codesIn(sources);
    assert.ok(codes.size > 60, String(codes.size));
    const told = new Set([...cases, ...engineCases].map(({ code }) => code));
    assert.deepEqual(
      [...codes].filter((code) => !told.has(code)),
      [],
      "without a case",
    );
    assert.deepEqual(
      [...told].filter((code) => !codes.has(code)),
      [],
      "of no problem there is",
    );
  });

  for (const one of cases) {
    const what = one.none ?? `${one.title ?? ""}${one.becomes === undefined ? "" : `: ${one.becomes.join(" ")}`}`;
    it(`${one.code}: ${what.replace(/\n/g, " ")}`, () => {
      const problem = expectFix(one, problemsOf(one, one.text));
      for (const fix of problem.fixes ?? []) {
        if (fix.edits === undefined || !isObvious(problem, fix)) continue;
        const after = problemsOf(one, applyEdits(one.text, fix.edits));
        const left = after.filter(({ code, path: at }) => code === problem.code && String(at) === String(problem.path));
        assert.deepEqual(left, [], fix.title);
      }
    });
  }

  for (const one of engineCases) {
    it(`${one.code}: ${one.none ?? one.title ?? ""}`, async () => {
      const { file = "contacts.sync.yaml", text } = one;
      const opened = openProject({
        "companies.sync.yaml": syncOf({ fields: ["email: email"] }),
        ...one.beside,
        [file]: text,
      });
      try {
        const found = await opened.calls.check(opened.place, {
          files: [{ file }],
          offline: one.code !== "no-such-file",
        });
        expectFix(one, found);
      } finally {
        await opened.close();
      }
    });
  }
});
