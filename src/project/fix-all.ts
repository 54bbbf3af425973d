/** The obvious remedies of a file's problems as one set of edits. */
import { isObvious, type Problem, type Range } from "../problem";
import { type TextEdit } from "./yaml-edit";

/** In the order of the file; of two that meet, the first: the other's problem shows whether it still needs one. */
export function obviousEdits(problems: readonly Problem[]): readonly TextEdit[] {
  const taken: TextEdit[] = [];
  for (const problem of problems) {
    const fix = problem.fixes?.find((each) => isObvious(problem, each));
    if (fix?.edits === undefined || fix.file !== undefined) continue;
    const meets = fix.edits.some(({ range }) => taken.some((other) => touch(range, other.range)));
    if (!meets) taken.push(...fix.edits);
  }
  return taken.sort((a, b) => a.range.start - b.range.start);
}

/** Ends that only meet count too: what is put in at one place twice has no order. */
function touch(a: Range, b: Range): boolean {
  return a.start <= b.end && b.start <= a.end;
}
