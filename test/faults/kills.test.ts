/**
 * Kills runs at every point at which they touch the disk, the ledger or the destination, and at any time between, several times
 * in a row, and lets later runs go on: nothing is lost, nothing is sent twice in silence, and nothing leaks. `SLUICE_KILLS` says
 * how many kills at least (500 take some 15 minutes), `SLUICE_SEED` which, `SLUICE_SCENARIO` a part of the names of the syncs.
 */
import assert from "node:assert/strict";
import { type Blow, startEngine } from "./kills/engine";
import { oneOf, type Random, randomFrom, shuffled } from "./kills/random";
import { play, type Round, shown } from "./kills/rounds";
import { type Scenario, scenarios } from "./kills/scenarios";
import { type Beginning, beginnings, makeWorld, type World } from "./kills/world";
import { note, tell } from "./summary";

const wanted = Number(process.env.SLUICE_KILLS ?? 68);
const seed = Number(process.env.SLUICE_SEED ?? 20261125);
const tried = scenarios.filter(({ name }) => name.includes(process.env.SLUICE_SCENARIO ?? ""));
const share = Math.ceil(wanted / tried.length);
const table = "Kills";

/** Kinds of points that some run passed, and those at which one was killed: all scenarios share them. */
const passed = new Set<string>();
const struck = new Set<string>();
const began = performance.now();

describe(`a run that is killed (seed ${seed})`, function () {
  this.timeout(Math.max(120_000, share * 15_000));
  after(() => {
    const minutes = ((performance.now() - began) / 60_000).toFixed(1);
    note(table, `killed at ${struck.size} of ${passed.size} kinds of points, and between them; ${minutes} minutes`);
    note(table, `SLUICE_SEED=${seed} SLUICE_KILLS=${wanted} npm run test:faults does the same again`);
  });

  for (const scenario of tried) {
    it(`${scenario.name}: nothing is lost, repeated in silence or leaked`, () => endure(scenario));
  }
});

async function endure(scenario: Scenario): Promise<void> {
  const random = randomFrom(seed, scenario.name);
  const sums = { kills: 0, records: 0, lost: 0, repeated: 0, "in doubt": 0, settled: 0, leaked: 0 };
  const complaints: string[] = [];
  const world = await makeWorld(scenario);
  const healthy = startEngine();
  try {
    const next = blowsOf(world, random);
    for (let rounds = 0; sums.kills < share && rounds < 2 * share; rounds += 1) {
      const round = next(share - sums.kills);
      try {
        const result = await play(world, healthy, round);
        const { kills, records, lost, repeated, doubt, settled, leaked, wrong } = result;
        sums.kills += kills;
        sums.records += records;
        sums.lost += lost.length;
        sums.repeated += repeated.length;
        sums["in doubt"] += doubt;
        sums.settled += settled;
        sums.leaked += leaked.length;
        const found = [...lost, ...repeated, ...leaked, ...wrong];
        if (found.length > 0) complaints.push(`${shown(round)}: ${found.slice(0, 5).join("; ")} (${found.length})`);
      } catch (error) {
        complaints.push(`${shown(round)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await healthy.end();
    await world.remove();
    tell(table, { case: scenario.name, ...sums });
  }
  assert.ok(sums.kills > 0, "runs were killed");
  assert.deepEqual(complaints, []);
}

/** Rounds to come: first kinds of points that no run was killed at yet, then steps and times by chance. */
function blowsOf(world: World, random: Random): (most: number) => Round {
  for (const beginning of beginnings) {
    assert.ok(world.points[beginning].length > 10, "a run has points to be killed at");
    for (const point of world.points[beginning]) passed.add(kindOf(point));
  }
  return (most) => {
    const beginning = oneOf(beginnings, random);
    const blows: Blow[] = [first(world, beginning, random)];
    while (blows.length < Math.min(4, most) && random() < 0.5) blows.push(byChance(world, beginning, random));
    return { beginning, blows, random };
  };
}

function first(world: World, beginning: Beginning, random: Random): Blow {
  if (random() < 0.3) return byChance(world, beginning, random);
  const points = shuffled(world.points[beginning], random);
  const at = points.find((point) => !struck.has(kindOf(point))) ?? oneOf(points, random);
  struck.add(kindOf(at));
  return { at };
}

function byChance(world: World, beginning: Beginning, random: Random): Blow {
  if (random() < 0.5) return { step: 1 + Math.floor(random() * world.points[beginning].length) };
  return { afterMs: Math.floor(random() * world.ms[beginning]) };
}

function kindOf(point: string): string {
  return point.replace(/ #\d+$/, "");
}
