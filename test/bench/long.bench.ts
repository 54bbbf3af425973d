/**
 * A million new records through requests of a hundred, one in a hundred of them refused: that memory stays flat, that
 * Ctrl-C ends it at once, that the next run sends the rest and nothing else, and what all this leaves on the disk.
 * `SLUICE_LONG=50000` tries it with fewer.
 */
import { type ChildProcess, fork } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { makeProject, type Project, type Ran, until } from "../support/cli";
import { give } from "./measure";
import { type Served } from "./serve-hubspot";

const whole = Number(process.env.SLUICE_LONG ?? 1_000_000);
const batch = 100;
const env = { HUBSPOT_TOKEN: "pat-test" };

/** A tenth more than the whole: about so much is sent before the first run is cancelled. */
const records = Math.round(whole * 1.1);

const sync = `
model:
  sql: |
    select i as id, case when i % 100 = 7 then 'no..body' else 'p' end || i || '@x.io' as email,
      'First ' || i as first_name, i * 1.25 as value, date '2026-01-01' + (i % 300)::int as day
    from range(${records}) t(i)
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: mirror
on_removed: archive
guards: { max_removed: 5% }
fields:
  email: email
  firstname: first_name
  lifetime_value: value
  last_order_date: day
`;

async function main(): Promise<void> {
  const sandbox = await serve();
  const project = makeProject({
    "sluice.yaml": `version: 1
warehouses:
  main: { type: duckdb, path: ":memory:" }
destinations:
  hubspot: { type: hubspot, token: "\${secret:HUBSPOT_TOKEN}", base_url: "${sandbox.url}" }
`,
    "many.sync.yaml": sync,
  });
  try {
    await expected(project.sluice("describe", { env }), 0);
    const first = await cancelled(project, sandbox);
    const rest = await watched(project, sandbox);
    const after = (await expected(project.sluice("plan many --format json --sample 1", { env }), 0)).json.syncs[0]
      .counts;
    const [early, late] = [peakOf(rest, 0.1, 0.2), peakOf(rest, 0.9, 1)];
    const { created, rejected, requests } = rest.counts;
    const sluiceFolder = path.join(project.root, ".sluice");
    give([
      {
        name: `run of ${records - first.counts.created} changes`,
        value: (created + rejected) / rest.seconds,
        unit: "records/s",
      },
      { name: "memory at 10 to 20 %", value: early, unit: "MB" },
      { name: "memory at 90 to 100 %", value: late, unit: "MB" },
      { name: "memory, growth", value: late - early, unit: "MB", most: 100 },
      { name: "peak memory", value: peakOf(rest, 0, 1), unit: "MB" },
      { name: "from Ctrl-C to the end of the process", value: first.seconds, unit: "s", most: 1 },
      {
        name: "records lost: neither sent nor refused",
        value: Math.abs(records - first.counts.created - created - rejected),
        unit: "records",
        most: 0,
        note: `${first.counts.created} before Ctrl-C, ${created} after, ${rejected} refused in ${requests} requests`,
      },
      {
        name: "records sent once more",
        value: Math.abs(first.counts.created + created - after.unchanged),
        unit: "records",
        most: 0,
      },
      {
        name: "changes left, beside those refused",
        value: after.create + after.update + after.delete - rejected,
        unit: "records",
        most: 0,
      },
      ...["ledger", "plans", "runs", "journal", "tmp"].map((name) => ({
        name: `.sluice/${name}`,
        value: bytesBelow(path.join(sluiceFolder, name)) / 1e6,
        unit: "MB",
        ...boundOf(name),
      })),
    ]);
  } finally {
    await project.remove();
    sandbox.stop();
  }
}

interface Sandbox {
  readonly url: string;
  /** Writes answered until a moment, in milliseconds since the epoch. */
  writesAt(at: number): number;
  readonly writes: number;
  stop(): void;
}

async function serve(): Promise<Sandbox> {
  const child: ChildProcess = fork(path.join(__dirname, "serve-hubspot.ts"), {
    execArgv: ["--max-old-space-size=8000", "--import", "tsx"],
  });
  const said: { readonly at: number; readonly writes: number }[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the sandbox ended")));
    child.on("message", ({ url: place, writes }: Served) => {
      said.push({ at: Date.now(), writes });
      resolve(place);
    });
  });
  return {
    url,
    writesAt: (at) => said.findLast((one) => one.at <= at)?.writes ?? 0,
    get writes() {
      return said.at(-1)?.writes ?? 0;
    },
    stop: () => void child.kill(),
  };
}

const words = "run many --first-run send --format json";

/** The run is cancelled where about an eleventh of it is sent. */
async function cancelled(project: Project, sandbox: Sandbox): Promise<{ seconds: number; counts: Counts }> {
  let began = 0;
  const ran = await expected(
    project.sluice(words, {
      env,
      async started(child) {
        const isOver = (): boolean => child.exitCode !== null;
        await until(() => isOver() || sandbox.writes * batch >= whole / 10, "a tenth sent", 600_000);
        if (isOver()) return;
        began = Date.now();
        child.kill("SIGINT");
      },
    }),
    130,
  );
  return { seconds: (Date.now() - began) / 1000, counts: countsOf(ran) };
}

interface Watched {
  readonly counts: Counts;
  readonly seconds: number;
  /** `share`: of the run's writes, answered by then. */
  readonly samples: readonly { readonly mb: number; readonly share: number }[];
}

async function watched(project: Project, sandbox: Sandbox): Promise<Watched> {
  const file = path.join(tmpdir(), `sluice-samples-${process.pid}`);
  rmSync(file, { force: true });
  const preload = pathToFileURL(path.join(__dirname, "samples.mjs")).href;
  const began = Date.now();
  const before = sandbox.writes;
  const ran = await expected(
    project.sluice(words, { env: { ...env, NODE_OPTIONS: `--import "${preload}"`, SLUICE_SAMPLES_FILE: file } }),
    3,
  );
  const seconds = (Date.now() - began) / 1000;
  const total = sandbox.writes - before;
  const samples = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const [at = 0, bytes = 0] = line.split(" ").map(Number);
      return { mb: bytes / 1048576, share: (sandbox.writesAt(at) - before) / total };
    });
  rmSync(file);
  return { counts: countsOf(ran), seconds, samples };
}

function peakOf({ samples }: Watched, from: number, to: number): number {
  return Math.max(...samples.filter(({ share }) => share >= from && share <= to).map(({ mb }) => mb));
}

interface Counts {
  readonly created: number;
  readonly rejected: number;
  readonly requests: number;
}

function countsOf(ran: Ran): Counts {
  return ran.json.runs[0].counts as Counts;
}

async function expected(running: Promise<Ran>, code: number): Promise<Ran> {
  const ran = await running;
  if (ran.code !== code) throw new Error(`sluice ended with ${ran.code}: ${ran.stdout.slice(-2000)}${ran.stderr}`);
  return ran;
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

/** Journal and scratch files do not grow with the run; of exchanges some 64 MB and those begun are kept. */
function boundOf(name: string): { readonly most?: number } {
  if (name === "journal") return { most: 10 };
  if (name === "tmp") return { most: 0.01 };
  return {};
}

void main();
