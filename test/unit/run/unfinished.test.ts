import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { unfinishedRuns } from "../../../src/calls/unfinished";
import { takeLock } from "../../../src/ledger/lock";
import { journalFile, ledgerLock } from "../../../src/ledger/place";
import { openJournal } from "../../../src/run/journal";

const project = `version: 1
warehouses: { db: { type: duckdb } }
destinations: { files: { type: file } }
targets: { dev: {}, prod: { confirm: true } }
default_target: dev
`;
const sync = `model: { sql: select 1 as id, key: id }
destination: { connection: files, object: row, match: id, path: out.csv }
mode: upsert
fields: { id: id }
`;

describe("a run that ended in the middle", () => {
  let root: string;
  let journal: string;
  beforeEach(async () => {
    root = mkdtempSync(path.join(tmpdir(), "sluice-unfinished-"));
    mkdirSync(path.join(root, "syncs"));
    writeFileSync(path.join(root, "sluice.yaml"), project);
    writeFileSync(path.join(root, "syncs/ids.sync.yaml"), sync);
    journal = journalFile(root, "prod", "ids");
    const open = await openJournal(journal);
    const planFile = path.join(root, ".sluice/plans/p.duckdb");
    const ended = await open.begin({ run: "r0", planFile, repeatable: true, changes: [9] });
    await open.end([ended]);
    const window = await open.begin({ run: "r1", planFile, repeatable: true, changes: [1, 2, 3] });
    await open.answered(window, [{ outcome: "applied", id: 1, remoteId: "a" }]);
    await open.close();
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("is found whatever target it went to, with what has no answer, and nothing is changed by looking", async () => {
    const before = readFileSync(journal, "utf8");
    assert.deepEqual(await unfinishedRuns({ root }), [
      { sync: "ids", file: "syncs/ids.sync.yaml", target: "prod", runs: ["r1"], unanswered: 2 },
    ]);
    assert.equal(readFileSync(journal, "utf8"), before);
  });

  it("is none while it is still under way", async () => {
    const lock = await takeLock(ledgerLock(root, "prod", "ids"), "run r1");
    assert.deepEqual(await unfinishedRuns({ root }), []);
    await lock.release();
  });
});
