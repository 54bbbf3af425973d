import { type FieldSchema, type ObjectSchema } from "../destinations/destination";

/** Every mapping looks for its field among all of them. */
const names = new WeakMap<readonly FieldSchema[], ReadonlyMap<string, FieldSchema>>();

export function fieldNamed({ fields }: ObjectSchema, name: string): FieldSchema | undefined {
  const known = names.get(fields) ?? new Map([...fields].reverse().map((field) => [field.name, field]));
  names.set(fields, known);
  return known.get(name);
}
