/**
 * Plans are checked against the schema's snapshot. Before something is sent the destination is asked whether its fields
 * are still so: what is gone would be refused record by record, after some of them were written.
 *
 * | refused as       | because                                                         |
 * |------------------|-----------------------------------------------------------------|
 * | field-gone       | a mapped field is not there any more                            |
 * | field-read-only  | it cannot be written any more                                   |
 * | match-not-unique | the match no longer tells one record from another               |
 * | option-gone      | the plan sends a choice that is not offered any more            |
 */
import { type FieldSchema, type ObjectSchema } from "../destinations/destination";
import { SyncFailure } from "../failure";
import { type SyncDefinition } from "../sync/definition";
import { type StoredPlan } from "./plan";

interface Needed {
  readonly definition: Pick<SyncDefinition, "destination">;
  /** As the plan knew it. */
  readonly object: ObjectSchema;
}

/** Throws SyncFailure. `now`: the object's fields as the destination has them. */
export async function checkStillThere(
  plan: Pick<StoredPlan, "header" | "changes">,
  { definition, object }: Needed,
  now: readonly FieldSchema[],
): Promise<void> {
  const { connection, match } = definition.destination;
  const there = new Map(now.map((field) => [field.name, field] as const));
  const known = new Map(object.fields.map((field) => [field.name, field] as const));
  const mapped = plan.header.fields.map(({ name }) => name);
  const refuse = (code: string, what: string): SyncFailure =>
    new SyncFailure(
      code,
      `"${connection}" ${what}, so nothing was sent.`,
      `\`sluice describe ${connection}\` fetches its fields as they are now; then mend the sync, or change the field back there.`,
    );
  for (const name of [...mapped, ...(match === undefined ? [] : [match])]) {
    const field = there.get(name);
    if (field === undefined) throw refuse("field-gone", `has no field "${name}" of ${object.name} any more`);
    // One that was not writable when the plan was made is the destination's own affair.
    if (name !== match && field.readOnly === true && known.get(name)?.readOnly !== true)
      throw refuse("field-read-only", `does not let "${name}" of ${object.name} be written any more`);
    if (name === match && field.unique !== true && known.get(name)?.unique === true)
      throw refuse("match-not-unique", `no longer keeps "${name}" of ${object.name} unique, which is the sync's match`);
  }
  const lost = new Map(mapped.flatMap((name) => lostOptions(name, known.get(name), there.get(name))));
  const sent = lost.size === 0 ? undefined : await firstSent(plan, lost);
  if (sent === undefined) return;
  throw refuse("option-gone", `does not offer "${sent.option}" for "${sent.field}" of ${object.name} any more`);
}

type Lost = ReadonlyMap<string, ReadonlySet<string>>;

function lostOptions(
  name: string,
  was: FieldSchema | undefined,
  is: FieldSchema | undefined,
): readonly (readonly [string, ReadonlySet<string>])[] {
  if (was?.options === undefined || is?.options === undefined) return [];
  const offered = new Set(is.options.flatMap(textsOf));
  const gone = was.options.flatMap(textsOf).filter((text) => !offered.has(text));
  return gone.length === 0 ? [] : [[name, new Set(gone)]];
}

/** A choice may be named by its value or its label. */
function textsOf({ value, label }: { readonly value: string; readonly label?: string }): readonly string[] {
  return label === undefined ? [value] : [value, label];
}

async function firstSent({ changes }: Pick<StoredPlan, "changes">, lost: Lost) {
  for await (const page of changes()) {
    for (const { fields } of page) {
      for (const [field, gone] of lost) {
        const text = fields[field]?.after?.text;
        if (text === undefined) continue;
        const option = [text, ...text.split(";")].find((one) => gone.has(one));
        if (option !== undefined) return { field, option };
      }
    }
  }
  return undefined;
}
