/**
 * What was about to be sent and what was answered, on the disk before anything depends on it.
 *
 * One JSON object a line. A window is begun (flushed) before its first request, its answers follow, and it is ended once
 * the ledger holds them. A line that a crash cut short counts as never written: its window was not yet sent, or not yet answered.
 */
import { promises as fs } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { SyncFailure } from "../failure";
import { type Outcome } from "../record";
import { type Json } from "../value";
import { codeOf, diskFailure, syncFolder } from "./disk";

export interface WindowIntent {
  readonly run: string;
  /** Absolute path of the plan's database. */
  readonly planFile: string;
  readonly repeatable: boolean;
  readonly changes: readonly number[];
}

export interface OpenWindow extends WindowIntent {
  readonly window: number;
  readonly outcomes: readonly Outcome[];
  /** The last state of each conversation that said where it stands. */
  readonly checkpoints: readonly { readonly changes: readonly number[]; readonly state: Json }[];
}

/** A run without a report. */
export interface UnreportedRun {
  readonly run: string;
  /** Absolute path of the plan's database. */
  readonly planFile: string;
}

/** Every method throws SyncFailure "disk-full" or "file-failed" where the disk does not take it. */
export interface Journal {
  /** Before anything else of a run: whoever finds the journal without `reported` writes its report. */
  ran(run: UnreportedRun): Promise<void>;
  reported(run: string): Promise<void>;
  /** Flushed when it resolves. Gives the window's number. */
  begin(intent: WindowIntent): Promise<number>;
  /** Flushed when it resolves. */
  checkpoint(window: number, changes: readonly number[], state: Json): Promise<void>;
  answered(window: number, outcomes: readonly Outcome[]): Promise<void>;
  flush(): Promise<void>;
  /** The ledger holds these windows' outcomes. */
  end(windows: readonly number[]): Promise<void>;
  /** Windows that a run before this one left open. */
  open(): readonly OpenWindow[];
  /** Runs before this one that left no report. */
  unreported(): readonly UnreportedRun[];
  close(): Promise<void>;
}

/** Past this size, in bytes, a journal without open windows starts anew. */
const roomy = 8 * 1024 * 1024;

const ranges = z.array(z.tuple([z.number(), z.number()]));
const line = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("run"), run: z.string(), plan: z.string() }),
  z.object({ kind: z.literal("reported"), run: z.string() }),
  z.object({
    kind: z.literal("begin"),
    window: z.number(),
    run: z.string(),
    plan: z.string(),
    repeatable: z.boolean(),
    changes: ranges,
  }),
  z.object({ kind: z.literal("checkpoint"), window: z.number(), changes: ranges, state: z.json() }),
  z.object({ kind: z.literal("answered"), window: z.number(), outcomes: z.array(z.custom<Outcome>(isOutcome)) }),
  z.object({ kind: z.literal("end"), windows: z.array(z.number()) }),
]);
type Line = z.infer<typeof line>;

