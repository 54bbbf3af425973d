import assert from "node:assert/strict";
import { z } from "zod";
import { type Destination, type ObjectSchema } from "../../../src/destinations/destination";
import { type Problem } from "../../../src/problem";
import { type ResolvedProject } from "../../../src/project/project";
import { applyEdits } from "../../../src/project/yaml-edit";
import { type CheckInput, checkSync } from "../../../src/sync/check";
import { parseSync } from "../../../src/sync/parse";
import { type LogicalType } from "../../../src/value";
import { type Column } from "../../../src/warehouses/warehouse";
import { expectProblems } from "../project/expectations";

const project: ResolvedProject = {
  root: "/p",
  target: "default",
  confirm: false,
  warehouses: { analytics: { type: "duckdb", keys: {} } },
  destinations: { crm: { type: "x", keys: {} }, slack: { type: "y", keys: {} } },
  ledger: { store: "local", values: true },
};

const contacts: ObjectSchema = {
  name: "contacts",
  modes: ["insert", "update", "upsert", "mirror"],
  removals: ["archive", "clear"],
  match: "required",
  readable: true,
  fields: [
    { name: "email", type: "text", label: "E-mail", unique: true, required: true },
    { name: "id", type: "text", unique: true, readOnly: true },
    { name: "firstname", type: "text", label: "Given name" },
    {
      name: "stage",
      type: "option",
      options: [
        { value: "lead", label: "Lead" },
        { value: "customer", label: "Paying" },
      ],
    },
    { name: "colours", type: "options", options: [{ value: "red" }, { value: "blue" }] },
    { name: "score", type: "number" },
    { name: "born", type: "date" },
    { name: "active", type: "boolean" },
    { name: "created", type: "instant", readOnly: true },
    { name: "company", type: "reference", references: "companies" },
  ],
};
const companies: ObjectSchema = { ...contacts, name: "companies", fields: [{ name: "domain", type: "text" }] };

function column(name: string, type: LogicalType | undefined, native: string = type ?? "BLOB"): Column {
  return { name, type, native: native.toUpperCase() };
}
const columns = [
  column("id", "number"),
  column("email", "text"),
  column("first_name", "text"),
  column("plan", "text"),
  column("payload", "json"),
  column("photo", undefined),
  column("day", "date"),
  column("Odd Name", "text"),
];

function checked(text: string, more: Partial<CheckInput> = {}): readonly Problem[] {
  const parsed = parseSync(text, { name: "contacts" });
  assert.deepEqual(parsed.problems, []);
  assert.ok(parsed.definition);
  const known = {
    project,
    columns,
    object: contacts,
    objects: [contacts, companies],
    syncs: ["contacts", "companies"],
  };
  return checkSync({ definition: parsed.definition, parsed, ...known, ...more });
}

const model = "model: { table: t, key: id }\n";
const destination = "destination: { connection: crm, object: contacts, match: email }\n";
const head = `${model}${destination}mode: upsert\n`;

function mapped(lines: string): string {
  return `${head}fields:\n  email: email\n${lines}`;
}

