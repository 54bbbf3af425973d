/** What a change becomes once the destination's present record is known. Pure. */
import { type Destination, type FieldSchema, type PresentRecord } from "../destinations/destination";
import { type FieldMapping } from "../sync/definition";
import { type Mode } from "../record";
import { fromTagged, nullTag, toTagged, type Value } from "../value";
import { type FirstRun } from "./plan";

/** A change as it was compared with the ledger. Values are tagged; null: not known. */
export interface Unsettled {
  readonly action: "create" | "update";
  readonly remoteId: string | null;
  readonly origin: string | null;
  /** The ledger knows the record: a row of its own, or one taken over. */
  readonly known: boolean;
  readonly fields: readonly UnsettledField[];
}

export interface UnsettledField {
  /** What would be sent; null where nothing can be yet: a lookup that was not asked for. */
  readonly now: string | null;
  readonly write: boolean;
  readonly before: string | null;
}

/** note: nothing to send, but to be remembered as live; skipped: the mode leaves such a record alone. */
export interface Settled {
  readonly verdict: "change" | "note" | "skipped";
  readonly action: "create" | "update";
  readonly remoteId: string | null;
  readonly origin: string | null;
  readonly fields: readonly SettledField[];
}

export interface SettledField {
  readonly write: boolean;
  readonly before: string | null;
  readonly drifted: boolean;
  /** false: this plan did not look at the field after all. */
  readonly considered: boolean;
}

export interface SettleRules {
  readonly mode: Mode;
  readonly firstRun: FirstRun | undefined;
  readonly mappings: readonly FieldMapping[];
  readonly schemas: readonly FieldSchema[];
  readonly destination: Pick<Destination, "encode" | "normal">;
  /** Does a write replace the whole record, so that what is equal is sent too? */
  readonly whole: boolean;
}

export function settle(change: Unsettled, present: PresentRecord | undefined, rules: SettleRules): Settled {
  return present === undefined ? settleAbsent(change, rules) : settlePresent(change, present, rules);
}

function settleAbsent(change: Unsettled, { mode, mappings }: SettleRules): Settled {
  if (mode === "update") return { ...change, verdict: "skipped", fields: change.fields.map(unwritten) };
  // Nobody had made it when it was looked for. Who did is known even if no answer comes.
  if (change.action === "create")
    return { ...change, verdict: "change", origin: "created", fields: change.fields.map(asBefore) };
  // Someone else removed the record: it is made anew, with everything.
  const fields = change.fields.map((field, index) => {
    const silent = mappings[index]?.nulls === "skip" && field.now === nullTag;
    return { write: field.now !== null && !silent, before: null, drifted: false, considered: field.now !== null };
  });
  return { verdict: "change", action: "create", remoteId: null, origin: null, fields };
}

function settlePresent(change: Unsettled, present: PresentRecord, rules: SettleRules): Settled {
  const record = {
    remoteId: change.remoteId ?? present.remoteId,
    // Where the ledger says that it is ours, it is ours, whatever a lost answer left open.
    origin: change.origin ?? "adopted",
    action: "update" as const,
  };
  if (rules.mode === "insert" && change.action === "create" && !change.known) {
    const verdict = rules.firstRun === "adopt" ? "note" : "skipped";
    return { ...record, verdict, fields: change.fields.map(unwritten) };
  }
  const fields = change.fields.map((field, index) => settleField(field, index, present, change.action, rules));
  if (!fields.some(({ write }) => write)) return { ...record, verdict: "note", fields };
  if (!rules.whole) return { ...record, verdict: "change", fields };
  const whole = fields.map((field, index) => ({ ...field, write: change.fields[index]?.write ?? false }));
  return { ...record, verdict: "change", fields: whole };
}

function settleField(
  field: UnsettledField,
  index: number,
  present: PresentRecord,
  action: Unsettled["action"],
  { mappings, schemas, destination }: SettleRules,
): SettledField {
  const schema = schemas[index] as FieldSchema;
  const mapping = mappings[index] as FieldMapping;
  const there = destination.normal(present.fields[schema.name] ?? null, schema);
  if (!field.write || field.now === null)
    return { write: false, before: field.before, drifted: false, considered: true };
  const normalOf = (tagged: string): string | null | undefined => {
    const encoded = destination.encode(fromTagged(tagged), schema, { action: "update" });
    return "wire" in encoded ? destination.normal(encoded.wire, schema) : undefined;
  };
  const same = normalOf(field.now) === there;
  const suppressed =
    (mapping.write === "create_only" && action === "create") ||
    (mapping.write === "if_empty" && there !== null && there !== "");
  return {
    write: !same && !suppressed,
    before: toTagged(shown(there, schema)),
    drifted: field.before !== null && !same && normalOf(field.before) !== there,
    considered: true,
  };
}

/** A normal form as a value: numbers and booleans as such where the field holds them. */
export function shown(normal: string | null, { type }: FieldSchema): Value {
  if (normal === null) return null;
  if ((type === "integer" || type === "number") && /^-?\d+(?:\.\d+)?$/.test(normal))
    return { type: "number", text: normal };
  if (type === "boolean" && (normal === "true" || normal === "false")) return { type: "boolean", text: normal };
  return { type: "text", text: normal };
}

function asBefore({ write, before }: UnsettledField): SettledField {
  return { write, before, drifted: false, considered: true };
}

function unwritten({ before }: UnsettledField): SettledField {
  return { write: false, before, drifted: false, considered: true };
}
