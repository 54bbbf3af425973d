import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Destination } from "../../../src/destinations/destination";
import { SyncFailure } from "../../../src/failure";
import { type AdmittedPlan } from "../../../src/plan/admit";
import { type Outcome } from "../../../src/record";
import { openJournal } from "../../../src/run/journal";
import { recover } from "../../../src/run/recover";
import { resumer } from "../../../src/run/resume";
import { run } from "../../../src/run/run";
import { createRunStore } from "../../../src/run/store";
import {
  changes,
  context,
  http,
  inFolder,
  jumpingClock,
  planOf,
  type Received,
  type Reply,
  request,
  testDestination,
  withServer,
  writerTo,
} from "./support";

type Stage = { readonly job: number; readonly done: "created" | "uploaded" | "closed" };

/** Creates a job, uploads the records, closes it, polls: and says each time how far it has come. */
const bulk: Destination["deliver"] = function* (batch, { resume }) {
  let stage = resume as Stage | undefined;
  const write = { effect: "write", repeatable: false } as const;
  if (stage === undefined) {
    const { json } = http(yield request({ ...write, method: "POST", path: "/jobs" }));
    stage = { job: (json as { job: number }).job, done: "created" };
    yield { step: "checkpoint", state: stage };
  }
  const at = `/jobs/${stage.job}`;
  if (stage.done === "created") {
    const ids = batch.map(({ id }) => id);
    yield request({ ...write, repeatable: true, method: "PUT", path: `${at}/rows`, body: { json: ids } });
    stage = { ...stage, done: "uploaded" };
    yield { step: "checkpoint", state: stage };
  }
  if (stage.done === "uploaded") {
    yield request({ ...write, repeatable: true, method: "POST", path: `${at}/close` });
    yield { step: "checkpoint", state: { ...stage, done: "closed" } };
  }
  for (;;) {
    const { json } = http(yield request({ method: "GET", path: at, effect: "read" }));
    if ((json as { done: boolean }).done) break;
    yield { step: "pause", ms: 1000 };
  }
  return batch.map(({ id }) => ({ outcome: "applied", id, remoteId: `r${id}` }));
};

/** Jobs by their number: the rows that were taken when the job was closed. */
function service() {
  const jobs: { rows: readonly number[]; taken: (readonly number[])[]; polls: number }[] = [];
  return {
    jobs,
    answer({ method, path: at, json }: Received): Reply {
      if (at === "/jobs") return { status: 200, json: { job: jobs.push({ rows: [], taken: [], polls: 0 }) - 1 } };
      const [, number, what] = /^\/jobs\/(\d+)(?:\/(\w+))?$/.exec(at) ?? [];
      const job = jobs[Number(number)];
      if (job === undefined) return { status: 400, json: { reason: "No such job." } };
      if (method === "PUT") job.rows = json as number[];
      // Closed once more it says so, and takes nothing again.
      else if (what === "close" && job.taken.length === 0) job.taken.push(job.rows);
      else if (method === "GET") job.polls += 1;
      return { status: 200, json: { done: job.polls > 1 } };
    },
  };
}

interface Left {
  readonly committed: readonly Outcome[];
  readonly asked: readonly string[];
  readonly jobs: ReturnType<typeof service>["jobs"];
  readonly doubts: number;
}