const files: Readonly<Record<string, string>> = {
  "nothing in a sound file": mapped(
    `  firstname: { template: "{{ first_name }}" }\n  score: { sql: length(x) }\n  stage: { column: plan, values: { a: lead }, default: customer }\n  colours: { value: red;blue }\n  company: { lookup: companies, by: domain, column: email }\nafter: [companies]\n`,
  ),
  "an unknown warehouse": `model: { warehouse: analytic, table: t, key: id }\n#                   ^^^^^^^^ unknown-connection: Did you mean "analytics"?\n${destination}mode: upsert\nfields: { email: email }`,
  "a destination as warehouse": `model: { warehouse: slack, table: t, key: id }\n#                   ^^^^^ unknown-connection: "slack" is a destination, not a warehouse. There is analytics.\n${destination}mode: upsert\nfields: { email: email }`,
  "an unknown destination": `${model}destination: { connection: cmr, object: contacts, match: email }\n#                          ^^^ unknown-connection: Did you mean "crm"?\nmode: upsert\nfields: { email: email }`,
  "an unknown alert connection": `${mapped("")}alerts: [{ connection: teams }]\n#                      ^^^^^ unknown-connection: There are crm and slack.\n`,
  "an unknown sync": `${mapped("")}after: [company]\n#       ^^^^^^^ unknown-sync: Did you mean "companies"?\n`,
  "an unknown key column": `model: { table: t, key: [id, uid] }\n#                            ^^^ unknown-column: Did you mean "id"?\n${destination}mode: upsert\nfields: { email: email }`,
  "an unknown column": mapped(
    `  firstname: firstname\n#            ^^^^^^^^^ unknown-column: Did you mean "first_name"?\n`,
  ),
  "an unknown column in an object": mapped(
    `  firstname: { column: fist_name, nulls: skip }\n#                      ^^^^^^^^^ unknown-column\n`,
  ),
  "an unknown column in a template": mapped(
    `  firstname: { template: 'It''s {{ first_nam }}' }\n#                                  ^^^^^^^^^ unknown-column: Did you mean "first_name"?\n`,
  ),
  "an unknown column in a folded template": mapped(
    `  firstname:\n    template: >\n      Dear\n      {{ first_nam }},\n#        ^^^^^^^^^ unknown-column\n\n      bye\n`,
  ),
  "an unknown lookup column": mapped(
    `  company: { lookup: companies, by: domain, column: dom }\n#                                                   ^^^ unknown-column\n`,
  ),
  "an unknown lookup object": mapped(
    `  company: { lookup: company, by: domain, column: email }\n#                    ^^^^^^^ unknown-object: Did you mean "companies"?\n`,
  ),
  "an unknown lookup field": mapped(
    `  company: { lookup: companies, by: domian, column: email }\n#                                   ^^^^^^ unknown-field: Did you mean "domain"?\n`,
  ),
  "a binary column": mapped(`  firstname: photo\n#            ^^^^^ binary-column: BLOB\n`),
  "nothing in a column in another case": mapped(`  firstname: FIRST_NAME\n`),
  "an unknown field": mapped(
    `  frstname: first_name\n# ^^^^^^^^ unknown-field: "contacts" has no field "frstname". Did you mean "firstname"?\n`,
  ),
  "a field by its label": mapped(`  Given Name: first_name\n# ^^^^^^^^^^ unknown-field: Did you mean "firstname"?\n`),
  "a read-only field": mapped(`  created: day\n# ^^^^^^^ read-only-field\n`),
  "fields that differ in case": mapped(
    `  EMAIL: email\n# ^^^^^ fields-differ-in-case\n# ^^^^^ unknown-field: Did you mean "email"?\n`,
  ),
  "a required field": `${model}destination: { connection: crm, object: contacts, match: id }\nmode: upsert\nfields:\n#^^^^^ required-field: "email" (E-mail)\n  id: id\n`,
  "nothing required by an update": `${model}destination: { connection: crm, object: contacts, match: id }\nmode: update\nfields:\n  id: id\n`,
  "no match": `${model}destination: { connection: crm, object: contacts }\n#^^^^^^^^^^ missing-match: email and id\nmode: upsert\nfields: { email: email }`,
  "an unknown match": `${model}destination: { connection: crm, object: contacts, match: emial }\n#                                                        ^^^^^ unknown-field: Did you mean "email"?\n#                                                        ^^^^^ match-not-mapped\nmode: upsert\nfields: { email: email }`,
  "a match that is not unique": `${model}destination: { connection: crm, object: contacts, match: firstname }\n#                                                        ^^^^^^^^^ match-not-unique: Match by email and id.\nmode: upsert\nfields: { email: email, firstname: email }`,
  "a match that is not mapped": `${head.replace("email }", "id }\n#                                                        ^^ match-not-mapped")}fields: { email: email }`,
  "a constant match": `${head}fields:\n  email: { value: a@x.io }\n#                 ^^^^^^ match-constant\n`,
  "a match written now and then": `${head}fields:\n  email: { column: email, write: create_only }\n#                                ^^^^^^^^^^^ match-not-always\n`,
  "an unknown option": mapped(
    `  stage: { value: leed }\n#                 ^^^^ unknown-option: Did you mean "lead"?\n`,
  ),
  "an option by its label": mapped(
    `  stage: { column: plan, values: { a: Paying } }\n#                                     ^^^^^^ unknown-option: Did you mean "customer"?\n`,
  ),
  "an unknown default option": mapped(
    `  stage: { column: plan, values: { a: lead }, default: none }\n#                                                      ^^^^ unknown-option: lead and customer\n`,
  ),
  "one of several options": mapped(
    `  colours: { value: red;green }\n#                   ^^^^^^^^^ unknown-option: "green"\n`,
  ),
  "JSON into a number": mapped(`  score: payload\n#        ^^^^^^^ type-mismatch: score\n`),
  "a date into a truth": mapped(`  active: { column: day }\n#                   ^^^ type-mismatch\n`),
  "a word into a number": mapped(`  score: { value: high }\n#                 ^^^^ type-mismatch: a number\n`),
  "a mode that is not offered": `${head.replace("upsert\n", "append\n#     ^^^^^^ mode-not-offered: insert, update, upsert and mirror\n")}fields: { email: email }`,
  "a removal that is not offered": `${head.replace("upsert", "mirror")}on_removed: delete\n#           ^^^^^^ removal-not-offered: archive or clear or keep\nfields: { email: email }`,
  "an undo that is offered": `${head}undo: true\nfields: { email: email }`,
  "a scope that is not offered": `${head.replace("upsert", "mirror")}on_removed: keep\nscope: all\n#      ^^^ scope-not-offered\nfields: { email: email }`,
};

