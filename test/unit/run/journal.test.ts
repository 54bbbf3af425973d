import assert from "node:assert/strict";
import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Outcome } from "../../../src/record";
import { type Journal, openJournal, peekRuns } from "../../../src/run/journal";
import { recover } from "../../../src/run/recover";
import { inFolder } from "./support";

type Commit = { readonly run: string; readonly planFile: string; readonly outcomes: readonly Outcome[] };

const applied = (id: number): Outcome => ({ outcome: "applied", id, created: true });

/** A journal as a crash left it, then what the next run makes of it. */
async function afterCrash(
  write: (journal: Journal, planFile: string) => Promise<void>,
  then: (
    journal: Journal,
    recovered: { commits: Commit[]; result: Awaited<ReturnType<typeof recover>> },
  ) => Promise<void>,
  resume?: Parameters<typeof recover>[0]["resume"],
): Promise<void> {
  await inFolder(async (folder) => {
    const file = path.join(folder, "journal", "dev", "people.jsonl");
    const planFile = path.join(folder, "plan.duckdb");
    await writeFile(planFile, "");
    const before = await openJournal(file);
    await write(before, planFile);
    await before.close();
    const journal = await openJournal(file);
    const commits: Commit[] = [];
    const ledger = { commit: async (window: Commit) => void commits.push(window) };
    const result = await recover({ journal, ledger, ...(resume === undefined ? {} : { resume }) });
    await then(journal, { commits, result });
    await journal.close();
    const again = await openJournal(file);
    assert.deepEqual(again.open(), []);
    await again.close();
  });
}

