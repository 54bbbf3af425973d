/**
 * What takes back one change that a run made. Pure.
 *
 * | the run …          | taken back by                                          | left, and listed, where                                  |
 * |--------------------|--------------------------------------------------------|----------------------------------------------------------|
 * | created a record   | removing it                                            | it found the record there, or nothing can be removed     |
 * | updated fields     | writing the values before                              | these are not known                                      |
 * | removed a record   | creating it anew, with the mapped values it had        | somebody has made it again, or these are not known       |
 * | cleared fields     | writing the values before                              | these are not known                                      |
 * | appended a message | nothing                                                | always                                                   |
 *
 * Whatever somebody else has changed since is left as it is, the whole record.
 */
import { type Destination, type FieldSchema, type PresentRecord } from "../destinations/destination";
import { type Action, type Mode, type OnRemoved } from "../record";
import { fromTagged, nullTag, toTagged, type Value } from "../value";
import { shown } from "./settle";

/** A change as the run carried it out. Values are tagged; null: not known. */
export interface Done {
  readonly action: Action;
  readonly remoteId: string | null;
  readonly match: string | null;
  readonly origin: string | null;
  /** Its answer never came. */
  readonly uncertain: boolean;
  readonly fields: readonly DoneField[];
  /** What the record held right before the change: read then; undefined: was not read. */
  readonly was: PresentRecord | "absent" | undefined;
}

export interface DoneField {
  readonly written: boolean;
  readonly sent: string | null;
  readonly before: string | null;
}

export interface InverseField {
  readonly write: boolean;
  /** To be written. */
  readonly value: string | null;
  /** What it replaces. */
  readonly before: string | null;
}

/** restored: the record is as it was before, already. */
export type Inverse =
  | { readonly verdict: "change"; readonly action: Action; readonly fields: readonly InverseField[] }
  | { readonly verdict: "restored"; readonly fields: readonly InverseField[] }
  | { readonly verdict: "left"; readonly code: string; readonly reason: string; readonly field?: string };

export interface InverseRules {
  readonly mode: Mode;
  /** What a removal does at this destination; undefined: it removes nothing. */
  readonly removal: OnRemoved | undefined;
  /** May records be created there? */
  readonly creates: boolean;
  /** Does a write replace the whole record, so that what is equal is sent too? */
  readonly whole: boolean;
  readonly schemas: readonly FieldSchema[];
  readonly destination: Pick<Destination, "encode" | "normal">;
}

/** `present`: what the destination holds now; "unread": it cannot be asked. */
export function inverseOf(done: Done, present: PresentRecord | undefined | "unread", rules: InverseRules): Inverse {
  if (rules.mode === "append") {
    return left("sent-already", "What was sent as a message or an event cannot be taken back.");
  }
  if (done.action === "create" && done.was !== undefined && done.was !== "absent") {
    return restoring({ ...done, fields: asWas(done, done.was, rules) }, present, rules);
  }
  if (done.action === "create") return removing(done, present, rules);
  const fields = typeof done.was === "object" ? asWas(done, done.was, rules) : done.fields;
  if (done.action === "delete" && !done.fields.some(({ written }) => written)) {
    return recreating({ ...done, fields }, present, rules);
  }
  return restoring({ ...done, fields }, present, rules);
}

function removing(done: Done, present: PresentRecord | undefined | "unread", rules: InverseRules): Inverse {
  if (done.uncertain && done.was !== "absent") {
    return left("answer-unknown", "The answer never came, so it is not known whether the run created this record.");
  }
  if (done.origin !== "created" && done.was !== "absent") {
    return left(
      "before-unknown",
      "The run found this record there and updated it. What it held before was not read; with `undo: true` in the sync file it is.",
    );
  }
  if (rules.removal === undefined) return left("not-removable", "The destination cannot remove records.");
  if (present === undefined) return { verdict: "restored", fields: done.fields.map(untouched) };
  if (done.remoteId === null && done.match === null) return unknownRecord();
  if (present === "unread") return { verdict: "change", action: "delete", fields: done.fields.map(untouched) };
  const stranger = changedSince(done, present, rules);
  if (stranger !== undefined) return stranger;
  return { verdict: "change", action: "delete", fields: done.fields.map(untouched) };
}

/** Shown beside a removal, as what goes. */
function untouched({ sent, written }: DoneField): InverseField {
  return { write: false, value: null, before: written ? sent : null };
}

