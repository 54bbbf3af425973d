import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { type DeliverContext, type Destination } from "../../../src/destinations/destination";
import { type Change, type Outcome } from "../../../src/record";
import { type AdmittedPlan } from "../../../src/plan/admit";
import { openJournal } from "../../../src/run/journal";
import { type RunProgress, type RunReport } from "../../../src/run/report";
import { run, type RunInput } from "../../../src/run/run";
import { type RunStore } from "../../../src/run/report";
import { createRunStore } from "../../../src/run/store";
import {
  allApplied,
  batchRequest,
  changes,
  context,
  http,
  inFolder,
  jumpingClock,
  planOf,
  type Received,
  type Reply,
  request,
  secret,
  type Sent,
  stillClock,
  testDestination,
  type TestServer,
  withServer,
  writerTo,
} from "./support";

interface Ran {
  readonly report: RunReport;
  readonly outcomes: readonly Outcome[];
  readonly server: TestServer;
  readonly store: RunStore;
  readonly folder: string;
  /** Windows the run left open in its journal. */
  readonly open: number;
}

interface Setting {
  readonly plan: AdmittedPlan;
  readonly answer: (received: Received) => Reply | Promise<Reply>;
  readonly destination?: Destination;
  readonly context?: Partial<DeliverContext>;
  readonly input?: Partial<RunInput>;
  readonly concurrency?: number;
  readonly then?: (ran: Ran) => Promise<void> | void;
}

/** Carries out a plan against a server, with a ledger that only remembers what it was given. */
async function carryOut(setting: Setting): Promise<Ran> {
  return inFolder((folder) =>
    withServer(setting.answer, async (server) => {
      const clock = setting.input?.clock ?? jumpingClock();
      const writer = writerTo(server.url, {
        clock,
        destination: setting.destination ?? testDestination(),
        projectRoot: folder,
        ...(setting.concurrency === undefined ? {} : { concurrency: setting.concurrency }),
        timeouts: { headersMs: 300, bodyMs: 300 },
      });
      const store = createRunStore(path.join(folder, ".sluice"));
      const file = path.join(folder, ".sluice/journal/dev/people.jsonl");
      const journal = await openJournal(file);
      const outcomes: Outcome[] = [];
      const report = await run({
        id: "run-1",
        file: "people.sync.yaml",
        plan: setting.plan,
        ledger: {
          commit: async (window) => void outcomes.push(...window.outcomes),
          commitNotes: async () => 0,
        },
        writer,
        context: context(setting.context),
        store: await store.begin("run-1"),
        journal,
        guards: {},
        clock,
        ...setting.input,
      });
      await journal.close();
      const left = await openJournal(file);
      const open = left.open().length;
      await left.close();
      await writer.close();
      const ran = { report, outcomes, server, store, folder, open };
      await setting.then?.(ran);
      return ran;
    }),
  );
}

const inputsOf = ({ json }: Received) => (json as Sent).inputs;
const applied = (id: number): Outcome => ({ outcome: "applied", id, created: true });
const ids = (outcomes: readonly Outcome[]) => outcomes.map(({ id }) => id).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const kinds = (outcomes: readonly Outcome[]) =>
  Object.fromEntries([...outcomes].sort((a, b) => a.id - b.id).map(({ id, outcome }) => [id, outcome]));

