/**
 * Where in a YAML text a person is writing. Read line by line rather than parsed: whoever asks for a completion is in
 * the middle of a text that does not parse yet.
 */
import { type Path, type Range } from "../problem";
import { inFlow } from "./cursor-flow";

export interface Cursor {
  /** key: of a map; value: of a key or an item of a list; block: inside a block scalar; comment: nothing is written here. */
  readonly at: "key" | "value" | "block" | "comment";
  /** Of the map whose key is written, else of the value. */
  readonly path: Path;
  /** What is written here now, both sides of the cursor: what accepting something replaces. */
  readonly range: Range;
  /** From the range's start to the cursor, without an opening quote. */
  readonly typed: string;
  readonly quote?: '"' | "'";
  /** Inside { } or [ ]. */
  readonly flow: boolean;
  /** A value right after its colon, with no space between. */
  readonly glued: boolean;
  /** A key that has its colon already. */
  readonly hasColon: boolean;
  /** Keys beside this one, where the flow map they are in was read. */
  readonly siblings: readonly string[];
  /** Column at which the line's own keys start. */
  readonly indent: number;
  /** What must be blanked for the rest of the file to read well. */
  readonly broken?: Range;
}

/** A key or an item of a list that is open at some line, with the column it starts at. */
interface Open {
  readonly indent: number;
  readonly kind: "key" | "item";
  readonly path: Path;
  /** Its value stands beside it: nothing below belongs to it. */
  readonly inline: boolean;
  items: number;
}

