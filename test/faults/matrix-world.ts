/** A project, its destination's sandbox and a clock that runs fast, in which runs meet faults. The engine is the real one. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Calls } from "../../src/calls/calls";
import { type Edges } from "../../src/calls/edges";
import { createSession } from "../../src/calls/session";
import { Cancelled } from "../../src/failure";
import { type RowState } from "../../src/ledger/ledger";
import { type Rejection } from "../../src/record";
import { type RunReport } from "../../src/run/report";
import { type FaultAsk } from "../../src/sandbox/faults";
import { type SandboxHost, startSandbox } from "../../src/sandbox/host";
import { type LoggedRequest } from "../../src/sandbox/request-log";
import { isSecret } from "../contract/sample";
import { until } from "../support/cli";
import { execute } from "../support/duckdb";
import { temporaryFolder } from "../support/temporary.mjs";
import { badField, held, literal, numberIn, sqlOf, type Subject } from "./matrix-subjects";

/** How many times faster than the day's the world's clock runs: a window of ten seconds is over in a tenth of one. */
const speed = 100;

/** What one run did. */
export interface Ran {
  readonly report: RunReport;
  readonly rejections: readonly Rejection[];
  /** What the sandbox was asked by it, without what its plan was checked by before it began. */
  readonly requests: readonly LoggedRequest[];
  /** Numbers of the records that the sandbox holds after it; one that it holds twice is there twice. */
  readonly held: readonly number[];
  /** How long it took, by the world's clock. */
  readonly ms: number;
  readonly changes: number;
}

export interface World {
  /** Empties the sandbox and forgets all runs; the model has so many records. */
  begin(records: number, what?: "one bad"): Promise<void>;
  run(faults: readonly FaultAsk[], waits?: Edges["waits"]): Promise<Ran>;
  /** Rows of the ledger by state, and how many changes another run would make. */
  after(): Promise<{ readonly rows: Readonly<Record<RowState, number>>; readonly changes: number }>;
  /** Files below .sluice in which a secret stands. */
  leaks(): readonly string[];
  close(): Promise<void>;
}

