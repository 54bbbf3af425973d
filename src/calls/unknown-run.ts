/** Why a run that was asked for cannot be shown. */
import { SyncFailure } from "../failure";
import { type RunStore } from "../run/report";

export function unknownRun(id: string): SyncFailure {
  return new SyncFailure("unknown-run", `There is no run "${id}".`, "`sluice runs` lists them.");
}

/** There is no such run, or it has no report yet. */
export async function withoutReport(store: RunStore, id: string): Promise<SyncFailure> {
  if (!(await store.has(id))) return unknownRun(id);
  return new SyncFailure(
    "run-unfinished",
    `The run ${id} has no report: it is under way, or it ended in the middle.`,
    "Where it ended in the middle, planning its sync takes in what is known of it, and writes the report.",
  );
}
