/** `${secret:NAME}` and `${env:NAME}` in the text of a connection's keys. `$${` is a literal `${`. */

export type Piece =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "secret" | "env"; readonly name: string };

export interface InterpolationProblem {
  readonly message: string;
  /** 0-based UTF-16 offsets into the text. */
  readonly start: number;
  readonly end: number;
}

export function interpolation(text: string): {
  readonly pieces: readonly Piece[];
  readonly problems: readonly InterpolationProblem[];
} {
  const pieces: Piece[] = [];
  const problems: InterpolationProblem[] = [];
  let index = 0;
  for (const found of text.matchAll(/\$\$\{|\$\{([^}]*)(\}?)/g)) {
    const [whole, inside = "", close] = found;
    if (found.index > index) pieces.push({ kind: "text", text: text.slice(index, found.index) });
    index = found.index + whole.length;
    const reference = /^\s*(secret|env):([A-Za-z_][A-Za-z0-9_]*)\s*$/.exec(inside);
    if (whole === "$${") {
      pieces.push({ kind: "text", text: "${" });
    } else if (close === "}" && reference !== null) {
      pieces.push({ kind: reference[1] as "secret" | "env", name: reference[2] ?? "" });
    } else {
      const message =
        close === "}"
          ? "This is neither ${secret:NAME} nor ${env:NAME}. Names are letters, digits and underscores; $${ is a literal ${."
          : "This brace is not closed. Write ${secret:NAME} or ${env:NAME}; $${ is a literal ${.";
      problems.push({ message, start: found.index, end: index });
    }
  }
  if (index < text.length) pieces.push({ kind: "text", text: text.slice(index) });
  return { pieces, problems };
}

/** Does the text hold a reference? What it will be is not known before a run. */
export function isInterpolated(value: unknown): boolean {
  return typeof value === "string" && interpolation(value).pieces.some((piece) => piece.kind !== "text");
}

/** Names of the secrets that a connection's keys refer to, each once. */
export function secretNames(value: unknown): readonly string[] {
  const names = new Set<string>();
  walkText(value, (text) => {
    for (const piece of interpolation(text).pieces) if (piece.kind === "secret") names.add(piece.name);
  });
  return [...names];
}

function walkText(value: unknown, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) walkText(each, visit);
}
