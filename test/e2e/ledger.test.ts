import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { makeProject, type Output, type Project } from "../support/cli";

const sync = (more: string): string => `
model:
  sql: select i as id, 'Ann' || i as name from range(1, 4) r(i)
  key: id
destination: { connection: files, object: row, match: id, path: ${more} }
mode: upsert
fields:
  id: id
  name: name
`;

describe("a ledger kept by hand", function () {
  this.timeout(60_000);
  let project: Project;

  before(async () => {
    project = makeProject({
      "sluice.yaml": `version: 1
warehouses:
  main: { type: duckdb, path: ":memory:" }
destinations:
  files: { type: file, folder: out }
`,
      "people.sync.yaml": sync("people.csv"),
    });
    assert.equal((await project.sluice("run people --format json")).code, 0);
  });
  after(() => project.remove());

  const ledger = async (action: string): Promise<Output> =>
    (await project.sluice(`ledger ${action} people --format json`)).json.ledgers[0];
  const planned = async (): Promise<Output> =>
    (await project.sluice("plan people --read-back none --format json")).json.syncs[0].counts;

  it("shows what was sent and what it belongs to", async () => {
    const { counts, header } = await ledger("show");
    assert.equal(counts.live, 3);
    assert.deepEqual(header.fingerprint.key, ["id"]);
  });

  it("forgets the records it is told to, which are new again", async () => {
    const { json } = await project.sluice("forget people 2 --format json");
    assert.equal(json.records, 1);
    const { create, unchanged } = await planned();
    assert.deepEqual([create, unchanged], [1, 2]);
    assert.equal((await project.sluice("run people")).code, 0);
  });

  it("stops where the sync has another place, until it is adopted for it", async () => {
    project.write({ "people.sync.yaml": sync("others.csv") });
    const { code, json } = await project.sluice("plan people --format json");
    assert.equal(code, 4);
    assert.equal(json.failures[0].code, "ledger-mismatch");
    assert.match(json.failures[0].hint, /sluice ledger adopt/);
    assert.equal((await ledger("adopt")).counts.live, 3);
    assert.deepEqual((await planned()).unchanged, 3);
  });

  it("asks when a sync was renamed, and moves along", async () => {
    project.write({ "people.sync.yaml": `name: persons\n${sync("others.csv")}` });
    const { code, json } = await project.sluice("plan persons --format json");
    assert.equal(code, 4);
    assert.equal(json.failures[0].code, "sync-renamed");
    const moved = await project.sluice("ledger move persons --from people --format json");
    assert.equal(moved.json.ledgers[0].counts.live, 3);
    assert.equal((await project.sluice("plan persons --format json")).json.syncs[0].counts.unchanged, 3);
    project.write({ "people.sync.yaml": sync("others.csv") });
    assert.equal((await project.sluice("ledger move people --from persons")).code, 0);
  });

  it("is put aside by a reset, never deleted", async () => {
    assert.equal((await ledger("reset")).header, undefined);
    const files = readdirSync(path.join(project.root, ".sluice/ledger/default"));
    assert.deepEqual(
      files.map((file) => file.replace(/\.\d{8}-\d{9}-[0-9a-f]{4}\./, ".<id>.")),
      ["people.duckdb.<id>.old"],
    );
    assert.equal((await planned()).create, 3);
  });

  it("says what it takes", async () => {
    const { code, stderr } = await project.sluice("ledger burn people");
    assert.equal(code, 2);
    assert.match(stderr, /show, adopt, reset, move/);
  });
});
