/** What enters from outside: time, chance, secrets, a log. Surfaces pass these in; nothing to the left reaches for them. */
import { type SecretSource } from "../project/project";
import { type ConnectOptions } from "../run/connect";

export interface Edges {
  /** Secrets of the project at `root`. */
  secrets(root: string): Promise<SecretSource>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, rejects with Cancelled on abort. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** At least 0, below 1. */
  random(): number;
  log(level: "trace" | "debug" | "info" | "warn" | "error", message: string): void;
  /** How long destinations are waited for, where it is not as long as usual. */
  readonly waits?: Pick<ConnectOptions, "timeouts" | "patience" | "graceMs">;
}

/**
 * Sortable id of a plan or a run: UTC time to the millisecond and four hex digits, `20261123-140211123-4f7c`. Two runs of
 * one second sort as they began.
 */
export function makeId(edges: Pick<Edges, "now" | "random">): string {
  const time = new Date(edges.now())
    .toISOString()
    .replace(/[-:.Z]/g, "")
    .replace("T", "-");
  const chance = Math.floor(edges.random() * 0x10000)
    .toString(16)
    .padStart(4, "0");
  return `${time}-${chance}`;
}
