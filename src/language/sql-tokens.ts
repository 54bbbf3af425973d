/** SQL as tokens: enough of every dialect's spelling to tell names from strings, comments and punctuation. */

export interface Token {
  /** word: an unquoted name or keyword; name: a quoted one; the rest is what it says. */
  readonly kind: "word" | "name" | "text" | "number" | "mark";
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Of a word or a name: what it is called, quotes removed. Of anything else: as written. */
  readonly text: string;
  /** Brackets it stands in; a bracket counts as outside of what it encloses. */
  readonly depth: number;
}

const pieces =
  /(?<space>\s+|--[^\n]*|\/\*[^]*?(?:\*\/|$))|(?<text>[eE]'(?:\\[^]|''|[^'\\])*'?|'(?:''|[^'])*'?|(\$[A-Za-z_]*\$)[^]*?(?:\3|$))|(?<name>"(?:""|[^"])*"?|`(?:``|[^`])*`?)|(?<number>\d[\w.]*|\.\d\w*)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<mark>::|:=|=>|->>|->|<=|>=|<>|!=|==|\|\||\{\{|\{%|\{#|[^])/gu;

/** White space and comments are left out. Never throws: what is not closed runs to the end. */
export function sqlTokens(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (const match of sql.matchAll(pieces)) {
    const [written] = match;
    const kind = kindOf(match.groups ?? {});
    if (kind === undefined) continue;
    if (kind === "mark" && /^[)\]}]$/.test(written)) depth = Math.max(0, depth - 1);
    const text = kind === "name" ? unquoted(written) : written;
    tokens.push({ kind, start: match.index, end: match.index + written.length, text, depth });
    if (kind === "mark" && /^[([{]/.test(written)) depth += 1;
  }
  return tokens;
}

/** Is it this keyword? A quoted name never is. */
export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === "word" && words.includes(token.text.toLowerCase());
}

export function isMark(token: Token | undefined, ...marks: readonly string[]): boolean {
  return token?.kind === "mark" && marks.includes(token.text);
}

export function isName(token: Token | undefined): token is Token {
  return token?.kind === "word" || token?.kind === "name";
}

/** Names are told apart by their letters, not by their case, unless two would be one then. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): Token["kind"] | undefined {
  if (groups["space"] !== undefined) return undefined;
  for (const kind of ["text", "name", "number", "word"] as const) if (groups[kind] !== undefined) return kind;
  return "mark";
}

function unquoted(written: string): string {
  const quote = written.charAt(0);
  const inner = written.length > 1 && written.endsWith(quote) ? written.slice(1, -1) : written.slice(1);
  return inner.replaceAll(quote + quote, quote);
}
