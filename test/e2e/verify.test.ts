import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { makeProject, type Output, type Project, type Ran, type Served, until } from "../support/cli";
import { execute } from "../support/duckdb";

const projectFile = `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  hubspot: { type: hubspot, sandbox: true }
  files: { type: file, folder: out }
`;
const exported = `model: { table: people, key: id }
destination: { connection: files, object: row, path: people.csv }
mode: append
fields:
  email: email
`;
const people = `model: { table: people, key: id }
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email
  jobtitle: title
`;

describe("reading back what was written", function () {
  this.timeout(120_000);
  let project: Project;
  let sandbox: Served;

  before(async () => {
    project = makeProject({ "sluice.yaml": projectFile, "people.sync.yaml": people, "exported.sync.yaml": exported });
    sandbox = await project.serve();
    assert.equal((await project.sluice("describe hubspot")).code, 0);
  });
  after(() => project.remove());
  beforeEach(async () => {
    for (const name of ["ledger", "journal", "plans", "runs"])
      rmSync(path.join(project.root, ".sluice", name), { recursive: true, force: true });
    await fetch(`${sandbox.url}/__sluice/faults`, { method: "DELETE" });
    await sandbox.post("seed", { records: { contacts: [] } });
    await execute(
      path.join(project.root, "warehouse.duckdb"),
      "create or replace table people as select * from (values (1, 'a@x.io', 'Ace'), (2, 'B@x.io', 'Boss')) as p(id, email, title)",
    );
  });

  const sluice = (words: string): Promise<Ran> => project.sluice(`${words} --format json`);
  const say = (email: string, jobtitle: string): Promise<Output> =>
    sandbox.api("PATCH", `/crm/v3/objects/contacts/${email}?idProperty=email`, { properties: { jobtitle } });
  const verification = ({ json }: Ran): string => {
    const { verified, mismatched, unverifiable } = json.runs[0].verification;
    return `${verified} ${mismatched} ${unverifiable}`;
  };

  it("counts what is as it was written, in the destination's own form", async () => {
    const ran = await sluice("run people --verify");
    assert.equal(ran.code, 0, ran.stdout);
    assert.equal(verification(ran), "2 0 0");
    assert.match((await project.sluice("verify last")).stdout, /Read back: 2 as written/);
  });

  it("reports what is not, on the mapping's line, by count and without a value", async () => {
    await sandbox.post("faults", { kind: "latency", ms: 1500, path: "/batch/read" });
    const { writes } = await sandbox.requests();
    const ran = await project.sluice("run people --verify --read-back none --format json", {
      async started() {
        let now = writes;
        await until(() => {
          void sandbox.requests().then((log) => (now = log.writes));
          return now > writes;
        }, "the write");
        await say("a@x.io", "Somebody");
      },
    });
    assert.equal(ran.code, 3, ran.stdout);
    assert.equal(verification(ran), "1 1 0");
    const [{ status, rejections, id }] = ran.json.runs;
    assert.equal(status, "rejected");
    assert.deepEqual(
      rejections.map(({ key, field, code }: Output) => [key, field, code]),
      [[1, "jobtitle", "not-as-written"]],
    );
    assert.deepEqual(
      ran.json.problems.map(({ file, line, severity, code }: Output) => [file, line, severity, code]),
      [["people.sync.yaml", 6, "warning", "not-as-written"]],
    );
    const report = project.read(`.sluice/runs/${id}/report.json`);
    for (const text of [ran.stdout, ran.stderr, report]) assert.doesNotMatch(text, /Somebody|Ace/);

    const text = await project.sluice("verify last");
    assert.equal(text.code, 3);
    assert.match(text.stdout, /people\.sync\.yaml:6:3 +warning +1 record: .*another value than was sent/);
    await say("a@x.io", "Ace");
    const mended = await sluice("verify last");
    assert.equal(mended.code, 0, mended.stdout);
    assert.deepEqual([mended.json.runs[0].status, mended.json.runs[0].rejections], ["succeeded", []]);
  });

  it("leaves to later runs what they wrote", async () => {
    const first = await sluice("run people");
    await execute(path.join(project.root, "warehouse.duckdb"), "update people set title = 'Baker' where id = 2");
    await sluice("run people");
    assert.equal(verification(await sluice(`verify ${first.json.runs[0].id}`)), "1 0 0");
  });

  it("says that there is nothing to compare with", async () => {
    await sluice("run people");
    await sluice("run people");
    const { code, json } = await sluice("verify last");
    assert.deepEqual([code, json.failure.code], [4, "nothing-to-verify"]);
  });

  it("says that a destination cannot be read back, and takes that for no fault of the records", async () => {
    const ran = await sluice("run exported --first-run send --verify");
    assert.equal(ran.code, 0, ran.stdout);
    assert.equal(verification(ran), "0 0 2");
    assert.match(ran.json.runs[0].verification.why, /cannot be read back/);
    assert.match((await project.sluice("verify last")).stdout, /2 not verified.*cannot be read back/);
  });

  it("reads back what a revert wrote, and finds that somebody undid it", async () => {
    await sluice("run people");
    await execute(path.join(project.root, "warehouse.duckdb"), "update people set title = 'Baker' where id = 2");
    const { json } = await sluice("run people");
    assert.equal((await sluice(`revert ${json.runs[0].id} --yes`)).code, 0);
    assert.equal(verification(await sluice("verify last")), "1 0 0");
    await say("b@x.io", "Somebody");
    const found = await sluice("verify last");
    assert.equal(found.code, 3, found.stdout);
    assert.equal(verification(found), "0 1 0");
  });
});