const keyPattern =
  /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?:[^\s#"'{}[\],&*!|>%@`-]|-(?=\S))(?:[^#:]|:(?=\S)|#(?<=\S#))*?)[ \t]*:(?=[ \t]|$)/;
const blockScalar = /^(?:[&!]\S+[ \t]+)*[|>][-+\d]*[ \t]*(?:#.*)?$/;

export function cursorAt(text: string, offset: number): Cursor {
  const at = Math.max(0, Math.min(offset, text.length));
  const open: Open[] = [{ indent: -1, kind: "key", path: [], inline: false, items: 0 }];
  let start = 0;
  for (;;) {
    const lineBreak = text.indexOf("\n", start);
    const end = lineBreak < 0 ? text.length : lineBreak;
    const line = text.slice(start, end).replace(/\r$/, "");
    const here = at <= end;
    const next = readLine({ text, open, line, start, cursor: at, here });
    if (typeof next !== "number") return next;
    start = next;
  }
}

interface Line {
  readonly text: string;
  readonly open: Open[];
  readonly line: string;
  /** Offset of the line in the text. */
  readonly start: number;
  readonly cursor: number;
  /** The cursor is on this line. */
  readonly here: boolean;
}

/** The cursor, or where the next line to be read starts. */
function readLine(of: Line): Cursor | number {
  const { text, open, line, start, cursor, here } = of;
  const next = start + line.length + (text[start + line.length] === "\r" ? 2 : 1);
  let column = line.length - line.trimStart().length;
  const before = line.slice(0, cursor - start);
  if (here && /(^|\s)#/.test(withoutQuoted(before))) return nothing("comment", cursor);
  if (here && column >= cursor - start && /^\s*$/.test(before)) column = cursor - start;
  if (!here && /^\s*(#.*)?$/.test(line)) return next;
  let dashes = 0;
  for (;;) {
    const dash = /^-(?:[ \t]+|$)/.exec(line.slice(column));
    if (dash === null || (here && start + column + 1 > cursor)) break;
    openItem(open, column);
    dashes += 1;
    column += dash[0].length;
    if (here && start + column > cursor) column = cursor - start;
  }
  const rest = line.slice(column);
  const key = keyPattern.exec(rest);
  const colon = key === null ? -1 : column + key[0].length;
  if (key === null || (here && start + colon > cursor)) return here ? unfinished(of, column, dashes) : next;
  const valueStart = colon + (/^[ \t]*/.exec(line.slice(colon))?.[0].length ?? 0);
  const value = line.slice(valueStart);
  const written = value !== "" && !value.startsWith("#") && !/^[&!]\S+$/.test(value);
  const path = openKey(open, { column, name: unquoted(key[1] ?? ""), inline: written && !/^[|>]/.test(value) });
  if (blockScalar.test(value)) {
    const ends = endOfBlock(text, next, column);
    return cursor > start + line.length && cursor < ends
      ? {
          ...nothing("block", cursor),
          path,
          indent: column,
          range: wordAt(text, cursor),
          typed: wordBefore(text, cursor),
        }
      : here
        ? nothing("comment", cursor)
        : ends;
  }
  if (/^[{[]/.test(value) && start + valueStart < cursor) {
    const found = inFlow(text, { start: start + valueStart, cursor, path });
    return found.kind === "cursor" ? { ...found.cursor, indent: column } : nextLine(text, found.end);
  }
  if (here) return valueCursor(of, { path, colon, valueStart: Math.min(valueStart, cursor - start), column });
  return /^["']/.test(value) ? afterQuoted(of, { path, column, at: start + valueStart, next }) : next;
}

/** No key is complete before the cursor: a key is being written, an item of a list, or a value right after its colon. */
function unfinished({ text, open, line, start, cursor }: Line, column: number, dashes: number): Cursor {
  const before = line.slice(column, cursor - start);
  const key = keyPattern.exec(line.slice(column));
  const contentEnd = start + column + withoutComment(line.slice(column)).length;
  const glued = /^([\w.-]+):(?!\/\/)(\S*)$/.exec(before);
  const isFlow = /^[{[]/.test(before);
  while (open.length > 1 && (open.at(-1)?.indent ?? -1) >= column) open.pop();
  while (open.length > 1 && open.at(-1)?.inline === true) open.pop();
  const parent = open.at(-1) ?? { path: [], kind: "key" };
  if (isFlow) {
    const found = inFlow(text, { start: start + column, cursor, path: parent.path });
    if (found.kind === "cursor") return { ...found.cursor, indent: column };
  }
  const range = {
    start: start + column,
    end: Math.max(cursor, key === null ? contentEnd : start + column + (key[1] ?? "").length),
  };
  if (glued !== null && key === null) {
    const [, name = "", typed = ""] = glued;
    const place = { start: cursor - typed.length, end: range.end };
    const path = [...parent.path, name];
    return { ...nothing("value", cursor), path, range: place, typed, glued: true, indent: column, broken: range };
  }
  const base = {
    ...nothing("key", cursor),
    path: parent.path,
    range,
    typed: before.replace(/^["']/, ""),
    indent: column,
  };
  const quote = quoteOf(before);
  const isItem = dashes > 0 && parent.kind === "item";
  return {
    ...base,
    ...(quote === undefined ? {} : { quote }),
    at: isItem && key === null && !keyed(text, start + line.length, column) ? "value" : "key",
    hasColon: key !== null,
    ...(key === null ? { broken: range } : {}),
  };
}

/** Does a line below continue the map that starts at this column? */
function keyed(text: string, from: number, column: number): boolean {
  const below = /^\r?\n((?:[ \t]*\r?\n)*)( *)(?=[^\s#])(.*)/.exec(text.slice(from, from + 400));
  return below !== null && (below[2] ?? "").length === column && keyPattern.test(below[3] ?? "");
}

function valueCursor(
  { line, start, cursor }: Line,
  { path, colon, valueStart, column }: { path: Path; colon: number; valueStart: number; column: number },
): Cursor {
  const end = start + valueStart + withoutComment(line.slice(valueStart)).length;
  const typed = line.slice(valueStart, cursor - start);
  const quote = quoteOf(typed);
  return {
    ...nothing("value", cursor),
    path,
    range: { start: start + valueStart, end: Math.max(cursor, end) },
    typed: typed.replace(/^["']/, ""),
    glued: colon === valueStart && cursor === start + colon,
    indent: column,
    ...(quote === undefined ? {} : { quote }),
  };
}

/** A quoted text may run over several lines. */
function afterQuoted(
  { text, cursor, line, start }: Line,
  { path, column, at, next }: { path: Path; column: number; at: number; next: number },
): Cursor | number {
  const pattern = text[at] === '"' ? /"(?:[^"\\]|\\[^])*("|$)/y : /'(?:[^']|'')*('|$)/y;
  pattern.lastIndex = at;
  const [whole = ""] = pattern.exec(text) ?? [];
  const isClosed = whole.length > 1 && whole.endsWith(text.charAt(at));
  const end = at + whole.length;
  // A quote that is never closed swallows the rest of the file: while it is written it ends with its line.
  if (!isClosed || end <= start + line.length) return next;
  if (cursor <= end)
    return {
      ...nothing("block", cursor),
      path,
      indent: column,
      range: wordAt(text, cursor),
      typed: wordBefore(text, cursor),
    };
  return nextLine(text, end);
}

function openKey(
  open: Open[],
  key: { readonly column: number; readonly name: string; readonly inline: boolean },
): Path {
  while (open.length > 1 && (open.at(-1)?.indent ?? -1) >= key.column) open.pop();
  while (open.length > 1 && open.at(-1)?.inline === true) open.pop();
  const path = [...(open.at(-1)?.path ?? []), key.name];
  open.push({ indent: key.column, kind: "key", path, inline: key.inline, items: 0 });
  return path;
}

/** Items may stand at the column of their list's key. */
function openItem(open: Open[], column: number): void {
  const isAbove = ({ indent, kind }: Open) => indent < column || (indent === column && kind === "key");
  while (open.length > 1 && !isAbove(open.at(-1) as Open)) open.pop();
  const list = open.at(-1) as Open;
  open.push({ indent: column, kind: "item", path: [...list.path, list.items], inline: false, items: 0 });
  list.items += 1;
}

/** Offset of the first line after a block scalar whose key stands at `column`. */
function endOfBlock(text: string, from: number, column: number): number {
  let start = from;
  while (start < text.length) {
    const lineBreak = text.indexOf("\n", start);
    const end = lineBreak < 0 ? text.length : lineBreak;
    const line = text.slice(start, end);
    const isBlank = /^\s*$/.test(line);
    if (!isBlank && line.length - line.trimStart().length <= column) return start;
    if (lineBreak < 0) return text.length + 1;
    start = end + 1;
  }
  return start;
}

function nextLine(text: string, from: number): number {
  const lineBreak = text.indexOf("\n", from);
  return lineBreak < 0 ? text.length + 1 : lineBreak + 1;
}

export function nothing(at: Cursor["at"], cursor: number): Cursor {
  const range = { start: cursor, end: cursor };
  return { at, path: [], range, typed: "", flow: false, glued: false, hasColon: false, siblings: [], indent: 0 };
}

const wordBefore = (text: string, at: number) =>
  /[\p{L}\p{N}_$]*$/u.exec(text.slice(Math.max(0, at - 200), at))?.[0] ?? "";

export function wordAt(text: string, at: number): Range {
  const [after = ""] = /^[\p{L}\p{N}_$]*/u.exec(text.slice(at, at + 200)) ?? [];
  return { start: at - wordBefore(text, at).length, end: at + after.length };
}

function withoutQuoted(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*("|$)|(?<=^|[\s:{[,])'(?:[^']|'')*('|$)/g, (quoted) =>
    "_".repeat(quoted.length),
  );
}

/** Up to a comment or trailing blanks. */
function withoutComment(text: string): string {
  const found = /(^|\s)#/.exec(withoutQuoted(text));
  return text.slice(0, found?.index ?? text.length).trimEnd();
}

export function quoteOf(typed: string): '"' | "'" | undefined {
  return typed.startsWith('"') ? '"' : typed.startsWith("'") ? "'" : undefined;
}

export function unquoted(written: string): string {
  const quote = quoteOf(written);
  if (quote === undefined) return written.trim();
  const inner = written.endsWith(quote) && written.length > 1 ? written.slice(1, -1) : written.slice(1);
  return quote === "'" ? inner.replaceAll("''", "'") : inner.replaceAll(/\\(.)/g, "$1");
}
