/** Problems of the options beside the mode they are used with. */
import { type Mode } from "../../record";
import { type ObjectContext, type OptionProblem } from "../destination";
import { readForm } from "./options";

export function checkOptions(context: ObjectContext & { readonly mode: Mode }): readonly OptionProblem[] {
  const problems: OptionProblem[] = [];
  if (readForm(context.config, context.options).format === undefined) {
    problems.push({
      path: ["path"],
      code: "format-unknown",
      message: "The file's extension tells no format. Add format: csv or format: jsonl.",
    });
  }
  if (context.mode !== "append" && context.match === undefined) {
    problems.push({
      path: ["match"],
      code: "match-missing",
      message: `mode: ${context.mode} needs match, the column that tells one row of the file from another.`,
    });
  }
  return problems;
}
