/** A problem: something the author of a file must fix. */

export type Severity = "error" | "warning" | "information";

/** Path into a YAML file: ["fields", "email", "column"]. */
export type Path = readonly (string | number)[];

/** 0-based UTF-16 offsets into the text, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A remedy a program can apply: replace `range` by `text`, or one of the named actions. */
export interface Fix {
  readonly title: string;
  readonly edits?: readonly { readonly range: Range; readonly text: string }[];
  /** The file of the project that the edits are of; absent: the problem's own. */
  readonly file?: string;
  readonly action?: FixAction;
  /** What map-values and add-default are about: a mapping's field. */
  readonly field?: string;
  /** show-rows: what follows `select * from (model)` to see the rows that the problem is about. */
  readonly rows?: string;
  /** true: the obvious remedy of several; false: not obvious, though it is the only one. "Fix all" applies what is obvious. */
  readonly preferred?: boolean;
}

/**
 * | action         | does                                                              |
 * |----------------|-------------------------------------------------------------------|
 * | store-secret   | moves the literal to SecretStorage or .env                        |
 * | refresh-schema | runs describe                                                     |
 * | map-values     | asks what each value that does not fit is to become               |
 * | add-default    | asks what rows without an entry in the table of values are sent   |
 * | show-rows      | shows the rows of the model that the problem is about             |
 */
export type FixAction = "store-secret" | "refresh-schema" | "map-values" | "add-default" | "show-rows";

/** Would a person who sees the problem do this without a thought? */
export function isObvious({ fixes = [] }: Pick<Problem, "fixes">, { preferred, action }: Fix): boolean {
  return preferred ?? (fixes.length === 1 && action !== "show-rows");
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
