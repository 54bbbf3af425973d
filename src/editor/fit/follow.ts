/** Places in a text that follow its edits, so that what was found still stands where it belongs. Pure. */
import { type FileProblem } from "../../calls/calls";
import { type Fix, type Range } from "../../problem";

/** One change of a document: so many characters at an offset gave way to so many others. */
export interface Shift {
  readonly at: number;
  readonly removed: number;
  readonly added: number;
}

/** The problems as they stand after a change. A fix whose place was edited is gone; the problem stays. */
export function follow(problems: readonly FileProblem[], shift: Shift): readonly FileProblem[] {
  return problems.map((problem) => {
    const fixes = (problem.fixes ?? []).flatMap((fix) => moved(fix, shift) ?? []);
    return { ...problem, range: rangeAfter(problem.range, shift), fixes };
  });
}

function moved(fix: Fix, shift: Shift): Fix | undefined {
  if (fix.edits === undefined || fix.file !== undefined) return fix;
  if (fix.edits.some(({ range }) => touches(range, shift))) return undefined;
  return { ...fix, edits: fix.edits.map((edit) => ({ ...edit, range: rangeAfter(edit.range, shift) })) };
}

function touches({ start, end }: Range, { at, removed }: Shift): boolean {
  return at < end && at + removed > start;
}

function rangeAfter({ start, end }: Range, shift: Shift): Range {
  return { start: after(start, shift), end: after(end, shift) };
}

function after(offset: number, { at, removed, added }: Shift): number {
  if (offset <= at) return offset;
  return Math.max(offset - removed, at) + added;
}