/** The process dies before the given step of the run, then of each recovery; the last one comes through. */
async function dyingBefore(steps: readonly number[]): Promise<Left> {
  const { jobs, answer } = service();
  return inFolder((folder) =>
    withServer(answer, async (server) => {
      const journalAt = (life: number) => path.join(folder, "journal", `${life}.jsonl`);
      const plan: AdmittedPlan = { ...planOf(changes(3)), file: path.join(folder, "plan") };
      writeFileSync(plan.file, "");
      const committed: Outcome[] = [];
      const ledger = {
        commit: async ({ outcomes }: { readonly outcomes: readonly Outcome[] }) => void committed.push(...outcomes),
        commitNotes: async () => 0,
      };
      /** What is on disk at that moment is what the next life finds. */
      const mortal = (life: number): Destination["deliver"] =>
        function* (batch, ctx) {
          const conversation = bulk(batch, ctx);
          let now = conversation.next();
          for (let step = 0; now.done !== true; step += 1) {
            if (step === steps[life]) {
              copyFileSync(journalAt(life), journalAt(life + 1));
              throw new SyncFailure("killed", "Killed.", "Go on.");
            }
            now = conversation.next(yield now.value);
          }
          return now.value;
        };
      const clock = jumpingClock();
      const writerOf = (life: number) =>
        writerTo(server.url, { clock, destination: testDestination({ deliver: mortal(life), repeatable: false }) });

      const first = writerOf(0);
      const journal = await openJournal(journalAt(0));
      const store = await createRunStore(path.join(folder, ".sluice")).begin("run-1");
      const given = { file: "people.sync.yaml", guards: {}, plan, journal, clock, store };
      await run({
        ...given,
        id: "run-1",
        ledger: { ...ledger, commit: async () => undefined },
        writer: first,
        context: context(),
      });
      await journal.close();
      await first.close();
      const sent = server.received.length;

      let doubts = 0;
      for (let life = 1; life <= steps.length; life += 1) {
        const writer = writerOf(life);
        const left = await openJournal(journalAt(life));
        const resume = resumer({ writer, context: () => context(), openPlan: async () => plan });
        const recovery = recover({ journal: left, ledger, resume });
        if (life < steps.length) await assert.rejects(recovery, { code: "killed" });
        else doubts = (await recovery).inDoubt;
        await left.close();
        await writer.close();
      }
      const again = await openJournal(journalAt(steps.length));
      assert.deepEqual(again.open(), [], "nothing is left open");
      await again.close();
      const asked = server.received.slice(sent).map(({ method, path: at }) => `${method} ${at}`);
      return { committed, asked, jobs, doubts };
    }),
  );
}

const applied = [1, 2, 3].map((id) => ({ outcome: "applied", id, remoteId: `r${id}` }));
const poll = ["GET /jobs/0", "GET /jobs/0"];

describe("a bulk job whose process dies", () => {
  const cases: Readonly<Record<string, readonly [steps: readonly number[], asked: readonly string[]]>> = {
    "before it uploads: goes on with the same job": [[2], ["PUT /jobs/0/rows", "POST /jobs/0/close", ...poll]],
    "before it is on disk that it uploaded: uploads into the same job": [
      [3],
      ["PUT /jobs/0/rows", "POST /jobs/0/close", ...poll],
    ],
    "before it closes: closes the same job": [[4], ["POST /jobs/0/close", ...poll]],
    "before it is on disk that it closed: closes the same job": [[5], ["POST /jobs/0/close", ...poll]],
    "before it polls: polls": [[6], poll],
    "between two polls: polls": [[7], ["GET /jobs/0"]],
    "and whose recovery dies too, after it closed: the next one polls": [
      [2, 4],
      ["PUT /jobs/0/rows", "POST /jobs/0/close", ...poll],
    ],
  };
  for (const [name, [steps, asked]] of Object.entries(cases)) {
    it(name, async () => {
      const left = await dyingBefore(steps);
      assert.deepEqual(left.asked, asked);
      assert.deepEqual(left.committed, applied);
      assert.deepEqual(
        left.jobs.map(({ taken }) => taken),
        [[[1, 2, 3]]],
        "one job, taken once",
      );
    });
  }

  for (const step of [0, 1]) {
    it(`${step === 0 ? "before it has a job" : "before it is on disk which job it has"}: is in doubt, and nothing is sent`, async () => {
      const { asked, committed, doubts, jobs } = await dyingBefore([step]);
      assert.deepEqual([asked, doubts, jobs.length], [[], 3, step]);
      assert.deepEqual(
        committed.map(({ outcome }) => outcome),
        ["in doubt", "in doubt", "in doubt"],
      );
    });
  }
});
