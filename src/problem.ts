/** A problem: something the author of a file must fix. */

export type Severity = "error" | "warning" | "information";

/** Path into a YAML file: ["fields", "email", "column"]. */
export type Path = readonly (string | number)[];

/** 0-based UTF-16 offsets into the text, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A remedy a program can apply: replace `range` of the same file by `text`, or one of the named actions. */
export interface Fix {
  readonly title: string;
  readonly edits?: readonly { readonly range: Range; readonly text: string }[];
  /** store-secret: move the literal to SecretStorage or .env; refresh-schema: run describe. */
  readonly action?: "store-secret" | "refresh-schema";
}

export interface Problem {
  /** Stable, kebab-case: unknown-key, unknown-column, sql-error. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong and what to do, one or two sentences. Never a secret, never a row's value. */
  readonly message: string;
  readonly path: Path;
  readonly range: Range;
  readonly fixes?: readonly Fix[];
}

/** Line and column of an offset, both from 1, columns in UTF-16 units. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: offset - lastBreak };
}
