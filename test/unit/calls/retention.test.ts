/** What goes after its time, and what stays because something needs it: on real files, in the form the product keeps. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openLedger } from "../../../src/calls/ledgers";
import { keepRetention } from "../../../src/calls/retention";
import { purge } from "../../../src/calls/purging";
import { type Edges } from "../../../src/calls/edges";
import { SyncFailure } from "../../../src/failure";
import { takeLock } from "../../../src/ledger/lock";
import { ledgerLock } from "../../../src/ledger/place";
import { type Retention } from "../../../src/project/project";
import { openJournal } from "../../../src/run/journal";
import { type RunReport } from "../../../src/run/report";
import { createRunStore } from "../../../src/run/store";
import { fingerprint, writePlan } from "../ledger/files";
import { inFolder } from "../run/support";

const now = Date.UTC(2026, 5, 30, 12);
const dayMs = 86_400_000;
const said: string[] = [];
const edges: Edges = {
  secrets: () => Promise.reject(new Error("no secret is needed")),
  now: () => now,
  wait: () => Promise.resolve(),
  random: () => 0,
  log: (_, message) => void said.push(message),
};

/** A run's id, by how many days ago it began. */
const ago = (days: number): string =>
  `${new Date(now - days * dayMs)
    .toISOString()
    .replace(/[-:.Z]/g, "")
    .replace("T", "-")}-0000`;

type Given = Partial<Omit<RunReport, "counts">> & { readonly inDoubt?: number };

