import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import path from "node:path";
import { json as jsonOf } from "node:stream/consumers";
import { built, filesBelow, makeProject, type Project, type Ran, until } from "../support/cli";
import { execute, heldByWriter } from "../support/duckdb";

describe("several processes, and ends in the middle", function () {
  this.timeout(120_000);
  let project: Project;
  let endpoint: Endpoint;

  beforeEach(async () => {
    endpoint = await startEndpoint();
    project = makeProject({
      "sluice.yaml": `version: 1
warehouses:
  main: { type: duckdb, path: warehouse.duckdb }
destinations:
  events: { type: http, base_url: "${endpoint.url}" }
`,
      "events.sync.yaml": `
model: { table: events, key: id }
destination: { connection: events, object: record, path: /events }
mode: append
on: new
fields: { id: id, text: text }
`,
    });
    await execute(
      path.join(project.root, "warehouse.duckdb"),
      "create table events as select i as id, 'event ' || i as text from range(60) t(i)",
    );
  });
  afterEach(async () => {
    await project.remove();
    await endpoint.close();
  });

  const run = (
    words = "run events --first-run send --format json",
    started?: Parameters<Project["sluice"]>[1],
  ): Promise<Ran> => project.sluice(words, started);

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`${signal} in mid-run: exit code 130, what was answered is kept, nothing is sent twice`, async () => {
      endpoint.hold(20);
      const cut = await run(undefined, {
        started: async (child, said) => {
          await endpoint.holding();
          child.kill(signal);
          await said("Stopping");
          endpoint.goOn();
        },
      });
      assert.equal(cut.code, 130, cut.stdout + cut.stderr);
      assert.match(cut.stderr, /Stopping; what is in flight is still answered/);
      const [{ status, counts }] = cut.json.runs;
      assert.equal(status, "cancelled");
      assert.ok(counts.created >= 20 && counts.created < 60, `${counts.created} were sent`);
      assert.equal(counts.created, endpoint.received.length);
      const { code, json } = await run("run events --format json");
      assert.equal(code, 0);
      assert.equal(json.runs[0].counts.created, 60 - counts.created);
      assert.deepEqual(
        endpoint.received.toSorted((a, b) => a - b),
        Array.from({ length: 60 }, (_, id) => id),
      );
      nothingUnderWay(project);
    });
  }

  it("killed in mid-run: the next run says what is in doubt and sends nothing twice", async () => {
    endpoint.hold(20);
    const killed = await run(undefined, {
      started: async (child) => {
        await endpoint.holding();
        child.kill("SIGKILL");
      },
    });
    assert.equal(killed.code, -1);
    endpoint.goOn();
    const { code, json, stderr } = await run("run events --format json");
    assert.equal(code, 3, stderr);
    assert.match(stderr, /The run \S+ ended in the middle/);
    const [{ counts }] = json.runs;
    const received = new Set(endpoint.received);
    assert.equal(endpoint.received.length, received.size, "nothing is sent twice");
    assert.ok(counts.held > 0, "what was not answered is held out until the user settles it");
    assert.equal(received.size + counts.held >= 60, true);
  });

  it("two runs of one sync at once: the second stops, naming the first", async () => {
    endpoint.hold(5);
    const first = run();
    await endpoint.holding();
    const second = await run();
    assert.equal(second.code, 4);
    const [{ code, message, hint }] = second.json.failures;
    assert.equal(code, "ledger-locked");
    assert.match(message, /run \d{8}-\d{9}-[0-9a-f]{4}/);
    assert.ok(hint.length > 10);
    const planned = await run("plan events --first-run send --format json");
    assert.equal(planned.code, 0, "planning needs no lock");
    endpoint.goOn();
    assert.equal((await first).code, 0);
    assert.equal(endpoint.received.length, 60);
  });

  it("a warehouse that another process is writing to: the plan waits for it", async () => {
    const writer = await heldByWriter(
      path.join(project.root, "warehouse.duckdb"),
      "insert into events values (60, 'late')",
    );
    let planned = false;
    const planning = run("plan events --first-run send --format json").finally(() => (planned = true));
    // Where the session lies in its scratch folder, the plan is at the warehouse.
    await until(() => existsSync(path.join(project.root, ".sluice/tmp")), "planning");
    assert.equal(planned, false);
    await writer.release();
    const { code, json } = await planning;
    assert.equal(code, 0);
    assert.equal(json.syncs[0].counts.create, 61);
  });

  it("a reader that has seen enough is no failure", async function () {
    if (process.platform === "win32") return this.skip();
    const { stdout, stderr } = await shell(
      `"${process.execPath}" "${built()}" plan events --full --first-run send | head -1; echo "codes \${PIPESTATUS[*]}"`,
      project.root,
    );
    assert.match(stdout, /^events → events · record/);
    assert.match(stdout, /codes 0 0/);
    assert.equal(stderr, "");
  });

  it("one sandbox serves all processes of a project", async () => {
    project.mend("sluice.yaml", `base_url: "${endpoint.url}"`, "sandbox: true, base_url: http://x.test");
    const sandbox = await project.serve("events");
    const [one, two] = await Promise.all([run(), run("plan events --first-run send --format json")]);
    assert.deepEqual([one.code, two.code], [0, 0], one.stdout + two.stdout);
    assert.equal((await sandbox.requests()).writes, 60);
  });
});

function nothingUnderWay(project: Project): void {
  const left = filesBelow(path.join(project.root, ".sluice")).map(({ file }) => file);
  assert.deepEqual(
    left.filter((file) => /^tmp\/|^locks\/|\.wal$/.test(file)),
    [],
  );
}

function shell(script: string, cwd: string): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile("bash", ["-c", script], { cwd }, (error, stdout, stderr) =>
      error === null ? resolve({ stdout, stderr }) : reject(new Error(stderr, { cause: error })),
    );
  });
}

interface Endpoint {
  readonly url: string;
  /** Ids, in the order in which they came in. */
  readonly received: readonly number[];
  /** After so many answers the others wait for `goOn`. */
  hold(after: number): void;
  /** Resolves once a request waits. */
  holding(): Promise<void>;
  goOn(): void;
  close(): Promise<void>;
}

/** A service that remembers what it was sent, and can be slow on request. */
async function startEndpoint(): Promise<Endpoint> {
  const received: number[] = [];
  let limit = Infinity;
  let waiting: (() => void)[] = [];
  let someoneWaits: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (someoneWaits = resolve));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { id } = (await jsonOf(request)) as { id: number };
    received.push(id);
    if (received.length > limit) {
      someoneWaits?.();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end("{}");
  }
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    hold: (after) => (limit = after),
    holding: () => held,
    goOn() {
      limit = Infinity;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
