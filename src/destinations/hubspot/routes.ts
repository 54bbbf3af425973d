/** Which request carries one change of a CRM record. */
import { type DeliverContext } from "../destination";
import { type OutgoingChange } from "../../record";
import { type Json } from "../../value";
import { recordId } from "./api";

/** How one change is written. `id` is a record's id, or with `by` the value of that unique property. */
export type Route =
  | { readonly kind: "create" }
  | { readonly kind: "upsert"; readonly id: string; readonly by: string }
  | { readonly kind: "update"; readonly id: string; readonly by?: string }
  | { readonly kind: "archive"; readonly id: string }
  | { readonly kind: "erase"; readonly id: string; readonly by?: string }
  /** The id must be read first. */
  | { readonly kind: "find"; readonly id: string; readonly by: string }
  | { readonly kind: "none" }
  | { readonly kind: "refuse"; readonly code: string; readonly reason: string };

export type Request = Extract<Route, { kind: "create" | "upsert" | "update" }>;

export function routeOf(change: OutgoingChange, context: DeliverContext): Route {
  const { match, mode } = context;
  const id = change.remoteId ?? (match === recordId ? change.match : undefined);
  const byMatch =
    match !== undefined && match !== recordId && change.match !== undefined
      ? { id: change.match, by: match }
      : undefined;
  if (change.action === "delete")
    return removalOf(context, { id, byMatch, empty: isEmpty(propertiesOf(change, context)) });
  if (mode === "insert") {
    if (match === recordId)
      return refuse("id-given", "HubSpot gives new records their ids itself; insert with another match.");
    return { kind: "create" };
  }
  if (id !== undefined) return isEmpty(propertiesOf(change, context)) ? { kind: "none" } : { kind: "update", id };
  if (change.matchBefore !== undefined && change.matchBefore !== change.match) {
    return refuse(
      "match-changed",
      "The match changed, and which record it was in HubSpot is not known. Change the match there, then run again.",
    );
  }
  if (byMatch) return mode === "update" ? { kind: "update", ...byMatch } : { kind: "upsert", ...byMatch };
  if (change.action === "create" && mode !== "update") return { kind: "create" };
  return refuse(
    "record-unknown",
    "Which record this is in HubSpot is not known: the sync has no match, and no id was remembered.",
  );
}

function removalOf(
  { onRemoved }: DeliverContext,
  known: {
    readonly id: string | undefined;
    readonly byMatch: { id: string; by: string } | undefined;
    readonly empty: boolean;
  },
): Route {
  const { id, byMatch } = known;
  if (onRemoved === "keep") return refuse("kept", "The sync keeps the records that left its model.");
  if (onRemoved === "clear" && known.empty) return { kind: "none" };
  if (id !== undefined)
    return { kind: onRemoved === "clear" ? "update" : onRemoved === "delete" ? "erase" : "archive", id };
  if (!byMatch)
    return refuse("record-unknown", "Which record this is in HubSpot is not known, so it cannot be removed.");
  if (onRemoved === "clear") return { kind: "update", ...byMatch };
  return onRemoved === "delete" && byMatch.by === "email"
    ? { kind: "erase", ...byMatch }
    : { kind: "find", ...byMatch };
}

function refuse(code: string, reason: string): Route {
  return { kind: "refuse", code, reason };
}

/** The record's own id is never sent as a property; null clears, as "" does. */
export function propertiesOf(change: OutgoingChange, context: DeliverContext): Record<string, Json> {
  const sent = Object.entries(change.fields).filter(([name]) => name !== recordId || context.match !== recordId);
  return Object.fromEntries(sent.map(([name, value]) => [name, value ?? ""]));
}

function isEmpty(properties: Readonly<Record<string, Json>>): boolean {
  return Object.keys(properties).length === 0;
}
