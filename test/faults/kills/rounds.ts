/** A round: a run is killed once or several times in a row, then let finish, and everything is looked at. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { filesBelow, sluice } from "../../support/cli";
import { type RunReport } from "../../../src/run/report";
import { type Blow, type Engine, runWith, strikeCommand, strikeEngine, within } from "./engine";
import { emailOf, type Held, type Phase } from "./people";
import { type Beginning, secrets, type World } from "./world";

export interface Round {
  readonly beginning: Beginning;
  readonly blows: readonly Blow[];
  /** What the user says of what is in doubt. */
  readonly settle: "applied" | "resend";
  /** Does the model change once more afterwards? */
  readonly later: boolean;
}

export interface Result {
  readonly kills: number;
  readonly records: number;
  readonly doubt: number;
  readonly settled: number;
  readonly lost: readonly string[];
  readonly repeated: readonly string[];
  readonly leaked: readonly string[];
  /** What else was not as it must be. */
  readonly wrong: readonly string[];
}

/** `healthy`: an engine that nobody kills, which lets the runs finish. */
export async function play(
  world: World,
  healthy: Engine,
  { beginning, blows, settle: answer, later }: Round,
): Promise<Result> {
  world.restore(beginning);
  const sent: readonly Phase[] = beginning === "first run" ? ["before"] : ["before", "after"];
  const wrong: string[] = [];
  let kills = 0;
  let said = "";
  for (const blow of blows) {
    const struck = blow.by === "command" ? await strikeCommand(world.root, blow) : await strikeEngine(world.root, blow);
    kills += struck.killed ? 1 : 0;
    said += struck.said;
  }
  const reported = (await healthy.calls.runs({ root: world.root }, {})).filter(({ status }) => status === "succeeded");
  const doneBefore = beginning === "first run" ? 0 : 1;

  const last = await run(world, healthy);
  // A report of success is only left by a run that did everything: nothing remains for the next.
  if (reported.length > doneBefore && written(last) > 0)
    wrong.push(`a killed run reported success, and ${written(last)} records were left to send`);
  const doubts = await world.inDoubt();
  const names = new Set(doubts.map(({ key }) => nameOf(world, sent, key)));
  const { ledger, counted } = await doubtsOf(world, healthy);
  if (ledger !== doubts.length) wrong.push(`the ledger counts ${counted} in doubt, and has ${doubts.length}`);
  if (doubts.length > 0 && last.counts.held < doubts.length)
    wrong.push(`${doubts.length} in doubt, and the run after held ${last.counts.held} out`);

  const found = compare(world, sent, names);
  const settled = await settle(world, doubts, answer, wrong);
  const idle = await run(world, healthy);
  if (written(idle) > 0) wrong.push(`a run after the last one wrote ${written(idle)} records again`);
  if (doubts.length === 0 && later) {
    world.model("later");
    await run(world, healthy);
    const after = compare(world, [...sent, "later"], names);
    found.lost.push(...after.lost.map((one) => `then ${one}`));
    found.repeated.push(...after.repeated.map((one) => `then ${one}`));
  }
  wrong.push(...leftovers(world.state), ...withoutReport(world.state));
  return {
    kills,
    records: world.expected(sent).size,
    doubt: doubts.length,
    settled,
    ...found,
    leaked: leaks(world.state, said + healthy.said()),
    wrong,
  };
}

async function run(world: World, engine: Engine): Promise<RunReport> {
  const report = await within(runWith(engine, world.root), "a run that nobody kills", engine.said);
  if (report.status !== "succeeded")
    throw new Error(`a run that nobody kills ${report.status}: ${JSON.stringify(report.failure ?? report.groups)}`);
  return report;
}

function written({ counts }: RunReport): number {
  return counts.created + counts.updated + counts.deleted;
}

async function doubtsOf(
  world: World,
  { calls }: Engine,
): Promise<{ readonly ledger: number; readonly counted: string }> {
  const { counts } = await calls.ledger({ root: world.root }, { file: "people.sync.yaml" }, { action: "show" });
  return { ledger: counts?.doubt ?? 0, counted: JSON.stringify(counts) };
}

