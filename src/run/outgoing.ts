/** From planned changes to what a connector is given: values encoded for the wire, changes grouped into batches. Pure. */
import { type Batching, type DeliverContext, type Destination, type FieldSchema } from "../destinations/destination";
import { type Change, keyParts, type OutgoingChange, type Rejection } from "../record";
import { type Json, type LogicalType, toJson } from "../value";

export type Prepared =
  | { readonly outgoing: OutgoingChange }
  | { readonly refused: { readonly field: string; readonly code: string; readonly reason: string } };

/** Encodes every field of a change; the first value that cannot be on the wire refuses it. */
export function prepare(change: Change, destination: Destination, fields: ReadonlyMap<string, FieldSchema>): Prepared {
  const { action } = change;
  const wire: Record<string, Json> = {};
  for (const [name, { after }] of Object.entries(change.fields)) {
    const field = fields.get(name);
    if (field === undefined) throw new Error(`the plan writes a field that the sync does not map: ${name}`);
    const encoded = destination.encode(after, field, { action });
    if ("refused" in encoded) return { refused: { field: name, code: encoded.code, reason: encoded.refused } };
    wire[name] = encoded.wire;
  }
  const { id, key, remoteId, match, matchBefore } = change;
  return {
    outgoing: {
      id,
      action,
      key,
      ...(remoteId === undefined ? {} : { remoteId }),
      ...(match === undefined ? {} : { match }),
      ...(matchBefore === undefined ? {} : { matchBefore }),
      fields: wire,
    },
  };
}

/**
 * Batches that may be under way together, wave by wave. Two changes of the same record, by key, match or remote id, are
 * never in one wave: the later one waits until the earlier one has its outcome.
 */
export function batches(
  changes: readonly OutgoingChange[],
  batching: Batching,
  context: DeliverContext,
): readonly (readonly (readonly OutgoingChange[])[])[] {
  return waves(changes).map((wave) => groups(wave, batching, context));
}

function waves(changes: readonly OutgoingChange[]): OutgoingChange[][] {
  const next = new Map<string, number>();
  const found: OutgoingChange[][] = [];
  for (const change of changes) {
    const names = identities(change);
    const wave = Math.max(...names.map((name) => next.get(name) ?? 0));
    for (const name of names) next.set(name, wave + 1);
    (found[wave] ??= []).push(change);
  }
  return found;
}

function identities({ key, match, matchBefore, remoteId }: OutgoingChange): readonly string[] {
  const names = [`k${key}`];
  if (match !== undefined) names.push(`m${match}`);
  if (matchBefore !== undefined) names.push(`m${matchBefore}`);
  if (remoteId !== undefined) names.push(`r${remoteId}`);
  return names;
}

function groups(wave: readonly OutgoingChange[], { size, by }: Batching, context: DeliverContext): OutgoingChange[][] {
  const filling = new Map<string, OutgoingChange[]>();
  const all: OutgoingChange[][] = [];
  for (const change of wave) {
    const word = by?.(change, context) ?? change.action;
    let batch = filling.get(word);
    if (batch === undefined || batch.length >= Math.max(1, size)) {
      batch = [];
      filling.set(word, batch);
      all.push(batch);
    }
    batch.push(change);
  }
  return all;
}

/** A key for people and programs: the column's value, or an array of them. */
export function displayKey(key: string, types: readonly LogicalType[]): Rejection["key"] {
  const parts = keyParts(key, types.length).map((text, index) => toJson({ type: types[index] ?? "text", text }));
  return parts.length === 1 ? (parts[0] ?? null) : parts;
}
