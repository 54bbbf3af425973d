/** Does what a mapping gives suit its field? Told from types and from the facts of the rows that were looked at. */
import { type ColumnFacts } from "../../src/calls/calls";
import { type FieldSchema, type FieldType } from "../../src/destinations/destination";
import { type FieldMapping } from "../../src/sync/definition";
import { type LogicalType } from "../../src/value";
import { type Column } from "../../src/warehouses/warehouse";
import { plainExcerpt } from "../plain-text";
import { t } from "../text";

/** fits: always; care: some values may be refused; misfit: values are refused, whatever they are. */
export type FitLevel = "fits" | "care" | "misfit";
export interface Fit {
  readonly level: FitLevel;
  /** A sentence for people; the worst thing that is known. */
  readonly message: string;
}

export interface FitInput {
  readonly mapping: FieldMapping;
  readonly field: FieldSchema;
  /** The column of the mapping, where it reads exactly one and the model could be described. */
  readonly column?: Column;
  readonly facts?: ColumnFacts;
}

/** undefined: nothing can be told, as of an expression. */
export function fitOf(input: FitInput): Fit | undefined {
  const found = [nullFit(input), valueFit(input)].filter((fit) => fit !== undefined);
  return found.find(({ level }) => level === "misfit") ?? found.find(({ level }) => level === "care") ?? found[0];
}

function valueFit({ mapping, field, column, facts }: FitInput): Fit | undefined {
  const { source, values } = mapping;
  if (values !== undefined) return tableFit(values, facts);
  if (source.kind === "template" && field.type !== "text") {
    return care(t('A template makes text; "{0}" takes {1}.', nameOf(field), typeName(field.type)));
  }
  if (source.kind !== "column" || column === undefined) return undefined;
  if (column.type === undefined)
    return misfit(t('The type {0} of "{1}" cannot be synced.', column.native, column.name));
  const byType = typeFit(column.type, field);
  if (byType.level === "misfit" || facts === undefined) return byType;
  return exampleFit(field, facts) ?? byType;
}

function nullFit({ mapping, field, facts }: FitInput): Fit | undefined {
  if (field.required !== true || mapping.source.kind !== "column" || facts === undefined || facts.nullShare === 0)
    return undefined;
  return care(t("The field is required, and {0} of the rows looked at have no value.", percent(facts.nullShare)));
}

function tableFit({ table, default: rest }: NonNullable<FieldMapping["values"]>, facts?: ColumnFacts): Fit | undefined {
  if (rest !== undefined || facts === undefined) return undefined;
  const listed = new Set(table.map(({ from }) => from));
  const missing = facts.examples.map(textOf).filter((text) => !listed.has(text));
  if (missing.length === 0) return fits(t("Every example is in the table of values."));
  return care(
    t(
      "{0} is not in the table of values, and there is no default: such records are rejected.",
      plainExcerpt(missing[0] ?? "", 40),
    ),
  );
}

function exampleFit(field: FieldSchema, facts: ColumnFacts): Fit | undefined {
  const texts = facts.examples.map(textOf);
  if (field.type === "option" && field.options !== undefined) {
    const known = new Set(field.options.map(({ value }) => value));
    const outside = texts.find((text) => !known.has(text));
    if (outside !== undefined) return care(t("{0} is not one of the field's options.", plainExcerpt(outside, 40)));
    if (texts.length > 0) return fits(t("Every example is one of the field's options."));
  }
  const { maxLength } = field;
  if (maxLength !== undefined && texts.some((text) => [...text].length > maxLength))
    return care(t("Some values are longer than the {0} characters that the field takes.", String(maxLength)));
  if (field.format === "email" && texts.some((text) => !text.includes("@")))
    return care(t("Some examples are not e-mail addresses."));
  return undefined;
}

type Verdict = (field: FieldSchema, type: LogicalType) => Fit;

const same: Verdict = (field) => fits(t('The column\'s type suits "{0}".', nameOf(field)));
const written: Verdict = (_, type) => fits(t("{0} is sent as text.", capital(logicalName(type))));
const mayRead: Verdict = (field) =>
  care(t('Text that does not read as {0} is refused by "{1}".', typeName(field.type), nameOf(field)));
const wholeOnly: Verdict = (field) => care(t('Numbers with a fraction are refused by "{0}".', nameOf(field)));
const changesTime: Verdict = (field, type) =>
  care(t('"{0}" takes {1}, and the column holds {2}.', nameOf(field), typeName(field.type), logicalName(type)));
const never: Verdict = (field, type) =>
  misfit(t('"{0}" takes {1}, and the column holds {2}.', nameOf(field), typeName(field.type), logicalName(type)));

const moments: Readonly<Partial<Record<LogicalType, Verdict>>> = {
  date: same,
  timestamp: same,
  instant: same,
  text: mayRead,
  number: changesTime,
};

const verdicts: Readonly<Record<FieldType, Readonly<Partial<Record<LogicalType, Verdict>>>>> = {
  text: {
    text: same,
    number: written,
    boolean: written,
    date: written,
    timestamp: written,
    instant: written,
    json: written,
  },
  integer: { number: wholeOnly, text: mayRead },
  number: { number: same, text: mayRead },
  boolean: { boolean: same, text: mayRead, number: changesTime },
  date: { ...moments, timestamp: changesTime, instant: changesTime },
  timestamp: moments,
  instant: moments,
  option: { text: mayRead, number: mayRead, boolean: mayRead },
  options: { text: mayRead, json: mayRead },
  reference: { text: mayRead, number: wholeOnly },
  json: { text: same, number: same, boolean: same, date: same, timestamp: same, instant: same, json: same },
};

export function typeFit(type: LogicalType, field: FieldSchema): Fit {
  const isWhole = field.type === "integer" || field.type === "reference";
  return (isWhole && type === "number" ? wholeOnly : (verdicts[field.type][type] ?? never))(field, type);
}

export function typeName(type: FieldType): string {
  switch (type) {
    case "text":
      return t("text");
    case "integer":
      return t("a whole number");
    case "number":
      return t("a number");
    case "boolean":
      return t("true or false");
    case "date":
      return t("a date");
    case "timestamp":
      return t("a time without zone");
    case "instant":
      return t("a point in time");
    case "option":
      return t("one of its options");
    case "options":
      return t("some of its options");
    case "reference":
      return t("the id of a record");
    case "json":
      return t("JSON");
  }
}

export function logicalName(type: LogicalType): string {
  switch (type) {
    case "text":
      return t("text");
    case "number":
      return t("a number");
    case "boolean":
      return t("true or false");
    case "date":
      return t("a date");
    case "timestamp":
      return t("a time without zone");
    case "instant":
      return t("a point in time");
    case "json":
      return t("JSON");
  }
}

export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "<1%";
  if (share < 1 && share > 0.99) return ">99%";
  return `${Math.round(share * 100)}%`;
}

const fits = (message: string): Fit => ({ level: "fits", message });
const care = (message: string): Fit => ({ level: "care", message });
const misfit = (message: string): Fit => ({ level: "misfit", message });

function nameOf({ label, name }: FieldSchema): string {
  return label ?? name;
}

function textOf(json: unknown): string {
  return typeof json === "string" ? json : JSON.stringify(json);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
