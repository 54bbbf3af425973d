import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SyncFailure } from "../../../src/failure";
import { openLocalLedger } from "../../../src/ledger/local";
import { type Outcome } from "../../../src/record";
import { openDuckDb } from "../../../src/warehouses/duckdb-driver";
import { atDesk, fingerprint, writePlan } from "./files";

describe("a local ledger beside other processes", () => {
  it("waits for a process that reads it, and says who has it when that takes too long", () =>
    atDesk(async (desk) => {
      const planFile = await desk.plan([{ key: "1", write: { name: "s:Ada" } }]);
      const window = { run: "a", planFile, outcomes: [{ outcome: "applied", id: 1 }] as readonly Outcome[] };
      const reader = await holdElsewhere(desk.ledger.file, "read");
      const failure = await failureOf(desk.ledger.commit(window));
      assert.ok(failure instanceof SyncFailure);
      assert.deepEqual(
        [failure.code, failure.message],
        ["ledger-busy", `The process ${reader.pid} has the ledger's file open.`],
      );
      const patient = openLocalLedger({ file: desk.ledger.file, lockFile: join(desk.folder, "l.lock") });
      const committing = patient.commit(window);
      reader.kill("SIGKILL");
      await committing;
      assert.equal((await desk.ledger.counts()).live, 1);
    }));

  it("keeps a commit apart from readers of the same process", () =>
    atDesk(async (desk) => {
      const planFile = await desk.plan([{ key: "1", write: { name: "s:Ada" } }]);
      const plan = await openDuckDb(":memory:");
      await plan.attach(desk.ledger.file, "ledger", "read");
      const committing = desk.ledger.commit({ run: "a", planFile, outcomes: [{ outcome: "applied", id: 1 }] });
      assert.deepEqual(await plan.rows("select count(*) as n from ledger.records"), [{ n: 0 }]);
      await plan.detach("ledger");
      await committing;
      plan.close();
      assert.equal((await desk.ledger.counts()).live, 1);
    }));

  it("stays as it was when the disk is full, and goes on when there is room again", async function () {
    await atDesk(async (desk) => {
      const disk = join(desk.folder, "disk");
      mkdirSync(disk);
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], { stdio: "ignore" });
      } catch {
        this.skip();
      }
      try {
        const ledger = openLocalLedger({ file: join(disk, "l.duckdb"), lockFile: join(disk, "l.lock"), patienceMs: 0 });
        await ledger.create({ sync: "s", target: "t", fingerprint, values: true });
        const small = await desk.plan([{ key: "1", write: { name: "s:Ada" } }]);
        await ledger.commit({ run: "a", planFile: small, outcomes: [{ outcome: "applied", id: 1 }] });
        const random = (index: number): string => `s:${"x".repeat(1000)}${Math.sin(index)}${Math.cos(index)}`.repeat(4);
        const many = Array.from({ length: 4000 }, (_, index) => ({ key: `k${index}`, write: { name: random(index) } }));
        const big = await writePlan(join(desk.folder, "big.duckdb"), many, []);
        const outcomes = many.map((_, index) => ({ outcome: "applied", id: index + 1 }) as const);
        writeFileSync(join(disk, "ballast"), Buffer.alloc(2_500_000));
        const failure = await failureOf(ledger.commit({ run: "b", planFile: big, outcomes }));
        assert.ok(failure instanceof SyncFailure, String(failure));
        assert.equal(failure.code, "disk-full");
        assert.deepEqual([(await ledger.counts()).live, (await ledger.header())?.revision], [1, 1]);
        writeFileSync(join(disk, "ballast"), "");
        await ledger.commit({ run: "c", planFile: small, outcomes: [{ outcome: "applied", id: 1 }] });
        assert.deepEqual([(await ledger.counts()).live, (await ledger.header())?.revision], [1, 2]);
      } finally {
        execFileSync("umount", ["-l", disk]);
      }
    });
  });
});

/** A process that has the file open until it is killed. */
async function holdElsewhere(file: string, mode: "read" | "write"): Promise<ChildProcess> {
  const driver = require.resolve("@duckdb/node-api");
  const access = mode === "read" ? "READ_ONLY" : "READ_WRITE";
  const code = `require(${JSON.stringify(driver)}).DuckDBInstance.create(${JSON.stringify(file)}, { access_mode: "${access}" })
    .then((db) => { globalThis.kept = db; console.log("open"); process.stdin.resume(); })`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
