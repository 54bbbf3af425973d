/** The smallest edits that change one thing of a YAML text; every other byte stays. */
import { isMap, isScalar, isSeq } from "yaml";
import { type Path, type Range } from "../problem";
import { entryAt } from "./yaml-places";
import { type Entry, type YamlText } from "./yaml-text";
import { blockLiteral, flowText, scalarText } from "./yaml-write";

export interface TextEdit {
  readonly range: Range;
  readonly text: string;
}

/** Plain data to write. */
export type Writable = null | boolean | number | string | readonly Writable[] | { readonly [key: string]: Writable };

/** The text with the edits made. They must not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.range.start - a.range.start || b.range.end - a.range.end)
    .reduce((edited, { range, text: piece }) => edited.slice(0, range.start) + piece + edited.slice(range.end), text);
}

/** Write `value` at `path`: what is there is changed as little as can be, what is not is added after its siblings. */
export function setAt(yaml: YamlText, path: Path, value: Writable): readonly TextEdit[] | undefined {
  const entry = entryAt(yaml.root, path);
  if (entry !== undefined) return change(yaml, path, entry, value);
  const key = path.at(-1);
  const parent = entryAt(yaml.root, path.slice(0, -1));
  if (typeof key !== "string") return undefined;
  if (path.length === 1 && (parent === undefined || isEmpty(parent))) return addToEmptyFile(yaml, key, value);
  if (parent === undefined) return setAt(yaml, path.slice(0, -1), { [key]: value });
  if (isEmpty(parent)) return fillEmpty(yaml, path.slice(0, -1), parent, key, value);
  return addKey(yaml, parent, key, value);
}

/** Take a key and its value out, with its line where it has one to itself. */
export function removeAt(yaml: YamlText, path: Path): readonly TextEdit[] | undefined {
  const step = path.at(-1);
  const parent = entryAt(yaml.root, path.slice(0, -1));
  const entry = step === undefined ? undefined : parent?.children.get(step);
  if (parent === undefined || entry?.key === undefined || parent.kind !== "map") return undefined;
  const siblings = [...parent.children.values()];
  const at = siblings.indexOf(entry);
  return [
    { range: parent.flow ? flowRemoval(yaml.text, siblings, at) : blockRemoval(yaml.text, siblings, at), text: "" },
  ];
}

/** Give a key another name, in the quotes it had. */
export function renameAt(yaml: YamlText, path: Path, name: string): readonly TextEdit[] | undefined {
  const range = entryAt(yaml.root, path)?.key;
  if (range === undefined) return undefined;
  return [{ range, text: scalarText(name, yaml.text.charAt(range.start)) }];
}

/** The one replacement that leads from one text to another: what both begin and end with stays. */
export function difference(before: string, after: string): readonly TextEdit[] {
  if (before === after) return [];
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return [{ range: { start, end: before.length - end }, text: after.slice(start, after.length - end) }];
}

function change(yaml: YamlText, path: Path, entry: Entry, value: Writable): readonly TextEdit[] | undefined {
  if (entry.kind === "alias") return undefined;
  if (entry.kind === "map" && isPlainObject(value) && Object.keys(value).length > 0)
    return changeMap(yaml, path, entry, value);
  const range = entry.value;
  const written = range.end > range.start;
  const before = yaml.text.slice(range.start, range.end);
  if (isScalar(entry.node) && written && Object.is(entry.node.value, value)) return [];
  const isBlock = isScalar(entry.node) && (entry.node.type === "BLOCK_LITERAL" || entry.node.type === "BLOCK_FOLDED");
  if (isBlock) {
    const literal = typeof value === "string" ? blockLiteral(yaml.text, before, value) : undefined;
    return [{ range, text: literal ?? flowText(value) + newlineOf(yaml.text) }];
  }
  if ((isMap(entry.node) || isSeq(entry.node)) && !entry.flow) {
    const start = startOfBlockValue(yaml.text, entry);
    return start === undefined ? undefined : [{ range: { start, end: range.end }, text: ` ${flowText(value)}` }];
  }
  if (!written) {
    const after = entry.key === undefined ? undefined : afterColon(yaml.text, entry.key.end);
    return after === undefined ? undefined : [{ range: { start: after, end: after }, text: ` ${flowText(value)}` }];
  }
  return [{ range, text: typeof value === "string" ? scalarText(value, before.charAt(0)) : flowText(value) }];
}

