/** How alike a column's name is to a field's name or label. */
import { type FieldSchema } from "../destinations/destination";
import { editDistance } from "../project/closest";
import { type Column } from "../warehouses/warehouse";
import { meaningOf, wordsOf } from "./name-words";
import { type ProposalReason } from "./propose-reason";

export interface NamedColumn {
  readonly column: Column;
  readonly words: readonly string[];
  readonly joined: string;
  readonly meaning: string;
  readonly isKey: boolean;
}

export interface NamedField {
  readonly field: FieldSchema;
  readonly order: number;
  readonly words: readonly string[];
  readonly joined: string;
  readonly meaning: string;
  readonly label: readonly string[];
  readonly labelMeaning: string;
}

export interface Likeness {
  /** 0 to 1. */
  readonly score: number;
  readonly reason?: ProposalReason;
}

export function namedColumn(column: Column, key: readonly string[]): NamedColumn {
  const words = wordsOf(column.name);
  return { column, words, joined: words.join(""), meaning: meaningOf(words), isKey: key.join("\n") === column.name };
}

export function namedField(field: FieldSchema, order: number): NamedField {
  const words = wordsOf(field.name);
  const label = wordsOf(field.label ?? "");
  return {
    field,
    order,
    words,
    joined: words.join(""),
    meaning: meaningOf(words),
    label,
    labelMeaning: label.length === 0 ? "" : meaningOf(label),
  };
}

export function likeness(column: NamedColumn, field: NamedField): Likeness {
  if (column.joined === "") return { score: 0 };
  if (column.joined === field.joined) return { score: 0.95, reason: "same-name" };
  if (column.joined === field.label.join("")) return { score: 0.9, reason: "same-label" };
  if (column.meaning === field.meaning || column.meaning === field.labelMeaning)
    return { score: 0.84, reason: "similar-name" };
  if (column.isKey && field.field.unique === true && /external/.test(field.joined) && field.joined.endsWith("id"))
    return { score: 0.8, reason: "key" };
  const score = Math.max(overlap(column.words, field.words), overlap(column.words, field.label), typo(column, field));
  return score < 0.5 ? { score: 0 } : { score, reason: "similar-name" };
}

/** Words in common; the last word says what a thing is, the ones before it of what. */
function overlap(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0 || left.every((word) => bare.has(word))) return 0;
  let common = 0;
  for (const word of left) if (right.includes(word)) common += 1;
  if (common === 0) return 0;
  const share = (2 * common) / (left.length + right.length);
  const sameHead = left.at(-1) === right.at(-1);
  return share * (sameHead ? 0.85 : 0.65);
}

/** Words that say what kind of thing it is, but not which. */
const bare = new Set(["id", "name", "date", "type", "status", "code", "at", "number", "key", "value", "count"]);

function typo(column: NamedColumn, field: NamedField): number {
  const longest = Math.max(column.joined.length, field.joined.length);
  const most = Math.floor(longest / 6);
  if (Math.abs(column.joined.length - field.joined.length) > most) return 0;
  // A slip is seldom in the first letter; asking for it first spares most comparisons.
  if (column.joined.charAt(0) !== field.joined.charAt(0) || most === 0) return 0;
  return editDistance(column.joined, field.joined) <= most ? 0.72 : 0;
}
