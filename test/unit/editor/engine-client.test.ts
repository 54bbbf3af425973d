import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { EngineClient } from "../../../src/editor/engine/engine-client";
import { Cancelled, SyncFailure } from "../../../src/failure";

const place = { root: "/project" };

describe("the engine client", () => {
  let folder: string;
  let engineFile: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "sluice-engine-"));
    engineFile = path.join(folder, "engine.js");
    // Built once, as the real one is: a compiler in each of the processes would take most of the time.
    const entry = path.join(__dirname, "fake-engine.ts");
    await build({ entryPoints: [entry], outfile: engineFile, bundle: true, platform: "node", logLevel: "error" });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  let now = 0;
  let forks = 0;
  let lastChild: ChildProcess;
  let forbidden: SyncFailure | undefined;
  let client: EngineClient;
  let onLog: (message: string) => unknown = () => undefined;
  beforeEach(() => {
    [now, forks, forbidden] = [0, 0, undefined];
    client = new EngineClient({
      fork: () => {
        forks++;
        lastChild = fork(engineFile, { execArgv: [], silent: true });
        return lastChild;
      },
      now: () => now,
      log: (_, message) => onLog(message),
      secret: async (ask) => `answer for ${ask.name}`,
      forbidden: () => forbidden,
      patience: 200,
    });
  });
  afterEach(() => client.dispose());

  const code = (expected: string) => (error: unknown) => error instanceof SyncFailure && error.code === expected;

  it("starts nothing before the first call, and one process for many", async () => {
    assert.equal(forks, 0);
    await Promise.all([client.calls.overview(place), client.calls.overview(place)]);
    assert.equal(forks, 1);
  });

  it("answers the engine's questions for secrets", async () => {
    assert.equal((await client.calls.overview(place)).target, "answer for TOKEN");
  });

  it("ends an engine that hears nothing any more, and answers the next call with a new one", async () => {
    const hangs = new Promise<void>((resolve) => (onLog = (message) => message === "hanging" && resolve()));
    const hung = client.calls.overview({ root: "/hangs" });
    await hangs;
    const gone = once(lastChild, "exit");
    client.restart();
    await assert.rejects(hung, code("engine-stopped"));
    assert.deepEqual(await gone, [null, "SIGKILL"]);
    assert.equal((await client.calls.overview(place)).root, "/project");
  });

  it("rejects what was asked of an engine that dies, and answers the next call with a new one", async () => {
    await assert.rejects(client.calls.overview({ root: "/dies" }), code("engine-stopped"));
    assert.equal((await client.calls.overview(place)).root, "/project");
    assert.equal(forks, 2);
  });

  it("survives a killed engine in the middle of a plan", async () => {
    const first = (await client.calls.overview(place)).targets[0];
    const planning = client.calls.plan(place, { file: "a.sync.yaml" }, {}, () =>
      process.kill(Number(first), "SIGKILL"),
    );
    await assert.rejects(planning, code("engine-stopped"));
    assert.notEqual((await client.calls.overview(place)).targets[0], first);
  });

  it("stops restarting after four crashes within three minutes, until it is told to", async () => {
    for (let crash = 0; crash < 4; crash++) await assert.rejects(client.calls.overview({ root: "/dies" }));
    await assert.rejects(client.calls.overview(place), code("engine-crash-loop"));
    client.restart();
    assert.equal((await client.calls.overview(place)).root, "/project");
  });

  it("forgets crashes that are long ago", async () => {
    for (let crash = 0; crash < 4; crash++) await assert.rejects(client.calls.overview({ root: "/dies" }));
    now += 3 * 60_000 + 1;
    assert.equal((await client.calls.overview(place)).root, "/project");
  });

  it("does not count a restart as a crash", async () => {
    for (let restart = 0; restart < 5; restart++) {
      await client.calls.overview(place);
      client.restart();
    }
    assert.equal((await client.calls.overview(place)).root, "/project");
  });

  it("cancels a call in the engine", async () => {
    const abort = new AbortController();
    const planning = client.calls.plan(place, { file: "a.sync.yaml" }, {}, () => abort.abort(), abort.signal);
    await assert.rejects(planning, Cancelled);
  });

  it("lets the engine end by itself when the editor lets go of it", async () => {
    await client.calls.overview(place);
    const ended = once(lastChild, "exit");
    client.dispose();
    assert.deepEqual(await ended, [0, null]);
  });

  it("starts nothing where it is forbidden", async () => {
    forbidden = new SyncFailure("untrusted-workspace", "No.", "Trust it.");
    await assert.rejects(client.calls.overview(place), code("untrusted-workspace"));
    assert.equal(forks, 0);
  });
});
