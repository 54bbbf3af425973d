/** Keeps a sandbox's state in a file: read at the start, written a little after changes and at the end. */
import { promises as fs } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { SyncFailure } from "../failure";
import { codeOf, replaceFile } from "../run/disk";
import { type Json } from "../value";

export interface StateFile {
  /** The state changed; it is written soon. */
  changed(): void;
  /** Writes what is not written yet. */
  save(): Promise<void>;
}

const stored = z.object({ version: z.literal(1), type: z.string(), state: z.unknown() });

/** The stored state; undefined where there is none, or it is of another type of destination. Throws "sandbox-corrupted". */
export async function loadState(file: string, type: string): Promise<Json | undefined> {
  let text: string;
  try {
    text = await fs.readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const parsed = stored.safeParse(jsonOf(text));
  if (!parsed.success) {
    throw new SyncFailure(
      "sandbox-corrupted",
      `The sandbox's state in ${path.basename(file)} cannot be read.`,
      "Remove the file from .sluice/sandbox to start with an empty sandbox.",
    );
  }
  return parsed.data.type === type ? (parsed.data.state as Json | undefined) : undefined;
}

/** `dump` gives the state as it is when it is called. */
export function createStateFile(file: string, type: string, dump: () => Json): StateFile {
  let timer: NodeJS.Timeout | undefined;
  let dirty = false;
  let saving: Promise<void> = Promise.resolve();
  let quietMs = leastQuietMs;

  async function write(): Promise<void> {
    if (!dirty) return;
    dirty = false;
    const started = performance.now();
    await replaceFile(file, JSON.stringify({ version: 1, type, state: dump() }), 0o600);
    // Large states are written seldom, so that most of the time goes to answering.
    quietMs = Math.max(leastQuietMs, 10 * (performance.now() - started));
  }
  function save(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const next = saving.then(write);
    saving = next.catch(() => {
      dirty = true;
    });
    return next;
  }
  return {
    changed() {
      dirty = true;
      // A failed write is tried again at the end, where it is reported.
      timer ??= setTimeout(() => void save().catch(() => undefined), quietMs).unref();
    },
    save,
  };
}

const leastQuietMs = 200;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
