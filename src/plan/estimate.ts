/** How many requests carrying out a plan takes, and how long at the destination's own limits. */
import { type Reader } from "../destinations/connection";
import { type ObjectContext } from "../destinations/destination";
import { type SyncDefinition } from "../sync/definition";
import { type PlanCounts, type PlanHeader } from "./plan";

export function estimate(
  { destination, config }: Pick<Reader, "destination" | "config">,
  context: ObjectContext,
  definition: SyncDefinition,
  { counts, run }: { readonly counts: Pick<PlanCounts, "create" | "update" | "delete">; readonly run: string },
): PlanHeader["estimate"] {
  const { mode, onRemoved, name } = definition;
  const { size } = destination.batching({ ...context, sync: name, run, mode, onRemoved });
  const requests = [counts.create, counts.update, counts.delete]
    .map((changes) => Math.ceil(changes / Math.max(1, size)))
    .reduce((sum, each) => sum + each, 0);
  const buckets = destination.limits(config).filter(({ reads }) => reads !== true);
  const perRequest = buckets.map((bucket) => bucket.perMs / Math.max(1, bucket.requests) / 1_000);
  // A bucket holds a whole window's requests at the start, but its pace is what lasts.
  return { requests, seconds: Number((requests * Math.max(0, ...perRequest)).toFixed(1)) };
}
