/**
 * Kills runs at every point at which they touch the disk, the ledger or the destination, and at any time between, several times
 * in a row, and lets later runs go on: nothing is lost, nothing is sent twice in silence, and nothing leaks.
 *
 * SLUICE_KILLS      how many kills at least (default 500)
 * SLUICE_SEED       which; "any" draws one
 * SLUICE_SCENARIO   a part of the names of the syncs
 * SLUICE_ROUND      one round only, as a failure prints it
 */
import assert from "node:assert/strict";
import { type Drawn, drawRound, kindOf, share as shareKinds } from "./kills/draw";
import { startEngine } from "./kills/engine";
import { play, type Round } from "./kills/rounds";
import { type Scenario, scenarios } from "./kills/scenarios";
import { beginnings, makeWorld, type World } from "./kills/world";
import { note, tell } from "./summary";

const wanted = Number(process.env.SLUICE_KILLS ?? 500);
const seed = process.env.SLUICE_SEED === "any" ? Date.now() % 1e8 : Number(process.env.SLUICE_SEED ?? 20261125);
const tried = scenarios.filter(({ name }) => name.includes(process.env.SLUICE_SCENARIO ?? ""));
const replayed = process.env.SLUICE_ROUND === undefined ? undefined : (JSON.parse(process.env.SLUICE_ROUND) as Round);
const share = Math.ceil(wanted / tried.length);
/** Scenarios at once: a run waits for the disk and for its destination, and leaves a core idle meanwhile. */
const together = 2;
const secondsEach = 20;
const table = "Kills";

const began = performance.now();
const passed = new Set<string>();
const struck = new Set<string>();

describe(`a run that is killed (seed ${seed})`, function () {
  this.timeout((60 + tried.length * share * secondsEach) * 1000);
  const worlds = new Map<Scenario, Promise<World>>();
  const ends = new Map<Scenario, Promise<readonly string[]>>();

  before(() => {
    const makings = atOnce(tried, makeWorld);
    tried.forEach((scenario, index) => worlds.set(scenario, makings[index] as Promise<World>));
    const kinds = Promise.allSettled(makings).then((made) =>
      shareKinds(made.map((one) => (one.status === "fulfilled" ? one.value.points : undefined))),
    );
    const enduring = atOnce(tried, async (scenario) => {
      const mine = (await kinds)[tried.indexOf(scenario)] ?? [];
      return endure(await (worlds.get(scenario) as Promise<World>), mine);
    });
    tried.forEach((scenario, index) => ends.set(scenario, enduring[index] as Promise<readonly string[]>));
  });

  for (const scenario of tried) {
    it(`${scenario.name}: nothing is lost, repeated in silence or leaked`, async () => {
      assert.deepEqual(await ends.get(scenario), []);
    });
  }

  after(async () => {
    for (const world of worlds.values()) await world.then(({ remove }) => remove()).catch(() => undefined);
    const minutes = ((performance.now() - began) / 60_000).toFixed(1);
    note(table, `killed at ${struck.size} of ${passed.size} kinds of points, and between them; ${minutes} minutes`);
    note(table, `SLUICE_SEED=${seed} SLUICE_KILLS=${wanted} npm run test:faults does the same again`);
  });
});

/** Complaints, each with the round that shows it. */
async function endure(world: World, kinds: readonly string[]): Promise<readonly string[]> {
  const { scenario } = world;
  const sums = { kills: 0, records: 0, lost: 0, repeated: 0, "in doubt": 0, settled: 0, leaked: 0 };
  const complaints: string[] = [];
  const until = performance.now() + share * secondsEach * 1000;
  for (const beginning of beginnings) for (const point of world.points[beginning]) passed.add(kindOf(point));
  let drawn: Drawn = { left: kinds };
  let healthy = startEngine();
  for (let number = 0; sums.kills < share && performance.now() < until; number += 1) {
    drawn = drawRound(world, { seed, number, most: share - sums.kills, left: drawn.left });
    const round = replayed ?? drawn.round;
    if (round === undefined) break;
    for (const blow of round.blows) if ("at" in blow) struck.add(kindOf(blow.at));
    const complain = (found: readonly string[]) => {
      const again = `SLUICE_SCENARIO='${scenario.name}' SLUICE_ROUND='${JSON.stringify(round)}'`;
      if (found.length > 0) complaints.push(`${found.slice(0, 5).join("; ")} (${found.length}); ${again}`);
    };
    try {
      const { kills, records, lost, repeated, doubt, settled, leaked, wrong } = await play(world, healthy, round);
      sums.kills += kills;
      sums.records += records;
      sums.lost += lost.length;
      sums.repeated += repeated.length;
      sums["in doubt"] += doubt;
      sums.settled += settled;
      sums.leaked += leaked.length;
      complain([...lost, ...repeated, ...leaked, ...wrong]);
    } catch (error) {
      complain([error instanceof Error ? error.message : String(error)]);
      // It may be at work still.
      await healthy.end();
      healthy = startEngine();
    }
    if (replayed !== undefined) break;
  }
  await healthy.end();
  tell(table, { case: scenario.name, ...sums });
  if (replayed === undefined && sums.kills < share)
    complaints.push(`killed ${sums.kills} times only within ${share * secondsEach} s`);
  return complaints;
}

/** All of them, a few at a time, in order. */
function atOnce<Item, Made>(items: readonly Item[], make: (item: Item) => Promise<Made>): readonly Promise<Made>[] {
  const made: Promise<Made>[] = [];
  items.forEach((item, index) => {
    const turn = made[index - together]?.catch(() => undefined) ?? Promise.resolve(undefined);
    made.push(turn.then(() => make(item)));
    made.at(-1)?.catch(() => undefined);
  });
  return made;
}
