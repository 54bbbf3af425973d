/** A sync file, parsed: every default filled in, every shorthand expanded. */
import { type Mode, type OnRemoved } from "../record";
import { type Json } from "../value";
import { type Path, type Problem, type Range } from "../problem";
import { type Alert } from "../project/alerts";
import { type TextEdit, type Writable } from "../project/yaml-edit";

export interface SyncDefinition {
  readonly name: string;
  readonly description?: string;
  readonly after: readonly string[];
  readonly model: Model;
  readonly destination: {
    readonly connection: string;
    readonly object: string;
    readonly match?: string;
    /** The connector's extra keys, as written. */
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly mode: Mode;
  /** mirror only; "keep" elsewhere. */
  readonly onRemoved: OnRemoved;
  readonly removeAdopted: boolean;
  /** mirror: compare with what this sync sent, or with everything the destination holds. */
  readonly scope: "ledger" | "all";
  /** append: send new rows only, or changed ones again. */
  readonly on: "new" | "changed";
  /** In file order, names unique. */
  readonly fields: readonly FieldMapping[];
  readonly guards: Guards;
  readonly alerts: readonly Alert[];
  readonly tags: readonly string[];
  /** Days after which skipped records are looked at again. */
  readonly recheck: number;
  /** Runs read what records hold before they write them, so that reverting brings that back. */
  readonly undo?: true;
}

export interface Model {
  /** undefined: the project's only warehouse. */
  readonly warehouse?: string;
  readonly source:
    | { readonly kind: "sql"; readonly sql: string }
    | { readonly kind: "file"; readonly file: string }
    | { readonly kind: "table"; readonly table: string }
    | { readonly kind: "dbt"; readonly dbt: string };
  /** At least one column. */
  readonly key: readonly string[];
}

export interface FieldMapping {
  /** The destination's field. */
  readonly field: string;
  readonly source: Source;
  /** Source value text → sent value; applied to column and sql sources. */
  readonly values?: {
    readonly table: readonly { readonly from: string; readonly to: Json }[];
    readonly default?: Json;
  };
  readonly nulls: "send" | "skip";
  readonly write: "always" | "create_only" | "if_empty";
}

export type Source =
  | { readonly kind: "column"; readonly column: string }
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "template"; readonly parts: readonly TemplatePart[] }
  | { readonly kind: "sql"; readonly sql: string }
  | {
      readonly kind: "lookup";
      readonly object: string;
      readonly by: string;
      readonly column: string;
      readonly missing: "reject" | "null" | "skip";
    };

export type TemplatePart = { readonly text: string } | { readonly column: string };

/** A share of the live ledger rows (0 to 1), or a number of records. */
export type Limit = { readonly share: number } | { readonly records: number };

export interface Guards {
  readonly maxRemoved?: Limit;
  readonly maxChanges?: Limit;
  readonly maxRejected?: Limit;
  readonly minRows?: number;
}

/** What parsing gives, whatever the bytes were. */
export interface ParsedSync {
  /** Absent when too little of the file can be understood to be run. */
  readonly definition?: SyncDefinition;
  /** The model alone, which can often be understood, and previewed, before the rest. */
  readonly model?: Model;
  readonly problems: readonly Problem[];
  /** The range of a path, or of its nearest ancestor that exists. `part: "key"` gives the range of the key itself. */
  rangeOf(path: Path, part?: "key" | "value"): Range;
  /** The path at an offset, for completion, hover and problems. */
  pathAt(offset: number): Path;
  /** Where a position inside the decoded scalar at `path` (a block of SQL) stands in the file. */
  offsetInScalar(path: Path, position: number): number;
  /** The decoded text of the scalar at a path, where it is text. */
  textAt(path: Path): string | undefined;
  /** Smallest edits for quick fixes: write a value at a path, or take one out; undefined where that is not certain. */
  setAt(path: Path, value: Writable): readonly TextEdit[] | undefined;
  removeAt(path: Path): readonly TextEdit[] | undefined;
}
