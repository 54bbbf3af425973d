import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { makeProject, type Output, type Project, type Ran, type SandboxRecord, type Served } from "../support/cli";
import { execute } from "../support/duckdb";

const projectFile = `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  hubspot: { type: hubspot, sandbox: true }
`;

/** People with an id, a name and an e-mail made of both; `mapping` is what differs between tests. */
const contacts = (mode: string, more = ""): string => `
model: { table: people, key: id }
destination: { connection: hubspot, object: contacts, match: email }
mode: ${mode}
fields:
  email: email
  firstname: name
  jobtitle: title
${more}`;

/** A limit of removals is wanted; here everything may go. */
const removals = "guards: { max_removed: 100% }\n";

describe("what a sync does to the records of its destination", function () {
  this.timeout(120_000);
  let project: Project;
  let sandbox: Served;

  before(async () => {
    project = makeProject({ "sluice.yaml": projectFile });
    sandbox = await project.serve();
    assert.equal((await project.sluice("describe")).code, 0);
  });
  after(() => project.remove());

  /** A new world: these people in the warehouse, no ledger, and a sandbox with `held` contacts. */
  async function world(people: readonly string[], held: readonly Record<string, string>[] = []): Promise<void> {
    forgetLedgers(project);
    await sandbox.post("seed", { records: { contacts: held.map((properties) => ({ properties })) } });
    await warehouse(people);
  }

  async function warehouse(people: readonly string[]): Promise<void> {
    await execute(
      file("warehouse.duckdb"),
      `create or replace table people as select id, name, name || '@x.io' as email, title
       from (values ${[...people, "(null, null, null)"].join(", ")}) as p(id, name, title) where id is not null`,
    );
  }

  const file = (name: string): string => path.join(project.root, name);
  const sluice = (words: string): Promise<Ran> => project.sluice(`${words} --format json`);

  async function held(): Promise<readonly string[]> {
    const { records } = await sandbox.state();
    return (records.contacts ?? []).map(shown).sort();
  }

  describe("mirror", () => {
    for (const [onRemoved, left] of [
      ["archive", "archived b@x.io Boss"],
      ["keep", "b@x.io Boss"],
      ["clear", "b@x.io "],
      ["delete", undefined],
    ] as const) {
      it(`${onRemoved}: what becomes of a record whose row is gone`, async () => {
        await world(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')"]);
        project.write({ "people.sync.yaml": contacts("mirror", `on_removed: ${onRemoved}\n${removals}`) });
        assert.deepEqual(counts(await sluice("run people --first-run send")), "2 created");
        await warehouse(["(1, 'a', 'Ace')"]);
        const removed = await sluice("run people");
        assert.equal(removed.code, 0, removed.stdout);
        assert.equal(counts(removed), onRemoved === "keep" ? "" : "1 deleted");
        assert.deepEqual(await held(), ["a@x.io Ace", left].filter((one) => one !== undefined).sort());
        assert.equal(counts(await sluice("run people")), "", "nothing is removed twice");
        await warehouse(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')"]);
        await sluice("run people");
        const present = (await held()).filter((one) => !one.startsWith("archived"));
        assert.deepEqual(present, ["a@x.io Ace", "b@x.io Boss"], "a row that returns is sent again, whole");
      });
    }

    it("writes nothing where max_removed trips, and says so with exit code 5", async () => {
      await world(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')", "(3, 'c', 'Cook')"]);
      project.write({ "people.sync.yaml": contacts("mirror", "on_removed: archive\nguards: { max_removed: 10% }") });
      await sluice("run people --first-run send");
      await warehouse(["(1, 'a', 'Changed')", "(4, 'd', 'Dean')"]);
      const { writes } = await sandbox.requests();
      const planned = await sluice("plan people");
      assert.equal(planned.code, 5);
      const { code, json } = await sluice("run people");
      assert.equal(code, 5);
      const [{ status, failure, counts: sent }] = json.runs;
      assert.deepEqual([status, failure.code, sent.requests], ["guarded", "guard-tripped", 0]);
      assert.match(failure.message, /max_removed is 10% and the plan has 2/);
      assert.equal((await sandbox.requests()).writes, writes);
      assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Boss", "c@x.io Cook"]);
    });
  });

  for (const [guard, tripped] of [
    ["min_rows: 3", "min_rows is 3 and the plan has 2"],
    ["max_changes: 1", "max_changes is 1 and the plan has 2"],
    ["max_rejected: 0", "max_rejected is 0 and the plan has 2"],
  ] as const) {
    it(`keeps the guard ${guard}`, async () => {
      const same = guard.startsWith("max_rejected") ? ["(3, 'b', 'Boss')"] : [];
      await world(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')", ...same]);
      project.write({ "people.sync.yaml": contacts("upsert", `guards: { ${guard} }`) });
      const { code, json } = await sluice("run people");
      assert.equal(code, 5);
      assert.equal(json.runs[0].failure.message, `Nothing was sent: ${tripped}.`);
      assert.deepEqual(await held(), []);
    });
  }

  describe("a first run", () => {
    for (const mode of ["insert", "mirror"]) {
      it(`of ${mode} asks what the destination already has`, async () => {
        await world(["(1, 'a', 'Ace')"]);
        project.write({
          "people.sync.yaml": contacts(mode, mode === "mirror" ? "on_removed: keep" : ""),
        });
        for (const command of ["plan people", "run people"]) {
          const { code, json } = await sluice(command);
          assert.equal(code, 4);
          assert.equal(json.failures[0].code, "first-run-undecided");
          assert.match(json.failures[0].hint, /--first-run: send .* adopt .* baseline/);
        }
        assert.deepEqual(await held(), []);
      });
    }

    for (const [decision, done, then] of [
      ["send", "1 created 1 updated", ["a@x.io Ace", "b@x.io Boss"]],
      ["adopt", "1 created 1 updated", ["a@x.io Ace", "b@x.io Boss"]],
      ["baseline", "", ["b@x.io Clerk"]],
    ] as const) {
      it(`decided as ${decision}`, async () => {
        await world(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')"], [{ email: "b@x.io", firstname: "b", jobtitle: "Clerk" }]);
        project.write({ "people.sync.yaml": contacts("mirror", `on_removed: archive\n${removals}`) });
        const { code, json } = await sluice(`run people --first-run ${decision}`);
        assert.equal(code, 0, JSON.stringify(json));
        assert.equal(counts({ json }), done);
        assert.deepEqual(await held(), then);
        assert.equal(counts(await sluice("run people")), "");
      });
    }
  });

  it("update changes only what is there, insert only adds", async () => {
    await world(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')"], [{ email: "b@x.io", jobtitle: "Clerk" }]);
    project.write({ "people.sync.yaml": contacts("update") });
    const updated = await sluice("run people");
    assert.equal(counts(updated), "1 updated 1 skipped");
    assert.deepEqual(await held(), ["b@x.io Boss"]);
    await world(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')"], [{ email: "b@x.io", jobtitle: "Clerk" }]);
    project.write({ "people.sync.yaml": contacts("insert") });
    const inserted = await sluice("run people --first-run send");
    assert.equal(counts(inserted), "1 created 1 skipped");
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Clerk"]);
  });

  describe("a stored plan", () => {
    beforeEach(async () => {
      await world(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')"]);
      project.write({ "people.sync.yaml": contacts("upsert") });
    });

    it("is carried out exactly, whatever the model says by now", async () => {
      assert.equal((await sluice("plan people --out people.plan")).code, 0);
      await warehouse(["(1, 'a', 'Other')", "(3, 'c', 'Cook')"]);
      assert.equal(counts(await sluice("run people --plan people.plan")), "2 created");
      assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Boss"]);
    });

    it("is refused once the sync has changed", async () => {
      await sluice("plan people --out people.plan");
      project.mend("people.sync.yaml", "jobtitle: title", "jobtitle: name");
      const { code, json } = await sluice("run people --plan people.plan");
      assert.deepEqual([code, json.failures[0].code], [4, "definition-changed"]);
      assert.deepEqual(await held(), []);
    });

    it("is refused once another run has moved the ledger", async () => {
      await sluice("plan people --out people.plan");
      await sluice("run people --limit 1");
      const { code, json } = await sluice("run people --plan people.plan");
      assert.deepEqual([code, json.failures[0].code], [4, "plan-outdated"]);
      assert.equal((await held()).length, 1);
    });

    it("of another sync, or no plan at all, is refused", async () => {
      project.write({ "other.sync.yaml": contacts("upsert"), "no.plan": "this is no plan" });
      await sluice("plan other --out other.plan");
      assert.equal((await sluice("run people --plan other.plan")).json.failures[0].code, "plan-mismatch");
      for (const name of ["no.plan", "missing.plan"]) {
        const { code, json } = await sluice(`run people --plan ${name}`);
        assert.deepEqual([code, json.failures[0].code], [4, "no-such-plan"]);
      }
      assert.deepEqual(await held(), []);
    });
  });

  it("runs an approved definition on today's rows, and no other definition", async () => {
    await world(["(1, 'a', 'Ace')"]);
    project.write({ "people.sync.yaml": contacts("upsert") });
    const digest = (await sluice("plan people")).json.syncs[0].definitionDigest;
    await warehouse(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')"]);
    assert.equal(counts(await sluice(`run people --approve ${digest}`)), "2 created");
    project.mend("people.sync.yaml", "jobtitle: title", "jobtitle: name");
    const { code, json } = await sluice(`run people --approve ${digest}`);
    assert.deepEqual([code, json.failures[0].code], [4, "definition-changed"]);
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Boss"]);
  });

  it("limits what is sent to some keys, or to a number of changes, and takes nothing else for gone", async () => {
    await world(["(1, 'a', 'Ace')", "(2, 'b', 'Boss')", "(3, 'c', 'Cook')", "(4, 'd', 'Dean')"]);
    project.write({ "people.sync.yaml": contacts("mirror", `on_removed: archive\n${removals}`) });
    assert.equal(counts(await sluice("run people --first-run send --only 2 3")), "2 created");
    assert.deepEqual(await held(), ["b@x.io Boss", "c@x.io Cook"]);
    assert.equal(counts(await sluice("run people --limit 1")), "1 created");
    assert.equal(counts(await sluice("run people")), "1 created");
    assert.equal((await held()).length, 4);
  });

  it("identifies rows by composite keys, also on the command line", async () => {
    await world([]);
    project.write({
      "people.sync.yaml": `
model:
  sql: |
    select * from (values ('eu', 1, 'a'), ('us', 1, 'b'), ('eu', 2, 'c'), ('eu', 2, 'd'), ('us', null, 'e')) as p(region, n, name)
  key: [region, n]
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: { template: "{{ name }}@x.io" }
  jobtitle: region
`,
    });
    const only = await project.sluice(["run", "people", "--only", '["us",1]', "--format", "json"]);
    assert.equal(counts(only), "1 created");
    assert.deepEqual(await held(), ["b@x.io us"]);
    const { json } = await sluice("run people");
    assert.equal(counts({ json }), "1 created 3 rejected");
    assert.deepEqual(
      json.runs[0].rejections.map(({ key, code }: Output) => [code, key]),
      [
        ["duplicate-key", ["eu", 2]],
        ["duplicate-key", ["eu", 2]],
        ["null-key", ["us", null]],
      ],
    );
  });

  it("sends nothing where a change of the SQL or the mapping alters no value", async () => {
    await world(["(1, 'a', 'Ace')", "(2, 'b', null)"]);
    project.write({ "people.sync.yaml": contacts("upsert") });
    await sluice("run people");
    project.write({
      "people.sync.yaml": `
model:
  sql: select cast(id as varchar) as id, upper(lower(name)) as who, email, title as job from people
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  firstname: { sql: lower(who) }
  jobtitle: { template: "{{ job }}", nulls: skip }
  email: email
`,
    });
    const { writes } = await sandbox.requests();
    assert.equal(counts(await sluice("run people")), "");
    project.mend("people.sync.yaml", 'template: "{{ job }}", nulls: skip', "column: job");
    assert.equal(counts(await sluice("run people")), "");
    assert.equal((await sandbox.requests()).writes, writes);
  });

  it("asks for the target's name before it writes to a target that wants confirmation", async () => {
    await world(["(1, 'a', 'Ace')"]);
    project.write({
      "sluice.yaml": `${projectFile}targets: { prod: { confirm: true } }\n`,
      "people.sync.yaml": contacts("upsert"),
    });
    const { code, json } = await sluice("run people --target prod");
    assert.deepEqual([code, json.failures[0].code], [2, "confirmation-needed"]);
    assert.deepEqual(await held(), []);
    assert.equal(counts(await sluice("run people --target prod --yes")), "1 created");
    project.write({ "sluice.yaml": projectFile });
  });
});

/** "1 created 2 rejected": what is not 0, unchanged records and requests aside. */
function counts({ json }: Pick<Ran, "json">): string {
  const [{ counts: all }] = json.runs;
  return ["created", "updated", "deleted", "skipped", "held", "rejected", "inDoubt"]
    .filter((name) => all[name] > 0)
    .map((name) => `${all[name]} ${name}`)
    .join(" ");
}

function shown({ properties, archivedAt }: SandboxRecord): string {
  return `${archivedAt === undefined ? "" : "archived "}${properties.email} ${properties.jobtitle ?? ""}`;
}

/** What earlier tests of the same project synced is forgotten. */
function forgetLedgers(project: Project): void {
  for (const name of ["ledger", "journal", "plans", "runs"])
    rmSync(path.join(project.root, ".sluice", name), { recursive: true, force: true });
}
