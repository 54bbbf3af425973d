import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { makeProject, type Output, type Project, type Ran, type Served, until } from "../support/cli";
import { execute } from "../support/duckdb";

const projectFile = `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  hubspot: { type: hubspot, sandbox: true }
`;

const contacts = (mode: string, more = ""): string => `
model: { table: people, key: id }
destination: { connection: hubspot, object: contacts, match: email }
mode: ${mode}
fields:
  email: email
  jobtitle: title
${more}`;

const mirror = contacts("mirror", "on_removed: archive\nguards: { max_removed: 100 }");
const ace = "(1, 'a@x.io', 'Ace')";
const boss = "(2, 'b@x.io', 'Boss')";
const baker = "(2, 'b@x.io', 'Baker')";

describe("taking a run back", function () {
  this.timeout(180_000);
  let project: Project;
  let sandbox: Served;

  before(async () => {
    project = makeProject({ "sluice.yaml": projectFile });
    sandbox = await project.serve();
    assert.equal((await project.sluice("describe")).code, 0);
  });
  after(() => project.remove());

  const file = (name: string): string => path.join(project.root, name);
  const sluice = (words: string): Promise<Ran> => project.sluice(`${words} --format json`);

  /** A new world: this sync, no runs, and a sandbox with these contacts. */
  async function world(sync: string, held: readonly Record<string, string>[] = []): Promise<void> {
    for (const name of ["ledger", "journal", "plans", "runs"])
      rmSync(file(path.join(".sluice", name)), { recursive: true, force: true });
    await fetch(`${sandbox.url}/__sluice/faults`, { method: "DELETE" });
    await sandbox.post("seed", { records: { contacts: held.map((properties) => ({ properties })) } });
    project.write({ "people.sync.yaml": sync });
  }

  async function run(people: readonly string[], words = "--first-run send"): Promise<string> {
    await warehouse(people);
    const { json, stderr } = await sluice(`run people ${words}`);
    assert.equal(json.runs?.length, 1, JSON.stringify(json) + stderr);
    return json.runs[0].id as string;
  }

  const warehouse = (people: readonly string[]): Promise<void> =>
    execute(
      file("warehouse.duckdb"),
      `create or replace table people as select * from (values ${people.join(", ")}) as p(id, email, title)`,
    );

  async function held(): Promise<readonly string[]> {
    const { records } = await sandbox.state();
    return (records.contacts ?? [])
      .map(
        ({ properties, archivedAt }) =>
          `${archivedAt === undefined ? "" : "archived "}${properties.email} ${properties.jobtitle ?? ""}`,
      )
      .sort();
  }

  async function someoneSays(email: string, jobtitle: string): Promise<void> {
    await sandbox.api("PATCH", `/crm/v3/objects/contacts/${email}?idProperty=email`, { properties: { jobtitle } });
  }

  it("writes the values from before, and holds the record until its values change", async () => {
    await world(contacts("upsert"));
    await run([ace, boss]);
    const last = await run([ace, baker]);
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Baker"]);

    const plan = await sluice("revert last --dry-run");
    assert.equal(plan.code, 0, plan.stdout);
    const [shown] = plan.json.syncs;
    assert.deepEqual(shown.changes, [
      { action: "update", key: 2, fields: { jobtitle: { before: "Baker", after: "Boss" } } },
    ]);
    assert.equal(shown.revertOf, last);
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Baker"], "a plan sends nothing");

    const done = await sluice(`run people --plan ${shown.id}`);
    assert.equal(done.code, 0, done.stdout);
    assert.equal(done.json.runs[0].revertOf, last);
    assert.equal(counts(done), "1 updated");
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Boss"]);

    assert.equal(counts(await sluice("run people")), "1 held");
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Boss"]);
    await warehouse([ace, "(2, 'b@x.io', 'Butcher')"]);
    assert.equal(counts(await sluice("run people")), "1 updated");
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Butcher"]);
  });

  it("removes what the run created, within a limit that must be stated, and can be released", async () => {
    await world(contacts("upsert"));
    await run([ace]);
    const last = await run([ace, boss]);
    const unstated = await sluice(`revert ${last} --yes`);
    assert.equal(unstated.code, 5, unstated.stdout);
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Boss"]);
    const text = await project.sluice(`revert ${last} --yes`);
    assert.match(text.stdout, /No limit of removals is set.*--max-removed/);
    const asked = await sluice(`revert ${last} --max-removed 1`);
    assert.equal(asked.code, 2, "it asks, and nobody is there to answer");
    assert.equal(asked.json.failure.code, "confirmation-needed");

    assert.equal(counts(await sluice(`revert ${last} --max-removed 1 --yes`)), "1 deleted");
    assert.deepEqual(await held(), ["a@x.io Ace", "archived b@x.io Boss"]);
    assert.equal(counts(await sluice("run people")), "1 held");
    assert.equal((await sluice("release people 2")).code, 0);
    assert.equal(counts(await sluice("run people")), "1 created");
    assert.deepEqual(await held(), ["a@x.io Ace", "archived b@x.io Boss", "b@x.io Boss"]);
  });

  it("makes anew what a mirror removed, and leaves it there", async () => {
    await world(mirror);
    await run([ace, boss]);
    await run([ace]);
    assert.equal(counts(await sluice("revert last --yes")), "1 created");
    assert.deepEqual(await held(), ["a@x.io Ace", "archived b@x.io Boss", "b@x.io Boss"]);
    assert.equal(counts(await sluice("run people")), "1 held");
  });

  it("leaves and lists what somebody else, or a later run, has changed since", async () => {
    await world(contacts("upsert"));
    await run([ace, boss, "(3, 'c@x.io', 'Cook')"]);
    const bad = await run(["(1, 'a@x.io', 'X')", "(2, 'b@x.io', 'X')", "(3, 'c@x.io', 'X')"]);
    await someoneSays("b@x.io", "Chief");
    await run(["(1, 'a@x.io', 'X')", "(2, 'b@x.io', 'X')", "(3, 'c@x.io', 'Y')"]);

    const done = await sluice(`revert ${bad} --yes`);
    assert.equal(done.code, 3, done.stdout);
    assert.equal(counts(done), "1 updated 2 rejected");
    const left = done.json.runs[0].rejections.map(({ key, code, field }: Output) => [key, code, field ?? "-"]);
    assert.deepEqual(left.sort(), [
      [2, "changed-since", "jobtitle"],
      [3, "later-run", "-"],
    ]);
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Chief", "c@x.io Y"]);
    const retried = await sluice("retry last");
    assert.equal(retried.json.failure.code, "nothing-to-retry", "what was left on purpose is not sent by a retry");
  });

  it("with undo: true brings back what others had written, and only that", async () => {
    const before = [
      { email: "a@x.io", jobtitle: "Theirs" },
      { email: "b@x.io", jobtitle: "Boss" },
    ];
    await world(contacts("upsert"), before);
    await run([ace, baker, "(3, 'c@x.io', 'Cook')"], "--read-back none");
    const unread = await sluice("revert last --max-removed 9 --dry-run");
    assert.deepEqual(
      unread.json.syncs[0].rejections.map(({ code }: Output) => code),
      ["before-unknown", "before-unknown"],
      "what a run found there and did not read stays",
    );

    await world(contacts("upsert", "undo: true"), before);
    const last = await run([ace, baker, "(3, 'c@x.io', 'Cook')"], "--read-back none");
    assert.ok(existsSync(file(`.sluice/runs/${last}/before.jsonl`)));
    const done = await sluice("revert last --max-removed 9 --yes");
    assert.equal(done.code, 0, done.stdout);
    assert.equal(counts(done), "2 updated 1 deleted");
    assert.deepEqual(await held(), ["a@x.io Theirs", "archived c@x.io Cook", "b@x.io Boss"]);
  });

  it("takes back as much of a run as was sent", async () => {
    await world(contacts("upsert"));
    const many = (title: string) => Array.from({ length: 150 }, (_, n) => `(${n + 1}, 'p${n + 1}@x.io', '${title}')`);
    await run(many("Ace"));
    await sandbox.post("faults", { kind: "expired", times: 1000, after: 1, effect: "write" });
    const cut = await run(many("Cut"));
    await fetch(`${sandbox.url}/__sluice/faults`, { method: "DELETE" });
    const titles = async () => {
      const all = (await held()).map((one) => one.split(" ")[1]);
      return [all.filter((one) => one === "Ace").length, all.filter((one) => one === "Cut").length];
    };
    const [, sent = 0] = await titles();
    assert.ok(sent > 0 && sent < 150, `${sent} of 150 were sent`);
    const done = await sluice(`revert ${cut} --yes`);
    assert.equal(done.code, 0, done.stdout);
    assert.equal(counts(done), `${sent} updated`);
    assert.deepEqual(await titles(), [150, 0]);
    assert.equal(counts(await sluice("run people")), `${150 - sent} updated ${sent} held`);
  });

  it("goes on where it was killed, by the same command", async () => {
    await world(contacts("upsert"));
    await run([ace, boss]);
    const last = await run(["(1, 'a@x.io', 'X')", "(2, 'b@x.io', 'X')"]);
    await sandbox.post("faults", { kind: "time-out", ms: 5_000, effect: "write" });
    const { writes } = await sandbox.requests();
    const killed = await project.sluice(`revert ${last} --yes`, {
      async started(child) {
        let now = writes;
        await until(() => {
          void sandbox.requests().then((log) => (now = log.writes));
          return now > writes;
        }, "a write");
        child.kill("SIGKILL");
      },
    });
    assert.equal(killed.code, -1);
    const done = await sluice(`revert ${last} --yes`);
    assert.equal(done.code, 0, done.stdout);
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Boss"]);
    assert.equal(counts(await sluice("run people")), "2 held", "what the killed revert wrote is held too");
  });

  it("a killed run is taken back, although it could not report", async () => {
    await world(contacts("upsert"));
    await run([ace, boss]);
    await warehouse(["(1, 'a@x.io', 'X')", "(2, 'b@x.io', 'X')"]);
    await sandbox.post("faults", { kind: "time-out", ms: 5_000, effect: "write" });
    const { writes } = await sandbox.requests();
    await project.sluice("run people", {
      async started(child) {
        let now = writes;
        await until(() => {
          void sandbox.requests().then((log) => (now = log.writes));
          return now > writes;
        }, "a write");
        child.kill("SIGKILL");
      },
    });
    const killed = readdirSync(file(".sluice/runs")).sort().at(-1) ?? "";
    const done = await sluice(`revert ${killed} --yes`);
    assert.equal(done.code, 0, done.stdout + done.stderr);
    assert.equal(counts(done), "2 updated");
    assert.deepEqual(await held(), ["a@x.io Ace", "b@x.io Boss"]);
  });

  it("a revert is taken back like any run", async () => {
    await world(contacts("upsert"));
    await run([ace]);
    await run(["(1, 'a@x.io', 'X')", boss]);
    assert.equal(counts(await sluice("revert last --max-removed 1 --yes")), "1 updated 1 deleted");
    assert.equal(counts(await sluice("revert last --yes")), "1 created 1 updated");
    assert.deepEqual(await held(), ["a@x.io X", "archived b@x.io Boss", "b@x.io Boss"]);
    assert.equal(counts(await sluice("run people")), "", "nothing is held any more");
  });

  for (const [what, prepare, code] of [
    ["a run that changed nothing", async () => void (await run([ace])), "no-undo"],
    ["a run there is not", () => rmSync(file(".sluice/runs"), { recursive: true }), "unknown-run"],
    [
      "a ledger that was put aside",
      async () => {
        await run(["(1, 'a@x.io', 'Y')"]);
        await sluice("ledger reset people");
      },
      "no-undo",
    ],
  ] as const) {
    it(`says why there is nothing to take back: ${what}`, async () => {
      await world(contacts("upsert"));
      await run([ace]);
      await prepare();
      const { json, code: exit } = await sluice("revert last --yes");
      assert.equal(exit, code === "unknown-run" ? 2 : 4);
      assert.equal(json.failure.code, code);
    });
  }

  it("says that there is no undo where ledgers keep no values", async () => {
    await world(contacts("upsert"));
    project.write({ "sluice.yaml": `${projectFile}ledger: { store: local, values: false }\n` });
    try {
      const last = await run([ace]);
      assert.ok(!existsSync(file(`.sluice/runs/${last}/plan.duckdb`)), "and no values are kept with the run");
      const { json } = await sluice("revert last --yes");
      assert.equal(json.failure.code, "no-undo");
      assert.match(json.failure.message, /values: false/);
    } finally {
      project.write({ "sluice.yaml": projectFile });
    }
  });
});

/** "1 created 2 held", of those above none. */
function counts({ json }: Pick<Ran, "json">): string {
  const all = json.runs[0].counts as Readonly<Record<string, number>>;
  return ["created", "updated", "deleted", "held", "rejected", "inDoubt"]
    .filter((name) => (all[name] ?? 0) > 0)
    .map((name) => `${all[name]} ${name}`)
    .join(" ");
}
