/** Several edits of a sync file as one: each is made on what the one before left, and what changed is one replacement. */
import { applyEdits, type TextEdit } from "../project/yaml-edit";
import { type ParsedSync } from "./definition";

export type Step = (parsed: ParsedSync, text: string) => readonly TextEdit[] | undefined;

/** undefined: one of them is not certain. */
export function inSteps(
  text: string,
  parse: (text: string) => ParsedSync,
  steps: readonly Step[],
): TextEdit | undefined {
  let after = text;
  for (const step of steps) {
    const edits = step(parse(after), after);
    if (edits === undefined) return undefined;
    after = applyEdits(after, edits);
  }
  return difference(text, after);
}

/** The smallest replacement that makes one text of another. */
function difference(before: string, after: string): TextEdit {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { range: { start, end: before.length - end }, text: after.slice(start, after.length - end) };
}
