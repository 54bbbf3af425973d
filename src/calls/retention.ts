/** What runs left behind is kept for as long as the project's retention says, and for as long as something needs it. */
import { promises as fs } from "node:fs";
import path from "node:path";
import { SyncFailure } from "../failure";
import { isHeld } from "../ledger/lock";
import { type Retention, usualRetention } from "../project/project";
import { codeOf } from "../run/disk";
import { peekJournal, peekRuns } from "../run/journal";
import { type RunReport } from "../run/report";
import { type Needed, sweep } from "../run/sweep";
import { type Edges } from "./edges";
import { openLedger } from "./ledgers";

const lookedAt = new Map<string, number>();

/**
 * By the project's retention, after a plan or a run; a command may plan a thousand syncs, so not after each. What is kept
 * too long is no reason to fail.
 */
export async function keepRetention(
  edges: Edges,
  { root, retention: keep = usualRetention }: { readonly root: string; readonly retention?: Retention },
  { lookAgainMs }: { readonly lookAgainMs: number },
): Promise<void> {
  const now = edges.now();
  // Plans and runs each in their own time: a run's end is soon after its plan, and leaves something new.
  const key = JSON.stringify([root, lookAgainMs]);
  if (Math.abs(now - (lookedAt.get(key) ?? -Infinity)) < lookAgainMs) return;
  lookedAt.set(key, now);
  try {
    const needed = () => neededOf(root, edges);
    await sweep(path.join(root, ".sluice"), { keep, now, doing: "remove", needed });
  } catch (error) {
    const code = error instanceof SyncFailure ? error.code : codeOf(error);
    edges.log("warn", `Old runs and plans could not be taken away (${code ?? "unknown"}); the next run tries again.`);
  }
}

/** Throws where a journal cannot be read: what it needs is not known then, and nothing may go. */
export async function neededOf(root: string, edges: Edges): Promise<Needed> {
  const folder = path.join(root, ".sluice");
  const runs = new Set<string>();
  const plans = new Set<string>();
  for (const file of await filesBelow(path.join(folder, "journal"), /\.jsonl$/)) {
    for (const window of await peekJournal(file)) {
      runs.add(window.run);
      plans.add(window.planFile);
    }
    for (const { run, planFile } of await peekRuns(file)) {
      runs.add(run);
      plans.add(planFile);
    }
  }
  let busy = false;
  for (const file of await filesBelow(path.join(folder, "locks"), /\.lock$/))
    busy ||= await isHeld(file).catch(() => true);
  const doubts = new Map<string, Promise<boolean>>();
  const inDoubt = ({ sync, target }: RunReport): Promise<boolean> => {
    const key = JSON.stringify([target, sync]);
    const known = doubts.get(key) ?? hasDoubts(root, target, sync, edges);
    doubts.set(key, known);
    return known;
  };
  return {
    plans,
    busy,
    async run(id, report) {
      if (runs.has(id)) return "It ended in the middle, and the next plan or run takes in what it did.";
      if (report !== undefined && report.counts.inDoubt > 0 && (await inDoubt(report)))
        return "Records of it are in doubt: it is not known yet whether the destination has them.";
      return undefined;
    },
  };
}

/** A ledger that cannot be read may have some. */
async function hasDoubts(root: string, target: string, sync: string, edges: Edges): Promise<boolean> {
  const project = { root, target, confirm: false, warehouses: {}, destinations: {}, ledger: usualLedger };
  try {
    return (await openLedger(project, sync, edges.now).counts()).doubt > 0;
  } catch {
    return true;
  }
}

const usualLedger = { store: "local", values: true } as const;

export async function filesBelow(folder: string, name: RegExp): Promise<readonly string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}
