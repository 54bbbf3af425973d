import assert from "node:assert/strict";
import { createServer } from "node:net";
import { type Destination } from "../../../src/destinations/destination";
import { SyncFailure } from "../../../src/failure";
import { type Exchange } from "../../../src/record";
import { asReader, connect, connectReader } from "../../../src/run/connect";
import { systemClock } from "../../../src/run/clock";
import {
  allApplied,
  batchRequest,
  changes,
  connectOptions,
  context,
  http,
  jumpingClock,
  type Received,
  type Reply,
  request,
  secret,
  stillClock,
  testDestination,
  type TestServer,
  withServer,
  writerTo,
} from "./support";
import { prepare } from "../../../src/run/outgoing";
import { type Writer } from "../../../src/destinations/connection";

const fields = new Map(context().fields.map((field) => [field.name, field]));
const outgoing = changes(3).map((change) => {
  const prepared = prepare(change, testDestination(), fields);
  assert.ok("outgoing" in prepared);
  return prepared.outgoing;
});

/** One conversation of one write. */
function* writing(repeatable: boolean) {
  return http(yield batchRequest(outgoing, repeatable));
}
function* reading() {
  return http(yield request({ method: "GET", path: "/thing", effect: "read" }));
}

/** Answers the first requests with `faults`, the rest with success. */
function faulty(...faults: Reply[]) {
  return (received: Received): Reply =>
    faults[received.number - 1] ?? (received.body === "" ? { status: 200 } : allApplied(received));
}

async function talking(
  answer: (received: Received) => Reply | Promise<Reply>,
  work: (writer: Writer, server: TestServer) => Promise<void>,
  options: Partial<Parameters<typeof connect>[0]> = {},
): Promise<void> {
  await withServer(answer, async (server) => {
    const writer = writerTo(server.url, options);
    try {
      await work(writer, server);
    } finally {
      await writer.close();
    }
  });
}

