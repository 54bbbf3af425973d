/** Texts of tests with places marked in them: ranges between ‹ and ›, a cursor at ¦. */
import { type Range } from "../../../src/problem";

export interface Unmarked {
  readonly text: string;
  readonly ranges: readonly Range[];
  /** -1: none is marked. */
  readonly cursor: number;
}

export function unmarked(marked: string): Unmarked {
  const ranges: Range[] = [];
  let [text, cursor, start] = ["", -1, 0];
  for (const character of marked) {
    if (character === "‹") start = text.length;
    else if (character === "›") ranges.push({ start, end: text.length });
    else if (character === "¦") cursor = text.length;
    else text += character;
  }
  return { text, ranges, cursor };
}
