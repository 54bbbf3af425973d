/**
 * Kills a run at every point at which it touches the disk, the ledger or the destination, and lets later runs go on: nothing is
 * lost, and nothing is sent twice in silence. `SLUICE_KILLS` says how many kills (0: every point), `SLUICE_SEED` which ones.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { makeProject, type Output, type Project, type Ran, type Served } from "../support/cli";
import { projectFile, type Scenario, scenarios, warehouse } from "./scenarios";

const kills = Number(process.env.SLUICE_KILLS ?? 24);
const seed = Number(process.env.SLUICE_SEED ?? 20261125);
const preload = pathToFileURL(path.join(__dirname, "../support/points.mjs")).href;

const beginnings = ["first run", "later run"] as const;
type Beginning = (typeof beginnings)[number];

describe(`a run that is killed (seed ${seed})`, function () {
  this.timeout(0);
  const share = Math.ceil(kills / (scenarios.length * beginnings.length));

  for (const scenario of scenarios) {
    for (const beginning of beginnings) {
      it(`${scenario.name}, ${beginning}: nothing is lost, nothing is repeated in silence`, async () => {
        const world = await makeWorld(scenario, beginning);
        try {
          const points = await world.points();
          assert.ok(points.length > 10, "the run has points to be killed at");
          for (const point of kills === 0 ? points : pick(points, share, seed)) await world.survives(point);
        } finally {
          await world.remove();
        }
      });
    }
  }
});

async function makeWorld(scenario: Scenario, beginning: Beginning) {
  const project = makeProject({ "sluice.yaml": projectFile, "people.sync.yaml": scenario.sync });
  const { service } = scenario;
  const sandbox = await project.serve(service);
  const state = path.join(project.root, ".sluice");
  const kept = path.join(project.root, "kept");
  if (service === "hubspot") must(await project.sluice("describe hubspot"));
  await warehouse(project, "before");
  if (beginning === "later run") {
    must(await run(project));
    await warehouse(project, "after");
  } else if (scenario.name === "update") {
    await sandbox.post("seed", { records: { contacts: Array.from({ length: 40 }, (_, i) => contact(i)) } });
  }
  const there = (await sandbox.state()) as Output;
  for (const folder of folders)
    if (existsSync(path.join(state, folder)))
      cpSync(path.join(state, folder), path.join(kept, folder), { recursive: true });

  /** As it was before the run that is to be killed. */
  async function restore(): Promise<void> {
    for (const folder of folders) {
      rmSync(path.join(state, folder), { recursive: true, force: true });
      if (existsSync(path.join(kept, folder)))
        cpSync(path.join(kept, folder), path.join(state, folder), { recursive: true });
    }
    await sandbox.post("seed", there);
  }

  let wanted: Shown | undefined;
  return {
    /** Points of a run that nobody kills, and what it leaves at the destination. */
    async points(): Promise<readonly string[]> {
      await restore();
      const file = path.join(project.root, "points.txt");
      must(await run(project, { SLUICE_POINTS_FILE: file }));
      wanted = await shown(sandbox, scenario);
      return readFileSync(file, "utf8").split("\n");
    },
    async survives(point: string): Promise<void> {
      await restore();
      const killed = await run(project, { SLUICE_KILL_AT: point });
      // A point may not come again: answers arrive in other portions each time.
      if (killed.code !== -1) must(killed);
      const again = await run(project);
      const ended = scenario.idempotent ? [0] : [0, 3];
      assert.ok(
        ended.includes(again.code),
        `${point}: the next run ended with ${again.code}: ${again.stdout}${again.stderr}`,
      );
      const found = await shown(sandbox, scenario);
      if (scenario.idempotent) {
        assert.deepEqual(found, wanted, point);
      } else {
        assert.deepEqual([...new Set(found)], found, `${point}: sent twice`);
        const missing = (wanted ?? []).filter((one) => !found.includes(one));
        const [{ counts }] = (await project.sluice("ledger show people --format json")).json.ledgers;
        assert.ok(
          missing.length <= (counts?.doubt ?? 0),
          `${point}: ${missing.length} lost, ${JSON.stringify(counts)}`,
        );
      }
      const idle = (await run(project)).json.runs[0].counts;
      assert.deepEqual([idle.created, idle.updated, idle.deleted, idle.requests], [0, 0, 0, 0], `${point}: sent again`);
    },
    remove: () => project.remove(),
  };
}

/** What a run leaves behind in .sluice, but for the sandbox, which another process holds. */
const folders = ["ledger", "journal", "plans", "runs", "locks", "tmp"];

function run(project: Project, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const preloaded = Object.keys(env).length === 0 ? {} : { NODE_OPTIONS: `--import "${preload}"`, ...env };
  return project.sluice("run people --first-run send --format json", { env: preloaded });
}

function must(ran: Ran): void {
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
}

type Shown = readonly string[];

/** What the destination holds, without its own ids and times. */
async function shown(sandbox: Served, { service }: Scenario): Promise<Shown> {
  const state = (await sandbox.state()) as Output;
  if (service === "events")
    return documents(state)
      .map(({ person, title }) => `${person} ${title}`)
      .sort();
  const contacts = (state.records.contacts ?? []) as readonly Output[];
  return contacts
    .map(({ properties: { email, firstname, jobtitle }, archivedAt }) =>
      [email, firstname, jobtitle, archivedAt === undefined ? "" : "archived"].join(" "),
    )
    .sort();
}

function documents(state: Output): readonly Output[] {
  return Object.values(state.collections?.["/events"] ?? {});
}

const contact = (id: number) => ({ properties: { email: `p${id}@x.io`, firstname: "Someone" } });

/** Points spread over the run, each kind of point before another of the same kind. */
function pick(points: readonly string[], count: number, from: number): readonly string[] {
  const random = randomFrom(from + points.length);
  const kinds = new Map<string, string[]>();
  for (const point of points) {
    const kind = point.replace(/ #\d+$/, "");
    kinds.set(kind, [...(kinds.get(kind) ?? []), point]);
  }
  const picked: string[] = [];
  const order = shuffled([...kinds.values()], random);
  while (picked.length < Math.min(count, points.length)) {
    for (const kind of order) {
      const [point] = kind.splice(Math.floor(random() * kind.length), 1);
      if (point !== undefined && picked.length < count) picked.push(point);
    }
  }
  return picked;
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** A small generator with a seed (mulberry32), so that a failure can be had again. */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
