/** A repository may bring a `.sluice` of its own: what looks like a ledger or a plan in it reads no other file. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SyncFailure } from "../../../src/failure";
import { makeLedger } from "../../../src/ledger/file";
import { openLocalLedger } from "../../../src/ledger/local";
import { openPlan, writeHeader } from "../../../src/plan/store";
import { type PlanHeader } from "../../../src/plan/plan";
import { openDuckDb, sqlString } from "../../../src/warehouses/duckdb-driver";

describe("a database file that a repository brought", () => {
  let folder: string;
  let secret: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sluice-brought-"));
    secret = path.join(folder, "id_rsa");
    writeFileSync(secret, "PRIVATE");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const stolen = (): string => `(select content from read_text(${sqlString(secret)}))`;
  const ways: Readonly<Record<string, (table: string) => readonly string[]>> = {
    "a view for a table": (table) => [
      `alter table ${table} rename to kept`,
      `create view ${table} as select rowid, * replace (${stolen()} as ${table === "header" ? "value" : '"key"'}) from kept`,
    ],
    "a macro for a function": () =>
      ["count", "lower", "contains", "concat_ws", "coalesce_all"].map(
        (name) => `create macro ${name}(a, b := 1, c := 1, d := 1) as ${stolen()}`,
      ),
  };

  async function spoil(file: string, statements: readonly string[]): Promise<void> {
    const db = await openDuckDb(file);
    for (const statement of statements) await db.run(statement);
    db.close();
  }

  for (const [what, statements] of Object.entries(ways)) {
    for (const table of ["header", "records"]) {
      it(`as a ledger, with ${what} (${table}), tells nothing of other files`, async () => {
        const file = path.join(folder, "people.duckdb");
        const fingerprint = { account: "a", object: "o", match: "m", keys: ["id"] } as never;
        await makeLedger(file, { sync: "people", target: "dev", fingerprint, values: true });
        await spoil(file, [
          `insert into records ("key", state, origin, run, change) values ('1', 'doubt', 'created', 'r', 1)`,
          ...statements(table),
        ]);
        const ledger = openLocalLedger({ file, lockFile: `${file}.lock` });
        const asks: readonly (() => Promise<unknown>)[] = [
          ledger.header,
          ledger.standing,
          ledger.counts,
          ledger.doubts,
          () => ledger.settle("all", "resend"),
        ];
        for (const ask of asks) await tellsNothing(ask);
      });
    }
  }

  for (const [what, statements] of Object.entries(ways)) {
    it(`as a plan, with ${what}, tells nothing of other files`, async () => {
      const file = path.join(folder, "plan.duckdb");
      const db = await openDuckDb(file);
      await db.run(
        'create table changes (id bigint, action varchar, "key" varchar, remote_id varchar, match varchar, match_before varchar)',
      );
      await db.run("insert into changes values (1, 'create', '1', null, null, null)");
      await db.run(
        "create table rejections (seq bigint, key varchar, stage varchar, field varchar, code varchar, reason varchar)",
      );
      await db.run(`insert into rejections values (1, '"1"', 'model', null, 'c', 'r')`);
      await writeHeader(db, { fields: [], keyTypes: ["text"] } as unknown as PlanHeader);
      db.close();
      await spoil(file, statements("changes"));
      await tellsNothing(async () => {
        const plan = await openPlan(file);
        const told: unknown[] = [plan.header, await plan.rejections({ offset: 0, limit: 9, text: "r" })];
        for await (const page of plan.changes({ text: "1" })) told.push(page);
        return told;
      });
    });
  }

  for (const text of ["{", "null and void", ""]) {
    it(`as a ledger or a plan whose header is ${JSON.stringify(text)}, is said to be none`, async () => {
      const ledger = path.join(folder, "people.duckdb");
      const fingerprint = { account: "a", object: "o", match: "m", keys: ["id"] } as never;
      await makeLedger(ledger, { sync: "people", target: "dev", fingerprint, values: true });
      await spoil(ledger, [`update header set value = ${sqlString(text)} where name = 'fingerprint'`]);
      const opened = openLocalLedger({ file: ledger, lockFile: `${ledger}.lock` });
      await assert.rejects(opened.header, (error) => error instanceof SyncFailure && error.code === "ledger-corrupted");
      const plan = path.join(folder, "plan.duckdb");
      await spoil(plan, [
        "create table changes (id bigint)",
        "create table header (json varchar)",
        `insert into header values (${sqlString(text)})`,
      ]);
      await assert.rejects(openPlan(plan), (error) => error instanceof SyncFailure && error.code === "no-such-plan");
    });
  }

  async function tellsNothing(ask: () => Promise<unknown>): Promise<void> {
    const told = await ask().catch((error: unknown) => {
      assert.ok(error instanceof SyncFailure, String(error));
      return `${error.message} ${error.hint}`;
    });
    assert.doesNotMatch(JSON.stringify(told) ?? "", /PRIVATE/);
  }
});
