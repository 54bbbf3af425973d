/** Limits that a plan must keep before anything is written. */
import { type Guards, type Limit } from "../sync/definition";
import { type GuardBasis, type GuardResult, type PlanHeader, unstated } from "./plan";

export interface GuardInput extends GuardBasis {
  /** Of this plan. */
  readonly changes: number;
}

/** Guards of a whole plan: of one that takes a run back those that say how much it may change and remove. */
export function checkPlan(
  guards: Guards,
  { basis, revert }: Pick<PlanHeader, "basis" | "revert">,
  changes: number,
): readonly GuardResult[] {
  if (revert === undefined) return checkGuards(guards, { ...basis, changes });
  const { maxRemoved = guards.maxRemoved } = revert;
  const { maxChanges } = guards;
  return checkGuards(
    { ...(maxRemoved === undefined ? {} : { maxRemoved }), ...(maxChanges === undefined ? {} : { maxChanges }) },
    { ...basis, changes },
  ).map((result) =>
    result.limit === unstated ? { ...result, hint: `${result.hint ?? ""} Or say --max-removed.` } : result,
  );
}

/** Of the keys that were sent, so many may come twice before the key is taken to be none. */
const mostRepeated = 0.1;

/**
 * One result for each guard that the sync sets, and one for each that it must set, or that trips unset. Nothing may be
 * written once one has tripped.
 */
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
    ...(guards.maxRemoved === undefined ? unlimited(input) : most("max_removed", guards.maxRemoved, removals, live)),
    // A first run has nothing to be a share of but the model.
    ...most("max_changes", guards.maxChanges, changes, live === 0 ? rows : live),
    ...most("max_rejected", guards.maxRejected, rejected, rows),
    ...(guards.minRows === undefined
      ? emptyModel(input)
      : [{ name: "min_rows" as const, limit: String(guards.minRows), value: rows, tripped: rows < guards.minRows }]),
    ...(guards.maxRejected === undefined ? repeatedKeys(input) : []),
    ...input.drifted.map(driftedType),
  ];
}

/** Removing wants a limit that someone has thought about. */
function unlimited({ removals, firstMirror }: GuardInput): readonly GuardResult[] {
  if (removals === 0 && !firstMirror) return [];
  const why =
    removals === 0
      ? "this is the first run of a mirror, which removes what leaves the model"
      : `the plan removes ${removals === 1 ? "1 record" : `${removals} records`}`;
  return [
    {
      name: "max_removed",
      limit: unstated,
      value: removals,
      tripped: true,
      message: `No limit of removals is set, and ${why}.`,
      hint: "Set `guards: { max_removed: 5% }` in the sync: a share of the records that were sent, or a number.",
    },
  ];
}

function emptyModel({ rows, removals }: GuardInput): readonly GuardResult[] {
  if (rows > 0 || removals === 0) return [];
  return [
    {
      name: "min_rows",
      limit: "1",
      value: 0,
      tripped: true,
      message: "The model has no rows, and the plan would remove every record.",
      hint: "Look at the model; if it is right, set `guards: { min_rows: 0 }` in the sync.",
    },
  ];
}

function repeatedKeys({ repeated, live }: GuardInput): readonly GuardResult[] {
  if (repeated === 0) return [];
  return [
    {
      name: "unique_key",
      limit: "10%",
      value: repeated,
      tripped: repeated > allowed({ share: mostRepeated }, live),
      message: `The key no longer identifies a row: of ${live} records that were sent, ${repeated} have a key that the model returns more than once.`,
      hint: "Mend the model (a join that multiplies rows?) or its key, or set `guards: { max_rejected: … }` to leave such rows out.",
    },
  ];
}

function driftedType({ field, was, is, records }: GuardInput["drifted"][number]): GuardResult {
  return {
    name: "same_types",
    limit: "0",
    value: records,
    tripped: true,
    message: `The type of ${field} was ${was} at the last run and is ${is} now, although neither model nor mapping changed; that alters ${records === 1 ? "1 record" : `${records} records`}.`,
    hint: "Convert it back in the model, or accept it with `sluice ledger adopt`.",
  };
}

function allowed(limit: Limit, of: number): number {
  // Rounded, so that 5 % of 20 is 1 whatever binary fractions make of it.
  return "records" in limit ? limit.records : Number((limit.share * of).toFixed(6));
}

function limitText(limit: Limit): string {
  return "records" in limit ? String(limit.records) : `${Number((limit.share * 100).toFixed(6))}%`;
}
