/** Problems of the options beside the fields and the mode they are used with. */
import { type Mode } from "../../record";
import { type ObjectContext, type OptionProblem } from "../destination";
import { type HttpOptions, placeholdersOf, readOptions } from "./options";
import { placeholders } from "../template";

export function checkOptions(context: ObjectContext & { readonly mode: Mode }): readonly OptionProblem[] {
  const options = readOptions(context.options);
  return [...unknownNames(options, context), ...sharedPath(options), ...missing(options, context)];
}

function unknownNames(options: HttpOptions, { fields, match }: ObjectContext): OptionProblem[] {
  const known = new Set([
    ...fields.map(({ name }) => name),
    "key",
    "remote_id",
    ...(match === undefined ? [] : [match]),
  ]);
  return placeholdersOf(options)
    .filter(({ name }) => !known.has(name))
    .map(({ name, path }) => ({
      path,
      code: "unknown-placeholder",
      message: `{{ ${name} }} stands for no mapped field. Map it under fields, or use one of: ${[...known].join(", ")}.`,
    }));
}

function sharedPath(options: HttpOptions): OptionProblem[] {
  if (options.batch === undefined) return [];
  return placeholders(options.path, ["path"]).map(({ name, path }) => ({
    path,
    code: "shared-path",
    message: `The records of a batch share one path, so {{ ${name} }} cannot stand in it. Remove it, or remove batch.`,
  }));
}

function missing(options: HttpOptions, { mode }: { readonly mode: Mode }): OptionProblem[] {
  if (mode !== "mirror" || options.on_delete !== undefined) return [];
  return [
    {
      path: ["on_delete"],
      code: "missing-on-delete",
      message: "mode: mirror needs on_delete, the request that removes a record. Add it, or use mode: upsert.",
    },
  ];
}
