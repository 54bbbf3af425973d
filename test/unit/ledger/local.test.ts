import assert from "node:assert/strict";
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SyncFailure } from "../../../src/failure";
import { type LedgerHeader } from "../../../src/ledger/ledger";
import { openLocalLedger } from "../../../src/ledger/local";
import { type Outcome } from "../../../src/record";
import { openDuckDb } from "../../../src/warehouses/duckdb-driver";
import { atDesk, type Desk, fingerprint, type Row } from "./files";

const applied = (id: number, rest: Partial<Extract<Outcome, { outcome: "applied" }>> = {}): Outcome => ({
  outcome: "applied",
  id,
  ...rest,
});
const ada: Row = { key: "1", match: "ada@x.io", write: { email: "s:ada@x.io", name: "s:Ada" } };

describe("a local ledger", () => {
  it("remembers what was created, by key, with the destination's id", () =>
    atDesk(async (desk) => {
      await commit(
        desk,
        [ada, { key: "2", write: { email: "z:", name: "s:" } }],
        [applied(1, { remoteId: "r1", created: true }), applied(2, { remoteId: "r2" })],
      );
      assert.deepEqual(await desk.rows(), {
        "1": "live created r1 ada@x.io email=s:ada@x.io→s:ada@x.io name=s:Ada→s:Ada",
        "2": "live created r2 - email=z:→z: name=s:→s:",
      });
      assert.deepEqual(await desk.ledger.counts(), {
        live: 2,
        tombstone: 0,
        uncertain: 0,
        doubt: 0,
        held: 0,
        skipped: 0,
      });
      const { id, ...header } = (await desk.ledger.header()) as LedgerHeader;
      assert.match(id, /^[0-9a-f]{16}$/);
      assert.deepEqual(header, {
        version: 1,
        sync: "contacts",
        target: "dev",
        fingerprint,
        revision: 1,
        values: true,
      });
    }));

  it("moves only the fields that were written, and of those only what the destination took", () =>
    atDesk(async (desk) => {
      await commit(desk, [{ ...ada, write: { ...ada.write, title: "s:Ms", city: "s:Rome" } }], [applied(1)]);
      await commit(
        desk,
        [{ action: "update", key: "1", write: { email: "s:a@x.io", name: "s:A" }, keep: { title: "s:Dr" } }],
        [applied(1, { created: false, refused: [{ field: "name", code: "x", reason: "no" }] })],
      );
      assert.deepEqual(await desk.rows(), {
        "1": "live created - ada@x.io email=s:a@x.io→s:a@x.io name=s:Ada→s:Ada title=s:Dr→s:Ms city=s:Rome→s:Rome",
      });
    }));

  it("keeps the looked-up value as sent and its input as considered", () =>
    atDesk(async (desk) => {
      const file = await desk.plan(
        [{ key: "1", write: { company: "s:x.io" }, found: { company: "s:77" } }],
        [],
        ["company"],
      );
      await desk.ledger.commit({ run: "r", planFile: file, outcomes: [applied(1)] });
      assert.deepEqual(await desk.rows(), { "1": "live created - - company=s:x.io→s:77" });
    }));

  it("says who made a record: as told, else as known, else we did", () =>
    atDesk(async (desk) => {
      const write = { name: "s:x" };
      const origins: readonly [row: Row, created: boolean | undefined, origin: string][] = [
        [{ key: "told created", write, origin: "adopted" }, true, "created"],
        [{ key: "told found", write }, false, "adopted"],
        [{ key: "found, though it was not there when it was planned", write, origin: "created" }, false, "adopted"],
        [{ key: "not told, known", write, origin: "adopted" }, undefined, "adopted"],
        [{ key: "not told", write }, undefined, "created"],
      ];
      const outcomes = origins.map(([, created], index) =>
        applied(index + 1, created === undefined ? {} : { created }),
      );
      await commit(
        desk,
        origins.map(([row]) => row),
        outcomes,
      );
      await commit(
        desk,
        origins.map(([{ key }]) => ({ action: "update", key, write })),
        origins.map((_, index) => applied(index + 1, { created: false })),
      );
      const rows = await desk.rows();
      for (const [{ key }, , origin] of origins) assert.equal(rows[key]?.split(" ")[1], origin, key);
    }));

  it("does not take a record for its own that was found where its own was: made anew, or merged into", () =>
    atDesk(async (desk) => {
      const write = { name: "s:x" };
      const of = (action: "create" | "update", key: string, match: string): Row => ({ action, key, match, write });
      const keys = ["made anew", "merged", "another match", "the same"];
      await commit(
        desk,
        keys.map((key) => of("create", key, key)),
        keys.map((key, index) => applied(index + 1, { remoteId: key, created: true })),
      );
      await commit(
        desk,
        [
          of("create", "made anew", "made anew"),
          of("update", "merged", "merged"),
          // Of a file, whose ids are its matches.
          of("update", "another match", "new"),
          of("update", "the same", "the same"),
        ],
        ["r2", "r3", "new", "the same"].map((remoteId, index) => applied(index + 1, { remoteId, created: false })),
      );
      const rows = await desk.rows();
      assert.deepEqual(
        keys.map((key) => rows[key]?.split(" ")[1]),
        ["adopted", "adopted", "created", "created"],
      );
    }));

  it("leaves rejected changes as they were, so that they are changes again", () =>
    atDesk(async (desk) => {
      await commit(desk, [ada], [applied(1)]);
      const before = await desk.rows();
      await commit(
        desk,
        [
          { action: "update", key: "1", write: { name: "s:B" } },
          { key: "2", write: { name: "s:C" } },
        ],
        [1, 2].map((id) => ({ outcome: "rejected", id, code: "bad", reason: "no" })),
      );
      assert.deepEqual(await desk.rows(), before);
      assert.equal((await desk.ledger.header())?.revision, 1);
    }));

  it("marks what may or may not have been applied", () =>
    atDesk(async (desk) => {
      await commit(desk, [ada, { ...ada, key: "2" }], [applied(1, { remoteId: "r1" }), applied(2, { remoteId: "r2" })]);
      const changes: Row[] = [
        { action: "update", key: "1", match: "new@x.io", write: { name: "s:B" } },
        { action: "update", key: "2", write: { name: "s:B" } },
        { key: "3", match: "c@x.io", write: { name: "s:C" } },
        { key: "4", write: { name: "s:D" } },
        { action: "update", key: "5", match: "e@x.io", write: { name: "s:E" } },
        { key: "6", match: "f@x.io", write: { name: "s:F" }, origin: "created" },
      ];
      const uncertain = { outcome: "rejected", code: "timeout", reason: "no answer", uncertain: true } as const;
      const doubt = { outcome: "in doubt", reason: "no answer" } as const;
      await commit(desk, changes, [
        { ...uncertain, id: 1 },
        { ...doubt, id: 2 },
        { ...uncertain, id: 3 },
        { ...doubt, id: 4 },
        { outcome: "skipped", id: 5, reason: "absent" },
        { ...uncertain, id: 6 },
      ]);
      assert.deepEqual(await desk.rows(), {
        "1": "uncertain created r1 ada@x.io email=s:ada@x.io→s:ada@x.io name=s:Ada→s:Ada",
        "2": "doubt created r2 ada@x.io email=s:ada@x.io→s:ada@x.io name=s:B→s:B",
        "3": "uncertain - - c@x.io email=-→- name=-→-",
        "4": "doubt - - - email=-→- name=s:D→s:D",
        "5": "skipped - - e@x.io email=-→- name=s:E→-",
        "6": "uncertain created - f@x.io email=-→- name=-→-",
      });
    }));

  it("settles what is in doubt, frees what is held, forgets what it is told to", () =>
    atDesk(async (desk) => {
      const keys = ["known", "new", "other"];
      await commit(desk, [{ key: "known", write: { name: "s:A" } }], [applied(1)]);
      const doubts = keys.map((_, index) => ({ outcome: "in doubt", id: index + 1, reason: "no answer" }) as const);
      await commit(
        desk,
        keys.map((key) => ({ key, write: { name: "s:B" } })),
        doubts,
      );
      assert.equal(await desk.ledger.settle(["other", "nobody"], "applied"), 1);
      assert.equal(await desk.ledger.settle("all", "resend"), 2);
      assert.deepEqual(await desk.rows(), {
        known: "uncertain created - - name=s:B→s:B",
        other: "live created - - name=s:B→s:B",
      });
      assert.equal(await desk.ledger.settle(["known"], "release"), 0);
      await notes(desk, [{ key: "known", state: "held" }]);
      assert.equal(await desk.ledger.settle(["known"], "release"), 1);
      assert.equal(await desk.ledger.settle(["other"], "forget"), 1);
      assert.deepEqual(await desk.rows(), { known: "uncertain created - - name=s:B→s:B" });
    }));

  it("lists what is in doubt by run, with what was attempted; of a removal that was applied a tombstone is left", () =>
    atDesk(async (desk) => {
      await commit(
        desk,
        ["gone", "cleared", "kept"].map((key) => ({ key, match: `${key}@x.io`, write: { name: "s:A" } })),
        [1, 2, 3].map((id) => applied(id, { remoteId: `r${id}` })),
      );
      const file = await desk.plan([
        { action: "delete", key: "gone", remote_id: "r1", match: "gone@x.io" },
        { action: "delete", key: "cleared", remote_id: "r2", write: { name: "z:" } },
        { action: "update", key: "kept", remote_id: "r3", write: { name: "s:B" } },
        { key: "new", match: "new@x.io", write: { name: "s:C" } },
      ]);
      const doubts = [1, 2, 3, 4].map((id): Outcome => ({ outcome: "in doubt", id, reason: "no answer" }));
      await desk.ledger.commit({ run: "r-doubt", planFile: file, outcomes: doubts });
      const at = "2026-11-23T12:00:00.250Z";
      assert.deepEqual(await desk.ledger.doubts({ run: "r-doubt" }), [
        { key: "cleared", run: "r-doubt", at, attempted: "clear", match: "cleared@x.io", remoteId: "r2" },
        { key: "gone", run: "r-doubt", at, attempted: "delete", match: "gone@x.io", remoteId: "r1" },
        { key: "kept", run: "r-doubt", at, attempted: "update", match: "kept@x.io", remoteId: "r3" },
        { key: "new", run: "r-doubt", at, attempted: "create", match: "new@x.io" },
      ]);
      assert.deepEqual(await desk.ledger.doubts({ run: "another" }), []);
      assert.deepEqual(
        (await desk.ledger.doubts({ offset: 1, limit: 1 })).map(({ key }) => key),
        ["gone"],
      );
      assert.equal(await desk.ledger.settle(["gone", "cleared", "new"], "applied"), 3);
      assert.equal(await desk.ledger.settle(["kept"], "resend"), 1);
      assert.deepEqual(await desk.ledger.doubts(), []);
      assert.deepEqual(await desk.rows(), {
        cleared: "tombstone created r2 cleared@x.io name=z:→z:",
        gone: "tombstone created - gone@x.io name=s:A→s:A",
        kept: "uncertain created r3 kept@x.io name=s:B→s:B",
        new: "live created - new@x.io name=s:C→s:C",
      });
    }));

  it("of an earlier version, which did not say what was attempted, gains the column with its next commit", () =>
    atDesk(async (desk) => {
      const old = await openDuckDb(desk.ledger.file);
      await old.run("alter table records drop column attempted");
      await old.run(`insert into records ("key", state, run, change) values ('old', 'doubt', 'r0', 1)`);
      old.close();
      assert.deepEqual(
        (await desk.ledger.doubts()).map(({ key, attempted }) => [key, attempted]),
        [["old", undefined]],
      );
      await commit(desk, [ada], [{ outcome: "in doubt", id: 1, reason: "no answer" }]);
      assert.equal(await desk.ledger.settle("all", "applied"), 2);
      assert.deepEqual(
        Object.values(await desk.rows()).map((row) => row.split(" ")[0]),
        ["live", "live"],
      );
    }));

  it("leaves a tombstone, and forgets the dead record when its key returns", () =>
    atDesk(async (desk) => {
      await commit(
        desk,
        [ada, { ...ada, key: "2" }],
        [applied(1, { remoteId: "r1", created: true }), applied(2, { remoteId: "r2" })],
      );
      await commit(
        desk,
        [
          { action: "delete", key: "1", remote_id: "r1", match: "ada@x.io" },
          { action: "delete", key: "2", remote_id: "r2", write: { name: "z:" } },
        ],
        [applied(1), applied(2)],
      );
      assert.deepEqual(await desk.rows(), {
        "1": "tombstone created - ada@x.io email=s:ada@x.io→s:ada@x.io name=s:Ada→s:Ada",
        "2": "tombstone created r2 ada@x.io email=s:ada@x.io→s:ada@x.io name=z:→z:",
      });
      await commit(
        desk,
        [{ key: "1", match: "ada@x.io", write: { name: "s:Ada" } }],
        [applied(1, { remoteId: "r9", created: false })],
      );
      assert.equal((await desk.rows())["1"], "live adopted r9 ada@x.io email=-→- name=s:Ada→s:Ada");
    }));

  it("carries a row over to the key that takes it over", () =>
    atDesk(async (desk) => {
      await commit(desk, [ada], [applied(1, { remoteId: "r1", created: true })]);
      const change: Row = {
        action: "update",
        key: "9",
        takes_over: "1",
        match: "ada@x.io",
        write: { name: "s:A" },
        keep: { email: "s:ada@x.io" },
      };
      await commit(desk, [change], [{ outcome: "rejected", id: 1, code: "x", reason: "no" }]);
      assert.deepEqual(Object.keys(await desk.rows()), ["1"]);
      await commit(desk, [change], [applied(1, { created: false })]);
      assert.deepEqual(await desk.rows(), {
        "9": "live created r1 ada@x.io email=s:ada@x.io→s:ada@x.io name=s:A→s:A",
      });
    }));

  it("takes notes in: considered, not sent", () =>
    atDesk(async (desk) => {
      await commit(desk, [ada], [applied(1, { remoteId: "r1" })]);
      const written: Row[] = [
        { key: "1", action: "update", keep: { name: "s:Ada B", title: "s:Ms" } },
        { key: "2", action: "update", origin: "adopted", remote_id: "r2", match: "b@x.io", keep: { name: "s:B" } },
        { key: "3", action: "update", state: "skipped", keep: { name: "s:C" } },
      ];
      assert.equal(await notes(desk, written, "notes"), 3);
      assert.equal(await notes(desk, written, "notes"), 0);
      assert.deepEqual(await desk.rows(), {
        "1": "live created r1 ada@x.io email=s:ada@x.io→s:ada@x.io name=s:Ada B→s:Ada title=s:Ms→-",
        "2": "live adopted r2 b@x.io email=-→- name=s:B→- title=-→-",
        "3": "skipped - - - email=-→- name=s:C→- title=-→-",
      });
      assert.equal((await desk.ledger.header())?.revision, 2);
    }));

  it("takes the same outcomes in once, and a late answer in place of none", () =>
    atDesk(async (desk) => {
      const planFile = await desk.plan([ada, { ...ada, key: "2" }]);
      const window = {
        run: "a",
        planFile,
        outcomes: [applied(1, { remoteId: "r1" }), { outcome: "in doubt", id: 2, reason: "?" }],
      } as const;
      await desk.ledger.commit(window);
      const after = await desk.rows();
      await desk.ledger.commit(window);
      assert.deepEqual(await desk.rows(), after);
      assert.equal((await desk.ledger.header())?.revision, 1);
      await desk.ledger.commit({
        run: "a",
        planFile,
        outcomes: [applied(1, { remoteId: "r1" }), applied(2, { remoteId: "r2" })],
      });
      assert.match((await desk.rows())["2"] ?? "", /^live created r2/);
      assert.equal((await desk.ledger.header())?.revision, 2);
    }));

  it("refuses outcomes that are not of the plan, and changes nothing", () =>
    atDesk(async (desk) => {
      const planFile = await desk.plan([ada]);
      for (const outcomes of [
        [applied(1), applied(7)],
        [applied(1), applied(1)],
      ]) {
        await assert.rejects(desk.ledger.commit({ run: "a", planFile, outcomes }), /outcomes must be/);
      }
      assert.deepEqual(await desk.rows(), {});
    }));

  it("keeps salted hashes where values are not to be kept", () =>
    atDesk(
      async (desk) => {
        await commit(desk, [{ key: "1", write: { a: "s:5", b: "n:5", c: "z:", d: "s:6" } }], [applied(1)]);
        const [values] = Object.values(await desk.rows());
        assert.match(values ?? "", /^live created - - (\w=(h:[0-9a-f]{64}|z:)→\2 ?){4}$/);
        const bytes = readFileSync(desk.ledger.file);
        assert.ok(!bytes.includes("s:6") && !bytes.includes("n:5"));
        const { hashed } = await desk.ledger.standing();
        assert.ok(hashed);
        const db = await openDuckDb(desk.ledger.file, { readOnly: true });
        const same = (tagged: string, field: string): string => `${hashed(tagged)} = "c:${field}"`;
        assert.deepEqual(
          await db.rows(
            `select ${same("'n:5'", "a")} as a, ${same("'s:5'", "b")} as b, ${same("'z:'", "c")} as c, ${same("'s:5'", "d")} as d from records`,
          ),
          [{ a: true, b: true, c: true, d: false }],
        );
        db.close();
      },
      { values: false },
    ));

  it("binds an adopted ledger to another fingerprint and keeps its rows", () =>
    atDesk(async (desk) => {
      await commit(desk, [ada], [applied(1)]);
      const other = { ...fingerprint, account: "9" };
      await desk.ledger.create({ sync: "people", target: "prod", fingerprint: other, values: true });
      const header = await desk.ledger.header();
      assert.deepEqual(
        [header?.sync, header?.target, header?.fingerprint, header?.revision],
        ["people", "prod", other, 2],
      );
      assert.equal((await desk.ledger.counts()).live, 1);
    }));

  it("can be moved by copying its file", () =>
    atDesk(async (desk) => {
      await commit(desk, [ada], [applied(1, { remoteId: "r1" })]);
      const file = join(desk.folder, "elsewhere.duckdb");
      copyFileSync(desk.ledger.file, file);
      const moved = openLocalLedger({ file, lockFile: join(desk.folder, "moved.lock") });
      assert.deepEqual(await moved.header(), await desk.ledger.header());
      const planFile = await desk.plan([{ action: "update", key: "1", write: { name: "s:B" } }]);
      await moved.commit({ run: "b", planFile, outcomes: [applied(1)] });
      assert.deepEqual([(await moved.header())?.revision, (await desk.ledger.header())?.revision], [2, 1]);
    }));

  it("takes fields with awkward names and values of any length", () =>
    atDesk(async (desk) => {
      const name = 'a "b" it\'s: ü\n';
      const text = `s:${"🙂'\"\\\n".repeat(50_000)}`;
      await commit(desk, [{ key: "k\"'\n", write: { [name]: text } }], [applied(1)]);
      const db = await openDuckDb(desk.ledger.file, { readOnly: true });
      const [row] = await db.rows("select * from records");
      db.close();
      assert.equal(row?.[`s:${name}`], text);
      assert.equal(row?.key, "k\"'\n");
    }));

  it("is for the owner's eyes only", () =>
    atDesk((desk) => {
      assert.equal(statSync(desk.ledger.file).mode & 0o777, 0o600);
      return Promise.resolve();
    }));

  it("does not touch a file that it cannot read, and says what to do", () =>
    atDesk(async (desk) => {
      await commit(desk, [ada], [applied(1)]);
      const planFile = await desk.plan([{ key: "2", write: { name: "s:B" } }]);
      const good = readFileSync(desk.ledger.file);
      const foreign = await openDuckDb(join(desk.folder, "foreign.duckdb"));
      await foreign.run("create table t as select 1 as x");
      foreign.close();
      const broken = Buffer.from(good);
      broken.fill(0x5a, 4096, 8192);
      const middle = Buffer.from(good);
      middle.fill(0x5a, 12288);
      const cases: readonly [name: string, bytes: Buffer][] = [
        ["text", Buffer.from("not a ledger ".repeat(1000))],
        ["empty", Buffer.alloc(0)],
        ["truncated", good.subarray(0, 9000)],
        ["broken header", broken],
        ["broken blocks", middle],
        ["another database", readFileSync(join(desk.folder, "foreign.duckdb"))],
      ];
      for (const [name, bytes] of cases) {
        writeFileSync(desk.ledger.file, bytes);
        truncateSync(desk.ledger.file, bytes.length);
        for (const call of [
          () => desk.ledger.header(),
          () => desk.ledger.counts(),
          () => desk.ledger.commit({ run: "b", planFile, outcomes: [applied(1)] }),
        ]) {
          const error: unknown = await call().then(
            () => undefined,
            (failed: unknown) => failed,
          );
          assert.ok(error instanceof SyncFailure, `${name}: ${String(error)}`);
          assert.equal(error.code, "ledger-corrupted", name);
          assert.match(error.hint, /ledger reset/);
        }
        assert.ok(readFileSync(desk.ledger.file).equals(bytes), name);
      }
    }));

  it("is missing until it was made", () =>
    atDesk(async (desk) => {
      const ledger = openLocalLedger({
        file: join(desk.folder, "none.duckdb"),
        lockFile: join(desk.folder, "none.lock"),
      });
      assert.equal(await ledger.header(), undefined);
      assert.equal((await ledger.counts()).live, 0);
      await assert.rejects(
        ledger.settle("all", "forget"),
        (error: unknown) => (error as SyncFailure).code === "ledger-missing",
      );
    }));
});

let runs = 0;

async function commit(desk: Desk, changes: readonly Row[], outcomes: readonly Outcome[]): Promise<void> {
  const planFile = await desk.plan(changes);
  await desk.ledger.commit({ run: `run-${(runs += 1)}`, planFile, outcomes });
}

async function notes(desk: Desk, rows: readonly Row[], run = `run-${(runs += 1)}`): Promise<number> {
  return desk.ledger.commitNotes({ run, planFile: await desk.plan([], rows) });
}
