/** The engine process as the editor sees it: started on first need, started anew after a crash, never in a loop. */
import { type ChildProcess } from "node:child_process";
import { type Calls } from "../../calls/calls";
import { callsBy } from "../../calls/channel";
import { type LogMessage, type SecretAsk } from "../../calls/wire";
import { SyncFailure } from "../../failure";
import type * as Connecting from "./connect";

export interface EngineEdges {
  /** Forks the engine with an IPC channel and its output on pipes. */
  fork(): ChildProcess;
  /** Milliseconds since the epoch. */
  now(): number;
  log(level: LogMessage["level"], message: string): void;
  /** Answers the engine's question for a secret; undefined: there is none. */
  secret(ask: SecretAsk): Promise<string | undefined>;
  /** Milliseconds that an engine gets to end by itself; default: more than it takes to keep what is in flight. */
  readonly patience?: number;
  /** Why the engine may not run now, else undefined. */
  forbidden?(): SyncFailure | undefined;
}

/** So many crashes within so many milliseconds, and the engine waits for `restart`. */
const crashLimit = 4;
const crashWindow = 3 * 60_000;

const patience = 15_000;

interface RunningEngine {
  readonly child: ChildProcess;
  readonly channel: Connecting.EngineChannel;
}

/** idle: not started, or stopped on purpose. */
export type EngineStatus = "idle" | "ready" | "busy" | "ended" | "gave-up";

export class EngineClient {
  /** Every call starts the engine if it does not run. */
  readonly calls: Calls = callsBy((name, args) => this.answer(name, args));
  private running: RunningEngine | undefined;
  private crashes: readonly number[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly watchers = new Set<() => void>();
  /** Calls under way. */
  private asked = 0;

  constructor(private readonly edges: EngineEdges) {}

  /** Of the engine that runs now. */
  get pid(): number | undefined {
    return this.running?.child.pid;
  }

  get status(): EngineStatus {
    if (this.running !== undefined) return this.asked > 0 ? "busy" : "ready";
    if (this.crashes.length === 0) return "idle";
    return this.crashes.length < crashLimit ? "ended" : "gave-up";
  }

  /** Calls back when the status may have changed. */
  onStatus(listener: () => void): void {
    this.watchers.add(listener);
  }

  /** Calls back when an engine has ended, whatever the reason: what it spooled is gone. */
  onEnd(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Ends the engine and forgets its crashes; the next call starts a new one. */
  restart(): void {
    this.crashes = [];
    this.stop();
  }

  dispose(): void {
    this.stop();
  }

  private async answer(name: keyof Calls, args: readonly unknown[]): Promise<unknown> {
    const { connect } = await import("./connect");
    const engine = this.running ?? this.start(connect);
    const call = engine.channel.calls[name] as (...args: readonly unknown[]) => Promise<unknown>;
    this.count(1);
    try {
      return await call(...args);
    } finally {
      this.count(-1);
    }
  }

  private count(by: 1 | -1): void {
    this.asked += by;
    this.tellStatus();
  }

  private tellStatus(): void {
    for (const watcher of this.watchers) watcher();
  }

  private start(connect: typeof Connecting.connect): RunningEngine {
    const forbidden = this.edges.forbidden?.();
    if (forbidden !== undefined) throw forbidden;
    this.refuseCrashLoop();
    const child = this.edges.fork();
    const engine: RunningEngine = { child, channel: connect(child, this.edges) };
    // Native libraries and Node itself print there when they die; nothing of ours does.
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => this.edges.log("warn", text.trimEnd()));
    child.once("exit", (code, signal) => this.ended(engine, signal ?? `exit code ${code ?? "unknown"}`));
    child.once("error", (error) => this.ended(engine, error.message));
    this.edges.log("info", `The engine runs as process ${child.pid ?? "unknown"}.`);
    this.running = engine;
    return engine;
  }

  private stop(): void {
    const engine = this.running;
    if (engine === undefined) return;
    this.running = undefined;
    // The engine ends by itself when the channel closes, after it has aborted what was under way.
    engine.channel.close();
    if (engine.child.connected) engine.child.disconnect();
    // One that hears nothing any more is ended from outside; the timer keeps nobody waiting.
    setTimeout(() => engine.child.kill("SIGKILL"), this.edges.patience ?? patience).unref();
    for (const listener of this.listeners) listener();
    this.tellStatus();
  }

  private ended(engine: RunningEngine, why: string): void {
    // Stopped on purpose, or its end has been dealt with.
    if (this.running !== engine) return;
    this.running = undefined;
    this.edges.log("error", `The engine stopped (${why}).`);
    this.crashes = [...this.crashes, this.edges.now()];
    engine.channel.close();
    for (const listener of this.listeners) listener();
    this.tellStatus();
  }

  private refuseCrashLoop(): void {
    const since = this.edges.now() - crashWindow;
    this.crashes = this.crashes.filter((at) => at > since);
    if (this.crashes.length < crashLimit) return;
    throw new SyncFailure(
      "engine-crash-loop",
      `The Sluice engine stopped ${this.crashes.length} times within three minutes.`,
      "Read the log, then start it with the command “Sluice: Restart Engine”.",
    );
  }
}
