/** Which bytes go when a key is taken out: its own line or its own words, never a neighbour's comment. */
import { type Range } from "../problem";
import { endOfEntry } from "./yaml-places";
import { type Entry } from "./yaml-text";

export function removalOf(text: string, parent: Entry, entry: Entry): readonly Range[] {
  const siblings = [...parent.children.values()];
  const at = siblings.indexOf(entry);
  return parent.flow ? flowRemoval(text, siblings, at) : [blockRemoval(text, siblings, at)];
}

/** An item of a list that has others. undefined: its dash stands where another's does. */
export function itemRemoval(text: string, parent: Entry, entry: Entry): Range | undefined {
  const items = [...parent.children.values()];
  const at = items.indexOf(entry);
  const [before, after] = [items[at - 1], items[at + 1]];
  if (parent.flow) {
    if (before === undefined) return { start: entry.value.start, end: after?.value.start ?? entry.value.end };
    return { start: endOfEntry(before), end: endOfEntry(entry) };
  }
  const dash = /-[ \t]*$/.exec(text.slice(0, entry.value.start))?.index;
  const lineStart = text.lastIndexOf("\n", entry.value.start - 1) + 1;
  if (dash === undefined || text.slice(lineStart, dash).trim() !== "") return undefined;
  const end = endOfEntry(entry);
  const lineEnd = text[end - 1] === "\n" ? end - 1 : text.indexOf("\n", end);
  return { start: lineStart, end: lineEnd < 0 ? text.length : lineEnd + 1 };
}

function flowRemoval(text: string, siblings: readonly Entry[], at: number): readonly Range[] {
  const [before, entry, after] = [siblings[at - 1], siblings[at], siblings[at + 1]];
  const start = entry?.key?.start ?? 0;
  const end = entry === undefined ? 0 : endOfEntry(entry);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const [ownLine] = /^[ \t]*,?[ \t]*(?:#[^\r\n]*)?\r?\n/.exec(text.slice(end)) ?? [];
  if (ownLine !== undefined && text.slice(lineStart, start).trim() === "")
    return [{ start: lineStart, end: end + ownLine.length }];
  if (after?.key !== undefined) {
    const [comma] = /^[ \t]*,[ \t]*/.exec(text.slice(end, after.key.start)) ?? [];
    return [{ start, end: comma === undefined ? after.key.start : end + comma.length }];
  }
  if (before === undefined) return [{ start, end }];
  // The last one goes with the comma before it; what stands between, a comment, stays.
  const from = endOfEntry(before);
  const [comma] = /^[ \t]*,/.exec(text.slice(from, start)) ?? [];
  if (comma === undefined || text.slice(from, start).trim() === ",") return [{ start: from, end }];
  return [
    { start: from + comma.length - 1, end: from + comma.length },
    { start, end },
  ];
}

function blockRemoval(text: string, siblings: readonly Entry[], at: number): Range {
  const [entry, after] = [siblings[at], siblings[at + 1]];
  const start = entry?.key?.start ?? 0;
  const end = entry === undefined ? 0 : endOfEntry(entry);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  if (text.slice(lineStart, start).trim() !== "") return { start, end: after?.key?.start ?? end };
  if (end > 0 && text[end - 1] === "\n") return { start: lineStart, end };
  const lineEnd = text.indexOf("\n", end);
  return { start: lineStart, end: lineEnd < 0 ? text.length : lineEnd + 1 };
}
