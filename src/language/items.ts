/** Completion items as data, and how their text is written where the cursor is. */
import { plainOrQuoted } from "../project/conform";
import { type Range } from "../problem";
import { type Cursor } from "./cursor";

export type ItemKind =
  "key" | "column" | "field" | "option" | "value" | "connection" | "object" | "sync" | "snippet" | "secret";

export interface CompletionItem {
  readonly label: string;
  readonly kind: ItemKind;
  /** Beside the label, right: a field's label. */
  readonly description?: string;
  /** After the label: a type. */
  readonly detail?: string;
  /** Plain text, a line each. */
  readonly documentation: readonly string[];
  /** A snippet: `$1` is a place to write at. */
  readonly insert: string;
  readonly range: Range;
  readonly sort: string;
  /** What typing is compared with. */
  readonly filter: string;
  /** Ask for completions again once it is accepted. */
  readonly again: boolean;
  readonly preselect: boolean;
}

export interface ItemParts {
  readonly label: string;
  readonly kind: ItemKind;
  /** Lower comes first. */
  readonly rank: number;
  readonly insert: string;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
  readonly documentation?: readonly string[];
  /** Further words to be found by. */
  readonly words?: readonly (string | undefined)[];
  readonly again?: true;
  readonly preselect?: true;
  readonly range?: Range;
}

export function itemsAt(cursor: Cursor, parts: readonly ItemParts[]): readonly CompletionItem[] {
  return parts.map((part, index) => {
    const { label, kind, rank, insert, description, detail, documentation = [], words = [] } = part;
    const range = part.range ?? cursor.range;
    const opening = part.range === undefined ? (cursor.quote ?? "") : "";
    return {
      label,
      kind,
      documentation,
      insert: cursor.glued && part.range === undefined ? ` ${insert}` : insert,
      range,
      sort: `${String(rank).padStart(2, "0")}${String(index).padStart(5, "0")}`,
      filter: opening + [label, ...words.filter((word) => word !== undefined && word !== label)].join(" "),
      again: part.again === true,
      preselect: part.preselect === true,
      ...(description === undefined ? {} : { description }),
      ...(detail === undefined ? {} : { detail }),
    };
  });
}

/** A word as a value where the cursor is: in the quotes that are there, else quoted where YAML needs it. */
export function scalar(cursor: Cursor, word: string): string {
  if (cursor.quote === "'") return literal(`'${word.replaceAll("'", "''")}'`);
  if (cursor.quote === '"') return literal(JSON.stringify(word));
  return literal(plainOrQuoted(word));
}

/** Text that a snippet inserts as it is. */
export function literal(text: string): string {
  return text.replace(/[\\$}]/g, "\\$&");
}
