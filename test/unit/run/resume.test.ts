import assert from "node:assert/strict";
import { type Destination } from "../../../src/destinations/destination";
import { SyncFailure } from "../../../src/failure";
import { resumer } from "../../../src/run/resume";
import {
  changes,
  context,
  http,
  planOf,
  type Reply,
  request,
  secret,
  testDestination,
  withServer,
  writerTo,
} from "./support";

/** Submits a job, says where it stands, polls. */
const deliver: Destination["deliver"] = function* (batch, { resume }) {
  let job = (resume as { job: number } | undefined)?.job;
  if (job === undefined) {
    const answer = http(yield request({ method: "POST", path: "/jobs", effect: "write" }));
    job = (answer.json as { job: number }).job;
    yield { step: "checkpoint", state: { job } };
  }
  const answer = http(yield request({ method: "GET", path: `/jobs/${job}`, effect: "read" }));
  if (answer.status === 403) throw new SyncFailure("no-rights", `Not with ${secret}.`, "Ask for rights.");
  return batch.map(({ id, key }) => ({ outcome: "applied", id, remoteId: `r${key}` }));
};

async function resumed(reply: Reply, check: (asked: readonly string[], work: Promise<unknown>) => Promise<void>) {
  await withServer(
    () => reply,
    async (server) => {
      const writer = writerTo(server.url, { destination: testDestination({ deliver }) });
      const plan = planOf(changes(2500));
      const resume = resumer({ writer, context: () => context(), openPlan: async () => plan });
      const work = resume({
        run: "run-0",
        planFile: plan.file,
        changes: [3, 1200],
        state: { job: 7 },
        checkpoint: async () => undefined,
      });
      await work.catch(() => undefined);
      await check(
        server.received.map(({ method, path }) => `${method} ${path}`),
        work,
      );
      await writer.close();
    },
  );
}

describe("a job that a crashed run had submitted", () => {
  it("is asked after, and not submitted again", () =>
    resumed({ status: 200 }, async (asked, work) => {
      assert.deepEqual(asked, ["GET /jobs/7"]);
      assert.deepEqual(await work, [
        { outcome: "applied", id: 3, remoteId: "r3" },
        { outcome: "applied", id: 1200, remoteId: "r1200" },
      ]);
    }));

  it("counts as unanswered where the destination no longer knows it", () =>
    resumed({ status: 400, json: { reason: "No such job." } }, async (_asked, work) => {
      assert.deepEqual(await work, []);
    }));

  it("stays open where the destination cannot be asked, and says why without a secret", () =>
    resumed({ status: 403 }, async (_asked, work) => {
      await assert.rejects(work, { name: "SyncFailure", code: "no-rights", message: "Not with •••." });
    }));
});
