/** Looking into zod schemas: which keys they have at a path, and what is said of them. */
import { z } from "zod";

type Schema = z.core.$ZodType;

/** The keys an object at `path` may have, with their schemas; of a union, those of every alternative. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): ReadonlyMap<string, z.ZodType> {
  const keys = new Map<string, z.ZodType>();
  for (const found of schemasAt(schema, path)) {
    if (!(found instanceof z.ZodObject)) continue;
    for (const [key, value] of Object.entries(found.shape as Record<string, z.ZodType>)) {
      if (!keys.has(key)) keys.set(key, value);
    }
  }
  return keys;
}

/** The schemas of what stands at `path`: several where alternatives lead there. */
export function schemasAt(schema: Schema, path: readonly PropertyKey[]): readonly Schema[] {
  let found = alternatives(schema);
  for (const step of path) found = found.flatMap((each) => inside(each, step)).flatMap(alternatives);
  return found;
}

function inside(schema: Schema, step: PropertyKey): Schema[] {
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<PropertyKey, Schema>;
    const known = Object.hasOwn(shape, step) ? shape[step] : schema.def.catchall;
    return known === undefined ? [] : [known];
  }
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodArray) return [schema.element];
  return [];
}

/** The schema without its wrappers; the options of a union. */
function alternatives(schema: Schema): Schema[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  if (schema instanceof z.ZodPipe) return alternatives(schema.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return alternatives(schema.unwrap());
  }
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly || schema instanceof z.ZodLazy) {
    return alternatives(schema.unwrap());
  }
  return [schema];
}

/** Does the key's schema, or what it wraps, carry `.meta({ secret: true })`? */
export function isSecret(schema: Schema): boolean {
  const own = z.globalRegistry.get(schema as z.ZodType) as { readonly secret?: unknown } | undefined;
  return own?.secret === true || alternatives(schema).some((each) => each !== schema && isSecret(each));
}

/** Is what stands at `path` itself called secret, in any of the alternatives that lead there? */
export function isSecretAt(schema: Schema, path: readonly PropertyKey[]): boolean {
  const [last] = path.slice(-1);
  if (last === undefined) return isSecret(schema);
  return schemasAt(schema, path.slice(0, -1)).some((above) => inside(above, last).some(isSecret));
}
