/** What a program can do about a text that does not read as YAML, or reads as something else than was meant. */
import { isDeepStrictEqual } from "node:util";
import { isMap, parseDocument, type Node, type Pair } from "yaml";
import { type Fix, type Problem, type Range } from "../problem";
import { closest } from "./closest";
import { applyEdits, type TextEdit } from "./yaml-edit";
import { removalOf } from "./yaml-remove";
import { type Entry, rangeOfNode } from "./yaml-text";

interface Duplicate {
  readonly node: Node;
  readonly pairs: readonly Pair<Node, Node | null>[];
  /** Index of the second of the two. */
  readonly at: number;
  readonly first: Entry;
}

/** The second one goes; nobody has to think about it where both say the same. */
export function duplicateFixes(text: string, { node, pairs, at, first }: Duplicate): readonly Fix[] {
  const entries = pairs.map((pair) => plainEntry(text, pair));
  const entry = entries[at];
  if (entry?.key === undefined || entries.some(({ key }) => key === undefined)) return [];
  const flow = isMap(node) && node.flow === true;
  const parent: Entry = { kind: "map", value: entry.value, flow, node, children: new Map(entries.entries()) };
  const edits = removalOf(text, parent, entry).map((range) => ({ range, text: "" }));
  const second = pairs[at]?.value;
  const isSame = first.node !== null && isDeepStrictEqual(first.node.toJSON?.(), second?.toJSON?.());
  return [{ title: "Remove this one", edits, preferred: isSame }];
}

function plainEntry(text: string, { key, value }: Pair<Node, Node | null>): Entry {
  const own = rangeOfNode(text, key);
  const end = own?.end ?? 0;
  const range = rangeOfNode(text, value) ?? { start: end, end };
  return { kind: "scalar", value: range, flow: false, node: value, children: new Map(), ...(own && { key: own }) };
}

/** The anchor that was meant, else text that begins with a star. */
export function aliasFixes(
  text: string,
  range: Range,
  { source, anchors }: { readonly source: string; readonly anchors: readonly string[] },
): readonly Fix[] {
  const quoted = JSON.stringify(text.slice(range.start, range.end));
  const suggestion = closest(source, anchors);
  return [
    ...(suggestion === undefined
      ? []
      : [{ title: `Change to *${suggestion}`, edits: [{ range, text: `*${suggestion}` }] }]),
    { title: "Put it in quotes", edits: [{ range, text: quoted }], preferred: false },
  ];
}

export function tagFixes(text: string, { code, range }: Problem): Pick<Problem, "fixes"> {
  if (code !== "unknown-tag" || text[range.start] !== "!") return {};
  const blanks = /^[ \t]*/.exec(text.slice(range.end))?.[0].length ?? 0;
  return {
    fixes: [{ title: "Remove the tag", edits: [{ range: { start: range.start, end: range.end + blanks }, text: "" }] }],
  };
}

/** A longer text is not read again and again. */
const longestMended = 50_000;
/** One slip shows in a few places; what shows in more is not one. */
const mostSlips = 4;

/** The first error of syntax with the one remedy after which the text reads without any, if there is one. */
export function mended(
  text: string,
  problems: readonly Problem[],
  read: (text: string) => readonly Problem[],
): readonly Problem[] {
  const slips = problems.filter(isSyntax).sort((a, b) => a.range.start - b.range.start);
  const [first] = slips;
  if (first === undefined || slips.length > mostSlips || text.length > longestMended) return problems;
  const reads = (after: string): boolean =>
    parseDocument(after, { prettyErrors: false, uniqueKeys: false }).errors.length === 0 && !read(after).some(isSyntax);
  const fix = attempts(text, first.range).find(({ edits }) => reads(applyEdits(text, edits)));
  return fix === undefined ? problems : problems.map((each) => (each === first ? { ...each, fixes: [fix] } : each));
}

const isSyntax = ({ code }: Problem): boolean => code === "yaml-syntax";

interface Attempt {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

function attempts(text: string, { start }: Range): readonly Attempt[] {
  return [...tabs(text), ...linesAt(text, start).flatMap((line) => [...inQuotes(text, line), ...closing(text, line)])];
}

/** Two spaces for every tab before a line's first word. */
function tabs(text: string): readonly Attempt[] {
  const edits = [...text.matchAll(/^[ \t]*\t[ \t]*/gm)].map(({ 0: blanks, index }) => {
    return { range: { start: index, end: index + blanks.length }, text: blanks.replaceAll("\t", "  ") };
  });
  return edits.length === 0 ? [] : [{ title: "Use spaces instead of tabs", edits }];
}

/** The line an error is found on, and the last one before it with something on it: where it was made. */
function linesAt(text: string, offset: number): readonly Range[] {
  const lineAt = (at: number): Range => {
    const start = text.lastIndexOf("\n", at - 1) + 1;
    const end = /\r?\n|$/.exec(text.slice(at))?.index ?? 0;
    return { start, end: at + end };
  };
  const own = lineAt(offset);
  const before = text.slice(0, own.start).trimEnd().length;
  return before === 0 ? [own] : [own, lineAt(before)];
}

/** `email: @email`, `description: a: b`: what follows the key as text. */
function inQuotes(text: string, line: Range): readonly Attempt[] {
  const written = text.slice(line.start, line.end);
  const [, lead = "", value = ""] = /^([ \t]*(?:- +)*(?:[^\s:#"'{}[\],]+:[ \t]+)?)(.*?)[ \t]*$/.exec(written) ?? [];
  if (value === "" || /^["'{[|>&*#]/.test(value)) return [];
  const start = line.start + lead.length;
  const whole = { start, end: start + value.length };
  const short = value.replace(/[ \t]+#.*$/, "");
  return [...new Set([short, value])].map((word) => ({
    title: "Put it in quotes",
    edits: [{ range: { start, end: Math.min(whole.end, start + word.length) }, text: JSON.stringify(word) }],
  }));
}

/** What is left open at the end of the line. */
function closing(text: string, line: Range): readonly Attempt[] {
  const written = text.slice(line.start, line.end);
  const end = line.start + written.replace(/[ \t]+#.*$|[ \t]+$/, "").length;
  const spaced = /\{ /.test(written) ? " }" : "}";
  return ['"', "'", "]", spaced].map((missing) => {
    return { title: `Close it: add ${missing.trim()}`, edits: [{ range: { start: end, end }, text: missing }] };
  });
}
