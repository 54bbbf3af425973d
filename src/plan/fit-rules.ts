/**
 * What a value must be to fit a destination's field, as SQL over its canonical text. A rule never calls bad what the
 * destination takes: where SQL cannot tell as exactly as the connector's encoder, it stays silent.
 */
import { type FieldSchema } from "../destinations/destination";
import { type LogicalType } from "../value";
import { type Dialect } from "../warehouses/warehouse";
import { blanks } from "./work";

export interface FitRule {
  readonly code: string;
  /** Goes after "412 of 5,000 rows: ": what is wrong and what to do. */
  readonly says: string;
  /** SQL that is true where a value does not fit; `text` is its canonical text, and may be NULL. */
  bad(text: string): string;
  /** SQL that is true where a value fits, short enough to stand in a model that people read. */
  keeps?(text: string): string;
}

/** `type`: of the values that the mapping's expression gives. */
export function fitRules(field: FieldSchema, type: LogicalType, dialect: Dialect): readonly FitRule[] {
  return rules[field.type]({ field, type, dialect, name: `"${field.name}"` });
}

interface Asked {
  readonly field: FieldSchema;
  readonly type: LogicalType;
  readonly dialect: Dialect;
  readonly name: string;
}

/** Beyond so many options a list in SQL costs more than it tells. */
const optionsInList = 5_000;
const optionsInPattern = 300;
const longestAddress = 254;

const rules: Readonly<Record<FieldSchema["type"], (asked: Asked) => readonly FitRule[]>> = {
  text: (asked) => [...lengthRule(asked), ...emailRule(asked)],
  json: lengthRule,
  number: ({ type, dialect, name }) => [numberRule(type, dialect, name)],
  integer: ({ type, dialect, name }) => [
    numberRule(type, dialect, name),
    {
      code: "value-not-whole",
      says: `the number has a fraction, and ${name} takes whole ones. Round it.`,
      bad: (text) => dialect.matches(trimmed(text, dialect), fraction),
    },
  ],
  boolean: ({ type, dialect, name }) => [
    {
      code: "value-not-a-boolean",
      says: `the value is neither true nor false, and ${name} takes nothing else.`,
      bad: (text) => `not ${dialect.matches(trimmed(text, dialect), type === "number" ? "^[01]$" : trueOrFalse)}`,
    },
  ],
  date: (asked) => [momentRule(asked, "value-not-a-date", "a date"), timeOfDayRule(asked)],
  timestamp: (asked) => [momentRule(asked, "value-not-a-time", "a point in time")],
  instant: (asked) => [momentRule(asked, "value-not-a-time", "a point in time")],
  option: optionRule,
  options: optionsRule,
  reference: ({ dialect, name }) => [
    {
      code: "value-not-an-id",
      says: `the value is not a record's id, which is what ${name} takes. Map a lookup.`,
      bad: (text) => `not ${dialect.matches(trimmed(text, dialect), "^[0-9]+$")}`,
    },
  ],
};

function lengthRule({ field: { maxLength }, dialect, name }: Asked): readonly FitRule[] {
  if (maxLength === undefined) return [];
  return [
    {
      code: "value-too-long",
      says: `the text is longer than the ${maxLength.toLocaleString("en")} characters that ${name} takes. Shorten it.`,
      bad: (text) => `${dialect.length(text)} > ${maxLength}`,
      keeps: (text) => `${text} is null or ${dialect.length(text)} <= ${maxLength}`,
    },
  ];
}

function emailRule({ field: { format }, dialect, name }: Asked): readonly FitRule[] {
  if (format !== "email") return [];
  return [
    {
      code: "malformed-email",
      says: `the value is no e-mail address, and ${name} takes nothing else. Mend it, or leave the rows out.`,
      bad(text) {
        const address = trimmed(text, dialect);
        const good = `${dialect.matches(address, emailPattern)} and ${dialect.length(address)} <= ${longestAddress}`;
        return `${address} <> '' and not (${good})`;
      },
      keeps: (text) => `${text} is null or ${dialect.matches(`trim(${text})`, "^$|^[^@ ]+@[^@. ]+([.][^@. ]+)+$")}`,
    },
  ];
}

const label = "[^!-,./:-@[-`{-~\\s]";
/** A local part without what vendors refuse or two dots in a row; a domain of labels between single dots. */
const emailPattern = spaced(`^[^@()<>[\\]\\\\,;:".\\s]+([.][^@()<>[\\]\\\\,;:".\\s]+)*@${label}+([.]${label}+)+$`);

