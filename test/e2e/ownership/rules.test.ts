/**
 * Every rule by which records are left alone, as one table: whose they are, what happens, what the runs say, and what
 * must be there afterwards. Each case is run by the real engine, against HubSpot's sandbox or a real file. What of these
 * rules the planner alone shows is in test/unit/plan/removals.test.ts.
 */
import assert from "node:assert/strict";
import { inFiles } from "./files";
import { ledgers } from "./ledgers";
import { others } from "./others";
import { ours } from "./ours";
import { both, type Case } from "./steps";
import { theirs } from "./theirs";
import { openWorld, recordsIn, stranger, type World } from "./world";

const contacts = (world: World): readonly string[] => world.held();
const rows = (world: World): readonly string[] => world.rows("out.csv");

const table = [
  ["what this sync made", ours, contacts],
  ["what somebody else made", theirs, contacts],
  ["what several syncs hold", others, contacts],
  ["by a ledger that is not what it was", ledgers, contacts],
  ["in files", inFiles, rows],
] as const;

for (const [group, cases, look] of table) {
  describe(`whose records: ${group}`, function () {
    this.timeout(180_000);
    const taken = inTurns(Object.values(cases), (one) => play(one, look));
    for (const [index, [title, { says, held }]] of Object.entries(cases).entries()) {
      it(title, async () => {
        const { said, there, unharmed } = await taken(index);
        assert.deepEqual([said, there], [says, held]);
        assert.deepEqual(unharmed, { ...stranger, id: undefined });
      });
    }
  });
}

async function play({ sync, theirs: seeded, first = both, then }: Case, look: typeof contacts) {
  const world = await openWorld(seeded);
  try {
    world.sync({ with: sync ?? {} });
    if (first !== "no run") {
      world.model(first);
      await world.run({ firstRun: "send" });
    }
    const said = await then(world);
    const unharmed = recordsIn(world.account).get(`contacts ${stranger.id}`)?.properties;
    return { said, there: look(world), unharmed: { ...unharmed, id: undefined } };
  } finally {
    await world.close();
  }
}

/** Begins with the first that is asked for; a few at a time, since each waits a lot. */
function inTurns<One, Result>(all: readonly One[], work: (one: One) => Promise<Result>) {
  let begun: readonly Promise<Result>[] | undefined;
  return (index: number): Promise<Result> => {
    if (begun === undefined) {
      const lanes: Promise<unknown>[] = [1, 2, 3].map(() => Promise.resolve());
      begun = all.map((one, place) => {
        const lane = place % lanes.length;
        const mine = (lanes[lane] as Promise<unknown>).then(() => work(one));
        lanes[lane] = mine.catch(() => undefined);
        return mine;
      });
      for (const one of begun) one.catch(() => undefined);
    }
    return begun[index] as Promise<Result>;
  };
}