describe("the journal", () => {
  it("has nothing to recover after a run that ended well", () =>
    afterCrash(
      async (journal, planFile) => {
        const window = await journal.begin({ run: "r1", planFile, repeatable: true, changes: [1, 2] });
        await journal.answered(window, [applied(1), applied(2)]);
        await journal.end([window]);
      },
      async (_journal, { commits, result }) => {
        assert.deepEqual(commits, []);
        assert.deepEqual(result, { committed: 0, uncertain: 0, inDoubt: 0, runs: [] });
      },
    ));

  it("knows the runs that left no report, also once it began anew", () =>
    inFolder(async (folder) => {
      const file = path.join(folder, "journal", "dev", "people.jsonl");
      const planFile = path.join(folder, "plan.duckdb");
      const before = await openJournal(file);
      for (const run of ["r1", "r2"]) await before.ran({ run, planFile });
      await before.reported("r1");
      const window = await before.begin({ run: "r2", planFile, repeatable: true, changes: [1] });
      const reason = "x".repeat(9 * 1024 * 1024);
      await before.answered(window, [{ outcome: "rejected", id: 1, code: "long", reason }]);
      await before.end([window]);
      await before.close();
      assert.ok((await stat(file)).size < 1000);
      assert.deepEqual(await peekRuns(file), [{ run: "r2", planFile }]);
      const journal = await openJournal(file);
      await journal.reported("r2");
      await journal.close();
      assert.deepEqual(await peekRuns(file), []);
    }));

  it("commits what was answered; harmless writes without an answer are uncertain", () =>
    afterCrash(
      async (journal, planFile) => {
        const window = await journal.begin({ run: "r1", planFile, repeatable: true, changes: [1, 2, 3, 7] });
        await journal.answered(window, [applied(2)]);
        await journal.answered(window, [applied(7)]);
      },
      async (_journal, { commits, result }) => {
        assert.deepEqual(result, { committed: 2, uncertain: 2, inDoubt: 0, runs: ["r1"] });
        const reason = "The run ended before the destination answered.";
        const lost = (id: number) => ({ outcome: "rejected", id, code: "unanswered", reason, uncertain: true });
        assert.deepEqual(commits[0]?.outcomes, [applied(2), applied(7), lost(1), lost(3)]);
        assert.equal(commits[0].run, "r1");
        assert.ok(path.isAbsolute(commits[0].planFile));
      },
    ));

  it("holds writes in doubt that are not harmless to repeat", () =>
    afterCrash(
      async (journal, planFile) => {
        const first = await journal.begin({ run: "r1", planFile, repeatable: false, changes: [1] });
        await journal.answered(first, [applied(1)]);
        await journal.begin({ run: "r1", planFile, repeatable: false, changes: [2] });
      },
      async (_journal, { commits, result }) => {
        assert.deepEqual(result, { committed: 1, uncertain: 0, inDoubt: 1, runs: ["r1"] });
        assert.deepEqual(
          commits.map(({ outcomes }) => outcomes.map(({ id, outcome }) => [id, outcome])),
          [[[1, "applied"]], [[2, "in doubt"]]],
        );
      },
    ));

  it("asks how an unfinished conversation ended instead of sending it again", () => {
    const asked: unknown[] = [];
    return afterCrash(
      async (journal, planFile) => {
        const window = await journal.begin({ run: "r1", planFile, repeatable: false, changes: [1, 2, 3] });
        await journal.checkpoint(window, [1, 2], { job: "a" });
        await journal.checkpoint(window, [1, 2], { job: "a", page: 2 });
      },
      async (_journal, { result }) => {
        assert.deepEqual(asked, [[[1, 2], { job: "a", page: 2 }]]);
        assert.deepEqual(result, { committed: 2, uncertain: 0, inDoubt: 1, runs: ["r1"] });
      },
      async ({ changes, state }) => {
        asked.push([changes, state]);
        return [...changes.map(applied), applied(99)];
      },
    );
  });

  it("takes a line that a crash cut short for never written, and goes on after it", () =>
    inFolder(async (folder) => {
      const file = path.join(folder, "people.jsonl");
      const planFile = path.join(folder, "plan.duckdb");
      const first = await openJournal(file);
      await first.begin({ run: "r1", planFile, repeatable: true, changes: [1] });
      await first.close();
      await appendFile(file, '{"kind":"answered","window":1,"outco');
      const second = await openJournal(file);
      assert.deepEqual(
        second.open().map(({ window, outcomes }) => [window, outcomes]),
        [[1, []]],
      );
      assert.equal(await second.begin({ run: "r2", planFile, repeatable: true, changes: [1] }), 2);
      await second.close();
      assert.equal((await readFile(file, "utf8")).split("\n").length, 3);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const third = await openJournal(file);
      assert.equal(third.open().length, 2);
      await third.close();
    }));

  it("says so when it cannot be read, rather than forget what was sent", () =>
    inFolder(async (folder) => {
      const file = path.join(folder, "people.jsonl");
      for (const text of [
        "nonsense\n",
        "{}\n",
        '{"kind":"begin"}\n',
        '{"kind":"answered","window":1,"outcomes":[{}]}\n',
      ]) {
        await writeFile(file, text);
        await assert.rejects(openJournal(file), { name: "SyncFailure", code: "journal-corrupted" });
      }
    }));

  it("stops recovery when the plan that says what was sent is gone", () =>
    inFolder(async (folder) => {
      const journal = await openJournal(path.join(folder, "people.jsonl"));
      await journal.begin({ run: "r1", planFile: path.join(folder, "gone.duckdb"), repeatable: true, changes: [1] });
      await journal.close();
      const next = await openJournal(path.join(folder, "people.jsonl"));
      await assert.rejects(recover({ journal: next, ledger: { commit: async () => assert.fail() } }), {
        code: "plan-missing",
      });
      assert.equal(next.open().length, 1);
      await next.close();
    }));

  it("starts anew once it has grown large and nothing is open", () =>
    inFolder(async (folder) => {
      const file = path.join(folder, "people.jsonl");
      const journal = await openJournal(file);
      const outcomes = Array.from({ length: 5000 }, (_, id) => ({ ...applied(id), remoteId: "x".repeat(400) }));
      for (let run = 0; run < 5; run += 1) {
        const window = await journal.begin({ run: "r", planFile: "/p", repeatable: true, changes: [run] });
        await journal.answered(window, outcomes);
        await journal.end([window]);
      }
      await journal.close();
      assert.ok((await stat(file)).size < 8 * 1024 * 1024);
    }));
});
