/** Brings the ledger up to what a run that ended in the middle is known to have done. Sends nothing. */
import { existsSync } from "node:fs";
import { SyncFailure } from "../failure";
import { type Ledger } from "../ledger/ledger";
import { type Outcome } from "../record";
import { type Json } from "../value";
import { type Journal, type OpenWindow } from "./journal";

export interface Recovered {
  /** Outcomes that were known and are now in the ledger. */
  readonly committed: number;
  readonly uncertain: number;
  readonly inDoubt: number;
  /** The runs that ended in the middle. */
  readonly runs: readonly string[];
}

/** A conversation that had said where it stands: its work goes on at the destination. */
export interface Unfinished {
  readonly run: string;
  readonly planFile: string;
  readonly changes: readonly number[];
  readonly state: Json;
}

/**
 * Call before planning, with the ledger's lock held. `resume` asks the destination how an unfinished conversation ended, by
 * its last checkpoint; without it, or for changes it leaves out, those count as unanswered.
 */
export async function recover(
  journal: Journal,
  ledger: Pick<Ledger, "commit">,
  resume?: (unfinished: Unfinished) => Promise<readonly Outcome[]>,
): Promise<Recovered> {
  const windows = journal.open();
  let committed = 0;
  let uncertain = 0;
  let inDoubt = 0;
  for (const window of windows) {
    const { run, planFile } = window;
    if (!existsSync(planFile)) throw planGone(run);
    const known = new Map(window.outcomes.map((outcome) => [outcome.id, outcome]));
    for (const { changes, state } of window.checkpoints) {
      const waiting = changes.filter((id) => !known.has(id));
      if (resume === undefined || waiting.length === 0) continue;
      const answers = await resume({ run, planFile, changes, state });
      for (const answer of answers) if (waiting.includes(answer.id)) known.set(answer.id, answer);
    }
    const unanswered = window.changes.filter((id) => !known.has(id)).map((id) => lost(id, window));
    committed += known.size;
    if (window.repeatable) uncertain += unanswered.length;
    else inDoubt += unanswered.length;
    await ledger.commit({ run, planFile, outcomes: [...known.values(), ...unanswered] });
    await journal.end([window.window]);
  }
  return { committed, uncertain, inDoubt, runs: [...new Set(windows.map(({ run }) => run))] };
}

function lost(id: number, { repeatable }: OpenWindow): Outcome {
  const reason = "The run ended before the destination answered.";
  return repeatable
    ? { outcome: "rejected", id, code: "unanswered", reason, uncertain: true }
    : { outcome: "in doubt", id, reason };
}

function planGone(run: string): SyncFailure {
  return new SyncFailure(
    "plan-missing",
    `The run ${run} ended in the middle, and its plan is gone, so what it sent cannot be told.`,
    "Put the plan back into .sluice/plans, or reset the ledger with `sluice ledger reset`.",
  );
}
