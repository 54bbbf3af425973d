import assert from "node:assert/strict";
import path from "node:path";
import { hubspot } from "../../../src/destinations/hubspot/index";
import { openLocalLedger } from "../../../src/ledger/local";
import { plan } from "../../../src/plan/planner";
import { type StoredPlan } from "../../../src/plan/plan";
import { asReader, connect } from "../../../src/run/connect";
import { openJournal } from "../../../src/run/journal";
import { recover } from "../../../src/run/recover";
import { type RunReport } from "../../../src/run/report";
import { run } from "../../../src/run/run";
import { type AdmittedPlan } from "../../../src/plan/admit";
import { createRunStore } from "../../../src/run/store";
import { startSandbox, type SandboxHost } from "../../../src/sandbox/host";
import { openDuckDbWarehouse } from "../../../src/warehouses/duckdb";
import { definitionOf } from "../plan/world";
import { inFolder, jumpingClock } from "./support";

const definition = definitionOf({
  match: "email",
  mode: "mirror",
  guards: { maxRemoved: { share: 1 } },
  onRemoved: "archive",
  fields: { email: "email", firstname: "name", product_plan: "plan" },
});

interface Job {
  readonly host: SandboxHost;
  /** Plans today's rows and carries the plan out. */
  sync(rows: string, fault?: Parameters<SandboxHost["fault"]>[0]): Promise<RunReport>;
  readonly store: ReturnType<typeof createRunStore>;
}

/** The whole job from a DuckDB model to the HubSpot sandbox, on disk as in a project. */
async function withJob(work: (job: Job) => Promise<void>): Promise<void> {
  await inFolder(async (root) => {
    const clock = jumpingClock();
    const host = await startSandbox({ destination: hubspot, now: Date.now });
    const writer = connect({
      name: "hubspot",
      destination: hubspot,
      config: { token: "sandbox-token" },
      publicConfig: { token: "" },
      secrets: ["sandbox-token"],
      baseUrl: host.url,
      sandbox: true,
      projectRoot: root,
      clock,
      random: () => 0,
    });
    const own = path.join(root, ".sluice");
    const store = createRunStore(own);
    let number = 0;
    try {
      const reader = asReader(writer);
      const object = (await reader.describe()).find(({ name }) => name === "contacts");
      assert.ok(object !== undefined);
      const { account } = await reader.probe();
      await work({
        host,
        store,
        async sync(rows, fault) {
          number += 1;
          const id = `run-${number}`;
          const warehouse = openDuckDbWarehouse(
            { path: ":memory:", options: {}, memory_limit: "512MB" },
            { root, scratch: path.join(own, "tmp") },
          );
          const ledger = openLocalLedger({ file: path.join(own, "l.duckdb"), lockFile: path.join(own, "l.lock") });
          const lock = await ledger.lock(id);
          const journal = await openJournal(path.join(own, "journal", "people.jsonl"));
          await recover({ journal, ledger });
          const stored: StoredPlan = await plan({
            id: `plan-${number}`,
            definition,
            modelSql: rows,
            warehouse,
            reader,
            object,
            account,
            rowsFrom: "duckdb :memory:",
            ledger: { file: ledger.file, header: await ledger.header(), counts: await ledger.counts() },
            otherLedgers: [],
            options: { readBack: "none", firstRun: "send" },
            target: {
              name: "dev",
              warehouse: { type: "duckdb", keys: {} },
              destination: { type: "hubspot", keys: {} },
            },
            planFile: path.join(own, "plans", `plan-${number}.duckdb`),
            scratch: path.join(own, "tmp"),
            now: new Date(),
            progress: () => undefined,
          });
          const { sync, target, fingerprint, fields } = stored.header;
          if ((await ledger.header()) === undefined) await ledger.create({ sync, target, fingerprint, values: true });
          if (fault !== undefined) host.fault(fault);
          try {
            return await run({
              id,
              file: "people.sync.yaml",
              plan: stored as AdmittedPlan,
              ledger,
              writer,
              context: {
                ...{
                  config: {},
                  object,
                  options: {},
                  match: "email",
                  sync,
                  run: id,
                  mode: "mirror",
                  onRemoved: "archive",
                },
                fields: object.fields.filter((field) => fields.some(({ name }) => name === field.name)),
              },
              store: await store.begin(id),
              journal,
              guards: {},
              clock,
            });
          } finally {
            await journal.close();
            await stored.close();
            await lock.release();
            await warehouse.close();
          }
        },
      });
    } finally {
      await writer.close();
      await host.stop();
    }
  });
}

const contacts = (count: number, also = "") =>
  `select i as id, 'p' || i || '@x.io' as email, 'Ann ''' || i as name, 'team' as plan from range(1, ${count + 1}) t(i) ${also}`;
const bad =
  "union all select 9001, 'not-an-address', 'Bad', 'team' union all select 9002, 'q@x.io', 'Bad plan', 'platinum'";

describe("a run against HubSpot's sandbox", () => {
  it("sends what changed, reports what was refused, and has nothing left to do", () =>
    withJob(async ({ sync, store }) => {
      const first = await sync(contacts(250, bad));
      assert.deepEqual(
        [first.status, first.counts.created, first.counts.rejected, first.counts.inDoubt],
        ["rejected", 250, 2, 0],
      );
      const rejections = await store.rejections("run-1");
      assert.deepEqual(rejections.map(({ key, field }) => [key, field]).sort(), [
        [9001, "email"],
        [9002, "product_plan"],
      ]);
      for (const { exchange = "", stage } of rejections) {
        if (stage === "destination")
          assert.match((await store.exchange("run-1", exchange))?.request.url ?? "", /contacts/);
      }

      const second = await sync(contacts(250));
      assert.deepEqual([second.status, second.counts.unchanged, second.counts.requests], ["succeeded", 250, 0]);

      const third = await sync(contacts(240, "where i <> 7").replace("'team'", "if(i = 9, 'free', 'team')"));
      assert.deepEqual(
        [third.status, third.counts.updated, third.counts.deleted, third.counts.unchanged],
        ["succeeded", 1, 11, 238],
        JSON.stringify(third.groups),
      );
    }));

  it("comes through throttling, outages, lost answers and expired tokens without losing or repeating anything", () =>
    withJob(async ({ sync, host }) => {
      const kinds = ["throttled", "unavailable", "expired", "reset-before", "reset-after", "half"] as const;
      let ours = 0;
      for (const [index, kind] of kinds.entries()) {
        const rows = contacts(120)
          .replaceAll("@x.io", `@${kind}.io`)
          .replace("i as id", `i + ${index * 1000} as id`);
        const before = host.requests().length;
        const report = await sync(rows, { kind });
        const { created, updated, deleted, rejected, retries } = report.counts;
        assert.deepEqual([report.status, report.failure], ["succeeded", undefined], JSON.stringify(report.groups));
        assert.deepEqual([created + updated, deleted, rejected], [120, ours, 0], kind);
        // Where the answer to a create was lost, the next one says that the record exists: it counts as found, and stays.
        assert.equal(updated, kind === "reset-after" || kind === "half" ? 100 : 0);
        ours = created;
        assert.ok(retries >= 1 && host.requests().length - before === report.counts.requests, kind);
      }
    })).timeout(60_000);
});