describe("a run", () => {
  it("sends every change once, in batches, and gives each an outcome", async () => {
    const count = 12_345;
    const { report, outcomes, server, open } = await carryOut({ plan: planOf(changes(count)), answer: allApplied });
    assert.deepEqual(ids(outcomes), upTo(count));
    assert.deepEqual(
      server.received.flatMap((one) => inputsOf(one).map(({ id }) => id)).sort((a, b) => a - b),
      upTo(count),
    );
    assert.ok(server.received.every((one) => inputsOf(one).length <= 100));
    assert.equal(report.status, "succeeded");
    assert.deepEqual(report.counts, {
      ...{ created: count, updated: 0, deleted: 0, unchanged: 0, skipped: 0, held: 0, rejected: 0, inDoubt: 0 },
      // Windows of 5,000, 5,000 and 2,345.
      ...{ requests: 50 + 50 + 24, retries: 0 },
    });
    assert.equal(open, 0);
  });

  it("has nothing to send where nothing changed", async () => {
    const { report, server } = await carryOut({ plan: planOf([]), answer: allApplied });
    assert.deepEqual([report.status, report.counts.requests, server.received.length], ["succeeded", 0, 0]);
  });

  it("groups batches by action, and counts what came of each", async () => {
    const actions: readonly Change["action"][] = ["create", "update", "delete"];
    const { report, server } = await carryOut({
      plan: planOf(changes(9, (id) => ({ action: actions[id % 3] as Change["action"] }))),
      answer: ({ json }) => ({
        status: 200,
        json: {
          results: (json as Sent).inputs.map(({ id }) =>
            id === 3
              ? { outcome: "applied", id, created: false }
              : id === 4
                ? { outcome: "skipped", id, reason: "gone" }
                : { outcome: "applied", id },
          ),
        },
      }),
    });
    for (const one of server.received) assert.equal(new Set(inputsOf(one).map(({ action }) => action)).size, 1);
    const { created, updated, deleted, skipped } = report.counts;
    assert.deepEqual({ created, updated, deleted, skipped }, { created: 2, updated: 3, deleted: 3, skipped: 1 });
  });

  it("never has two changes of one record under way together", async () => {
    const busy = new Set<string>();
    const { outcomes } = await carryOut({
      plan: planOf(
        changes(60, (id) => ({
          key: String(id),
          action: id % 2 === 0 ? "update" : "create",
          match: `p${id % 7}@x.io`,
          ...(id % 5 === 0 ? { matchBefore: `p${(id + 1) % 7}@x.io` } : {}),
          fields: { email: { after: { type: "text", text: `p${id % 7}@x.io` } } },
        })),
      ),
      answer: async (received) => {
        const matches = inputsOf(received).map(({ fields }) => String(fields.email));
        for (const match of matches) {
          assert.ok(!busy.has(match), `${match} is under way twice`);
          busy.add(match);
        }
        await new Promise((done) => setTimeout(done, 2));
        for (const match of matches) busy.delete(match);
        return allApplied(received);
      },
    });
    assert.deepEqual(ids(outcomes), upTo(60));
  });

  it("finds the guilty records of a batch that was refused whole, and sends the others", async () => {
    const guilty = new Set([17, 18, 63, 100]);
    const { report, outcomes, store } = await carryOut({
      plan: planOf(changes(100)),
      answer: (received) => {
        const bad = inputsOf(received).find(({ id }) => guilty.has(id));
        return bad === undefined
          ? allApplied(received)
          : { status: 400, json: { code: "bad-email", reason: `p${bad.id}@x.io is not an address` } };
      },
      then: async ({ store: kept }) => {
        for (const rejection of await kept.rejections("run-1")) {
          const shown = await kept.exchange("run-1", rejection.exchange ?? "");
          const body = JSON.parse(shown?.request.body ?? "") as Sent;
          assert.deepEqual(
            body.inputs.map(({ id }) => id),
            [rejection.key],
          );
          assert.equal(shown?.response?.status, 400);
        }
      },
    });
    void store;
    assert.deepEqual(ids(outcomes), upTo(100));
    assert.deepEqual(ids(outcomes.filter(({ outcome }) => outcome === "rejected")), [...guilty]);
    assert.deepEqual([report.status, report.counts.created, report.counts.rejected], ["rejected", 96, 4]);
    assert.deepEqual(
      report.groups.map(({ code, reason, count, examples }) => [code, reason, count, examples.length]),
      [["bad-email", "p17@x.io is not an address", 4, 4]],
    );
    assert.ok(report.counts.requests < 60, `${report.counts.requests} requests`);
  });

  it("never splits a batch after a 5xx or a time-out", async () => {
    for (const [repeatable, fault, expected] of [
      [true, { status: 503 }, "rejected"],
      [false, { status: 503 }, "in doubt"],
      [false, "reset", "in doubt"],
    ] as const) {
      const { report, outcomes, server } = await carryOut({
        plan: planOf(changes(5)),
        destination: testDestination({ repeatable }),
        answer: () => fault,
      });
      assert.ok(server.received.every((one) => inputsOf(one).length === 5));
      assert.deepEqual(kinds(outcomes), Object.fromEntries(upTo(5).map((id) => [id, expected])));
      assert.equal(report.status, "rejected");
      if (expected === "rejected") {
        assert.ok(
          outcomes.every((one) => one.outcome === "rejected" && one.uncertain === true && one.code === "unavailable"),
        );
      } else {
        assert.equal(server.received.length, 1);
        assert.equal(report.counts.inDoubt, 5);
      }
    }
  });

  it("stops when the destination fails batch after batch, and leaves the rest unsent", async () => {
    const { report, outcomes, open } = await carryOut({
      plan: planOf(changes(3000)),
      answer: () => ({ status: 502 }),
      concurrency: 1,
    });
    assert.deepEqual([report.status, report.failure?.code], ["stopped", "unavailable"]);
    assert.equal(outcomes.length, 300);
    assert.equal(open, 0);
  });

  it("stops before more and more records are in doubt", async () => {
    const { report, outcomes } = await carryOut({
      plan: planOf(changes(50)),
      destination: testDestination({ repeatable: false, batching: { size: 1 } }),
      answer: (received) => (received.number % 4 === 1 ? allApplied(received) : { status: 503 }),
    });
    assert.deepEqual([report.status, report.failure?.code], ["stopped", "unavailable"]);
    assert.deepEqual(kinds(outcomes), { 1: "applied", 2: "in doubt", 3: "in doubt", 4: "in doubt" });
  });

  it("keeps what was answered when the credentials stop being valid, and sends no more", async () => {
    const { report, outcomes, server } = await carryOut({
      plan: planOf(changes(2000)),
      concurrency: 2,
      answer: (received) =>
        received.number <= 7 ? allApplied(received) : { status: 401, json: { reason: "Revoked." } },
    });
    assert.deepEqual([report.status, report.failure?.code], ["stopped", "unauthorized"]);
    assert.match(report.failure?.message ?? "", /Revoked\./);
    assert.equal(outcomes.length, 700);
    assert.equal(report.counts.created, 700);
    assert.ok(server.received.length <= 11);
  });

  it("gives a change one outcome whatever the connector says of it", async () => {
    const log: string[] = [];
    for (const [repeatable, missing] of [
      [true, "rejected"],
      [false, "in doubt"],
    ] as const) {
      const { outcomes } = await carryOut({
        plan: planOf(changes(3)),
        destination: testDestination({ repeatable }),
        answer: () => ({
          status: 200,
          json: {
            results: [applied(1), { outcome: "rejected", id: 1, code: "x", reason: "x" }, applied(3), applied(77)],
          },
        }),
        input: { log: (_level, message) => log.push(message) },
      });
      assert.deepEqual(kinds(outcomes), { 1: "applied", 2: missing, 3: "applied" });
    }
    assert.equal(log.length, 4);
  });

  it("keeps a record that was taken only in part, and says which field was not", async () => {
    const refused = [{ field: "name", code: "too-long", reason: "Too long." }];
    await carryOut({
      plan: planOf(changes(1)),
      answer: () => ({ status: 200, json: { results: [{ ...applied(1), refused }] } }),
      then: async ({ report, store }) => {
        assert.deepEqual([report.status, report.counts.created, report.counts.rejected], ["rejected", 1, 0]);
        assert.deepEqual(await store.rejections("last"), [
          { key: 1, stage: "destination", ...refused[0], exchange: "x1" },
        ]);
      },
    });
  });

  it("does not send a value that the connector cannot encode", async () => {
    await carryOut({
      plan: planOf(
        changes(3, (id) => (id === 2 ? { fields: { name: { after: { type: "text", text: "unspeakable" } } } } : {})),
      ),
      answer: allApplied,
      then: async ({ report, store, outcomes }) => {
        assert.deepEqual(ids(outcomes), [1, 3]);
        assert.deepEqual([report.counts.created, report.counts.rejected], [2, 1]);
        assert.deepEqual(await store.rejections("last"), [
          { key: 2, stage: "mapping", field: "name", code: "unspeakable", reason: "The value cannot be said." },
        ]);
      },
    });
  });

  it("sends the next batch of what is not harmless only when the one before is answered", async () => {
    const { server, outcomes, open } = await carryOut({
      plan: planOf(changes(25)),
      destination: testDestination({ repeatable: false, batching: { size: 5 } }),
      answer: allApplied,
    });
    assert.equal(server.together(), 1);
    assert.deepEqual(ids(outcomes), upTo(25));
    assert.equal(open, 0);
  });

  it("reports the plan's own rejections beside its own", async () => {
    const planned = { key: 9, stage: "model" as const, field: "email", code: "null-match", reason: "No e-mail." };
    await carryOut({
      plan: planOf(changes(2), {}, [planned]),
      answer: allApplied,
      then: async ({ report, store }) => {
        assert.deepEqual([report.status, report.counts.rejected, report.counts.created], ["rejected", 1, 2]);
        assert.deepEqual(await store.rejections("last"), [planned]);
        assert.deepEqual(
          report.groups.map(({ code, count }) => [code, count]),
          [["null-match", 1]],
        );
      },
    });
  });

  it("sends nothing and remembers nothing when a guard of the plan tripped", async () => {
    const guards = [{ name: "max_removed", limit: "5%", value: 40, tripped: true }] as const;
    const { report, server, outcomes } = await carryOut({
      plan: planOf(changes(5), { guards }),
      answer: allApplied,
      input: { ledger: { commit: async () => assert.fail(), commitNotes: async () => assert.fail() } },
    });
    assert.deepEqual([report.status, report.failure?.code], ["guarded", "guard-tripped"]);
    assert.equal(report.failure?.message, "Nothing was sent: max_removed is 5% and the plan has 40.");
    assert.deepEqual([server.received.length, outcomes.length], [0, 0]);
  });

  const breakers = [
    ["a share, once 100 outcomes are known", { share: 0.1 }, 200],
    ["a number of records", { records: 3 }, 8],
  ] as const;
  for (const [title, maxRejected, atMost] of breakers) {
    it(`stops when more are rejected than max_rejected allows: ${title}`, async () => {
      const { report, outcomes, server } = await carryOut({
        plan: planOf(changes(400)),
        concurrency: 1,
        destination: testDestination({ batching: { size: 2 } }),
        answer: ({ json }) => ({
          status: 200,
          json: {
            results: (json as Sent).inputs.map(({ id }) => ({ outcome: "rejected", id, code: "x", reason: "No." })),
          },
        }),
        input: { guards: { maxRejected } },
      });
      assert.deepEqual([report.status, report.failure?.code], ["guarded", "max-rejected"]);
      assert.ok(
        outcomes.length <= atMost && outcomes.length >= ("share" in maxRejected ? 100 : 4),
        String(outcomes.length),
      );
      // What was under way when the limit was reached has its outcomes too.
      assert.equal(server.received.length, outcomes.length / 2);
    });
  }

  it("is not stopped by a limit that the last batch passed: nothing was left to send", async () => {
    const { report, outcomes } = await carryOut({
      plan: planOf(changes(4)),
      answer: ({ json }) => ({
        status: 200,
        json: {
          results: (json as Sent).inputs.map(({ id }) => ({ outcome: "rejected", id, code: "x", reason: "No." })),
        },
      }),
      input: { guards: { maxRejected: { records: 1 } } },
    });
    assert.deepEqual([report.status, report.counts.rejected, outcomes.length], ["rejected", 4, 4]);
  });

  it("stops sending when it is cancelled, and keeps the answers to what had left", async () => {
    const cancel = new AbortController();
    const { report, outcomes, server, open } = await carryOut({
      plan: planOf(changes(5000)),
      concurrency: 4,
      answer: async (received) => {
        if (received.number === 6) cancel.abort();
        await new Promise((done) => setTimeout(done, 30));
        return allApplied(received);
      },
      input: { signal: cancel.signal, clock: stillClock() },
    });
    assert.equal(report.status, "cancelled");
    assert.ok(server.received.length <= 8, `${server.received.length} requests`);
    assert.equal(outcomes.length, server.received.length * 100);
    assert.equal(report.counts.created, outcomes.length);
    assert.equal(open, 0);
  });

  it("cleans up a job that was under way when it is cancelled", async () => {
    const cancel = new AbortController();
    const job: Destination["deliver"] = function* (batch) {
      http(yield batchRequest(batch, true));
      yield { step: "checkpoint", state: { job: 7 } };
      yield { step: "pause", ms: 60_000 };
      return [];
    };
    const { report, outcomes, server } = await carryOut({
      plan: planOf(changes(3)),
      destination: testDestination({
        deliver: job,
        *abort(state) {
          yield request({ method: "DELETE", path: `/jobs/${(state as { job: number }).job}`, effect: "write" });
        },
      }),
      answer: ({ number }) => {
        if (number === 1) setTimeout(() => cancel.abort(), 100);
        return { status: 202 };
      },
      input: { signal: cancel.signal, clock: stillClock() },
    });
    assert.deepEqual(
      server.received.map(({ method, path: at }) => `${method} ${at}`),
      ["POST /batch", "DELETE /jobs/7"],
    );
    assert.equal(report.status, "cancelled");
    assert.ok(outcomes.every((one) => one.outcome === "rejected" && one.uncertain === true));
    assert.equal(outcomes.length, 3);
  });

  it("keeps what one request of a conversation did when a later one is lost", async () => {
    const single: Destination["deliver"] = function* (batch) {
      const outcomes: Outcome[] = [];
      for (const change of batch) {
        http(yield batchRequest([change], false));
        outcomes.push({ outcome: "applied", id: change.id });
      }
      return outcomes;
    };
    const seen = new Map<number, number>();
    const { outcomes } = await carryOut({
      plan: planOf(changes(5)),
      destination: testDestination({ repeatable: false, deliver: single }),
      answer: (received) => {
        const id = inputsOf(received)[0]?.id ?? 0;
        seen.set(id, (seen.get(id) ?? 0) + 1);
        return id === 3 ? "reset" : { status: 200 };
      },
    });
    // The conversation's answers were lost with it: none of them is sent a second time.
    assert.deepEqual([...seen.values()], [1, 1, 1, 1, 1]);
    assert.deepEqual(kinds(outcomes), { 1: "in doubt", 2: "in doubt", 3: "in doubt", 4: "applied", 5: "applied" });
  });

  it("reports a bug of a connector, commits what is known, and throws it", () =>
    inFolder(async (folder) => {
      const store = createRunStore(path.join(folder, ".sluice"));
      const journal = await openJournal(path.join(folder, "j.jsonl"));
      const committed: Outcome[] = [];
      const deliver: Destination["deliver"] = function* (batch) {
        if (batch.some(({ id }) => id === 250)) throw new TypeError("undefined is not a function");
        return batch.map(({ id }) => ({ outcome: "applied", id }));
      };
      const writer = writerTo("http://127.0.0.1:1", { destination: testDestination({ deliver }), concurrency: 1 });
      await assert.rejects(
        run({
          ...{ id: "run-1", file: "f", plan: planOf(changes(300)), writer, context: context(), journal, guards: {} },
          ledger: {
            commit: async ({ outcomes }) => void committed.push(...outcomes),
            commitNotes: async () => 0,
          },
          store: await store.begin("run-1"),
          clock: jumpingClock(),
        }),
        { name: "TypeError" },
      );
      assert.equal(committed.length, 200);
      const report = await store.read("last");
      assert.deepEqual([report?.status, report?.failure?.code], ["stopped", "internal-error"]);
      assert.ok(!JSON.stringify(report).includes("undefined is not"));
      await journal.close();
      await writer.close();
    }));

  it("leaves the journal open when the ledger cannot take the outcomes", () =>
    inFolder((folder) =>
      withServer(allApplied, async (server) => {
        const file = path.join(folder, "j.jsonl");
        const journal = await openJournal(file);
        const writer = writerTo(server.url);
        const store = createRunStore(path.join(folder, ".sluice"));
        const input = {
          ...{ id: "run-1", file: "f", plan: planOf(changes(10)), writer, context: context(), journal, guards: {} },
          ledger: {
            commit: async () => {
              throw new Error("no ledger today");
            },
            commitNotes: async () => 0,
          },
          store: await store.begin("run-1"),
          clock: jumpingClock(),
        };
        await assert.rejects(run(input), { message: "no ledger today" });
        await journal.close();
        await writer.close();
        const left = await openJournal(file);
        assert.deepEqual(
          left.open().map(({ outcomes }) => ids(outcomes)),
          [upTo(10)],
        );
        await left.close();
      }),
    ));

  it("says how far it is, at most ten times a second, and how it ended", async () => {
    const clock = stillClock();
    const told: RunProgress[] = [];
    await carryOut({
      plan: planOf(changes(2000)),
      destination: testDestination({ limits: [{ name: "requests", requests: 1000, perMs: 10_000 }] }),
      concurrency: 1,
      answer: async (received) => {
        await clock.advance(30);
        return allApplied(received);
      },
      input: { clock, progress: (progress) => told.push(progress) },
    });
    assert.ok(told.length >= 5 && told.length <= 8, String(told.length));
    assert.deepEqual(
      told.map(({ done }) => done),
      told.map(({ done }) => done).sort((a, b) => a - b),
    );
    assert.deepEqual(told.at(-1), {
      ...{ phase: "committing", done: 2000, total: 2000, rejected: 0, requests: 20, retries: 0 },
      budgets: [{ bucket: "requests", remaining: 980, of: 1000 }],
    });
  });

  it("never lets a secret reach a file", async () => {
    const echo = `It was ${secret}, ${encodeURIComponent(secret)}, ${JSON.stringify(secret)}, ${Buffer.from(`u:${secret}`).toString("base64")}`;
    const deliver: Destination["deliver"] = function* (batch) {
      const answer = http(
        yield {
          ...batchRequest(batch, true),
          query: { token: secret, q: secret },
          headers: { "X-Echo": "a" + Buffer.from(secret).toString("base64") },
          body: { json: { inputs: batch.map(({ id }) => ({ id })), secret, nested: [secret] } },
        },
      );
      if (answer.status === 409)
        return batch.map(({ id }) => ({ outcome: "rejected", id, code: "c", reason: answer.text }));
      return (answer.json as { results: Outcome[] }).results;
    };
    for (const fault of [200, 400, 401, 409, 503]) {
      await carryOut({
        plan: planOf(changes(3)),
        destination: testDestination({ deliver }),
        answer: () => ({
          status: fault,
          headers: { "set-cookie": `session=${secret.replace("ü", "u")}`, "x-echo": encodeURIComponent(secret) },
          json: {
            code: "c",
            reason: echo,
            results: [
              { outcome: "rejected", id: 1, code: "c", reason: echo },
              { outcome: "in doubt", id: 2, reason: echo },
              { ...applied(3), refused: [{ field: "name", code: "c", reason: echo }] },
            ],
          },
        }),
        then: async ({ folder, report }) => {
          assert.ok(report.counts.rejected > 0 || report.status === "stopped");
          const spelt = [
            secret,
            encodeURIComponent(secret),
            Buffer.from(secret).toString("base64").slice(2, -6),
            "5ecret",
          ];
          const entries = await readdir(folder, { recursive: true, withFileTypes: true });
          const files = entries
            .filter((entry) => entry.isFile())
            .map((entry) => path.join(entry.parentPath, entry.name));
          assert.ok(files.length >= 5);
          for (const file of files) {
            const text = await readFile(file, "utf8");
            for (const form of spelt) assert.ok(!text.includes(form), `${path.basename(file)} holds ${form}`);
          }
        },
      });
    }
  });
});
