/** Some faults met by the built command, as a user would make a sandbox fail: what is said, and which code it ends with. */
import assert from "node:assert/strict";
import path from "node:path";
import { makeProject, type Output, type Project, type Ran, type Served } from "../support/cli";
import { execute } from "../support/duckdb";

const projectFile = `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  hubspot: { type: hubspot, sandbox: true }
  events: { type: http, sandbox: true, base_url: "http://events.test" }
`;
const contacts = `
model: { table: people, key: id }
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields: { email: email, firstname: name }
`;
const events = `
model: { table: people, key: id }
destination: { connection: events, object: record, path: /events }
mode: append
fields: { person: name }
`;
const people = 20;

describe("the command meets a destination that fails", function () {
  this.timeout(120_000);
  let project: Project;
  let hubspot: Served;
  let http: Served;

  before(async () => {
    project = makeProject({ "sluice.yaml": projectFile, "contacts.sync.yaml": contacts, "events.sync.yaml": events });
    [hubspot, http] = [await project.serve("hubspot"), await project.serve("events")];
    assert.equal((await project.sluice("describe hubspot")).code, 0);
    await execute(
      path.join(project.root, "warehouse.duckdb"),
      `create table people as select i as id, 'p' || i || '@x.io' as email, 'Name ' || i as name from range(${people}) t(i)`,
    );
  });
  after(() => project.remove());

  it("waits as long as it is asked to, tries again and ends well", async () => {
    await hubspot.post("faults", { kind: "throttled", effect: "write", retry_after: 1 });
    await hubspot.post("faults", { kind: "reset-after", effect: "write" });
    const ran = await run("contacts");
    const held = await contactsHeld();
    assert.equal(ran.code, 0, ran.stderr);
    const { created, updated, requests, retries } = countsOf(ran);
    assert.deepEqual([created + updated, requests, retries, held.length], [people, 3, 2, people]);
  });

  it("stops at once where it would have to wait an hour, says so, and sends the rest later", async () => {
    await hubspot.post("reset");
    await project.sluice("ledger reset contacts");
    await hubspot.post("faults", { kind: "throttled", effect: "write", retry_after: 3600, times: 100 });
    const ran = await run("contacts");
    assert.equal(ran.code, 4, ran.stderr);
    const [{ status, failure, counts }] = ran.json.runs;
    assert.deepEqual(
      [status, failure.code, failure.message, counts.created, counts.requests],
      ["stopped", "throttled", "HubSpot keeps asking to wait, now for 60 minutes.", 0, 1],
    );
    assert.deepEqual(await contactsHeld(), []);
    await fetch(`${hubspot.url}/__sluice/faults`, { method: "DELETE" });
    const later = await run("contacts");
    const held = await contactsHeld();
    assert.deepEqual([later.code, countsOf(later).created, held.length], [0, people, people]);
  });

  it("says which records are in doubt, and never sends them again", async () => {
    await http.post("faults", { kind: "reset-after", effect: "write", after: 4 });
    const ran = await run("events");
    const again = await run("events");
    const held = await eventsHeld();
    assert.equal(ran.code, 3, ran.stderr);
    const [{ rejections }] = ran.json.runs;
    assert.deepEqual([countsOf(ran).created, countsOf(ran).inDoubt, countsOf(ran).requests], [people - 1, 1, people]);
    assert.deepEqual(
      rejections.map(({ code, reason }: Output) => [code, reason]),
      [["in-doubt", "HTTP endpoint may or may not have taken the record: the connection was reset."]],
    );
    assert.deepEqual([countsOf(again).requests, held.length, new Set(held).size], [0, people, people]);
  });

  const run = (sync: string): Promise<Ran> => project.sluice(`run ${sync} --first-run send --format json`);

  async function contactsHeld(): Promise<readonly string[]> {
    const { records } = await hubspot.state();
    return (records.contacts ?? []).map(({ properties }) => properties.email ?? "");
  }

  async function eventsHeld(): Promise<readonly string[]> {
    const state = (await http.state()) as unknown as {
      collections: Record<string, Record<string, { person: string }>>;
    };
    return Object.values(state.collections["/events"] ?? {}).map(({ person }) => person);
  }
});

function countsOf(ran: Ran): Output {
  return ran.json.runs[0].counts;
}
