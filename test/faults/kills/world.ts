/** One scenario's project and destination, as they are before its first run and before a later one. */
import { copyFileSync, cpSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeProject, type Project } from "../../support/cli";
import { execute, query } from "../../support/duckdb";
import { pointsOf } from "./engine";
import { expected, type Held, people, type Person, type Phase, phases, present } from "./people";
import { projectFile, type Scenario, syncFile } from "./scenarios";
import { openService, type Service } from "./services";

export const beginnings = ["first run", "later run"] as const;
export type Beginning = (typeof beginnings)[number];
/** The phase whose model the killed run sends. */
export const phaseOf: Readonly<Record<Beginning, Phase>> = { "first run": "before", "later run": "after" };

/** Planted in the connections: nothing of them may be found in what a run wrote or said. */
export const secrets = ["canary-hubspot-5d1f0e", "canary-bearer-77ac41", "canary-key-90be2d"] as const;

export interface World {
  readonly scenario: Scenario;
  readonly root: string;
  readonly state: string;
  readonly service: Service;
  /** Points that the run passes where nobody kills it. */
  readonly points: Readonly<Record<Beginning, readonly string[]>>;
  /** How long the command took, in milliseconds. */
  readonly ms: Readonly<Record<Beginning, number>>;
  /** Everything as it was before that run. */
  restore(beginning: Beginning): void;
  model(phase: Phase): void;
  /** What must be there once the models of these phases were sent, one after the other. */
  expected(phases: readonly Phase[]): Held;
  /** Keys in doubt and the runs that left them so, as the ledger has them. */
  inDoubt(): Promise<readonly { readonly key: string; readonly run: string }[]>;
  remove(): Promise<void>;
}

export async function makeWorld(scenario: Scenario): Promise<World> {
  const project = makeProject();
  const { root } = project;
  const there: readonly Person[] = scenario.inhabited ? present(scenario.size) : [];
  const service = await openService(scenario, root, there);
  try {
    return await prepare(scenario, { project, service, there });
  } catch (error) {
    await service.stop();
    await project.remove();
    throw error;
  }
}

interface Made {
  readonly project: Project;
  readonly service: Service;
  readonly there: readonly Person[];
}

async function prepare(scenario: Scenario, { project, service, there }: Made): Promise<World> {
  const { root } = project;
  const state = path.join(root, ".sluice");
  const [hubspot, bearer, key] = secrets;
  project.write({
    "sluice.yaml": projectFile(service.urls),
    "people.sync.yaml": syncFile(scenario),
    ".env": `HUBSPOT_TOKEN=${hubspot}\nEVENTS_TOKEN=${bearer}\nEVENTS_KEY=${key}\n`,
  });
  for (const phase of phases) await writeModel(path.join(root, `${phase}.duckdb`), people(phase, scenario.size));
  if (scenario.service === "hubspot") must(await project.sluice("describe hubspot"));
  const kept = (beginning: Beginning): string => path.join(root, `kept-${phaseOf[beginning]}`);
  const held: Partial<Record<Beginning, ReturnType<Service["keep"]>>> = {};
  const model = (phase: Phase): void =>
    copyFileSync(path.join(root, `${phase}.duckdb`), path.join(root, "warehouse.duckdb"));

  async function record(beginning: Beginning) {
    held[beginning] = service.keep();
    if (existsSync(state)) cpSync(state, kept(beginning), { recursive: true });
    model(phaseOf[beginning]);
    return pointsOf(root, path.join(root, "points.txt"));
  }

  const first = await record("first run");
  const later = await record("later run");
  return {
    scenario,
    root,
    state,
    service,
    points: { "first run": first.points, "later run": later.points },
    ms: { "first run": first.ms, "later run": later.ms },
    restore(beginning) {
      rmSync(state, { recursive: true, force: true });
      if (existsSync(kept(beginning))) cpSync(kept(beginning), state, { recursive: true });
      const before = held[beginning];
      if (before !== undefined) service.restore(before);
      model(phaseOf[beginning]);
    },
    model,
    expected: (sent) =>
      expected(
        scenario.rules,
        there,
        sent.map((phase) => people(phase, scenario.size)),
      ),
    async inDoubt() {
      const folder = path.join(state, "ledger", "default");
      const file = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith(".duckdb")) : undefined;
      if (file === undefined) return [];
      // A copy: whoever looks does not hold the ledger itself.
      const copy = path.join(root, "look.duckdb");
      for (const end of ["", ".wal"]) {
        rmSync(copy + end, { force: true });
        if (existsSync(path.join(folder, file + end))) copyFileSync(path.join(folder, file + end), copy + end);
      }
      return query<{ key: string; run: string }>("select key, run from records where state = 'doubt'", copy);
    },
    async remove() {
      await service.stop();
      await project.remove();
    },
  };
}

async function writeModel(file: string, rows: readonly Person[]): Promise<void> {
  const json = `${file}.json`;
  writeFileSync(json, JSON.stringify(rows));
  await execute(file, `create table people as select id::integer as id, email, name, title from read_json('${json}')`);
  rmSync(json);
}

function must(ran: { readonly code: number; readonly stdout: string; readonly stderr: string }): void {
  if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
}