function changeMap(
  yaml: YamlText,
  path: Path,
  entry: Entry,
  value: { readonly [key: string]: Writable },
): readonly TextEdit[] | undefined {
  const gone = [...entry.children.keys()].filter((key) => !Object.hasOwn(value, key));
  const added = Object.keys(value).filter((key) => !entry.children.has(key));
  // Several structural edits in one map would meet: it is written anew.
  if (gone.length + added.length > 1) {
    if (!entry.flow) return undefined;
    return [{ range: entry.value, text: flowText(value) }];
  }
  const edits: TextEdit[] = [];
  for (const [key, each] of Object.entries(value)) {
    const made = setAt(yaml, [...path, key], each);
    if (made === undefined) return undefined;
    edits.push(...made);
  }
  for (const key of gone) {
    const made = removeAt(yaml, [...path, key]);
    if (made === undefined) return undefined;
    edits.push(...made);
  }
  return edits;
}

function addToEmptyFile(yaml: YamlText, key: string, value: Writable): readonly TextEdit[] {
  const end = yaml.text.length;
  const lead = end === 0 || yaml.text.endsWith("\n") ? "" : newlineOf(yaml.text);
  return [{ range: { start: end, end }, text: `${lead}${scalarText(key)}: ${flowText(value)}${newlineOf(yaml.text)}` }];
}

/** `fields:` or `fields: {}` gets its first key. */
function fillEmpty(
  yaml: YamlText,
  path: Path,
  entry: Entry,
  key: string,
  value: Writable,
): readonly TextEdit[] | undefined {
  if (entry.value.end > entry.value.start) return [{ range: entry.value, text: flowText({ [key]: value }) }];
  if (entry.key === undefined || entryAt(yaml.root, path.slice(0, -1))?.flow === true) return undefined;
  const after = endOfLine(yaml.text, entry.key.end);
  const indent = `${" ".repeat(columnOf(yaml.text, entry.key.start))}  `;
  return [
    {
      range: { start: after, end: after },
      text: `${newlineOf(yaml.text)}${indent}${scalarText(key)}: ${flowText(value)}`,
    },
  ];
}

function addKey(yaml: YamlText, parent: Entry, key: string, value: Writable): readonly TextEdit[] | undefined {
  const [first] = parent.children.values();
  const last = [...parent.children.values()].at(-1);
  if (parent.kind !== "map" || first?.key === undefined || last === undefined) return undefined;
  const pair = `${scalarText(key)}: ${flowText(value)}`;
  const end = endOfEntry(last);
  if (parent.flow) return [{ range: { start: end, end }, text: `, ${pair}` }];
  const indent = " ".repeat(columnOf(yaml.text, first.key.start));
  const newline = newlineOf(yaml.text);
  // A block scalar ends at the start of the next line, anything else within its own.
  if (yaml.text[end - 1] === "\n") return [{ range: { start: end, end }, text: `${indent}${pair}${newline}` }];
  const after = endOfLine(yaml.text, end);
  return [{ range: { start: after, end: after }, text: `${newline}${indent}${pair}` }];
}

function flowRemoval(text: string, siblings: readonly Entry[], at: number): Range {
  const [before, entry, after] = [siblings[at - 1], siblings[at], siblings[at + 1]];
  const start = entry?.key?.start ?? 0;
  if (after?.key !== undefined) return { start, end: after.key.start };
  const end = entry === undefined ? 0 : endOfEntry(entry);
  return { start: before === undefined ? start : endOfEntry(before), end };
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

/** Where what the entry holds ends: below it, where it is a map or a list. */
function endOfEntry(entry: Entry): number {
  if (entry.kind === "alias" || entry.flow || entry.children.size === 0)
    return Math.max(entry.value.end, entry.key?.end ?? 0);
  return Math.max(...[...entry.children.values()].map(endOfEntry));
}

function startOfBlockValue(text: string, entry: Entry): number | undefined {
  return entry.key === undefined ? undefined : afterColon(text, entry.key.end);
}

function afterColon(text: string, from: number): number | undefined {
  const found = /^\s*:/.exec(text.slice(from, from + 100));
  return found === null ? undefined : from + found[0].length;
}

function isEmpty(entry: Entry): boolean {
  return (
    entry.kind !== "alias" &&
    entry.kind !== "list" &&
    entry.children.size === 0 &&
    (entry.kind === "map" || entry.value.end === entry.value.start)
  );
}

function isPlainObject(value: Writable): value is { readonly [key: string]: Writable } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function columnOf(text: string, offset: number): number {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  return offset - lineStart - (text.startsWith("\ufeff") && lineStart === 0 ? 1 : 0);
}

function endOfLine(text: string, offset: number): number {
  const found = /\r?\n|$/.exec(text.slice(offset));
  return offset + (found?.index ?? 0);
}

function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
