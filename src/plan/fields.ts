/** A sync's fields as the connector knows them, and what every operation on its object is told. */
import { type Reader } from "../destinations/connection";
import { type FieldSchema, type ObjectContext, type ObjectSchema } from "../destinations/destination";
import { closest, didYouMean } from "../project/closest";
import { type SyncDefinition } from "../sync/definition";
import { type LogicalType } from "../value";
import { type PlanProblem, PlanProblems } from "./plan";

/** Name of each field and the type of its values, in file order. */
export type FieldTypes = readonly { readonly name: string; readonly type: LogicalType | "mixed" }[];

/** Schemas of the mapped fields, in file order; of an open object they are made from the values' types. */
export function fieldSchemas(object: ObjectSchema, types: FieldTypes): readonly FieldSchema[] {
  const problems: PlanProblem[] = [];
  const schemas = types.map(({ name, type }) => {
    const known = object.fields.find((field) => field.name === name);
    if (known !== undefined) return known;
    if (object.open !== true) {
      const names = object.fields.map((field) => field.name);
      const message = `${object.label ?? object.name} has no field "${name}".${didYouMean(closest(name, names))}`;
      problems.push({ code: "unknown-field", message, path: ["fields", name] });
    }
    return { name, type: type === "mixed" ? "text" : type };
  });
  if (problems.length > 0) throw new PlanProblems(problems);
  return schemas;
}

/** What the connector is told about the object. Throws PlanProblems for options it does not take. */
export function objectContext(
  reader: Pick<Reader, "destination" | "config">,
  definition: SyncDefinition,
  object: ObjectSchema,
  types: FieldTypes,
): ObjectContext {
  const options = reader.destination.options.safeParse(definition.destination.options);
  if (!options.success) {
    throw new PlanProblems(
      options.error.issues.map((issue) => ({
        code: "invalid-option",
        message: `${issue.message}.`.replace(/\.\.$/, "."),
        path: ["destination", ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))],
      })),
    );
  }
  return {
    config: reader.config,
    object,
    options: options.data,
    fields: fieldSchemas(object, types),
    ...(definition.destination.match === undefined ? {} : { match: definition.destination.match }),
  };
}
