/**
 * The vocabulary of a sync: what a record, a change, an outcome and a rejection are.
 * Values travel as canonical text with a logical type, so that nothing between a warehouse and a wire loses a digit.
 */
import { type Json, sameValue, type Value } from "./value";

/**
 * Identity of a row: the canonical text of the key column, or for a composite key a JSON array of those texts.
 * The type is not part of it: 1 and '1' are the same row, so that a cast in the model recreates nothing.
 */
export type RecordKey = string;

export const modes = ["insert", "update", "upsert", "mirror", "append"] as const;
export type Mode = (typeof modes)[number];

export const removals = ["delete", "archive", "clear", "keep"] as const;
export type OnRemoved = (typeof removals)[number];

export type Action = "create" | "update" | "delete";

/** One change as the planner decided it. `before` is absent where nothing is known of the destination's value. */
export interface Change {
  /** Number of the change within its plan, from 1. Correlates requests, outcomes and exchanges. */
  readonly id: number;
  readonly action: Action;
  readonly key: RecordKey;
  /** The destination's own id of the record, where known. */
  readonly remoteId?: string;
  /** Match value in its normalised form, as it will be (for a delete: as it was last sent). */
  readonly match?: string;
  /** Match value as last sent, when it differs from `match`. */
  readonly matchBefore?: string;
  /** Only fields to write; of a delete with on_removed: clear, those to clear (after: null). */
  readonly fields: Readonly<Record<string, FieldChange>>;
}

export interface FieldChange {
  readonly before?: Value;
  readonly after: Value;
  /** The destination's value is not what we last wrote: someone else changed it (known after a read-back). */
  readonly drifted?: true;
}

/** What a connector is given: values already encoded for the wire. */
export interface OutgoingChange {
  readonly id: number;
  readonly action: Action;
  readonly key: RecordKey;
  readonly remoteId?: string;
  readonly match?: string;
  readonly matchBefore?: string;
  readonly fields: Readonly<Record<string, Json>>;
}

/** What the destination said of one change. Every change that was sent gets exactly one. */
export type Outcome =
  | {
      readonly outcome: "applied";
      readonly id: number;
      readonly remoteId?: string;
      /** true: the record did not exist before; false: it did (adopted, or an update); absent: the vendor does not say. */
      readonly created?: boolean;
      /** Fields the destination left out although it took the record. */
      readonly refused?: readonly { readonly field: string; readonly code: string; readonly reason: string }[];
    }
  | {
      readonly outcome: "rejected";
      readonly id: number;
      readonly code: string;
      /** The vendor's own sentence. */
      readonly reason: string;
      readonly field?: string;
      /** HTTP status of the answer, where there was one. */
      readonly status?: number;
      /** The destination may have applied it all the same: the ledger row becomes `uncertain`. */
      readonly uncertain?: true;
      /** Every other record would be refused for the same (the channel they all go to is gone): nothing more is sent. */
      readonly forAll?: true;
    }
  | { readonly outcome: "skipped"; readonly id: number; readonly reason: string }
  | { readonly outcome: "in doubt"; readonly id: number; readonly reason: string };

/** A record that could not be synced. `field` is the destination field, or a model column at stage `model`. */
export interface Rejection {
  /** JSON null parts where a key column was null. */
  readonly key: Json;
  readonly stage: "model" | "mapping" | "destination";
  readonly field?: string;
  readonly code: string;
  readonly reason: string;
  readonly status?: number;
  /** Id of the exchange in the run's folder that shows the refusal. */
  readonly exchange?: string;
}

/** One request and its response, credentials never in it. */
export interface Exchange {
  readonly id: string;
  readonly at: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly response?: {
    /** Of HTTP. */
    readonly status?: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly ms: number;
  /** Why there is no response. */
  readonly failure?: string;
  /** Numbers of the changes the request carried. */
  readonly changes: readonly number[];
}

/** The parts of a key: one text for a single key column, several for a composite key. */
export function keyParts(key: RecordKey, columns: number): readonly string[] {
  return columns === 1 ? [key] : (JSON.parse(key) as string[]);
}

/** Inverse of keyParts. */
export function keyOf(parts: readonly string[]): RecordKey {
  return parts.length === 1 ? (parts[0] as string) : JSON.stringify(parts);
}

/** Names of the fields a change alters. A destination that replaces records whole is sent equal values too. */
export function alteredFields({ fields }: Change): readonly string[] {
  return Object.entries(fields).flatMap(([name, { before, after, drifted }]) =>
    before !== undefined && drifted !== true && sameValue(before, after) ? [] : [name],
  );
}
