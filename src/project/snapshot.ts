/** schema/<connection>.json: what `sluice describe` found at a destination, committed and reviewed. */
import { z } from "zod";
import { fieldTypes, type ObjectSchema } from "../destinations/destination";
import { type Problem } from "../problem";
import { modes, removals } from "../record";

export interface Snapshot {
  readonly version: 1;
  /** Of the connection: hubspot. */
  readonly type: string;
  readonly objects: readonly ObjectSchema[];
}

// Loose, and in the order in which the keys are written: what a newer version adds passes through.
const field = z.looseObject({
  name: z.string(),
  type: z.enum(fieldTypes),
  label: z.string().optional(),
  description: z.string().optional(),
  native: z.string().optional(),
  required: z.boolean().optional(),
  readOnly: z.boolean().optional(),
  unique: z.boolean().optional(),
  matchForm: z.enum(["exact", "trimmed", "lowercase", "trimmed-lowercase"]).optional(),
  format: z.enum(["email", "url", "phone"]).optional(),
  maxLength: z.number().optional(),
  references: z.string().optional(),
  options: z.array(z.looseObject({ value: z.string(), label: z.string().optional() })).optional(),
});

const object = z.looseObject({
  name: z.string(),
  label: z.string().optional(),
  description: z.string().optional(),
  modes: z.array(z.enum(modes)),
  removals: z.array(z.enum(removals)),
  match: z.enum(["required", "optional", "none"]),
  readable: z.boolean(),
  listable: z.boolean().optional(),
  open: z.boolean().optional(),
  fields: z.array(field),
});

const snapshot = z.looseObject({ version: z.literal(1), type: z.string(), objects: z.array(object) });

/** Never throws: a file that cannot be used is a problem whose remedy is to describe the destination again. */
export function parseSnapshot(text: string): { readonly snapshot?: Snapshot; readonly problems: readonly Problem[] } {
  const json = jsonOf(text.replace(/^\ufeff/, ""));
  if (json === undefined) return { problems: [unusable("The schema snapshot is not valid JSON.", text)] };
  const parsed = snapshot.safeParse(json);
  if (parsed.success) return { snapshot: parsed.data as Snapshot, problems: [] };
  const [issue] = parsed.error.issues;
  const at = issue?.path.map(String).join(".") ?? "";
  return { problems: [unusable(`The schema snapshot cannot be understood${at === "" ? "" : ` at ${at}`}.`, text)] };
}

/** Objects and fields by name, keys in a fixed order, one thing a line: so that it reads well in a diff. */
export function serialiseSnapshot({ version, type, objects }: Snapshot): string {
  const ordered = {
    version,
    type,
    objects: byName(objects).map((each) => ({
      ...inOrder(each, object.shape),
      fields: byName(each.fields).map((one) => inOrder(one, field.shape)),
    })),
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function unusable(what: string, text: string): Problem {
  return {
    code: "bad-snapshot",
    severity: "error",
    message: `${what} Run sluice describe to make it anew.`,
    path: [],
    range: { start: 0, end: Math.min(1, text.length) },
    fixes: [{ title: "Describe the destination again", action: "refresh-schema" }],
  };
}

/** By code unit, not by locale: the same on every machine. */
function byName<Named extends { readonly name: string }>(all: readonly Named[]): readonly Named[] {
  return [...all].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function inOrder(value: object, shape: object): Record<string, unknown> {
  const known = Object.keys(shape);
  const others = Object.keys(value)
    .filter((key) => !known.includes(key))
    .sort();
  const found = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    [...known, ...others].flatMap((key) => (found[key] === undefined ? [] : [[key, found[key]]])),
  );
}
