/** The engine process as the editor starts it, and the command: both to be killed, and the former to look after them. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { type Calls } from "../../../src/calls/calls";
import { callsOver } from "../../../src/calls/over-jsonrpc";
import { type RunReport } from "../../../src/run/report";
import { begin, built } from "../../support/cli";

export interface Engine {
  readonly calls: Calls;
  readonly child: ChildProcess;
  /** Everything it said on stdout and stderr, and over its channel to the log. */
  said(): string;
  end(): Promise<void>;
}

const living = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

const preload = pathToFileURL(path.join(__dirname, "../../support/points.mjs")).href;

export function startEngine(env: Readonly<Record<string, string>> = {}): Engine {
  const watched = Object.keys(env).length > 0;
  const { NODE_OPTIONS: _options, ...plain } = process.env;
  const child = fork(path.join(path.dirname(built()), "engine.js"), [], {
    execArgv: watched ? ["--import", preload] : [],
    env: { ...plain, ...env },
    silent: true,
  });
  living.add(child);
  child.once("exit", () => living.delete(child));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (said += String(chunk)));
  child.on("message", (message) => (said += JSON.stringify(message)));
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.onError(() => undefined);
  connection.listen();
  const calls = callsOver(connection);
  child.once("exit", () => connection.dispose());
  return {
    calls,
    child,
    said: () => said,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

export interface Killed {
  readonly killed: boolean;
  readonly said: string;
}

/** Where a run is killed: at a point by its name, at the n-th point it passes, or after some milliseconds. */
export type Blow = Where & { readonly by: "command" | "engine" };
type Where = { readonly at: string } | { readonly step: number } | { readonly afterMs: number };

export function environmentOf(blow: Where): Readonly<Record<string, string>> {
  if ("at" in blow) return { SLUICE_KILL_AT: blow.at };
  return "step" in blow ? { SLUICE_KILL_STEP: String(blow.step) } : {};
}

/** Runs the sync in the engine process until it is killed, or has ended because it did not come to the point. */
export async function strikeEngine(root: string, blow: Where): Promise<Killed> {
  const engine = startEngine(environmentOf(blow));
  const { child } = engine;
  const exit = once(child, "exit").then(() => "killed" as const);
  let timer: NodeJS.Timeout | undefined;
  try {
    // Time runs from when it is ready for the call, which any answer shows.
    if ("afterMs" in blow) {
      await Promise.race([engine.calls.connectionKinds(), exit]);
      timer = setTimeout(() => child.kill("SIGKILL"), blow.afterMs);
    }
    const run = runWith(engine, root).then(
      () => ({ failed: undefined }),
      (failed: unknown) => ({ failed }),
    );
    const first = await within(Promise.race([run, exit]), "a run in the engine that is to be killed", engine.said);
    if (first === "killed") return { killed: true, said: engine.said() };
    if (first.failed === undefined) return { killed: false, said: engine.said() };
    // The channel is closed before the exit is heard of; a run that failed without being killed is a flaw.
    const dead = await Promise.race([exit, new Promise<"alive">((resolve) => setTimeout(resolve, 3000, "alive"))]);
    if (dead === "alive") throw first.failed;
    return { killed: true, said: engine.said() };
  } finally {
    clearTimeout(timer);
    await engine.end();
  }
}

export function runWith({ calls }: Engine, root: string): Promise<RunReport> {
  return calls.run({ root }, { file: "people.sync.yaml" }, { firstRun: "send" }, () => undefined);
}

const longest = 60_000;

/** No wait is without an end: what takes longer than a minute has failed. */
export async function within<T>(work: Promise<T>, what: string, said: () => string = () => ""): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} took longer than ${longest / 1000} s: ${said().slice(-2000)}`)),
      longest,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const command = ["run", "people", "--first-run", "send", "--format", "json"] as const;

/** Runs the command until it is killed, or has ended. */
export async function strikeCommand(
  root: string,
  blow: Where,
  more: Readonly<Record<string, string>> = {},
): Promise<Killed & { readonly ms: number; readonly code: number | null }> {
  const began = performance.now();
  const child = begin(command, {
    cwd: root,
    env: { NODE_OPTIONS: `--import "${preload}"`, ...environmentOf(blow), ...more },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  const timer = "afterMs" in blow ? setTimeout(() => child.kill("SIGKILL"), blow.afterMs) : undefined;
  const [code, signal] = await within(closed, "a command that is to be killed", () => said).finally(() => {
    clearTimeout(timer);
    child.kill("SIGKILL");
  });
  return { killed: signal === "SIGKILL", said, code, ms: performance.now() - began };
}

/** The points of a run that nobody kills, in order. */
export async function pointsOf(
  root: string,
  file: string,
): Promise<{ readonly points: readonly string[]; readonly ms: number }> {
  const { said, code, ms } = await strikeCommand(root, { step: 0 }, { SLUICE_POINTS_FILE: file });
  if (code !== 0 || !existsSync(file)) throw new Error(`a run that nobody kills ended with ${code}: ${said}`);
  return { points: readFileSync(file, "utf8").split("\n"), ms };
}
