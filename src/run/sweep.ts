/**
 * Takes away what runs left behind and nobody needs any more: whole runs, the requests and responses of runs, plans.
 * What is still needed is named by the caller and stays; a run that may be under way, and one that a revert leads to, too.
 */
import { promises as fs } from "node:fs";
import path from "node:path";
import { type Keep, type Retention } from "../project/project";
import { codeOf } from "./disk";
import { type RunReport, type RunStore } from "./report";
import { createRunStore } from "./store";

export interface SweepAsk {
  readonly keep: Retention;
  /** Only this run, whatever its age. */
  readonly run?: string;
  readonly now: number;
  readonly doing: "look" | "remove";
  /** Asked once, and only where something is old enough to go. */
  readonly needed: () => Promise<Needed>;
}

export interface Needed {
  /** Why this run has to stay; undefined: it may go. */
  run(id: string, report: RunReport | undefined): Promise<string | undefined>;
  /** Paths of plans. */
  readonly plans: ReadonlySet<string>;
  /** A run is under way in some process, and its plan may be any of the last day. */
  readonly busy: boolean;
}

export interface Swept {
  readonly runs: readonly string[];
  /** Runs whose requests and responses went. */
  readonly exchanges: readonly string[];
  readonly plans: readonly string[];
  readonly bytes: number;
  /** What was old enough and stays. */
  readonly kept: readonly { readonly run: string; readonly reason: string }[];
}

const dayMs = 86_400_000;
const exchangeFiles = ["exchanges.jsonl", "exchanges.idx"];

/** `folder`: the `.sluice` folder of a project. */
export async function sweep(folder: string, ask: SweepAsk): Promise<Swept> {
  const store = createRunStore(folder);
  const all = await store.ids();
  const age = async (id: string): Promise<number> => ask.now - (await begunAt(store.folder(id), id));
  const old = async (keep: Keep): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const [index, id] of all.entries()) if (isOld(keep, index, await age(id))) found.push(id);
    return found;
  };
  const oldRuns = ask.run === undefined ? await old(ask.keep.runs) : all.filter((id) => id === ask.run);
  const oldExchanges = ask.run === undefined ? await withExchanges(store, await old(ask.keep.exchanges)) : [];
  const oldPlans = ask.run === undefined ? await plansOf(folder, ask) : [];
  if (oldRuns.length + oldExchanges.length + oldPlans.length === 0) return nothing;

  const needed = await ask.needed();
  const kept = new Map<string, string>();
  const mayGo = async (id: string): Promise<boolean> => {
    const report = await store.read(id);
    const under = report === undefined && ask.now - (await touchedAt(store.folder(id))) < dayMs;
    const reason = under ? "It may be under way: it has no report, and it was written to within a day." : undefined;
    const why = reason ?? (await needed.run(id, report));
    if (why !== undefined) kept.set(id, why);
    return why === undefined;
  };
  const runs = await without(await filtered(oldRuns, mayGo), kept, all, store.read);
  const exchanges = await filtered(
    oldExchanges.filter((id) => !runs.includes(id) && !oldRuns.includes(id)),
    mayGo,
  );
  const plans = oldPlans
    .filter(({ file, ageMs }) => !needed.plans.has(file) && (!needed.busy || ageMs > dayMs))
    .map(({ file }) => file);

  const paths = [
    ...runs.map((id) => store.folder(id)),
    ...exchanges.flatMap((id) => exchangeFiles.map((name) => path.join(store.folder(id), name))),
    ...plans,
  ];
  let bytes = 0;
  for (const one of paths) {
    bytes += await sizeOf(one);
    if (ask.doing === "remove") await fs.rm(one, { recursive: true, force: true });
  }
  return {
    runs,
    exchanges,
    plans: plans.map((file) => path.basename(file, ".duckdb")),
    bytes,
    kept: [...kept].map(([run, reason]) => ({ run, reason })),
  };
}

const nothing: Swept = { runs: [], exchanges: [], plans: [], bytes: 0, kept: [] };

function isOld({ days = Infinity, count = Infinity }: Keep, index: number, ageMs: number): boolean {
  return ageMs > days * dayMs || index >= count;
}

/** A revert that stays needs the run it takes back, where it did not come to its end; a run that stays needs its reverts. */
async function without(
  going: readonly string[],
  kept: Map<string, string>,
  all: readonly string[],
  reportOf: (id: string) => Promise<RunReport | undefined>,
): Promise<readonly string[]> {
  if (going.length === 0) return going;
  const reports = (await Promise.all(all.map(reportOf))).filter((report) => report !== undefined);
  const reverts = reports.filter(({ revertOf }) => revertOf !== undefined && all.includes(revertOf));
  const left = new Set(going);
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const { id, status, revertOf = "" } of reverts) {
      if (!left.has(id) && status !== "succeeded" && left.delete(revertOf))
        kept.set(revertOf, `The run ${id} took it back in part, and can go on.`);
      if (!left.has(revertOf) && left.delete(id)) kept.set(id, `It took back the run ${revertOf}, which is kept.`);
    }
  }
  return going.filter((id) => left.has(id));
}

async function filtered(ids: readonly string[], test: (id: string) => Promise<boolean>): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of ids) if (await test(id)) found.push(id);
  return found;
}

async function withExchanges(store: RunStore, ids: readonly string[]): Promise<readonly string[]> {
  const has = async (id: string) => (await statIfThere(path.join(store.folder(id), "exchanges.jsonl"))) !== undefined;
  return filtered(ids, has);
}

interface OldPlan {
  readonly file: string;
  readonly ageMs: number;
}

/** What is left of a plan that was never finished counts as one. */
async function plansOf(folder: string, { keep, now }: SweepAsk): Promise<readonly OldPlan[]> {
  const plans = path.join(folder, "plans");
  const names = await fs.readdir(plans).catch(noneIfGone);
  const found: OldPlan[] = [];
  for (const [index, name] of [...names].sort().reverse().entries()) {
    const file = path.join(plans, name);
    const ageMs = now - ((await statIfThere(file))?.mtimeMs ?? now);
    const whole = name.endsWith(".duckdb") || ageMs > dayMs;
    if (whole && isOld(keep.plans, index, ageMs)) found.push({ file, ageMs });
  }
  return found;
}

/** An id begins with its time; a copy of the project keeps that. */
async function begunAt(folder: string, id: string): Promise<number> {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(id)?.map(Number) ?? [];
  if (year === undefined) return (await statIfThere(folder))?.mtimeMs ?? 0;
  return Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second);
}

async function touchedAt(folder: string): Promise<number> {
  const names = ["", ...(await fs.readdir(folder).catch(noneIfGone))];
  const times = await Promise.all(
    names.map(async (name) => (await statIfThere(path.join(folder, name)))?.mtimeMs ?? 0),
  );
  return Math.max(...times);
}

/** What removing it frees; a file that has a second name stays under that. */
async function sizeOf(place: string): Promise<number> {
  const found = await statIfThere(place);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.nlink > 1 ? 0 : found.size;
  let sum = 0;
  for (const name of await fs.readdir(place)) sum += await sizeOf(path.join(place, name));
  return sum;
}

async function statIfThere(place: string) {
  return fs.lstat(place).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
}

function noneIfGone(error: unknown): readonly string[] {
  if (codeOf(error) === "ENOENT") return [];
  throw error;
}
