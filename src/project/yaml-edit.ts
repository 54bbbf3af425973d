/** The smallest edits that change one thing of a YAML text; every other byte stays. */
import { isMap, isScalar, isSeq } from "yaml";
import { type Path, type Range } from "../problem";
import { endOfEntry, entryAt } from "./yaml-places";
import { itemRemoval, removalOf } from "./yaml-remove";
import { type Entry, readYaml, type YamlText } from "./yaml-text";
import { blockLiteral, blockText, flowText, scalarText } from "./yaml-write";

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

/** Take a key and its value, or an item of a list, out: with its line where it has one to itself. */
export function removeAt(yaml: YamlText, path: Path): readonly TextEdit[] | undefined {
  const step = path.at(-1);
  const parent = entryAt(yaml.root, path.slice(0, -1));
  const entry = step === undefined ? undefined : parent?.children.get(step);
  if (parent?.kind === "list" && entry !== undefined) {
    // A list of nothing says no more than no list.
    if (parent.children.size === 1) return removeAt(yaml, path.slice(0, -1));
    const range = itemRemoval(yaml.text, parent, entry);
    return range === undefined ? undefined : [{ range, text: "" }];
  }
  if (parent === undefined || entry?.key === undefined || parent.kind !== "map") return undefined;
  return removalOf(yaml.text, parent, entry).map((range) => ({ range, text: "" }));
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
  const lines = hasRoomBelow(yaml, path, range.end) ? blockText(value, layoutOf(yaml.text, entry)) : undefined;
  if (lines !== undefined)
    return [{ range: { start: trimmedEnd(yaml.text, range.start), end: range.end }, text: lines }];
  return [{ range, text: typeof value === "string" ? scalarText(value, before.charAt(0)) : flowText(value) }];
}

/** Nothing follows on the line, and no braces are around it. */
function hasRoomBelow(yaml: YamlText, path: Path, end: number): boolean {
  const parents = path.map((_, depth) => entryAt(yaml.root, path.slice(0, depth)));
  return parents.every((parent) => parent?.flow !== true) && /^[ \t]*\r?\n/.test(yaml.text.slice(end));
}

export function layoutOf(text: string, { key }: Entry): { readonly indent: string; readonly newline: string } {
  return { indent: " ".repeat(columnOf(text, key?.start ?? 0)), newline: newlineOf(text) };
}

/** Back over the blanks before an offset. */
function trimmedEnd(text: string, offset: number): number {
  return offset - (/[ \t]*$/.exec(text.slice(0, offset))?.[0].length ?? 0);
}

function changeMap(
  yaml: YamlText,
  path: Path,
  entry: Entry,
  value: { readonly [key: string]: Writable },
): readonly TextEdit[] | undefined {
  const gone = [...entry.children.keys()].map(String).filter((key) => !Object.hasOwn(value, key));
  const added = Object.keys(value).filter((key) => !entry.children.has(key));
  // A key that comes where another goes takes over its place, and the comment beside it.
  const renamed = gone.slice(0, added.length).map((key, index) => [key, added[index] as string] as const);
  const steps: readonly ((now: YamlText) => readonly TextEdit[] | undefined)[] = [
    ...renamed.map(
      ([from, to]) =>
        (now: YamlText) =>
          renameAt(now, [...path, from], to),
    ),
    ...Object.entries(value).map(
      ([key, each]) =>
        (now: YamlText) =>
          setAt(now, [...path, key], each),
    ),
    ...gone.slice(added.length).map((key) => (now: YamlText) => removeAt(now, [...path, key])),
  ];
  return inSteps(yaml, steps);
}

/** Several edits that may meet: each is made on the text that the one before left. */
export function inSteps(
  yaml: YamlText,
  steps: readonly ((now: YamlText) => readonly TextEdit[] | undefined)[],
): readonly TextEdit[] | undefined {
  let now = yaml;
  for (const step of steps) {
    const edits = step(now);
    if (edits === undefined) return undefined;
    if (edits.length > 0) now = readYaml(applyEdits(now.text, edits));
  }
  return difference(yaml.text, now.text);
}