/** The destination against the model: a record in doubt may be there or not, and as it was or as it is to be. */
function compare(
  world: World,
  sent: readonly Phase[],
  doubts: ReadonlySet<string>,
): { lost: string[]; repeated: string[] } {
  const held = world.service.held();
  const expected = world.expected(sent);
  const lost: string[] = [];
  const repeated: string[] = [];
  for (const [name, line] of expected) {
    const there = held.get(name);
    if (there === line || doubts.has(name)) continue;
    if (there !== undefined && / times$/.test(there)) repeated.push(`${name}: ${there}`);
    else lost.push(`${name}: ${there ?? "absent"} instead of ${line}`);
  }
  for (const [name, line] of held) {
    if (!expected.has(name) && !doubts.has(name)) lost.push(`${name}: ${line}, which no model asks for`);
    if (/ times$/.test(line) && doubts.has(name)) repeated.push(`${name}: ${line}, before it was settled`);
  }
  if (!world.scenario.repeatable)
    for (const [name, times] of world.service.arrived())
      if (times > 1) repeated.push(`${name}: sent ${times} times${doubts.has(name) ? ", then in doubt" : ""}`);
  return { lost, repeated };
}

function nameOf({ scenario, expected }: World, sent: readonly Phase[], key: string): string {
  if (scenario.rules.mode !== "append") return emailOf(Number(key));
  const names: Held = expected(sent);
  return [...names.keys()].findLast((name) => name.startsWith(`${key} `)) ?? key;
}

/** `sluice retry <run> --in-doubt`: afterwards nothing is in doubt, and what was sent anew is there. Gives how many. */
async function settle(
  world: World,
  doubts: readonly { readonly run: string }[],
  how: "applied" | "resend",
  wrong: string[],
): Promise<number> {
  if (doubts.length === 0 || !(await canSettle())) return 0;
  for (const id of new Set(doubts.map((doubt) => doubt.run))) {
    const { code, stdout, stderr } = await within(
      sluice(["retry", id, "--in-doubt", how, "--yes"], { cwd: world.root }),
      "settling what is in doubt",
    );
    if (code !== 0) wrong.push(`retry --in-doubt ${how} ended with ${code}: ${stdout}${stderr}`);
  }
  const left = (await world.inDoubt()).length;
  if (left > 0) wrong.push(`${left} are in doubt still after they were settled as ${how}`);
  return doubts.length - left;
}

let settles: Promise<boolean> | undefined;
function canSettle(): Promise<boolean> {
  settles ??= sluice("retry --help").then(({ stdout }) => stdout.includes("--in-doubt"));
  return settles;
}

/** Nothing of the dead remains: no lock, no draft of a file, no open journal. */
function leftovers(state: string): readonly string[] {
  const found: string[] = [];
  for (const folder of ["locks", "tmp"]) {
    const place = path.join(state, folder);
    if (existsSync(place))
      for (const entry of readdirSync(place, { recursive: true, withFileTypes: true }))
        if (entry.isFile() || folder === "tmp") found.push(`${folder}/${entry.name}`);
  }
  for (const { file } of filesBelow(state)) if (/\.\w*tmp\b|\.draft$/.test(file)) found.push(file);
  return found.map((name) => `left behind: ${name}`);
}

/** Whatever a run did, it is listed. */
function withoutReport(state: string): readonly string[] {
  const runs = path.join(state, "runs");
  return readdirSync(runs).flatMap((name) =>
    existsSync(path.join(runs, name, "report.json")) ? [] : [`the run ${name} has no report`],
  );
}

function leaks(state: string, said: string): readonly string[] {
  const found = secrets.filter((secret) => said.includes(secret)).map((secret) => `said ${secret}`);
  for (const { file, bytes } of filesBelow(state))
    for (const secret of secrets) if (bytes.includes(secret)) found.push(`${file} has ${secret}`);
  return found;
}
