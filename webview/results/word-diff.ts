/** Which words of a text changed. */

export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

/** Beyond so many words on a side only the common beginning and end are found. */
const most = 200;

/** The pieces of each side; joined they are the texts. */
export function wordDiff(
  before: string,
  after: string,
): { readonly before: readonly Piece[]; readonly after: readonly Piece[] } {
  const a = wordsOf(before);
  const b = wordsOf(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const middleA = a.slice(start, a.length - end);
  const middleB = b.slice(start, b.length - end);
  const common = middleA.length > most || middleB.length > most ? none : commonWords(middleA, middleB);
  const side = (words: readonly string[], middle: readonly string[], same: ReadonlySet<number>): readonly Piece[] =>
    joined([
      ...words.slice(0, start).map((text) => ({ text, changed: false })),
      ...middle.map((text, index) => ({ text, changed: !same.has(index) })),
      ...words.slice(words.length - end).map((text) => ({ text, changed: false })),
    ]);
  return { before: side(a, middleA, common.before), after: side(b, middleB, common.after) };
}

const none = { before: new Set<number>(), after: new Set<number>() };

/** Words, and what stands between them character by character. */
function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}\p{M}_]+|\s+|[^]/gu) ?? [];
}

/** Places of a longest common subsequence. */
function commonWords(a: readonly string[], b: readonly string[]) {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const before = new Set<number>();
  const after = new Set<number>();
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      before.add(i++);
      after.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return { before, after };
}

function joined(pieces: readonly Piece[]): readonly Piece[] {
  const found: Piece[] = [];
  for (const piece of pieces) {
    const last = found.at(-1);
    if (last?.changed === piece.changed)
      found[found.length - 1] = { text: last.text + piece.text, changed: last.changed };
    else found.push(piece);
  }
  return found;
}