function numberRule(type: LogicalType, dialect: Dialect, name: string): FitRule {
  const isNumber = type === "number" || type === "text";
  return {
    code: "value-not-a-number",
    says: `the value is not a number, and ${name} takes nothing else.`,
    bad: (text) => (isNumber ? `not ${dialect.matches(trimmed(text, dialect), number)}` : "true"),
    keeps: (text) => `${text} is null or ${dialect.matches(`trim(${text})`, number)}`,
  };
}

const number = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$";
const fraction = "^[+-]?[0-9]*[.][0-9]*[1-9][0-9]*$";
const trueOrFalse = "^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$";

const clock = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?";
const zone = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)";
const moment = spaced(`^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]${clock}\\s*${zone}?)?$`);
const milliseconds = "^-?[0-9]{11,15}$";

function momentRule({ type, dialect, name }: Asked, code: string, what: string): FitRule {
  return {
    code,
    says: `the value is not ${what}, and ${name} takes nothing else.`,
    bad(text) {
      if (type === "boolean" || type === "json") return "true";
      const value = trimmed(text, dialect);
      const isDay = `${dialect.tryCast(dialect.left(value, 10), "date")} is not null`;
      const isMoment = `(${dialect.matches(value, moment)} and ${isDay})`;
      return `not (${dialect.matches(value, milliseconds)} or ${isMoment})`;
    },
  };
}

/** Where a zone is written the day may be another one in UTC, which is left to the connector. */
function timeOfDayRule({ type, dialect, name }: Asked): FitRule {
  const midnight = "00:00(:00([.]000[0-9]*|[.]0{0,3})?)?";
  return {
    code: "value-has-a-time",
    says: `the value has a time of day, and ${name} takes plain dates. Cast it to a date.`,
    bad(text) {
      if (type === "date" || type === "boolean" || type === "json") return "false";
      const value = trimmed(text, dialect);
      const timed = dialect.matches(value, `^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]${clock} *Z?$`);
      return `${timed} and not ${dialect.matches(value, `[T ]${midnight} *Z?$`)}`;
    },
  };
}

function optionRule({ field, type, dialect, name }: Asked): readonly FitRule[] {
  const options = (field.options ?? []).map(({ value }) => value);
  if (options.length === 0 || options.length > optionsInList) return [];
  const among = (text: string): string => `${text} in (${options.map((value) => dialect.literal(value)).join(", ")})`;
  return [
    {
      code: "value-not-an-option",
      says: `the value is none of the options of ${name}. Map it to one of them.`,
      bad: (text) => (type === "json" ? "true" : `${text} <> '' and not ${among(text)}`),
      ...(options.length <= 30 && { keeps: (text: string) => `${text} is null or ${text} = '' or ${among(text)}` }),
    },
  ];
}

/** Several options: a text with semicolons, or a list. */
function optionsRule({ field, type, dialect, name }: Asked): readonly FitRule[] {
  const options = (field.options ?? []).map(({ value }) => value);
  if (options.length === 0 || options.length > optionsInPattern) return [];
  const any = `(${options.map(escaped).join("|")})?`;
  const quoted = `(null|${options.map((value) => `${escaped(JSON.stringify(value))}|${escaped(value)}`).join("|")}|"")`;
  const list = spaced(`^\\s*${any}\\s*(;\\s*${any}\\s*)*$`);
  const elements = `^\\[(${quoted}(,${quoted})*)?\\]$`;
  return [
    {
      code: "value-not-an-option",
      says: `the value has parts that are none of the options of ${name}. Map them to options.`,
      bad(text) {
        if (type !== "json") return `not ${dialect.matches(text, list)}`;
        // A backslash may stand for any letter, 1.0 for 1: these are left to the connector.
        const isPlain = `not ${dialect.matches(text, "\\\\|[[,]-?[0-9]+[.eE]")}`;
        return `${dialect.matches(text, "^[[{]")} and ${isPlain} and not ${dialect.matches(text, elements)}`;
      },
    },
  ];
}

const trimmed = (text: string, dialect: Dialect): string => dialect.trim(text, blanks);

/** `\s` as the blanks themselves, in brackets or alone, since not every warehouse knows the class. */
function spaced(pattern: string): string {
  const inBrackets = pattern.replace(/\[(?:\\.|[^\]\\])*\]/g, (bracket) => bracket.replace("\\s", blanks));
  return inBrackets.replaceAll("\\s", `[${blanks}]`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}
