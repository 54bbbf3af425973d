/** Where each character of a decoded YAML scalar stands in the file. */
import { type Range } from "../problem";

export interface ScalarText {
  /** The whole file. */
  readonly text: string;
  /** The scalar as written: quotes or the block's header included. */
  readonly range: Range;
  readonly style: "plain" | "single" | "double" | "block";
  /** The scalar as decoded. */
  readonly value: string;
}

/**
 * Offset in the file for every position of the decoded value, one more for its end. A position that stands for
 * nothing the author wrote (the space a folded line break became) points at the break.
 */
export function scalarOffsets(scalar: ScalarText): readonly number[] {
  const offsets = scalar.style === "block" ? blockOffsets(scalar) : flowOffsets(scalar);
  const close = scalar.style === "single" || scalar.style === "double" ? 1 : 0;
  const end = Math.max(scalar.range.start, scalar.range.end - close);
  while (offsets.length < scalar.value.length) offsets.push(end);
  offsets.length = scalar.value.length;
  const after = scalar.style === "block" && offsets.length > 0 ? Math.min((offsets.at(-1) ?? end) + 1, end) : end;
  return [...offsets, after];
}

/** Literal and folded blocks: source lines, less their indent, follow each other in the value with separators between. */
function blockOffsets({ text, range, value }: ScalarText): number[] {
  const source = text.slice(range.start, range.end);
  const header = source.indexOf("\n");
  if (header < 0) return [];
  const lines = linesOf(source, header + 1);
  const indent = blockIndent(lines, value);
  const offsets: number[] = [];
  let lineBreak = range.start + header;
  for (const line of lines) {
    const content = line.content.slice(indent);
    if (content !== "") {
      fillSeparators({ value, content, offsets, lineBreak });
      for (let index = 0; index < content.length; index++) offsets.push(range.start + line.start + indent + index);
    } else if (value[offsets.length] === "\n") {
      offsets.push(lineBreak);
    }
    lineBreak = range.start + line.start + line.content.length;
  }
  while (offsets.length < value.length && value[offsets.length] === "\n") offsets.push(lineBreak);
  return offsets;
}

interface Separation {
  readonly value: string;
  /** The line that follows. */
  readonly content: string;
  readonly offsets: number[];
  readonly lineBreak: number;
}

/** Between two lines of content the value holds one space (a fold, never before white space) or line breaks. */
function fillSeparators({ value, content, offsets, lineBreak }: Separation): void {
  const isFold = offsets.length > 0 && value[offsets.length] === " " && !/^[ \t]/.test(content);
  if (isFold) offsets.push(lineBreak);
  else while (value[offsets.length] === "\n") offsets.push(lineBreak);
}

function linesOf(source: string, from: number): { readonly start: number; readonly content: string }[] {
  const lines: { start: number; content: string }[] = [];
  for (let start = from; start < source.length;) {
    const found = source.indexOf("\n", start);
    const end = found < 0 ? source.length : found;
    lines.push({ start, content: source.slice(start, end).replace(/\r$/, "") });
    start = end + 1;
  }
  return lines;
}

/** What the first line that is not only spaces has before it in the file, less what it has in the value. */
function blockIndent(lines: readonly { readonly content: string }[], value: string): number {
  const decoded = value.split("\n");
  const first = lines.find((line) => /[^ ]/.test(line.content));
  const firstDecoded = decoded.find((line) => /[^ ]/.test(line));
  if (first !== undefined && firstDecoded !== undefined)
    return Math.max(0, spaces(first.content) - spaces(firstDecoded));
  const longest = (all: readonly string[]) => all.reduce((most, { length }) => Math.max(most, length), 0);
  return Math.max(0, longest(lines.map((line) => line.content)) - longest(decoded));
}

function spaces(line: string): number {
  return line.length - line.replace(/^ +/, "").length;
}

/** Plain and quoted scalars: escapes and folded line breaks shrink, everything else is itself. */
function flowOffsets({ text, range, style, value }: ScalarText): number[] {
  const offsets: number[] = [];
  const quoted = style !== "plain";
  const end = quoted ? range.end - 1 : range.end;
  for (let index = quoted ? range.start + 1 : range.start; index < end && offsets.length < value.length;) {
    if (/[ \t\r\n]/.test(text.charAt(index))) {
      index = whiteSpace(text, index, end, offsets);
    } else if (style === "double" && text[index] === "\\") {
      index = escape(text, index, offsets);
    } else {
      offsets.push(index);
      index += style === "single" && text[index] === "'" ? 2 : 1;
    }
  }
  return offsets;
}

/** White space is itself; with line breaks in it, it becomes one space, or the breaks but one. */
function whiteSpace(text: string, index: number, end: number, offsets: number[]): number {
  let at = index;
  let breaks = 0;
  while (at < end && /[ \t\r\n]/.test(text.charAt(at))) {
    if (text[at] === "\n") breaks += 1;
    at += 1;
  }
  if (breaks === 0) for (let each = index; each < at; each++) offsets.push(each);
  else for (let count = Math.max(1, breaks - 1); count > 0; count--) offsets.push(index);
  return at;
}

const escapeLengths: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };

/** Pushes what the escape at `index` stands for and gives the index after it. */
function escape(text: string, index: number, offsets: number[]): number {
  const kind = text.charAt(index + 1);
  if (kind === "\n" || kind === "\r") {
    // An escaped line break stands for nothing but the empty lines after it.
    const rest = /^\r?\n((?:[ \t]*\r?\n)*)[ \t]*/.exec(text.slice(index + 1));
    for (let count = (rest?.[1] ?? "").split("\n").length - 1; count > 0; count--) offsets.push(index);
    return index + 1 + (rest?.[0].length ?? 1);
  }
  const length = escapeLengths[kind] ?? 2;
  offsets.push(index);
  if (kind === "U" && Number.parseInt(text.slice(index + 2, index + 10), 16) > 0xffff) offsets.push(index);
  return index + length;
}
