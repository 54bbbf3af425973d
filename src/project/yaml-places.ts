/** From paths to places in a YAML text, and back. */
import { isScalar, type Scalar } from "yaml";
import { type Path, type Range } from "../problem";
import { scalarOffsets } from "./scalar-offsets";
import { type Entry, type YamlText } from "./yaml-text";

export interface Places {
  /**
   * The range of a path's value, or of its key. What is not there has the range of its nearest ancestor that is: a
   * scalar's own (a shorthand stands for its parts), else the ancestor's key; of the file, its first key.
   */
  rangeOf(path: Path, part?: "key" | "value"): Range;
  /** The deepest path an offset belongs to. On an empty line its indentation decides. */
  pathAt(offset: number): Path;
  /** Where a position inside the decoded scalar at `path` stands in the file. */
  offsetInScalar(path: Path, position: number): number;
  /** The decoded text of the scalar at a path. */
  textAt(path: Path): string | undefined;
  /** The value at a path as written, quotes included. */
  sourceAt(path: Path): string | undefined;
}

export function placesOf(yaml: YamlText): Places {
  const offsets = new Map<Entry, readonly number[]>();
  return {
    rangeOf: (path, part) => rangeOf(yaml, path, part),
    pathAt: (offset) => (yaml.root === undefined ? [] : pathAt(yaml.text, yaml.root, offset)),
    textAt: (path) => {
      const node = entryAt(yaml.root, path)?.node;
      return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
    },
    sourceAt: (path) => {
      const range = entryAt(yaml.root, path)?.value;
      return range === undefined ? undefined : yaml.text.slice(range.start, range.end);
    },
    offsetInScalar: (path, position) => {
      const entry = entryAt(yaml.root, path);
      if (entry === undefined || !isScalar(entry.node)) return rangeOf(yaml, path).start;
      const known = offsets.get(entry) ?? offsetsOf(yaml.text, entry, entry.node as Scalar);
      offsets.set(entry, known);
      return known[Math.max(0, Math.min(position, known.length - 1))] ?? entry.value.start;
    },
  };
}

/** The entry at a path, if there is one. */
export function entryAt(root: Entry | undefined, path: Path): Entry | undefined {
  let entry = root;
  for (const step of path) entry = entry?.children.get(step);
  return entry;
}

/** Where what the entry holds ends: below it, where it is a map or a list. */
export function endOfEntry(entry: Entry): number {
  if (entry.kind === "alias" || entry.flow || entry.children.size === 0)
    return Math.max(entry.value.end, entry.key?.end ?? 0);
  return Math.max(...[...entry.children.values()].map(endOfEntry));
}

function rangeOf(yaml: YamlText, path: Path, part: "key" | "value" = "value"): Range {
  let nearest = yaml.root;
  let missing = false;
  for (const step of path) {
    const child: Entry | undefined = nearest?.children.get(step);
    if (child === undefined) {
      missing = true;
      break;
    }
    nearest = child;
  }
  if (nearest === undefined) return firstLine(yaml.text);
  const isCollection = nearest.kind === "map" || nearest.kind === "list";
  const written = nearest.value.end > nearest.value.start;
  const wantsKey = part === "key" || !written || (missing && isCollection);
  if (!wantsKey) return nearest.value;
  return nearest.key ?? (nearest === yaml.root ? firstKey(yaml, nearest) : nearest.value);
}

function firstKey(yaml: YamlText, root: Entry): Range {
  for (const child of root.children.values()) return child.key ?? child.value;
  return root.value.end > root.value.start ? root.value : firstLine(yaml.text);
}

function firstLine(text: string): Range {
  return { start: 0, end: /\r?\n|$/.exec(text)?.index ?? 0 };
}

function pathAt(text: string, root: Entry, offset: number): Path {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const blank = /^[ \t]*$/.test(text.slice(lineStart, offset));
  const column = offset - lineStart;
  const path: (string | number)[] = [];
  let entry = root;
  for (;;) {
    let next: [string | number, Entry] | undefined;
    for (const child of entry.children) {
      if (startOf(child[1]) <= offset && within(entry.value, startOf(child[1]))) next = child;
    }
    if (next === undefined || entry.kind === "alias") return path;
    const [step, child] = next;
    if (!belongs(text, entry, child, { offset, lineStart, blank, column })) return path;
    path.push(step);
    entry = child;
  }
}

interface Cursor {
  readonly offset: number;
  readonly lineStart: number;
  /** Only white space stands before it on its line. */
  readonly blank: boolean;
  readonly column: number;
}

function belongs(text: string, parent: Entry, child: Entry, cursor: Cursor): boolean {
  const start = startOf(child);
  if (cursor.offset <= child.value.end && child.value.end > child.value.start) return true;
  if (child.key !== undefined && cursor.offset <= child.key.end) return true;
  if (parent.flow) return child.value.end === child.value.start && !/[,}\]]/.test(text.slice(start, cursor.offset));
  if (start >= cursor.lineStart) return true;
  const column = start - (text.lastIndexOf("\n", start - 1) + 1);
  return cursor.blank && cursor.column > column;
}

function within(range: Range, offset: number): boolean {
  return range.start <= offset && offset <= range.end;
}

function startOf(entry: Entry): number {
  return entry.key?.start ?? entry.value.start;
}

function offsetsOf(text: string, entry: Entry, node: Scalar): readonly number[] {
  const value = typeof node.value === "string" ? node.value : (node.source ?? "");
  const style = styles[node.type ?? "PLAIN"] ?? "plain";
  return scalarOffsets({ text, range: entry.value, style, value });
}

const styles: Readonly<Record<string, "plain" | "single" | "double" | "block">> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "block",
  BLOCK_FOLDED: "block",
};