export async function makeWorld(subject: Subject): Promise<World> {
  const root = temporaryFolder("matrix");
  const clock = fastClock();
  const host = await startSandbox({ destination: subject.destination, now: clock.now });
  const { connection, secrets } = connectionOf(subject, host);
  const state = path.join(root, ".sluice");
  const file = "people.sync.yaml";
  let calls: Calls;
  let present = "";

  const edges = (waits: Edges["waits"]): Edges => ({
    ...clock,
    secrets: () => Promise.resolve({ secret: (name) => Promise.resolve(secrets.get(name)), env: () => undefined }),
    random: Math.random,
    log: () => undefined,
    ...(waits === undefined ? {} : { waits }),
  });
  /** A session of its own, as of a command: no limit or credential of an earlier run is remembered. */
  async function within<Result>(waits: Edges["waits"], work: (calls: Calls) => Promise<Result>): Promise<Result> {
    const session = createSession(edges(waits));
    calls = session.calls;
    try {
      return await work(calls);
    } finally {
      await session.close();
    }
  }
  const place = { root };
  const plan = (within: Calls) => within.plan(place, { file }, { firstRun: "send" }, () => undefined);

  const beforehand = askedBeforehand(subject);

  writeFileSync(
    path.join(root, "sluice.yaml"),
    JSON.stringify({
      version: 1,
      warehouses: { main: { type: "duckdb", path: "warehouse.duckdb" } },
      destinations: { there: connection },
    }),
  );
  const bad = badField(subject);
  const columns = (what: "one bad" | "good"): string =>
    subject.sample.fields
      .flatMap((field) => {
        const sql = sqlOf(field, subject);
        if (sql === undefined || what === "good" || field.name !== bad?.name) return sql ?? [];
        return `case when i = 2 then ${literal(bad.value)} else ${sql} end`;
      })
      .map((sql, index) => `${sql} as c${index}`)
      .join(", ");
  writeFileSync(path.join(root, file), JSON.stringify(syncOf(subject)));
  mkdirSync(state, { mode: 0o700 });
  if (subject.destination.selfDescribing !== true) {
    await within(undefined, (within) => within.describe(place, { connection: "there" }));
  }

  return {
    async begin(records, what) {
      for (const folder of ["ledger", "journal", "plans", "runs", "locks"])
        rmSync(path.join(state, folder), { recursive: true, force: true });
      host.seed();
      const wanted = `${records} ${what ?? "good"}`;
      if (present === wanted) return;
      present = wanted;
      await execute(
        path.join(root, "warehouse.duckdb"),
        `create or replace table people as select i as id, ${columns(what ?? "good")} from range(1, ${records + 1}) t(i)`,
      );
    },
    run: (faults, waits) =>
      within(waits, async (within) => {
        const { id, counts } = await plan(within);
        const before = host.requests().length;
        for (const fault of faults) host.fault(fault);
        const started = clock.now();
        const report = await within.run(place, { file }, { plan: id }, () => undefined);
        const ms = clock.now() - started;
        host.clearFaults();
        const made = () =>
          host
            .requests()
            .slice(before)
            .filter(({ path }) => !beforehand.includes(path));
        await until(() => made().length >= report.counts.requests, "an entry of every request", 3000).catch(
          () => undefined,
        );
        return {
          report: JSON.parse(readFileSync(path.join(state, "runs", report.id, "report.json"), "utf8")) as RunReport,
          rejections: await within.rejections(place, { run: report.id, offset: 0, limit: 100_000 }),
          requests: made(),
          held: held(host.state(), subject.marker.name).map(numberIn),
          ms,
          changes: counts.create + counts.update + counts.delete,
        };
      }),
    after: () =>
      within(undefined, async (within) => {
        const { counts } = await plan(within);
        const { counts: rows } = await within.ledger(place, { file }, { action: "show" });
        const none = {} as Record<RowState, number>;
        return { rows: rows ?? none, changes: counts.create + counts.update + counts.delete };
      }),
    leaks() {
      const hidden = [...secrets.values()];
      return filesBelow(state).filter((one) => {
        const bytes = readFileSync(one);
        return hidden.some((secret) => bytes.includes(secret));
      });
    },
    async close() {
      await host.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Paths by which a plan is checked before its run: whose the credentials are, and the fields as they are now. */
function askedBeforehand({ destination, sample, marker }: Subject): readonly string[] {
  const fields = destination.fieldsNow?.(sample.config, { object: sample.object.name, names: [marker.name] });
  return [destination.probe(sample.config), fields].flatMap((conversation) => {
    const step = conversation?.next().value;
    return step !== undefined && "path" in step ? [step.path] : [];
  });
}

function fastClock(): Pick<Edges, "now" | "wait"> {
  const [start, began] = [Date.now(), performance.now()];
  return {
    now: () => Math.round(start + (performance.now() - began) * speed),
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(new Cancelled());
        const stop = (): void => {
          clearTimeout(timer);
          reject(new Cancelled());
        };
        const timer = setTimeout(
          () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          },
          Math.max(0, ms) / speed,
        );
        signal?.addEventListener("abort", stop, { once: true });
      }),
  };
}

/** The sample's connection at the sandbox's address, its secrets behind references. */
function connectionOf({ destination, sample }: Subject, { url }: SandboxHost) {
  const secrets = new Map<string, string>();
  const hidden = (value: unknown): unknown => {
    if (typeof value === "string") {
      const name = `HIDDEN_${secrets.size}`;
      secrets.set(name, `canary-${value}-${secrets.size}`);
      return `\${secret:${name}}`;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hidden(one)]));
  };
  const keys = Object.entries(sample.config).map(([key, value]) => [
    key,
    isSecret(destination.connection.shape[key]) ? hidden(value) : value,
  ]);
  return { connection: { type: destination.type, ...Object.fromEntries(keys), base_url: url }, secrets };
}

/** The sync file, whose model is the table `people`: `id`, and a column c0, c1, … for each field. */
export function syncOf(subject: Subject) {
  const { sample, mode } = subject;
  const fields = sample.fields.filter((field) => sqlOf(field, subject) !== undefined);
  return {
    model: { table: "people", key: "id" },
    destination: {
      connection: "there",
      object: sample.object.name,
      ...(sample.match === "" ? {} : { match: sample.match }),
      ...sample.options,
    },
    mode,
    fields: Object.fromEntries(fields.map(({ name }, index) => [name, `c${index}`])),
  };
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