function restoring(done: Done, present: PresentRecord | undefined | "unread", rules: InverseRules): Inverse {
  if (done.remoteId === null && done.match === null) return unknownRecord();
  if (present === undefined) return left("gone-since", "Somebody has removed this record since.");
  for (const [index, field] of done.fields.entries()) {
    if (!field.written || field.before !== null) continue;
    return left(
      "before-unknown",
      "What this field held before is not known; with `undo: true` in the sync file it is read.",
      rules.schemas[index]?.name,
    );
  }
  if (present === "unread") return changeOf(done, rules, ({ written }) => written);
  const stranger = changedSince(done, present, rules);
  if (stranger !== undefined) return stranger;
  const differs = (field: DoneField, schema: FieldSchema): boolean =>
    field.written && normalOf(field.before, schema, rules) !== there(present, schema, rules);
  const fields = done.fields.map((field, index) => differs(field, rules.schemas[index] as FieldSchema));
  if (!fields.includes(true)) {
    const restored = done.fields.map((field) => ({ write: field.written, value: field.before, before: field.before }));
    return { verdict: "restored", fields: restored };
  }
  return changeOf(done, rules, (field, index) => (rules.whole ? field.written : fields[index] === true), present);
}

function changeOf(
  done: Done,
  rules: InverseRules,
  writes: (field: DoneField, index: number) => boolean,
  present?: PresentRecord,
): Inverse {
  const fields: InverseField[] = [];
  for (const [index, field] of done.fields.entries()) {
    const schema = rules.schemas[index] as FieldSchema;
    const write = writes(field, index);
    const refusal = write ? refused(field.before, schema, "update", rules) : undefined;
    if (refusal !== undefined) return refusal;
    const now = present === undefined ? field.sent : toTagged(shown(there(present, schema, rules), schema));
    fields.push({ write, value: write ? field.before : null, before: write ? now : null });
  }
  return { verdict: "change", action: "update", fields };
}

function recreating(done: Done, present: PresentRecord | undefined | "unread", rules: InverseRules): Inverse {
  // Removing what is not there counts as done.
  if (done.was === "absent") return { verdict: "restored", fields: done.fields.map(untouched) };
  if (!rules.creates) return left("not-creatable", "The run removed this record, and the destination creates none.");
  if (present !== undefined && present !== "unread") {
    return left("made-since", "The run removed this record, and somebody has made one like it since.");
  }
  const fields: InverseField[] = [];
  for (const [index, field] of done.fields.entries()) {
    const write = field.before !== null && field.before !== nullTag;
    const refusal = write ? refused(field.before, rules.schemas[index] as FieldSchema, "create", rules) : undefined;
    if (refusal !== undefined) return refusal;
    fields.push({ write, value: write ? field.before : null, before: null });
  }
  if (fields.some(({ write }) => write)) return { verdict: "change", action: "create", fields };
  return left("before-unknown", "The run removed this record, and what it held before is not known.");
}

/** A written field that holds neither what was sent nor what was there before is somebody else's now. */
function changedSince(done: Done, present: PresentRecord, rules: InverseRules): Inverse | undefined {
  for (const [index, field] of done.fields.entries()) {
    if (!field.written) continue;
    const schema = rules.schemas[index] as FieldSchema;
    const now = there(present, schema, rules);
    if (now === normalOf(field.sent, schema, rules)) continue;
    if (done.action !== "create" && now === normalOf(field.before, schema, rules)) continue;
    return left("changed-since", "Somebody else has changed this record since the run.", schema.name);
  }
  return undefined;
}

/** The change's fields with the values that were read right before it. */
function asWas(done: Done, was: PresentRecord, rules: InverseRules): readonly DoneField[] {
  return done.fields.map((field, index) => {
    const schema = rules.schemas[index] as FieldSchema;
    if (!Object.hasOwn(was.fields, schema.name)) return field;
    return { ...field, before: toTagged(shown(there(was, schema, rules), schema)) };
  });
}

function there(record: PresentRecord, schema: FieldSchema, { destination }: InverseRules): string | null {
  return emptied(destination.normal(record.fields[schema.name] ?? null, schema));
}

/** undefined: nothing the destination could hold. */
function normalOf(
  tagged: string | null,
  schema: FieldSchema,
  { destination }: InverseRules,
): string | null | undefined {
  if (tagged === null) return undefined;
  const encoded = destination.encode(fromTagged(tagged), schema, { action: "update" });
  return "wire" in encoded ? emptied(destination.normal(encoded.wire, schema)) : undefined;
}

/** A record that was made without a value, and one whose value was cleared, are the same. */
function emptied(normal: string | null): string | null {
  return normal === "" ? null : normal;
}

function refused(
  tagged: string | null,
  schema: FieldSchema,
  action: Action,
  { destination }: InverseRules,
): Inverse | undefined {
  const value: Value = tagged === null ? null : fromTagged(tagged);
  const encoded = destination.encode(value, schema, { action });
  if ("wire" in encoded) return undefined;
  return left(encoded.code, `The value from before cannot be written back. ${encoded.refused}`, schema.name);
}

function unknownRecord(): Inverse {
  return left("record-unknown", "Which record this is at the destination is not known.");
}

function left(code: string, reason: string, field?: string): Inverse {
  return { verdict: "left", code, reason, ...(field === undefined ? {} : { field }) };
}