describe("a connection", () => {
  it("sends what the connector describes, with credentials that the connector never sees", () =>
    talking(
      () => ({ status: 200 }),
      async (writer, { received }) => {
        function* ask() {
          yield request({
            method: "POST",
            path: "/a%2Fb",
            effect: "read",
            query: { q: "x&y z" },
            headers: { "X-Own": "1" },
            body: { json: { n: "é" } },
          });
        }
        await writer.converse(ask(), {});
        const [one] = received;
        assert.equal(one?.path, "/a%2Fb?q=x%26y+z");
        assert.deepEqual(one.json, { n: "é" });
        assert.equal(one.headers.authorization, `Bearer ${Buffer.from(secret).toString("latin1")}`);
        assert.equal(one.headers["x-own"], "1");
        assert.equal(one.headers["content-type"], "application/json");
      },
      { config: { token: Buffer.from(secret).toString("latin1") } },
    ));

  it("keeps the path of its base URL", () =>
    withServer(faulty(), async (server) => {
      const writer = writerTo(`${server.url}/proxy/v1/?tenant=7`);
      await writer.converse(reading(), {});
      await writer.close();
      assert.equal(server.received[0]?.path, "/proxy/v1/thing?tenant=7");
    }));

  for (const path of ["thing", "//evil.example/x y", "/a b", "/a#b", "/a?b"]) {
    it(`takes the path ${JSON.stringify(path)} for a connector's bug`, () =>
      talking(faulty(), async (writer, { received }) => {
        function* bad() {
          yield request({ method: "GET", path, effect: "read" });
        }
        await assert.rejects(writer.converse(bad(), {}), { name: "Error" });
        assert.equal(received.length, 0);
      }));
  }

  it("follows no redirect: the answer is the connector's to read", () =>
    talking(
      () => ({ status: 302, headers: { location: "http://127.0.0.1:1/steal" } }),
      async (writer, { received }) => {
        const answer = await writer.converse(reading(), {});
        assert.deepEqual([answer.status, received.length], [302, 1]);
      },
    ));

  const waits: readonly [string, Record<string, string>, number][] = [
    ["as long as Retry-After says in seconds", { "retry-after": "7" }, 7000],
    [
      "until the time that Retry-After names",
      { date: "Thu, 01 Jan 2026 00:00:00 GMT", "retry-after": "Thu, 01 Jan 2026 00:00:12 GMT" },
      12_000,
    ],
    [
      "until the time that Retry-After names by a clock that is hours ahead",
      { date: "Thu, 01 Jan 2026 05:00:00 GMT", "retry-after": "Thu, 01 Jan 2026 05:00:12 GMT" },
      12_000,
    ],
    ["for the window of the limit where nothing is said", {}, 10_000],
  ];
  for (const [title, headers, ms] of waits) {
    it(`waits ${title} when it is throttled, then sends again`, () => {
      const clock = jumpingClock();
      const destination = testDestination({ limits: [{ name: "requests", requests: 100, perMs: 10_000 }] });
      return talking(
        faulty({ status: 429, headers }),
        async (writer, { received }) => {
          const start = clock.now();
          const answer = await writer.converse(writing(false), {});
          assert.equal(answer.status, 200);
          assert.equal(received.length, 2);
          assert.equal(clock.now() - start, ms);
          assert.deepEqual(writer.sent, { reads: 0, writes: 2, retries: 1 });
        },
        { clock, destination },
      );
    });
  }

  it("gives up when a destination throttles for longer than a run may wait", () =>
    talking(
      () => ({ status: 429, headers: { "retry-after": "3600" } }),
      async (writer, { received }) => {
        await assert.rejects(writer.converse(writing(false), {}), { name: "SyncFailure", code: "throttled" });
        assert.equal(received.length, 1);
      },
    ));

  it("renews credentials once for all conversations that were refused", () => {
    let issued = 0;
    const authorize: Destination["authorize"] = function* () {
      const answer = http(yield request({ method: "POST", path: "/token", effect: "read", limits: [] }));
      return {
        headers: { authorization: `Bearer ${String((answer.json as { token: string }).token)}` },
        expiresIn: 3600,
      };
    };
    return talking(
      ({ path, headers }) => {
        if (path === "/token") return { status: 200, json: { token: `token-${(issued += 1)}` } };
        return { status: headers.authorization === "Bearer token-2" ? 200 : 401, json: { reason: "expired" } };
      },
      async (writer) => {
        const answers = await Promise.all(Array.from({ length: 6 }, () => writer.converse(reading(), {})));
        assert.deepEqual(
          answers.map(({ status }) => status),
          Array(6).fill(200),
        );
        assert.equal(issued, 2);
        assert.equal(writer.redact("a token-1 b token-2 c"), "a ••• b ••• c");
      },
      { destination: testDestination({ authorize }) },
    );
  });

  it("goes to the account's own address where the credentials name it, unless base_url says where", () =>
    withServer(
      () => ({ status: 200 }),
      (home) =>
        withServer(
          () => ({ status: 200, json: { token: "t", home: `${home.url}/org` } }),
          async (login) => {
            const authorize: Destination["authorize"] = function* () {
              const answer = http(yield request({ method: "POST", path: "/token", effect: "read", limits: [] }));
              const base = (answer.json as { home: string }).home;
              return { headers: { authorization: "Bearer t" }, base };
            };
            const destination = { ...testDestination({ authorize }), baseUrl: () => login.url };
            const { baseUrl, ...own } = connectOptions(login.url, { destination });
            const urls: string[] = [];
            for (const options of [own, { ...own, baseUrl: baseUrl! }]) {
              const writer = connect(options);
              await writer.converse(reading(), { onExchange: ({ request: { url } }) => urls.push(url) });
              await writer.close();
            }
            assert.deepEqual(urls, [`${home.url}/org/thing`, `${login.url}/thing`]);
            assert.deepEqual(
              [home, login].map(({ received }) => received.map(({ path }) => path)),
              [["/org/thing"], ["/token", "/token", "/thing"]],
            );
          },
        ),
    ));

  it("takes no address from the credentials to which a token would go unencrypted", async () => {
    for (const base of ["http://crm.example", "ftp://crm.example", "https://user:pass@crm.example", "crm"]) {
      const authorize: Destination["authorize"] = function* () {
        return { headers: { authorization: "Bearer t" }, base };
      };
      const { baseUrl: _, ...own } = connectOptions("", { destination: testDestination({ authorize }) });
      const writer = connect(own);
      await assert.rejects(writer.converse(reading(), {}), { name: "SyncFailure", code: "bad-base-url" }, base);
      await writer.close();
    }
  });

  it("fetches credentials anew before they expire", () => {
    const clock = stillClock();
    const authorize: Destination["authorize"] = function* () {
      yield request({ method: "POST", path: "/token", effect: "read", limits: [] });
      return { headers: { authorization: "Bearer t" }, expiresIn: 100 };
    };
    return talking(
      () => ({ status: 200 }),
      async (writer, { received }) => {
        const tokens = () => received.filter(({ path }) => path === "/token").length;
        await writer.converse(reading(), {});
        await clock.advance(89_000);
        await writer.converse(reading(), {});
        assert.equal(tokens(), 1);
        await clock.advance(2000);
        await writer.converse(reading(), {});
        assert.equal(tokens(), 2);
      },
      { clock, destination: testDestination({ authorize }) },
    );
  });

  it("stops with the vendor's sentence when the credentials are refused twice", () =>
    talking(
      () => ({ status: 401, json: { reason: `The token ${secret} is not known.` } }),
      async (writer, { received }) => {
        await assert.rejects(writer.converse(writing(true), {}), (error) => {
          assert.ok(error instanceof SyncFailure);
          assert.equal(error.code, "unauthorized");
          assert.equal(error.message, "Testbed does not accept the credentials: The token ••• is not known.");
          return true;
        });
        assert.equal(received.length, 2);
      },
    ));

  it("sends a harmless request again after a 503, a reset and a time-out", () =>
    talking(
      faulty(
        { status: 503 },
        "reset",
        () => undefined,
        (response) => response.writeHead(200).write("{"),
      ),
      async (writer, { received }) => {
        const answer = await writer.converse(writing(true), {});
        assert.equal(answer.status, 200);
        assert.equal(received.length, 5);
      },
      { timeouts: { headersMs: 150, bodyMs: 150 } },
    ));

  for (const status of [429, 503]) {
    it(`holds every conversation while a destination without limits asks to wait by a ${status}`, () => {
      const clock = stillClock();
      return talking(
        faulty({ status, headers: { "retry-after": "30" } }),
        async (writer, { received }) => {
          const first = writer.converse(reading(), {});
          while (clock.waits.length === 0) await new Promise((done) => setImmediate(done));
          const second = writer.converse(reading(), {});
          await clock.advance(29_999);
          assert.equal(received.length, 1);
          await clock.advance(1);
          await Promise.all([first, second]);
          assert.equal(received.length, 3);
        },
        { clock, destination: testDestination({ limits: [] }) },
      );
    });
  }

  it("says once that everything waits for long, and what the run does then", () => {
    const clock = stillClock();
    const said: string[] = [];
    const throttled = { status: 429, headers: { "retry-after": "600" } };
    return talking(
      faulty(throttled, throttled, throttled, { status: 503, headers: { "retry-after": "60" } }),
      async (writer, { received }) => {
        const waiting = [1, 2, 3].map(() => writer.converse(reading(), {}));
        const waitsLong = (count: number) => clock.waits.filter((ms) => ms >= 59_000).length >= count;
        while (received.length < 3 || !waitsLong(3)) await new Promise((done) => setImmediate(done));
        assert.deepEqual(said, ["Testbed asks to wait 10 minutes; the run goes on then."]);
        await clock.advance(600_000);
        while (received.length < 6) await new Promise((done) => setImmediate(done));
        while (said.length < 2) await new Promise((done) => setImmediate(done));
        assert.equal(said[1], "Testbed fails (it answered 503); it is asked again in 60 s.");
        await clock.advance(60_000);
        await Promise.all(waiting);
      },
      { clock, log: (level, message) => void (level === "warn" && said.push(message)) },
    );
  });

  it("sends nothing more once a destination asks to wait for longer than a run may", () =>
    talking(
      () => ({ status: 503, headers: { "retry-after": "3600" } }),
      async (writer, { received }) => {
        await assert.rejects(writer.converse(writing(false), {}), { name: "UnknownOutcome", status: 503 });
        await assert.rejects(writer.converse(writing(true), {}), (error) => {
          assert.ok(error instanceof SyncFailure);
          assert.deepEqual(
            [error.code, error.message],
            ["throttled", "The destination asks to wait for the next 60 minutes."],
          );
          return true;
        });
        assert.equal(received.length, 1);
      },
    ));

  const broken: readonly [string, string, boolean][] = [
    ["cut", '{"results":[{"outcome":"app', true],
    ["cut before its end", '{"results":[]', true],
    ["a plain word", "OK", false],
    ["nothing", "", false],
    ["whole, after a byte order mark", '\ufeff{"results":[]}', false],
  ];
  for (const [title, text, again] of broken) {
    it(`takes a success whose JSON is not whole for no answer: ${title}`, () =>
      talking(faulty({ status: 200, text }, { status: 200, json: { results: [] } }), async (writer, { received }) => {
        assert.equal((await writer.converse(writing(true), {})).status, 200);
        assert.equal(received.length, again ? 2 : 1);
        if (!again) return;
        received.length = 0;
      }));
  }

  it("never sends a write again whose answer was not whole, and says so", () =>
    talking(
      () => ({ status: 201, headers: { "content-type": "application/vnd.api+json; charset=utf-8" }, text: '[{"id"' }),
      async (writer, { received }) => {
        await assert.rejects(writer.converse(writing(false), {}), (error) => {
          assert.match(
            (error as { reason: string }).reason,
            /may or may not have taken the record: its answer was not whole/,
          );
          return true;
        });
        assert.equal(received.length, 1);
      },
    ));

  it("does not wait for ever on a destination that hangs each time", () => {
    const clock = jumpingClock();
    return talking(
      (received) => (response) =>
        void clock.advance(4 * 60_000).then(() => response.writeHead(504).end(String(received.number))),
      async (writer, { received }) => {
        await assert.rejects(writer.converse(writing(true), {}), { name: "Unavailable", status: 504 });
        assert.equal(received.length, 3);
      },
      { clock },
    );
  });

  it("waits as long as a failing destination asks", () => {
    const clock = jumpingClock();
    return talking(
      faulty({ status: 503, headers: { "retry-after": "33" } }),
      async (writer) => {
        const start = clock.now();
        await writer.converse(reading(), {});
        assert.equal(clock.now() - start, 33_000);
      },
      { clock },
    );
  });

  const unknown: readonly [string, Reply, number | undefined][] = [
    ["503", { status: 503 }, 503],
    ["a reset before the answer", "reset", undefined],
    [
      "a reset in the middle of the answer",
      (response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write('{"results":');
        setTimeout(() => response.socket?.resetAndDestroy(), 20);
      },
      undefined,
    ],
    ["no answer", () => undefined, undefined],
    [
      "an answer that drips for ever",
      (response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(drip));
      },
      undefined,
    ],
  ];
  for (const [title, fault, status] of unknown) {
    it(`never sends a write again that may have been applied: ${title}`, () =>
      talking(
        faulty(fault),
        async (writer, { received }) => {
          const written: (readonly number[] | undefined)[] = [];
          await assert.rejects(writer.converse(writing(false), { onWritten: (ids) => written.push(ids) }), (error) => {
            assert.deepEqual(
              [(error as Error).name, (error as { status?: number }).status],
              ["UnknownOutcome", status],
            );
            return true;
          });
          assert.equal(received.length, 1);
          assert.deepEqual(written, [[1, 2, 3]]);
        },
        { timeouts: { headersMs: 300, bodyMs: 300, totalMs: 600 } },
      ));
  }

  it("gives up on a destination that keeps failing, after a bounded number of tries", () =>
    talking(
      () => ({ status: 500 }),
      async (writer, { received }) => {
        await assert.rejects(writer.converse(writing(true), {}), { name: "Unavailable", status: 500 });
        assert.equal(received.length, 6);
        await assert.rejects(writer.destination && asReader(writer).probe(), {
          name: "SyncFailure",
          code: "unavailable",
        });
      },
    ));

  it("says that a host cannot be reached, and that nothing was sent", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as { port: number };
    await new Promise((done) => server.close(done));
    const written: unknown[] = [];
    for (const [url, why] of [
      [`http://127.0.0.1:${port}`, "the connection was refused"],
      ["https://no-such-host.invalid", "there is no host of this name|could not be looked up"],
    ] as const) {
      const writer = writerTo(url);
      await assert.rejects(writer.converse(writing(false), { onWritten: (ids) => written.push(ids) }), (error) => {
        assert.ok(error instanceof SyncFailure);
        assert.equal(error.code, "unreachable");
        assert.match(error.message, new RegExp(`Testbed could not be reached at .*: .*(${why})`));
        return true;
      });
      assert.equal(writer.sent.retries, 2);
      await writer.close();
    }
    assert.deepEqual(written, []);
  });

  it("says what is wrong with a base URL", () => {
    for (const baseUrl of ["", "hubspot.com", "ftp://h/", "https://user:pass@h/", "https://h/#x"]) {
      assert.throws(() => connect(connectOptions(baseUrl)), { name: "SyncFailure", code: "bad-base-url" });
    }
  });

  it("sends no secret unencrypted through a network, unless the connection says so", async () => {
    for (const address of [
      "http://crm.example",
      "http://127.0.0.1.evil.example",
      "http://10.0.0.1",
      "HTTP://h:8080/x",
    ]) {
      assert.throws(() => connect(connectOptions(address)), { name: "SyncFailure", code: "unencrypted" }, address);
    }
    const fine = [
      connectOptions("https://crm.example"),
      ...["http://localhost:1", "http://127.8.0.1", "http://[::1]:8080"].map((address) => connectOptions(address)),
      { ...connectOptions("http://crm.example"), secrets: [] },
      { ...connectOptions("http://crm.example"), config: { allow_http: true } },
    ];
    for (const options of fine) await connect(options).close();
  });

  it("refuses an answer larger than it can hold", () =>
    talking(
      (received) =>
        received.number > 1
          ? { status: 200 }
          : (response) => {
              response.writeHead(200);
              const piece = Buffer.alloc(1024 * 1024, 0x20);
              const more = () => {
                while (!response.destroyed && response.write(piece));
              };
              response.on("drain", more);
              more();
            },
      async (writer) => {
        await assert.rejects(writer.converse(reading(), {}), { code: "unavailable", message: /larger than 64 MB/ });
      },
    ));

  it("reads many values in requests of the destination's size, few at a time", () =>
    talking(
      async ({ json }) => {
        await new Promise((done) => setTimeout(done, 5));
        const { values } = json as { values: string[] };
        return {
          status: 200,
          json: Object.fromEntries(values.map((value) => [value, { remoteId: value, fields: {} }])),
        };
      },
      async (writer, server) => {
        const values = Array.from({ length: 95 }, (_, index) => `v${index % 90}`);
        const found = await writer.read({ by: "email", values, fields: ["name"] }, context());
        assert.equal(found.size, 90);
        assert.deepEqual(
          server.received.map(({ json }) => (json as { values: string[] }).values.length),
          Array(9).fill(10),
        );
        assert.ok(server.together() <= 3);
        assert.deepEqual(writer.sent, { reads: 9, writes: 0, retries: 0 });
      },
      { concurrency: 3 },
    ));

  it("gives a dry run no way to write, and takes a reading operation that writes for a bug", () =>
    withServer(faulty(), async (server) => {
      const base = testDestination();
      const destination: Destination = {
        ...base,
        *probe() {
          yield batchRequest(outgoing, true);
          return { account: "a", label: "A" };
        },
      };
      const reader = connectReader(connectOptions(server.url, { destination }));
      const writer = connect(connectOptions(server.url, { destination }));
      assert.ok(!("converse" in reader) && !("converse" in asReader(writer)));
      for (const one of [reader, asReader(writer), writer]) await assert.rejects(one.probe(), { name: "Error" });
      assert.equal(server.received.length, 0);
      await reader.close();
      await writer.close();
    }));

  it("frees its slot while a conversation pauses", () => {
    const clock = stillClock();
    return talking(
      faulty(),
      async (writer, { received }) => {
        function* polling() {
          yield { step: "pause", ms: 60_000 } as const;
          return http(yield request({ method: "GET", path: "/job", effect: "read" }));
        }
        const job = writer.converse(polling(), {});
        await writer.converse(reading(), {});
        await clock.advance(60_000);
        await job;
        assert.deepEqual(
          received.map(({ path }) => path),
          ["/thing", "/job"],
        );
      },
      { clock, concurrency: 1 },
    );
  });

  it("stops waiting at once when it is cancelled, whatever it waits for", () => {
    const clock = stillClock();
    const destination = testDestination({ limits: [{ name: "requests", requests: 1, perMs: 60_000 }] });
    return talking(
      faulty({ status: 200 }, { status: 429, headers: { "retry-after": "60" } }),
      async (writer, { received }) => {
        function* pausing() {
          yield { step: "pause", ms: 60_000 } as const;
        }
        await writer.converse(reading(), {});
        for (const conversation of [pausing(), reading()]) {
          const cancel = new AbortController();
          const waiting = writer.converse<unknown>(conversation, { signal: cancel.signal });
          await new Promise((done) => setImmediate(done));
          cancel.abort();
          await assert.rejects(waiting, { name: "Cancelled" });
        }
        assert.equal(received.length, 1);
      },
      { clock, destination },
    );
  });

  it("waits for the answer to a write that has left when it is cancelled, for as long as its grace", () => {
    let answer: () => void = () => undefined;
    const clock = stillClock();
    return talking(
      (received) =>
        received.number === 1 ? (response) => (answer = () => response.end('{"late":true}')) : () => undefined,
      async (writer, { received }) => {
        const started = async (count: number) => {
          while (received.length < count) await new Promise((done) => setImmediate(done));
        };
        const first = new AbortController();
        const heard = writer.converse(writing(false), { signal: first.signal });
        await started(1);
        first.abort();
        await clock.advance(9000);
        answer();
        assert.deepEqual((await heard).json, { late: true });

        const second = new AbortController();
        const unheard = writer.converse(writing(false), { signal: second.signal });
        await started(2);
        second.abort();
        await new Promise((done) => setImmediate(done));
        const ended = assert.rejects(unheard, { name: "UnknownOutcome" });
        await clock.advance(10_000);
        await ended;
      },
      { clock },
    );
  });

  it("keeps to the limits, as the destination counts them", () =>
    talking(
      faulty(),
      async (writer, { received }) => {
        await Promise.all(Array.from({ length: 45 }, () => writer.converse(reading(), {})));
        const times = received.map(({ at }) => at);
        for (const start of times) {
          const within = times.filter((at) => at >= start && at < start + 200).length;
          assert.ok(within <= 10, `${within} requests within 200 ms`);
        }
      },
      {
        clock: systemClock,
        destination: testDestination({ limits: [{ name: "requests", requests: 10, perMs: 200 }] }),
      },
    ));

  it("hands over every exchange, redacted", () =>
    talking(
      faulty({ status: 503, json: { reason: `no ${secret}` } }),
      async (writer) => {
        const seen: Exchange[] = [];
        await writer.converse(writing(true), { onExchange: (exchange) => seen.push(exchange) });
        assert.deepEqual(
          seen.map(({ id, response, changes: ids }) => [id, response?.status, ids]),
          [
            ["x1", 503, [1, 2, 3]],
            ["x2", 200, [1, 2, 3]],
          ],
        );
        assert.equal(seen[0]?.request.headers.authorization, "•••");
        assert.equal(seen[0]?.response?.body, '{"reason":"no •••"}');
      },
      { config: { token: "plain" } },
    ));
});
