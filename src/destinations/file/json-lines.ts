/**
 * JSON Lines, one object a line, read without understanding the values: each member keeps its text, so that rewriting a
 * file changes no digit of a number that nobody touched.
 */
export type RawObject = Map<string, string>;

/** A line that is not a JSON object. */
export class NotJsonLines extends Error {
  constructor() {
    super("The line is not a JSON object.");
  }
}

/** The value of a member as people compare it: a string's content, any other value's text; null for JSON null. */
export function textOf(raw: string): string | null {
  if (raw === "null") return null;
  return raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
}

/** The line without its end. */
export function writeObject(object: RawObject): string {
  return `{${[...object].map(([name, raw]) => `${JSON.stringify(name)}:${raw}`).join(",")}}`;
}

/** Throws NotJsonLines. */
export function readObject(line: string): RawObject {
  const trimmed = line.trim();
  // JSON.parse is the judge of what is JSON; the walk below may then rely on it.
  if (!trimmed.startsWith("{") || !isJson(trimmed)) throw new NotJsonLines();
  const object: RawObject = new Map();
  let at = afterBlanks(trimmed, 1);
  while (trimmed[at] !== "}") {
    const nameEnd = endOfString(trimmed, at);
    const name = JSON.parse(trimmed.slice(at, nameEnd)) as string;
    const start = afterBlanks(trimmed, afterBlanks(trimmed, nameEnd) + 1);
    const end = endOfValue(trimmed, start);
    object.set(name, trimmed.slice(start, end).trimEnd());
    at = trimmed[end] === "," ? afterBlanks(trimmed, end + 1) : end;
  }
  return object;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Position of the comma or brace that follows the value at `at`. */
function endOfValue(text: string, at: number): number {
  for (let depth = 0; ;) {
    const character = text[at] as string;
    if (character === '"') {
      at = endOfString(text, at);
      continue;
    }
    if (depth === 0 && (character === "," || character === "}")) return at;
    if (character === "{" || character === "[") depth++;
    if (character === "}" || character === "]") depth--;
    at++;
  }
}

function endOfString(text: string, open: number): number {
  let at = open + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function afterBlanks(text: string, at: number): number {
  while (/\s/.test(text[at] ?? "")) at++;
  return at;
}
