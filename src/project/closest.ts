/** "Did you mean": the candidate a person most likely meant by a mistyped word. */

const longestWord = 64;

/**
 * The candidate nearest to `word`, or undefined where none is near enough to suggest.
 * Case, spaces, dashes, underscores and a plural's ending count for nothing: `onRemoved` is `on_removed`.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined;
  const wanted = bare(word);
  let best: string | undefined;
  // Of one or two letters any change makes another word.
  let bestDistance = wanted.length < 3 ? 1 : Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) > longestWord) continue;
    const other = bare(candidate);
    // Half a word is as near as a word with one slip.
    const isStart = wanted.length > 2 && other.startsWith(wanted);
    const distance = Math.min(editDistance(wanted, other), isStart ? 1 : Number.POSITIVE_INFINITY);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean "email"?`, with its leading space, or nothing. */
export function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
}

/** `a, b and c`; long lists are cut. */
export function listed(names: readonly string[], most = 12): string {
  if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

/** Damerau-Levenshtein distance (optimal string alignment): a swap of neighbours is one step. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) distance = Math.min(distance, at(beforeLast, j - 2) + 1);
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

function bare(word: string): string {
  const letters = word.toLowerCase().replace(/[\s_-]/g, "");
  return letters.length > 3 ? letters.replace(/ies$/, "y").replace(/s$/, "") : letters;
}
