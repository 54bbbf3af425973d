/** Where inside { } and [ ] a person is writing. */
import { type Path, type Range } from "../problem";
import { type Cursor, nothing, quoteOf, unquoted } from "./cursor";

export type FlowFound =
  | { readonly kind: "cursor"; readonly cursor: Cursor }
  | { readonly kind: "closed"; /** exclusive */ readonly end: number };

interface Frame {
  readonly kind: "map" | "list";
  readonly path: Path;
  readonly keys: string[];
  key?: string;
  index: number;
  /** Of what is being written; undefined: nothing yet. */
  token?: number;
  /** After a colon: where the value may start. */
  after?: number;
}

/** Scans from the opening bracket at `start` to the cursor, or to the closing bracket where that comes first. */
export function inFlow(
  text: string,
  { start, cursor, path }: { readonly start: number; readonly cursor: number; readonly path: Path },
): FlowFound {
  const frames: Frame[] = [];
  let index = start;
  while (index < cursor) {
    const step = advance(text, { frames, index, limit: cursor, path });
    if (frames.length === 0) return { kind: "closed", end: step };
    index = step;
  }
  return { kind: "cursor", cursor: cursorIn(text, { frames, cursor, start }) };
}

/** Reads one piece and gives the offset after it. */
function advance(
  text: string,
  { frames, index, limit, path }: { frames: Frame[]; index: number; limit: number; path: Path },
): number {
  const character = text.charAt(index);
  const frame = frames.at(-1);
  if (character === "{" || character === "[") {
    const below = frame === undefined ? path : pathIn(frame);
    if (frame !== undefined) frame.token ??= index;
    frames.push({ kind: character === "{" ? "map" : "list", path: below, keys: [], index: 0 });
    return index + 1;
  }
  if (frame === undefined) return index + 1;
  if (character === "}" || character === "]") {
    frames.pop();
    return index + 1;
  }
  if (character === ",") {
    if (frame.kind === "map" && frame.key === undefined && frame.token !== undefined)
      frame.keys.push(unquoted(text.slice(frame.token, index)));
    delete frame.key;
    delete frame.token;
    delete frame.after;
    frame.index += 1;
    return index + 1;
  }
  if (character === "#" && /\s/.test(text.charAt(index - 1))) {
    const end = text.indexOf("\n", index);
    return Math.min(limit, end < 0 ? text.length : end);
  }
  if ((character === '"' || character === "'") && frame.token === undefined) {
    frame.token = index;
    const pattern = character === '"' ? /"(?:[^"\\\n]|\\.)*"?/y : /'(?:[^'\n]|'')*'?/y;
    pattern.lastIndex = index;
    return Math.min(limit, index + (pattern.exec(text)?.[0].length ?? 1));
  }
  if (character === ":" && frame.kind === "map" && frame.key === undefined && frame.token !== undefined) {
    const isQuoted = /["']$/.test(text.slice(frame.token, index));
    if (isQuoted || /^([\s,}\]]|$)/.test(text.slice(index + 1, index + 2)) || index + 1 === limit) {
      frame.key = unquoted(text.slice(frame.token, index));
      frame.keys.push(frame.key);
      delete frame.token;
      frame.after = index + 1;
      return index + 1;
    }
  }
  if (!/\s/.test(character)) frame.token ??= index;
  return index + 1;
}

function pathIn(frame: Frame): Path {
  return [...frame.path, frame.kind === "list" ? frame.index : (frame.key ?? "")];
}

function cursorIn(text: string, of: { frames: readonly Frame[]; cursor: number; start: number }): Cursor {
  const { frames, cursor, start } = of;
  const frame = frames.at(-1) as Frame;
  const from = frame.token ?? cursor;
  const [rest = ""] = /^[^\n,}\]{[]*/.exec(text.slice(cursor)) ?? [];
  const colon = /:(?=[\s,}\]]|$)/.exec(rest)?.index;
  const siblings = [...frame.keys, ...keysAfter(text, cursor + rest.length)];
  const lineEnd = /\r?\n|$/.exec(text.slice(cursor))?.index ?? 0;
  const isOpen = !closes(text.slice(cursor, cursor + lineEnd), frames.length);
  const broken: Range | undefined = isOpen ? { start, end: cursor + lineEnd } : undefined;
  const typed = text.slice(from, cursor);
  const quote = quoteOf(typed);
  const base = {
    ...nothing("value", cursor),
    flow: true,
    siblings,
    typed: typed.replace(/^["']/, ""),
    ...(quote === undefined ? {} : { quote }),
  };
  const isKey = frame.kind === "map" && frame.key === undefined;
  const glued = isKey ? /^([\w.-]+):(?!\/\/)(\S*)$/.exec(typed) : null;
  const end = cursor + (isKey && colon !== undefined ? rest.slice(0, colon) : rest).trimEnd().length;
  if (glued !== null) {
    const [, name = "", value = ""] = glued;
    const range = { start: cursor - value.length, end };
    return {
      ...base,
      path: [...frame.path, name],
      range,
      typed: value,
      glued: true,
      broken: broken ?? { start: from, end },
    };
  }
  const own = unquoted(text.slice(from, end));
  const range = { start: from, end };
  if (isKey) {
    const others = siblings.filter((each) => each !== own);
    const gap = colon === undefined && own !== "" ? range : undefined;
    return {
      ...base,
      at: "key",
      path: frame.path,
      range,
      siblings: others,
      hasColon: colon !== undefined,
      ...some(broken ?? gap),
    };
  }
  return { ...base, path: pathIn(frame), range, glued: frame.after === cursor, ...some(broken) };
}

const some = (broken: Range | undefined) => (broken === undefined ? {} : { broken });

/** Are as many brackets closed in the rest of the line as are open? */
function closes(rest: string, depth: number): boolean {
  let left = depth;
  for (const character of rest.replace(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, "")) {
    if (/[{[]/.test(character)) left += 1;
    if (/[}\]]/.test(character) && --left === 0) return true;
  }
  return false;
}

/** Keys of the same map in the rest of the line. */
function keysAfter(text: string, from: number): readonly string[] {
  const lineEnd = /\r?\n|$/.exec(text.slice(from))?.index ?? 0;
  const rest = text.slice(from, from + lineEnd).replace(/\{[^{}]*\}|\[[^[\]]*\]/g, "_");
  const [own = ""] = /^[^}\]]*/.exec(rest) ?? [];
  return own
    .split(",")
    .slice(1)
    .flatMap((piece) => /^\s*("[^"]*"|'[^']*'|[^:]+?)\s*:/.exec(piece)?.[1] ?? [])
    .map(unquoted);
}
