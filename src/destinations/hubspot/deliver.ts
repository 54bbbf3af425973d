/** Writing: which way each kind of object is written. */
import { type Batching, type Conversation, type DeliverContext } from "../destination";
import { type Outcome, type OutgoingChange } from "../../record";
import { batchSize } from "./api";
import { associationBatch, deliverAssociations } from "./associations";
import { deliverMemberships, membershipBatch } from "./lists";
import { deliverRecords } from "./records";
import { routeOf } from "./routes";

export function batching(context: DeliverContext): Batching {
  switch (context.object.name) {
    case "association":
      return { size: associationBatch, repeatable: true };
    case "list":
      return { size: membershipBatch, repeatable: true };
    default:
      // One request for a batch: if HubSpot refuses it whole, nothing of the batch was written yet.
      return {
        size: batchSize,
        by: (change) => requestOf(change, context),
        // Creating is not repeatable; everything else names its record.
        repeatable: context.mode !== "insert" && context.match !== undefined,
      };
  }
}

function requestOf(change: OutgoingChange, context: DeliverContext): string {
  const route = routeOf(change, context);
  return "by" in route && route.by !== undefined ? `${route.kind} by ${route.by}` : route.kind;
}

export function* deliver(batch: readonly OutgoingChange[], context: DeliverContext): Conversation<readonly Outcome[]> {
  const outcomes = new Map<number, Outcome>();
  const note = (outcome: Outcome): void => void outcomes.set(outcome.id, outcome);
  if (context.object.name === "association") yield* deliverAssociations(batch, context, note);
  else if (context.object.name === "list") yield* deliverMemberships(batch, context, note);
  else yield* deliverRecords(batch, context, note);
  return batch.map(({ id }) => {
    const outcome = outcomes.get(id);
    if (!outcome) throw new Error("a change was left without an outcome");
    return outcome;
  });
}
