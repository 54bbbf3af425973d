/** Brings the ledger up to what a run that ended in the middle is known to have done. Sends nothing, but for going on with a job that was begun. */
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
  /** Journals where it stands now, should this recovery end in the middle too. */
  checkpoint(state: Json): Promise<void>;
}

/** A run that ended in the middle, as far as recovery heard of it. */
export interface Ended {
  readonly run: string;
  readonly planFile: string;
  /** What the run had been told and the ledger had not. */
  readonly answered: readonly Outcome[];
  /** What is known only now: how submitted jobs ended, and what was never answered. */
  readonly learnt: readonly Outcome[];
}

export interface Recovery {
  readonly journal: Journal;
  readonly ledger: Pick<Ledger, "commit">;
  /**
   * Asks the destination how an unfinished conversation ended, by its last checkpoint; without it, or for changes it
   * leaves out, those count as unanswered.
   */
  readonly resume?: (unfinished: Unfinished) => Promise<readonly Outcome[]>;
  /** Told of each run, once the ledger has it and before the journal forgets it. */
  readonly ended?: (run: Ended) => Promise<void>;
}

/** Call before planning, with the ledger's lock held. What fails leaves the journal as it was: the next recovery begins anew. */
export async function recover({ journal, ledger, resume, ended }: Recovery): Promise<Recovered> {
  const windows = journal.open();
  const runs = new Map<string, { planFile: string; answered: Outcome[]; learnt: Outcome[] }>();
  let committed = 0;
  let uncertain = 0;
  let inDoubt = 0;
  for (const window of windows) {
    const { run, planFile } = window;
    if (!existsSync(planFile)) throw planGone(run);
    const known = new Set(window.outcomes.map(({ id }) => id));
    const learnt: Outcome[] = [];
    for (const { changes, state } of window.checkpoints) {
      const waiting = new Set(changes.filter((id) => !known.has(id)));
      if (resume === undefined || waiting.size === 0) continue;
      const checkpoint = (now: Json) => journal.checkpoint(window.window, changes, now);
      for (const answer of await resume({ run, planFile, changes, state, checkpoint })) {
        if (!waiting.delete(answer.id)) continue;
        known.add(answer.id);
        learnt.push(answer);
      }
    }
    committed += known.size;
    const unanswered = window.changes.filter((id) => !known.has(id)).map((id) => lost(id, window));
    if (window.repeatable) uncertain += unanswered.length;
    else inDoubt += unanswered.length;
    learnt.push(...unanswered);
    await ledger.commit({ run, planFile, outcomes: [...window.outcomes, ...learnt] });
    const of = runs.get(run) ?? { planFile, answered: [], learnt: [] };
    of.answered.push(...window.outcomes);
    of.learnt.push(...learnt);
    runs.set(run, of);
  }
  for (const [run, of] of runs) await ended?.({ run, ...of });
  await journal.end(windows.map(({ window }) => window));
  return { committed, uncertain, inDoubt, runs: [...runs.keys()] };
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
