import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { makeProject, type Output, type Project, type Ran, type Served } from "../support/cli";
import { execute } from "../support/duckdb";

const projectFile = `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  hubspot: { type: hubspot, sandbox: true }
  slack: { type: slack, sandbox: true }
alerts:
  - { connection: slack, channel: "#data-alerts" }
`;
const people = (more = ""): string => `model: { table: people, key: id }
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email
  jobtitle: title
${more}`;

describe("alerts", function () {
  this.timeout(120_000);
  let project: Project;
  let slack: Served;

  before(async () => {
    project = makeProject({ "sluice.yaml": projectFile, "people.sync.yaml": people() });
    slack = await project.serve("slack");
    await project.serve("hubspot");
    assert.equal((await project.sluice("describe hubspot")).code, 0);
  });
  after(() => project.remove());
  beforeEach(async () => {
    for (const name of ["ledger", "journal", "plans", "runs"])
      rmSync(path.join(project.root, ".sluice", name), { recursive: true, force: true });
    project.write({ "sluice.yaml": projectFile, "people.sync.yaml": people() });
    await fetch(`${slack.url}/__sluice/faults`, { method: "DELETE" });
    await slack.post("seed", {});
    await rows("(1, 'ada@x.io', 'A'), (2, 'not-an-address-of-bob', 'B')");
  });

  const rows = (values: string): Promise<void> =>
    execute(
      path.join(project.root, "warehouse.duckdb"),
      `create or replace table people as select * from (values ${values}) as p(id, email, title)`,
    );
  const sluice = (words: string): Promise<Ran> => project.sluice(`${words} --format json`);
  const alerts = async (): Promise<readonly { channel: string; text: string }[]> =>
    ((await slack.state()) as unknown as { messages: readonly { channel: string; text: string }[] }).messages;
  const kept = (run: string): Output => JSON.parse(project.read(`.sluice/runs/${run}/report.json`)) as Output;

  it("say what was rejected, by numbers, fields and codes, and hold nothing of a record", async () => {
    const { code, json } = await sluice("run people");
    assert.equal(code, 3);
    const [{ id, alerts: told }] = json.runs;
    assert.deepEqual(told, [{ connection: "slack", channel: "#data-alerts", status: "sent" }]);
    assert.deepEqual(kept(id).alerts, told);
    const [alert, ...others] = await alerts();
    assert.deepEqual(others, []);
    assert.equal(alert?.channel, "C0ALERTS01");
    assert.deepEqual(alert.text.split("\n"), [
      ":warning: *people: 1 record rejected*",
      "1 created, 1 rejected",
      "• 1 × mapping · email: malformed-email",
      `sluice show ${id}`,
    ]);
  });

  it("say keys and the destination's words where they are asked for", async () => {
    project.write({
      "people.sync.yaml": people('alerts: [{ connection: slack, channel: "#data-alerts", values: true }]\n'),
    });
    await sluice("run people");
    const all = await alerts();
    assert.equal(all.length, 1, "the sync's own takes the place of the project's");
    assert.match(all[0]?.text ?? "", /mapping · email: The value is not an e-mail address\. \(2\)/);
  });

  it("are sent for the events they name only", async () => {
    await rows("(1, 'ada@x.io', 'A')");
    assert.equal((await sluice("run people")).json.runs[0].alerts, undefined);
    project.write({
      "people.sync.yaml": people("alerts: [{ connection: slack, channel: C0SALES001, on: [succeeded] }]\n"),
    });
    await rows("(1, 'ada@x.io', 'Boss')");
    await sluice("run people");
    assert.deepEqual(
      (await alerts()).map(({ channel, text }) => [channel, text.split("\n").slice(0, 2)]),
      [["C0SALES001", [":white_check_mark: *people: succeeded*", "1 updated"]]],
    );
  });

  it("tell of a guard that tripped", async () => {
    project.write({ "people.sync.yaml": people("guards: { max_changes: 0 }\n") });
    assert.equal((await sluice("run people")).code, 5);
    const [alert] = await alerts();
    assert.match(
      alert?.text ?? "",
      /^:no_entry: \*people: stopped by a guard\*\nNothing was sent: max_changes is 0 and the plan has \d/,
    );
  });

  it("tell of a run that never began, without what the warehouse said", async () => {
    project.write({
      "people.sync.yaml": people().replace(
        "{ table: people, key: id }",
        "{ sql: select cast(title as int) as title, id, email from people, key: id }",
      ),
    });
    const { code } = await sluice("run people");
    assert.equal(code, 1);
    const [alert] = await alerts();
    assert.match(
      alert?.text ?? "",
      /^:x: \*people could not run\*\nCode: problems-found\. Look at them with `sluice check`\./,
    );
    assert.doesNotMatch(alert?.text ?? "", /'A'|'B'/);
  });

  it("tell of a run that was stopped before it began", async () => {
    project.write({ "sluice.yaml": projectFile.replace("warehouse.duckdb", "elsewhere.duckdb") });
    const { code, json } = await sluice("run people");
    assert.equal(code, 4);
    const [alert] = await alerts();
    const [title, why] = (alert?.text ?? "").split("\n");
    assert.deepEqual(
      [title, why],
      [":x: *people could not run*", `Code: ${json.failures[0].code}. ${json.failures[0].hint}`],
    );
  });

  it("tell of files that have problems", async () => {
    project.write({ "people.sync.yaml": people().replace("email: email", "emial: email") });
    assert.equal((await sluice("run people")).code, 1);
    assert.match(
      (await alerts())[0]?.text ?? "",
      /could not run\*\nCode: problems-found\. Look at them with `sluice check`\./,
    );
  });

  it("never fail a run, and are said to have failed", async () => {
    project.write({ "sluice.yaml": projectFile.replace("#data-alerts", "#nowhere") });
    const { code, stdout } = await project.sluice("run people");
    assert.equal(code, 3);
    assert.match(
      stdout,
      /! The alert to slack #nowhere was not sent: Slack refused the alert: Slack has no such channel/,
    );
  });

  it("that got no answer are sent once, and said to be uncertain", async () => {
    await slack.post("faults", { kind: "reset-after", path: "/api/chat.postMessage" });
    const { code, json } = await sluice("run people");
    assert.equal(code, 3);
    assert.match(json.runs[0].alerts[0].message, /may or may not have taken/);
    assert.equal((await alerts()).length, 1);
  });

  it("of a target take the place of the project's", async () => {
    const target = `targets:\n  prod:\n    alerts: [{ connection: slack, channel: "#general", on: [rejected] }]\n`;
    project.write({ "sluice.yaml": projectFile + target });
    await sluice("run people --target prod");
    assert.deepEqual(
      (await alerts()).map(({ channel, text }) => [channel, text.split("\n")[0]]),
      [["C0GENERAL1", ":warning: *people on prod: 1 record rejected*"]],
    );
  });
});