/** A map at the top of the file, each key on a line of its own, where there is none or an empty one. */
export function addBlock(
  yaml: YamlText,
  key: string,
  value: { readonly [key: string]: Writable },
): readonly TextEdit[] | undefined {
  const { root, text } = yaml;
  if (root?.flow === true) return setAt(yaml, [key], value);
  const newline = newlineOf(text);
  const lines = Object.entries(value)
    .map(([name, each]) => `${newline}  ${pairText(name, each, { indent: "  ", newline })}`)
    .join("");
  const entry = entryAt(root, [key]);
  if (entry?.key !== undefined) {
    const colon = afterColon(text, entry.key.end);
    if (colon === undefined || !isEmpty(entry)) return undefined;
    const after = endOfLine(text, colon);
    const written =
      entry.value.end > entry.value.start ? [{ range: { start: colon, end: entry.value.end }, text: "" }] : [];
    return [...written, { range: { start: after, end: after }, text: closed(text, after, lines) }];
  }
  const last = [...(root?.children.values() ?? [])].at(-1);
  const pair = `${scalarText(key)}:${lines}`;
  if (last === undefined) {
    const lead = text === "" || text.endsWith("\n") ? "" : newline;
    return [{ range: { start: text.length, end: text.length }, text: `${lead}${pair}${newline}` }];
  }
  return [afterEntry(text, last, { pair, indent: "", newline })];
}

function addToEmptyFile(yaml: YamlText, key: string, value: Writable): readonly TextEdit[] {
  const end = yaml.text.length;
  const newline = newlineOf(yaml.text);
  const lead = end === 0 || yaml.text.endsWith("\n") ? "" : newline;
  return [{ range: { start: end, end }, text: `${lead}${pairText(key, value, { indent: "", newline })}${newline}` }];
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
  const newline = newlineOf(yaml.text);
  const text = closed(yaml.text, after, `${newline}${indent}${pairText(key, value, { indent, newline })}`);
  return [{ range: { start: after, end: after }, text }];
}

function addKey(yaml: YamlText, parent: Entry, key: string, value: Writable): readonly TextEdit[] | undefined {
  const [first] = parent.children.values();
  const last = [...parent.children.values()].at(-1);
  if (parent.kind !== "map" || first?.key === undefined || last?.key === undefined) return undefined;
  if (parent.flow) return addToBraces(yaml.text, last, `${scalarText(key)}: ${flowText(value)}`);
  const layout = layoutOf(yaml.text, first);
  return [afterEntry(yaml.text, last, { pair: pairText(key, value, layout), ...layout })];
}

/** After the last one: on a line of its own, where that one has one. */
function addToBraces(text: string, last: Entry, pair: string): readonly TextEdit[] {
  const end = endOfEntry(last);
  const start = last.key?.start ?? end;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const [, comma] = /^([ \t]*,)?[ \t]*(?:#[^\r\n]*)?\r?\n/.exec(text.slice(end)) ?? [undefined, "none"];
  if (indent.trim() !== "" || comma === "none") return [{ range: { start: end, end }, text: `, ${pair}` }];
  const line = endOfLine(text, end);
  const added = `${newlineOf(text)}${indent}${pair}`;
  if (comma !== undefined) return [{ range: { start: line, end: line }, text: `${added},` }];
  if (line === end) return [{ range: { start: end, end }, text: `,${added}` }];
  return [
    { range: { start: end, end }, text: "," },
    { range: { start: line, end: line }, text: added },
  ];
}

export function afterEntry(
  text: string,
  last: Entry,
  { pair, indent, newline }: { readonly pair: string; readonly indent: string; readonly newline: string },
): TextEdit {
  const end = endOfEntry(last);
  // A block scalar ends at the start of the next line, anything else within its own.
  if (text[end - 1] === "\n") return { range: { start: end, end }, text: `${indent}${pair}${newline}` };
  const after = endOfLine(text, end);
  return { range: { start: after, end: after }, text: closed(text, after, `${newline}${indent}${pair}`) };
}

/** Text of several lines ends with a line break, also at the end of the file. */
function closed(text: string, at: number, added: string): string {
  return at === text.length && /: \|\r?\n/.test(added) ? added + newlineOf(text) : added;
}

function pairText(key: string, value: Writable, layout: { readonly indent: string; readonly newline: string }): string {
  return `${scalarText(key)}:${blockText(value, layout) ?? ` ${flowText(value)}`}`;
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
