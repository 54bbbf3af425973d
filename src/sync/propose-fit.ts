/** What a column's type, its format and its values say of a field: they confirm a likeness of names, or contradict it. */
import { type FieldSchema, type FieldType } from "../destinations/destination";
import { type LogicalType } from "../value";
import { type Column } from "../warehouses/warehouse";
import { type ColumnFacts } from "./facts";
import { type ProposalReason } from "./propose-reason";

export interface Fit {
  /** Below 1 it speaks against, above 1 for: 1.3 closes 30 % of the gap to certainty. */
  readonly factor: number;
  readonly reason?: ProposalReason;
  /** The score where no name says anything. */
  readonly alone?: number;
  /** The table that turns the column's values into the field's options. */
  readonly values?: Readonly<Record<string, string>>;
}

const neutral: Fit = { factor: 1 };

/** Types that go into a field without loss; of the others text may, if its values read so. */
const taken: Readonly<Record<LogicalType, readonly FieldType[]>> = {
  text: ["text", "option", "options", "reference", "json"],
  number: ["number", "integer"],
  boolean: ["boolean"],
  date: ["date"],
  timestamp: ["timestamp", "instant"],
  instant: ["instant", "timestamp"],
  json: ["json"],
};
const convertible: Readonly<Record<LogicalType, readonly FieldType[]>> = {
  text: ["number", "integer", "boolean", "date", "timestamp", "instant"],
  number: ["text", "option", "reference"],
  boolean: ["text", "option"],
  date: ["timestamp", "instant", "text"],
  timestamp: ["date", "text"],
  instant: ["date", "text"],
  json: ["text", "options"],
};

/** undefined: no value of the column could go into the field. */
export function fitOfType(column: Column, field: FieldSchema, facts: ColumnFacts | undefined): Fit | undefined {
  if (column.type === undefined) return undefined;
  if (taken[column.type].includes(field.type)) return { factor: 1.1, reason: "same-type" };
  if (!convertible[column.type].includes(field.type)) return undefined;
  if (column.type !== "text") return { factor: 0.9 };
  const texts = textsOf(facts);
  if (texts.length === 0) return { factor: 0.7 };
  return texts.every((text) => readsAs(text, field.type)) ? { factor: 0.95 } : undefined;
}

export function fitOfFormat(column: Column, field: FieldSchema, facts: ColumnFacts | undefined): Fit {
  const { format } = field;
  const texts = column.type === "text" ? textsOf(facts) : [];
  if (texts.length === 0) return neutral;
  const isEmail = share(texts, formats.email) > 0.5;
  const isForEmail = /mail|login|user|id$/i.test(`${field.label ?? ""} ${field.name}`);
  // An e-mail address in a field for something else: the names mislead.
  if (format === undefined) return isEmail && !isForEmail ? { factor: 0.6 } : neutral;
  const fitting = share(texts, formats[format]);
  if (fitting < 0.5) return { factor: 0.5 };
  // Digits alone say little; an address with an @ says what it is.
  return { factor: 1.2, reason: "same-format", ...(format === "email" && { alone: 0.6 }) };
}

export function fitOfValues(column: Column, { type, options }: FieldSchema, facts: ColumnFacts | undefined): Fit {
  const texts = textsOf(facts);
  if ((type !== "option" && type !== "options") || options === undefined || options.length === 0) return neutral;
  // Until the values are known nobody can say whether they are options.
  if (texts.length === 0) return { factor: 0.85 };
  const isOption = (text: string): boolean => options.some(({ value }) => value === text);
  if (texts.every(isOption)) return { factor: 1.4, reason: "same-values", ...(texts.length > 1 && { alone: 0.6 }) };
  const table = tableOf(texts, options);
  if (table === undefined) return { factor: texts.some(isOption) ? 0.9 : 0.5 };
  // Where not every value was seen, every option's label is in the table.
  const isComplete = facts !== undefined && facts.distinct <= texts.length;
  const all = isComplete ? table : { ...labelsOf(options), ...table };
  return { factor: 1.3, reason: "same-values", ...(texts.length > 1 && { alone: 0.6 }), values: all };
}

type Options = NonNullable<FieldSchema["options"]>;

/** Each value with the option it names by its label, or by its value in other case and separators. */
function tableOf(texts: readonly string[], options: Options): Readonly<Record<string, string>> | undefined {
  const byName = namesOf(options);
  if (byName === undefined) return undefined;
  const table = texts.map((text) => [text, byName.get(folded(text))] as const);
  return table.every(([, value]) => value !== undefined)
    ? (Object.fromEntries(table) as Record<string, string>)
    : undefined;
}

const names = new WeakMap<Options, ReadonlyMap<string, string> | "ambiguous">();

/** Options by value and label; undefined where one name stands for two: which is meant cannot be said. */
function namesOf(options: Options): ReadonlyMap<string, string> | undefined {
  const known = names.get(options) ?? readNames(options);
  names.set(options, known);
  return known === "ambiguous" ? undefined : known;
}

function readNames(options: Options): ReadonlyMap<string, string> | "ambiguous" {
  const byName = new Map<string, string>();
  for (const { value, label } of options) {
    for (const name of [value, label ?? value].map(folded)) {
      const before = byName.get(name);
      if (before !== undefined && before !== value) return "ambiguous";
      byName.set(name, value);
    }
  }
  return byName;
}

function labelsOf(options: Options): Readonly<Record<string, string>> {
  return Object.fromEntries(options.map(({ value, label }) => [label ?? value, value]));
}

function folded(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

const formats = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  url: /^(https?:\/\/)?([\w-]+\.)+[a-z]{2,}(\/\S*)?$/i,
  phone: /^\+?[\d\s()./-]{6,20}$/,
} as const;

function readsAs(text: string, type: FieldType): boolean {
  switch (type) {
    case "number":
      return /^-?\d+(\.\d+)?$/.test(text);
    case "integer":
      return /^-?\d+$/.test(text);
    case "boolean":
      return /^(true|false)$/i.test(text);
    case "date":
      return /^\d{4}-\d\d-\d\d$/.test(text);
    case "timestamp":
    case "instant":
      return /^\d{4}-\d\d-\d\d([T ]|$)/.test(text);
    default:
      return true;
  }
}

function share(texts: readonly string[], pattern: RegExp): number {
  return texts.filter((text) => pattern.test(text.trim())).length / texts.length;
}

function textsOf(facts: ColumnFacts | undefined): readonly string[] {
  return facts?.examples.map((example) => (typeof example === "string" ? example : JSON.stringify(example))) ?? [];
}
