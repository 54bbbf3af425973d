import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { SyncFailure } from "../../../src/failure";
import { takeLock } from "../../../src/ledger/lock";

describe("a ledger's lock", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-lock-"));
    file = join(folder, "locks", "contacts.lock");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is held by one at a time, and free again when released", async () => {
    const lock = await takeLock(file, "run 1");
    await assert.rejects(takeLock(file, "run 2"), SyncFailure);
    await lock.release();
    await (await takeLock(file, "run 2")).release();
    assert.deepEqual(readdirSync(join(folder, "locks")), []);
  });

  it("names its holder and how long it has been held", async () => {
    await takeLock(file, "run 20261123", () => Date.parse("2026-11-23T12:00:00Z"));
    const failure = await failureOf(() => takeLock(file, "run 2", () => Date.parse("2026-11-23T12:05:30Z")));
    assert.equal(failure.code, "ledger-locked");
    assert.equal(failure.message, `The ledger is held by run 20261123 (process ${process.pid}), for 5 minutes.`);
  });

  it("outlives no process: a dead holder's lock is taken over", async () => {
    await takeLock(file, "run 1");
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    for (const change of [{ pid: dead }, { began: "1" }]) {
      const content = { ...(JSON.parse(readFileSync(file, "utf8")) as object), ...change };
      writeFileSync(file, JSON.stringify(content));
      const lock = await takeLock(file, "run 2");
      await assert.rejects(takeLock(file, "run 3"), SyncFailure);
      await lock.release();
      await takeLock(file, "run 1");
    }
  });

  it("is free at once where a process died while it took the lock, or took over one", async () => {
    await takeLock(file, "run 1");
    const pid = spawnSync(process.execPath, ["-e", ""]).pid;
    const content = JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), pid });
    const names = ["", ".0123456789abcdef", ".takeover", ".takeover.0123456789abcdef"];
    for (const name of names) writeFileSync(file + name, content);
    const lock = await takeLock(file, "run 2");
    assert.deepEqual(readdirSync(join(folder, "locks")), ["contacts.lock"]);
    await lock.release();
    assert.deepEqual(readdirSync(join(folder, "locks")), []);
  });

  it("is not taken from another computer, whose processes cannot be asked", async () => {
    await takeLock(file, "run 1");
    const content = {
      ...(JSON.parse(readFileSync(file, "utf8")) as object),
      pid: 999_999_999,
      host: `not-${hostname()}`,
    };
    writeFileSync(file, JSON.stringify(content));
    const failure = await failureOf(() => takeLock(file, "run 2"));
    assert.match(failure.message, new RegExp(`on not-${hostname()}`));
    assert.match(failure.hint, /delete the lock file/);
  });

  it("does not remove a lock that is no longer its own", async () => {
    const lock = await takeLock(file, "run 1");
    rmSync(file);
    const other = await takeLock(file, "run 2");
    await lock.release();
    assert.ok(existsSync(file));
    await other.release();
  });

  it("goes to exactly one of many that find the holder dead", async () => {
    await takeLock(file, "run 1");
    const content = { ...(JSON.parse(readFileSync(file, "utf8")) as object), pid: 999_999_999 };
    writeFileSync(file, JSON.stringify(content));
    const module = require.resolve("../../../src/ledger/lock");
    const code = `require("tsx/cjs");
      require(${JSON.stringify(module)}).takeLock(${JSON.stringify(file)}, "child " + process.pid).then(
        () => { console.log("taken"); process.stdin.resume(); },
        (error) => { console.log(error.code); process.exit(0); });`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ["-e", code], { stdio: ["pipe", "pipe", "inherit"] }),
    );
    const answers = await Promise.all(
      children.map(
        (child) =>
          new Promise<string>((resolve) => child.stdout.once("data", (data: Buffer) => resolve(String(data).trim()))),
      ),
    );
    for (const child of children) child.kill("SIGKILL");
    assert.deepEqual(answers.sort(), ["ledger-locked", "ledger-locked", "ledger-locked", "taken"]);
  });
});

async function failureOf(work: () => Promise<unknown>): Promise<SyncFailure> {
  const error: unknown = await work().then(
    () => undefined,
    (failed: unknown) => failed,
  );
  assert.ok(error instanceof SyncFailure);
  return error;
}
