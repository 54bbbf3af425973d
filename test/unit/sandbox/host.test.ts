import assert from "node:assert/strict";
import { promises as fs } from "node:fs";
import { Agent, type IncomingHttpHeaders, request as send } from "node:http";
import os from "node:os";
import path from "node:path";
import { file } from "../../../src/destinations/file/file";
import { http } from "../../../src/destinations/http/http";
import { SyncFailure } from "../../../src/failure";
import { type FaultAsk } from "../../../src/sandbox/faults";
import { startSandbox, type SandboxHost, type SandboxHostOptions } from "../../../src/sandbox/host";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly error?: string;
}

/** Sends one request and gives what came back, also where the connection broke. */
function ask(
  url: string,
  method = "GET",
  body?: unknown,
  options: { agent?: Agent; timeout?: number; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let text = "";
    const done = (error?: NodeJS.ErrnoException): void =>
      resolve({ status, headers, text, ...(error === undefined ? {} : { error: error.code ?? error.message }) });
    const request = send(url, { method, ...options, headers: { ...options.headers } }, (response) => {
      status = response.statusCode ?? 0;
      headers = response.headers;
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => done());
      response.on("error", done);
    });
    request.on("timeout", () => request.destroy(Object.assign(new Error(), { code: "timed out" })));
    request.on("error", done);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function withHost(
  use: (host: SandboxHost) => Promise<void>,
  options: Partial<SandboxHostOptions> = {},
): Promise<void> {
  const host = await startSandbox({ destination: http, now: () => 0, ...options });
  try {
    await use(host);
  } finally {
    await host.stop();
  }
}

/** Was document 1 stored? */
async function stored(host: SandboxHost): Promise<boolean> {
  return (await ask(`${host.url}/people/1`)).status === 200 && JSON.stringify(host.state()).includes("a@x.io");
}

describe("sandbox host", () => {
  const strangers: readonly (readonly [string, Record<string, string>])[] = [
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page that hides where it is from", { origin: "null" }],
    ["a link in another page", { "sec-fetch-site": "cross-site" }],
    ["a name that was made to point here", { host: "evil.example" }],
    ["such a name with our port", { host: "127.0.0.1.evil.example:80" }],
  ];
  for (const [title, headers] of strangers) {
    it(`turns ${title} away, and does nothing for it`, () =>
      withHost(async (host) => {
        const body = { email: "a@x.io" };
        assert.equal((await ask(`${host.url}/people/1`, "PUT", body, { headers })).status, 403);
        assert.equal((await ask(`${host.url}/__sluice/requests`, "GET", undefined, { headers })).status, 403);
        assert.equal(await stored(host), false);
      }));
  }

  it("serves the destination's sandbox and logs what it was asked", () =>
    withHost(async (host) => {
      assert.equal((await ask(`${host.url}/people/1?a=b`, "PUT", { email: "a@x.io" })).status, 201);
      assert.equal(JSON.parse((await ask(`${host.url}/people/1`)).text).email, "a@x.io");
      assert.deepEqual(
        host.requests().map(({ method, path, effect, status }) => [method, path, effect, status]),
        [
          ["PUT", "/people/1", "write", 201],
          ["GET", "/people/1", "read", 200],
        ],
      );
      const { writes, methods } = JSON.parse((await ask(`${host.url}/__sluice/requests`)).text);
      assert.deepEqual([writes, methods], [1, { PUT: 1, GET: 1 }]);
    }));

  it("takes bodies of many megabytes whole", () =>
    withHost(async (host) => {
      const text = "é🙂".repeat(2_000_000);
      await ask(`${host.url}/people/1`, "PUT", { text });
      assert.equal(JSON.parse((await ask(`${host.url}/people/1`)).text).text.length, text.length);
    }));

  // kind, applied, what the caller sees
  const faults: readonly [
    kind: Parameters<SandboxHost["fault"]>[0]["kind"],
    applied: boolean,
    seen: (answer: Answer) => boolean,
  ][] = [
    ["throttled", false, ({ status }) => status === 429],
    ["unavailable", false, ({ status }) => status === 503],
    ["error", false, ({ status }) => status === 500],
    ["expired", false, ({ status }) => status === 401],
    ["latency", true, ({ status }) => status === 201],
    ["reset-before", false, ({ status, error }) => status === 0 && error === "ECONNRESET"],
    ["reset-during", true, ({ status, error }) => status === 201 && error === "ECONNRESET"],
    ["reset-after", true, ({ status, error }) => status === 0 && error === "ECONNRESET"],
    ["half", true, ({ status, error }) => status === 201 && error === "ECONNRESET"],
    ["status", false, ({ status, text }) => status === 502 && text.startsWith("<html>")],
    ["cut", true, ({ status, text, error }) => status === 201 && error === undefined && !text.endsWith("}")],
    ["drip", true, ({ status, text }) => status === 201 && text.endsWith("}")],
    ["skew", true, ({ status }) => status === 201],
    ["wrong-json", true, ({ status, text }) => status === 200 && !text.endsWith("}")],
    ["time-out", true, ({ status, error }) => status === 0 && error === "timed out"],
  ];
  for (const [kind, applied, seen] of faults) {
    it(`${kind}: the write is ${applied ? "" : "not "}applied, and only once does it strike`, () =>
      withHost(async (host) => {
        host.fault({ kind, ms: kind === "latency" || kind === "drip" ? 1 : 60_000 });
        const answer = await ask(`${host.url}/people/1`, "PUT", { email: "a@x.io" }, { timeout: 150 });
        assert.ok(seen(answer), JSON.stringify(answer));
        assert.equal(await stored(host), applied);
        assert.equal((await ask(`${host.url}/people/2`, "PUT", {})).status, 201);
      }));
  }

  const dated: readonly [title: string, fault: FaultAsk, date: string, retryAfter: string | undefined][] = [
    ["the vendor's own", { kind: "throttled" }, "00:00:00", "1"],
    ["seconds", { kind: "throttled", retry_after: 7 }, "00:00:00", "7"],
    ["none", { kind: "unavailable", retry_after: "none" }, "00:00:00", undefined],
    ["a date", { kind: "error", retry_after: { date: 7 } }, "00:00:00", "Thu, 01 Jan 1970 00:00:07 GMT"],
    [
      "a date by a clock that is ahead",
      { kind: "status", status: 503, retry_after: { date: 7 }, skew_ms: 3_600_000 },
      "01:00:00",
      "Thu, 01 Jan 1970 01:00:07 GMT",
    ],
    ["an answer by a clock that is ahead", { kind: "skew", skew_ms: 3_600_000 }, "01:00:00", undefined],
  ];
  for (const [title, fault, date, retryAfter] of dated) {
    it(`asks to come again as the fault says: ${title}`, () =>
      withHost(async (host) => {
        host.fault(fault);
        const { headers } = await ask(`${host.url}/people/1`, "PUT", {});
        assert.equal(headers.date, `Thu, 01 Jan 1970 ${date} GMT`);
        assert.equal(headers["retry-after"], retryAfter);
      }));
  }

  it("carries out a request and answers as a proxy that lost its server", () =>
    withHost(async (host) => {
      host.fault({ kind: "status", status: 504, applied: true });
      assert.equal((await ask(`${host.url}/people/1`, "PUT", { email: "a@x.io" })).status, 504);
      assert.ok(await stored(host));
    }));

  it("tells which faults wait and what each kind does", () =>
    withHost(async (host) => {
      host.fault({ kind: "drip", ms: 0, times: 2, effect: "write" });
      assert.equal((await ask(`${host.url}/people`)).status, 200);
      await ask(`${host.url}/people/1`, "PUT", {});
      const { waiting, kinds } = JSON.parse((await ask(`${host.url}/__sluice/faults`)).text);
      assert.deepEqual(
        waiting.map(({ kind, times }: { kind: string; times: number }) => [kind, times]),
        [["drip", 1]],
      );
      assert.match(kinds.drip, /^Applied\./);
    }));

  it("strikes the requests a fault names, after those it lets pass", () =>
    withHost(async (host) => {
      const fault = { kind: "throttled", path: "/people", after: 1, times: 2 };
      assert.equal((await ask(`${host.url}/__sluice/faults`, "POST", fault)).status, 200);
      const statuses = [];
      for (const at of ["people", "things", "people", "people", "people"])
        statuses.push((await ask(`${host.url}/${at}/1`, "PUT", {})).status);
      assert.deepEqual(statuses, [201, 201, 429, 429, 200]);
      assert.equal((await ask(`${host.url}/__sluice/faults`, "POST", { kind: "nonsense" })).status, 400);
    }));

  it("is seeded and emptied by control requests, which pages in a browser cannot make", () =>
    withHost(async (host) => {
      await ask(`${host.url}/__sluice/seed`, "POST", { collections: { "/people": { 1: { id: 1, email: "a@x.io" } } } });
      assert.ok(await stored(host));
      assert.equal(
        (await ask(`${host.url}/__sluice/reset`, "POST", undefined, { headers: { origin: "https://evil.io" } })).status,
        403,
      );
      await ask(`${host.url}/__sluice/reset`, "POST");
      assert.deepEqual([host.state(), host.requests()], [{ collections: {}, answers: {}, nextId: 1 }, []]);
    }));

  it("keeps its state in a file that only the owner reads, and stops though connections are kept alive", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "sluice-"));
    const stateFile = path.join(folder, "crm.json");
    const agent = new Agent({ keepAlive: true });
    await withHost(async ({ url }) => void (await ask(`${url}/people/1`, "PUT", { email: "a@x.io" }, { agent })), {
      stateFile,
    });
    assert.equal((await fs.stat(stateFile)).mode & 0o777, 0o600);
    await withHost(async (host) => assert.ok(await stored(host)), { stateFile });
    await fs.writeFile(stateFile, "{oops");
    await assert.rejects(
      startSandbox({ destination: http, now: () => 0, stateFile }),
      (error) => error instanceof SyncFailure && error.code === "sandbox-corrupted",
    );
    agent.destroy();
    await fs.rm(folder, { recursive: true });
  });

  it("finishes what is under way before it stops", async () => {
    const host = await startSandbox({ destination: http, now: () => 0 });
    host.fault({ kind: "latency", ms: 60_000 });
    let asked: Promise<Answer> | undefined;
    const heard = new Promise<void>((resolve) => {
      asked = ask(`${host.url}/people/1`, "PUT", {}, { timeout: 5000 });
      // The first request answered after it proves that the late one has arrived.
      void ask(`${host.url}/people/2`).then(() => resolve());
    });
    await heard;
    await host.stop();
    assert.equal((await asked)?.status, 201);
  });

  it("says so where a destination has nothing to simulate", async () => {
    await assert.rejects(
      startSandbox({ destination: file, now: () => 0 }),
      (error) => error instanceof SyncFailure && error.code === "no-sandbox",
    );
  });
});