class Kept {
  readonly folder: string;
  readonly store;
  constructor(readonly root: string) {
    this.folder = path.join(root, ".sluice");
    this.store = createRunStore(this.folder);
    writeFileSync(path.join(root, "sluice.yaml"), "version: 1\n");
  }
  async run(days: number, { inDoubt = 0, ...given }: Given = {}): Promise<string> {
    const id = ago(days);
    const recorder = await this.store.begin(id);
    await recorder.exchanged({
      ...{ id: "x1", at: "2026-01-01T00:00:00Z", ms: 1, changes: [1] },
      request: { method: "POST", url: "http://h/", headers: {}, body: "{}" },
    });
    const none = { created: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, held: 0, rejected: 0 };
    await recorder.finish({
      ...{ version: 1, id, sync: "people", file: "syncs/people.sync.yaml", target: "dev", status: "succeeded" },
      ...{ startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:00:10Z", plan: "p", definitionDigest: "d" },
      counts: { ...none, inDoubt, requests: 0, retries: 0 },
      groups: [],
      ...given,
    });
    return id;
  }
  plan(days: number): string {
    const file = path.join(this.folder, "plans", `${ago(days)}.duckdb`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, "plan");
    utimesSync(file, now / 1000 - days * 86_400, now / 1000 - days * 86_400);
    return file;
  }
  async openWindow(run: string, planFile: string): Promise<void> {
    const journal = await openJournal(path.join(this.folder, "journal", "dev", "people.jsonl"));
    await journal.begin({ run, planFile, repeatable: false, changes: [1] });
    await journal.close();
  }
  async keep(retention?: Retention): Promise<void> {
    const project = { root: this.root, ...(retention === undefined ? {} : { retention }) };
    await keepRetention(edges, project, { lookAgainMs: 0 });
  }
  get runs(): readonly string[] {
    return readdirSync(path.join(this.folder, "runs")).sort();
  }
  hasExchanges(id: string): boolean {
    return ["exchanges.jsonl", "exchanges.idx"].some((name) => existsSync(path.join(this.store.folder(id), name)));
  }
}

const kept = (work: (here: Kept) => Promise<void>): Promise<void> => inFolder((folder) => work(new Kept(folder)));
const all: Retention = { runs: {}, exchanges: {}, plans: {} };

describe("what runs left behind", () => {
  it("goes after 90 days, its requests and responses after 30, plans after 7, where nothing else is said", () =>
    kept(async (here) => {
      const [old, middle, young] = [await here.run(91), await here.run(31), await here.run(29)];
      const plans = [here.plan(8), here.plan(6)];
      await here.keep();
      assert.deepEqual(here.runs, [middle, young]);
      assert.ok(!here.runs.includes(old));
      assert.deepEqual([here.hasExchanges(middle), here.hasExchanges(young)], [false, true]);
      assert.deepEqual(plans.map(existsSync), [false, true]);
      assert.equal((await here.store.read(middle))?.id, middle);
      assert.equal(await here.store.exchange(middle, "x1"), undefined);
    }));

  it("goes by number too, oldest first", () =>
    kept(async (here) => {
      const ids = [await here.run(5), await here.run(4), await here.run(3), await here.run(2)];
      await here.keep({ ...all, runs: { count: 3 }, exchanges: { count: 1 } });
      assert.deepEqual(here.runs, ids.slice(1));
      assert.deepEqual(
        here.runs.map((id) => here.hasExchanges(id)),
        [false, false, true],
      );
    }));

  it("stays for ever where the setting says nothing of it, or was mistyped", () =>
    kept(async (here) => {
      const [id, plan] = [await here.run(4000), here.plan(4000)];
      await here.keep(all);
      assert.deepEqual(here.runs, [id]);
      assert.ok(existsSync(plan) && here.hasExchanges(id));
    }));

  it("stays whole, with its plan, while a run that ended in the middle waits to be taken in", () =>
    kept(async (here) => {
      const [run, plan, other] = [await here.run(400), here.plan(400), here.plan(401)];
      await here.openWindow(run, plan);
      await here.keep();
      assert.deepEqual([here.runs, existsSync(plan), existsSync(other)], [[run], true, false]);
      assert.ok(here.hasExchanges(run));
    }));

  it("stays, all of it, where a journal cannot be read, and the reason is said without what it holds", () =>
    kept(async (here) => {
      const run = await here.run(400);
      mkdirSync(path.join(here.folder, "journal", "dev"), { recursive: true });
      writeFileSync(path.join(here.folder, "journal", "dev", "people.jsonl"), '{"canary-value"}\n');
      said.length = 0;
      await here.keep();
      assert.deepEqual(here.runs, [run]);
      assert.match(said.join(), /journal-corrupted/);
      assert.doesNotMatch(said.join(), /canary/);
    }));

  it("stays while records of it are in doubt, and goes once they are settled", () =>
    kept(async (here) => {
      const run = await here.run(400, { inDoubt: 1 });
      const project = {
        ...{ root: here.root, target: "dev", confirm: false, warehouses: {}, destinations: {} },
        ledger: { store: "local", values: true } as const,
      };
      const ledger = openLedger(project, "people", () => now);
      await ledger.create({ sync: "people", target: "dev", fingerprint, values: true });
      const planFile = await writePlan(path.join(here.root, "p.duckdb"), [{ key: "a", write: { name: "s:A" } }], []);
      await ledger.commit({ run, planFile, outcomes: [{ outcome: "in doubt", id: 1, reason: "no answer" }] });
      await here.keep();
      assert.deepEqual(here.runs, [run]);
      await ledger.settle("all", "applied");
      await here.keep();
      assert.deepEqual(here.runs, []);
    }));

  it("stays while it has no report and was written to within a day: it is under way", () =>
    kept(async (here) => {
      const id = ago(400);
      await here.store.begin(id);
      const times = (days: number): void => {
        for (const name of ["", ...readdirSync(here.store.folder(id))])
          utimesSync(path.join(here.store.folder(id), name), 0, now / 1000 - days * 86_400);
      };
      times(0.9);
      await here.keep();
      assert.deepEqual(here.runs, [id]);
      times(1.1);
      await here.keep();
      assert.deepEqual(here.runs, []);
    }));

  it("stays while a revert of it that did not come to its end is kept", () =>
    kept(async (here) => {
      const [first, second] = [await here.run(100), await here.run(95)];
      const stopped = await here.run(10, { revertOf: first, status: "stopped" });
      const done = await here.run(9, { revertOf: second });
      await here.keep();
      assert.deepEqual(here.runs, [first, stopped, done]);
    }));

  it("of the last day, a plan stays while a run is under way", () =>
    kept(async (here) => {
      const [plan, newest] = [here.plan(0.5), here.plan(0.1)];
      const lock = await takeLock(ledgerLock(here.root, "dev", "people"), "run x");
      await here.keep({ ...all, plans: { count: 1 } });
      assert.deepEqual([plan, newest].map(existsSync), [true, true]);
      await lock.release();
      await here.keep({ ...all, plans: { count: 1 } });
      assert.deepEqual([plan, newest].map(existsSync), [false, true]);
    }));
});

describe("a purge", () => {
  const ask = { ledgers: "keep", doing: "remove" } as const;

  it("takes what is older than asked, says what, and only says it on a dry run", () =>
    kept(async (here) => {
      const [old, young, plan] = [await here.run(31), await here.run(29), here.plan(31)];
      const look = await purge({ edges }, { root: here.root }, { ...ask, olderThanDays: 30, doing: "look" });
      assert.deepEqual([look.runs, look.plans.length, here.runs], [[old], 1, [old, young]]);
      assert.ok(existsSync(plan) && look.bytes > 0);
      const purged = await purge({ edges }, { root: here.root }, { ...ask, olderThanDays: 30 });
      assert.deepEqual([purged, here.runs, existsSync(plan)], [look, [young], false]);
    }));

  it("of one run takes that run, however young, and nothing else", () =>
    kept(async (here) => {
      const [first, second] = [await here.run(400), await here.run(1)];
      await purge({ edges }, { root: here.root }, { ...ask, run: "last" });
      assert.deepEqual(here.runs, [first]);
      assert.ok(!here.runs.includes(second));
    }));

  for (const id of ["../plans", "..", ".", "/", "", "20260101/../../x"]) {
    it(`of ${JSON.stringify(id)} finds no run, and takes nothing`, () =>
      kept(async (here) => {
        const [run, plan] = [await here.run(3), here.plan(3)];
        await assert.rejects(
          purge({ edges }, { root: here.root }, { ...ask, run: id }),
          (error) => error instanceof SyncFailure && error.code === "unknown-run",
        );
        assert.ok(existsSync(plan) && here.runs.includes(run));
      }));
  }

  it("of a run that is still needed is refused, and says why", () =>
    kept(async (here) => {
      const [run, plan] = [await here.run(400), here.plan(400)];
      await here.openWindow(run, plan);
      await assert.rejects(
        purge({ edges }, { root: here.root }, { ...ask, run }),
        (error) => error instanceof SyncFailure && error.code === "run-needed" && /in the middle/.test(error.message),
      );
      assert.deepEqual(here.runs, [run]);
    }));

  it("of a revert is refused while the run that it took back is kept: another revert would not know of it", () =>
    kept(async (here) => {
      const first = await here.run(3);
      const revert = await here.run(2, { revertOf: first });
      await assert.rejects(purge({ edges }, { root: here.root }, { ...ask, run: revert }), /took back/);
      assert.deepEqual(here.runs, [first, revert]);
    }));

  it("never takes a ledger in use or its journal; those put aside only when asked, and by their age", () =>
    kept(async (here) => {
      const file = (name: string): string => {
        const place = path.join(here.folder, name);
        mkdirSync(path.dirname(place), { recursive: true });
        writeFileSync(place, "");
        return place;
      };
      const inUse = [file("ledger/dev/people.duckdb"), file("journal/dev/people.jsonl"), file("ledger/dev/x.old")];
      const aside = file(`ledger/dev/people.duckdb.${ago(40)}.old`);
      const lately = file(`journal/dev/people.jsonl.${ago(20)}.old`);
      await purge({ edges }, { root: here.root }, { ...ask, olderThanDays: 0 });
      assert.ok([...inUse, aside, lately].every(existsSync));
      const { ledgers } = await purge(
        { edges },
        { root: here.root },
        { ...ask, olderThanDays: 30, ledgers: "put aside" },
      );
      assert.deepEqual(ledgers, [path.relative(here.root, aside)]);
      assert.deepEqual([aside, lately, ...inUse].map(existsSync), [false, true, true, true, true]);
    }));
});
