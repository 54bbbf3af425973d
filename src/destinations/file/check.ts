/** Problems of the options that one option alone does not show. */
import { type ObjectContext, type OptionProblem } from "../destination";
import { formOf } from "./options";

export function checkOptions({ config, options }: Pick<ObjectContext, "config" | "options">): readonly OptionProblem[] {
  const form = formOf(config, options);
  if (form === undefined || form.format !== undefined) return [];
  const message = "The file's extension tells no format. Add format: csv or format: jsonl.";
  return [{ path: ["path"], code: "format-unknown", message }];
}