describe("checkSync", () => {
  for (const [what, marked] of Object.entries(files)) {
    it(`finds ${what}`, () => expectProblems(marked, (text) => checked(text)));
  }

  it("asks for a warehouse where the project has several, and for one where it has none", () => {
    const several = { ...project, warehouses: { a: { type: "x", keys: {} }, b: { type: "x", keys: {} } } };
    const text = mapped("");
    const [problem] = checked(text, { project: several });
    assert.equal(problem?.code, "warehouse-undecided");
    assert.equal(
      applyEdits(text, problem.fixes?.[0]?.edits ?? []).split("\n")[0],
      "model: { table: t, key: id, warehouse: a }",
    );
    assert.deepEqual(
      checked(text, { project: { ...project, warehouses: {} } }).map(({ code }) => code),
      ["warehouse-undecided"],
    );
  });

  it("says what cannot be read back, and what for", () => {
    const object = { ...contacts, readable: false };
    const text = mapped(
      "  firstname: { column: first_name, write: if_empty }\n  score: { column: id, write: create_only }\n",
    );
    const codes = (of: string) => checked(of, { object }).map(({ code, path }) => `${code} ${path.join(".")}`);
    assert.deepEqual(codes(text), ["needs-reading fields.firstname.write", "needs-reading fields.score.write"]);
    assert.deepEqual(codes(mapped("").replace("upsert", "update")), ["needs-reading mode"]);
  });

  it("says nothing of fields that an open object takes", () => {
    const object: ObjectSchema = { ...contacts, open: true, match: "optional", fields: [] };
    assert.deepEqual(checked(mapped("  anything: first_name\n"), { object }), []);
  });

  it("names a match that the object does not take", () => {
    const object: ObjectSchema = { ...contacts, match: "none" };
    const [problem] = checked(mapped(""), { object });
    assert.equal(problem?.code, "match-not-offered");
  });

  it("says nothing of what it is not told", () => {
    const parsed = parseSync(mapped("  nope: nope\n"), { name: "x" });
    assert.ok(parsed.definition);
    assert.deepEqual(checkSync({ definition: parsed.definition, parsed }), []);
  });

  it("checks the connector's options, and lets it speak of them all together", () => {
    const connector = {
      options: z.object({ batch: z.int().min(1).optional().describe("Rows a request.") }),
      check: () => [{ path: ["batch"], code: "odd-batch", message: "Make it even." }],
    } as unknown as Destination;
    const check = (options: string) =>
      checked(mapped("").replace("match: email", `match: email, ${options}`), { destination: connector }).map(
        ({ code, message }) => `${code}: ${message}`,
      );
    assert.deepEqual(check("bacth: 5"), ['unknown-key: "bacth" is not a key here. Did you mean "batch"?']);
    assert.deepEqual(check("batch: many"), ['wrong-type: "batch" must be a number.']);
    assert.deepEqual(check("batch: 3"), ["odd-batch: Make it even."]);
  });

  it("offers fixes that leave nothing of their kind to find", () => {
    let fixed = 0;
    for (const [what, marked] of Object.entries(files)) {
      const text = marked
        .split("\n")
        .filter((line) => !/^# *\^/.test(line))
        .join("\n");
      for (const problem of checked(text)) {
        for (const { edits, title } of problem.fixes ?? []) {
          if (edits === undefined) continue;
          const after = parseSync(applyEdits(text, edits), { name: "contacts" });
          assert.deepEqual(
            after.problems.filter(({ code }) => code.startsWith("yaml")),
            [],
            `${what}: ${title}`,
          );
          if (after.problems.length > 0) continue;
          const left = checked(applyEdits(text, edits)).filter(
            ({ code, path }) => code === problem.code && String(path) === String(problem.path),
          );
          assert.deepEqual(left, [], `${what}: ${title}`);
          fixed += 1;
        }
      }
    }
    assert.ok(fixed > 20, String(fixed));
  });
});
