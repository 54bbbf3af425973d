/** Limits that a plan must keep before anything is written. */
import { type Guards, type Limit } from "../sync/definition";
import { type GuardResult } from "./plan";

export interface GuardInput {
  /** Rows of the raw model. */
  readonly rows: number;
  /** Rows of the ledger that the destination holds. */
  readonly live: number;
  readonly changes: number;
  readonly removals: number;
  /** Rejected rows of the whole model. */
  readonly rejected: number;
}

/** One result for each guard that the sync sets. Nothing may be written once one has tripped. */
export function checkGuards(guards: Guards, input: GuardInput): readonly GuardResult[] {
  const { rows, live, changes, removals, rejected } = input;
  const most = (
    name: GuardResult["name"],
    limit: Limit | undefined,
    value: number,
    of: number,
  ): readonly GuardResult[] =>
    limit === undefined ? [] : [{ name, limit: limitText(limit), value, tripped: value > allowed(limit, of) }];
  return [
    ...most("max_removed", guards.maxRemoved, removals, live),
    // A first run has nothing to be a share of but the model.
    ...most("max_changes", guards.maxChanges, changes, live === 0 ? rows : live),
    ...most("max_rejected", guards.maxRejected, rejected, rows),
    ...(guards.minRows === undefined
      ? []
      : [{ name: "min_rows" as const, limit: String(guards.minRows), value: rows, tripped: rows < guards.minRows }]),
  ];
}

function allowed(limit: Limit, of: number): number {
  // Rounded, so that 5 % of 20 is 1 whatever binary fractions make of it.
  return "records" in limit ? limit.records : Number((limit.share * of).toFixed(6));
}

function limitText(limit: Limit): string {
  return "records" in limit ? String(limit.records) : `${Number((limit.share * 100).toFixed(6))}%`;
}