/** Opens the journal of one sync and target. The ledger's lock must be held. Throws SyncFailure "journal-corrupted". */
export async function openJournal(file: string): Promise<Journal> {
  const folder = path.dirname(file);
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const { lines, bytes } = await readLines(file);
  const left = openWindows(lines, folder);
  const unreported = new Map(unreportedRuns(lines, folder).map((one) => [one.run, one]));
  const runLine = ({ run, planFile }: UnreportedRun): Line =>
    // Relative, so that a project that moved still finds its plans.
    ({ kind: "run", run, plan: path.relative(folder, planFile) });
  const handle = await fs.open(file, "a", 0o600);
  let size = bytes;
  let last = lines.reduce((most, one) => (one.kind === "begin" ? Math.max(most, one.window) : most), 0);
  const under = new Set(left.map(({ window }) => window));
  let queue: Promise<void> = Promise.resolve();
  // What a crash left half-written would spoil the next line.
  await handle.truncate(size);
  await syncFolder(folder);

  /** One write at a time; a write that fails leaves the file as it was. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const mine = queue.then(work).catch((error: unknown) => {
      throw diskFailure(error, "The journal of this sync");
    });
    queue = mine.catch(() => undefined);
    return mine;
  }
  function write(one: Line, flushed: "flushed" | "soon"): Promise<void> {
    return inTurn(async () => {
      const text = Buffer.from(`${JSON.stringify(one)}\n`, "utf8");
      try {
        await handle.appendFile(text);
        if (flushed === "flushed") await handle.datasync();
      } catch (error) {
        await handle.truncate(size);
        throw error;
      }
      size += text.length;
    });
  }

  return {
    async ran(run) {
      await write(runLine(run), "soon");
      unreported.set(run.run, run);
    },
    async reported(run) {
      if (unreported.delete(run)) await write({ kind: "reported", run }, "soon");
    },
    unreported: () => [...unreported.values()],
    async begin({ run, planFile, repeatable, changes }) {
      last += 1;
      const window = last;
      const plan = path.relative(folder, planFile);
      await write({ kind: "begin", window, run, plan, repeatable, changes: toRanges(changes) }, "flushed");
      under.add(window);
      return window;
    },
    checkpoint: (window, changes, state) =>
      write(
        { kind: "checkpoint", window, changes: toRanges(changes), state: state as z.core.util.JSONType },
        "flushed",
      ),
    answered: (window, outcomes) => write({ kind: "answered", window, outcomes: [...outcomes] }, "soon"),
    flush: () => inTurn(() => handle.datasync()),
    async end(windows) {
      if (windows.length === 0) return;
      await write({ kind: "end", windows: [...windows] }, "flushed");
      for (const window of windows) under.delete(window);
      if (under.size > 0 || size < roomy) return;
      await inTurn(async () => {
        await handle.truncate(0);
        size = 0;
      });
      for (const run of unreported.values()) await write(runLine(run), "soon");
    },
    open: () => left.filter(({ window }) => under.has(window)),
    close: () => queue.then(() => handle.close()),
  };
}

/** The windows a run left open, without opening the journal: for whoever only wants to know. */
export async function peekJournal(file: string): Promise<readonly OpenWindow[]> {
  return openWindows((await readLines(file)).lines, path.dirname(file));
}

/** Runs that left no report, of which one may be under way. */
export async function peekRuns(file: string): Promise<readonly UnreportedRun[]> {
  return unreportedRuns((await readLines(file)).lines, path.dirname(file));
}

async function readLines(file: string): Promise<{ readonly lines: readonly Line[]; readonly bytes: number }> {
  let data: Buffer;
  try {
    data = await fs.readFile(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { lines: [], bytes: 0 };
    throw diskFailure(error, "The journal of this sync");
  }
  const bytes = data.lastIndexOf(0x0a) + 1;
  const texts = data.subarray(0, bytes).toString("utf8").split("\n").slice(0, -1);
  return { lines: texts.map(parseLine), bytes };
}

function parseLine(text: string): Line {
  try {
    return line.parse(JSON.parse(text));
  } catch (cause) {
    throw new SyncFailure(
      "journal-corrupted",
      "The journal of this sync cannot be read, so it is not known what the last run sent.",
      "Move the file away from .sluice/journal once you know how the last run ended, then run again.",
      { cause },
    );
  }
}

function unreportedRuns(lines: readonly Line[], folder: string): readonly UnreportedRun[] {
  const found = new Map<string, UnreportedRun>();
  for (const one of lines) {
    if (one.kind === "run") found.set(one.run, { run: one.run, planFile: path.resolve(folder, one.plan) });
    else if (one.kind === "reported") found.delete(one.run);
  }
  return [...found.values()];
}

function openWindows(lines: readonly Line[], folder: string): readonly OpenWindow[] {
  const open = new Map<number, OpenWindow>();
  for (const one of lines) {
    switch (one.kind) {
      case "begin": {
        const { window, run, plan, repeatable, changes } = one;
        const planFile = path.resolve(folder, plan);
        open.set(window, {
          window,
          run,
          planFile,
          repeatable,
          changes: fromRanges(changes),
          outcomes: [],
          checkpoints: [],
        });
        break;
      }
      case "checkpoint": {
        const before = open.get(one.window);
        const changes = fromRanges(one.changes);
        const others = before?.checkpoints.filter((other) => !other.changes.some((id) => changes.includes(id))) ?? [];
        const checkpoint = { changes, state: one.state as Json };
        if (before !== undefined) open.set(one.window, { ...before, checkpoints: [...others, checkpoint] });
        break;
      }
      case "answered": {
        const before = open.get(one.window);
        if (before !== undefined) open.set(one.window, { ...before, outcomes: [...before.outcomes, ...one.outcomes] });
        break;
      }
      case "end":
        for (const window of one.windows) open.delete(window);
        break;
      case "run":
      case "reported":
        break;
    }
  }
  return [...open.values()];
}

function toRanges(ids: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const id of ids) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === id - 1) last[1] = id;
    else found.push([id, id]);
  }
  return found;
}

function fromRanges(given: readonly (readonly [number, number])[]): readonly number[] {
  return given.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

function isOutcome(given: unknown): boolean {
  const { id, outcome } = (given ?? {}) as { id?: unknown; outcome?: unknown };
  return typeof id === "number" && ["applied", "rejected", "skipped", "in doubt"].includes(outcome as string);
}
