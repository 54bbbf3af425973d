/**
 * Values on HubSpot's wire. Every property value is a string there, and "" clears it.
 *
 * | field type | wire                                                                                   |
 * |------------|----------------------------------------------------------------------------------------|
 * | text       | as it is, up to 65,536 characters                                                      |
 * | number     | exact decimal text; integer: no fraction                                               |
 * | boolean    | true, false                                                                            |
 * | date       | 2026-01-31; a timestamp counts only at midnight UTC                                    |
 * | instant    | 2026-01-31T10:00:00.000Z; a timestamp without zone is UTC, beyond milliseconds is cut  |
 * | option     | the option's internal value                                                            |
 * | options    | internal values joined by ";", from a JSON list or such a text                         |
 * | reference  | the record's id                                                                        |
 */
import { type Encoded, type FieldSchema } from "../destination";
import { losesDigits } from "../exact-json";
import { type Json, type LogicalType, type TypedValue, type Value } from "../../value";

export const maxText = 65_536;

export function encode(value: Value, field: FieldSchema): Encoded {
  return value === null ? { wire: "" } : encoders[field.type](value, field);
}

/** Numbers, booleans and times always fit a text; true and false always fit a boolean. All else is looked at. */
export function canRefuse(field: FieldSchema, type: LogicalType): boolean {
  if (field.type === "text" && field.format !== "email" && field.maxLength === undefined) {
    return type === "text" || type === "json";
  }
  return !(field.type === "boolean" && type === "boolean");
}

/** The form in which HubSpot gives a value back. */
export function normal(wire: Json, field: FieldSchema): string | null {
  const text =
    typeof wire === "string"
      ? wire
      : wire === null
        ? ""
        : typeof wire === "object"
          ? JSON.stringify(wire)
          : String(wire);
  if (text === "") return null;
  switch (field.type) {
    case "text":
      return field.format === "email" ? text.trim().toLowerCase() : text;
    case "number":
    case "integer":
      return decimal(text) ?? text;
    case "boolean":
      return text.toLowerCase();
    case "date":
      return dateOf(text) ?? text;
    case "instant":
    case "timestamp":
      return instantOf(text)?.replace(/\.?0*Z$/, "Z") ?? text;
    case "options":
      return parts(text).sort().join(";") || null;
    case "option":
    case "reference":
    case "json":
      return text;
  }
}

type Encoder = (value: TypedValue, field: FieldSchema) => Encoded;

const encoders: Readonly<Record<FieldSchema["type"], Encoder>> = {
  text: encodeText,
  json: encodeText,
  number: (value) => {
    const text = value.type === "number" || value.type === "text" ? decimal(value.text.trim()) : undefined;
    return text === undefined ? refuse("not-a-number", "The value is not a number.") : { wire: text };
  },
  integer: (value) => {
    const text = value.type === "number" || value.type === "text" ? decimal(value.text.trim()) : undefined;
    return text === undefined || text.includes(".")
      ? refuse("not-an-integer", "The value is not a whole number.")
      : { wire: text };
  },
  boolean: (value) => {
    const text = value.text.trim().toLowerCase();
    if (text === "true" || text === "false") return { wire: text };
    if (value.type === "number" && (text === "1" || text === "0")) return { wire: String(text === "1") };
    return refuse("not-a-boolean", "The value is neither true nor false.");
  },
  date: (value) => {
    const text = value.type === "boolean" || value.type === "json" ? undefined : dateOf(value.text.trim());
    return text === undefined
      ? refuse(
          "not-a-date",
          "The value is not a date, or has a time of day; HubSpot takes plain dates here. Cast the column to a date.",
        )
      : { wire: text };
  },
  timestamp: encodeInstant,
  instant: encodeInstant,
  option: (value, field) => {
    if (value.type === "json")
      return refuse("not-one-option", "The value is a list or an object; HubSpot takes one option here.");
    return allowed([value.text], field) ?? { wire: value.text };
  },
  options: (value, field) => {
    const values = listOfOptions(value);
    if (!values) return refuse("not-a-list", "The value is not a list of options.");
    return allowed(values, field) ?? { wire: values.join(";") };
  },
  reference: (value) => {
    const text = value.text.trim();
    return /^\d+$/.test(text)
      ? { wire: text }
      : refuse("not-an-id", "The value is not the id of a HubSpot record, which is a whole number.");
  },
};

function refuse(code: string, refused: string): Encoded {
  return { code, refused };
}

function encodeText(value: TypedValue, field: FieldSchema): Encoded {
  const limit = field.maxLength ?? maxText;
  if (field.format === "email") return encodeEmail(value.text);
  // HubSpot counts characters, so an emoji is one.
  if (value.text.length > limit && Array.from(value.text).length > limit) {
    return refuse(
      "too-long",
      `The text is longer than the ${limit.toLocaleString("en")} characters that HubSpot takes.`,
    );
  }
  return { wire: value.text };
}

/** What cannot be an address at all is refused here; the finer rules are HubSpot's. */
function encodeEmail(text: string): Encoded {
  const address = text.trim();
  if (address === "") return { wire: "" };
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address) && address.length <= 254) return { wire: address };
  return refuse("malformed-email", "The value is not an e-mail address.");
}

function encodeInstant(value: TypedValue): Encoded {
  const text = value.type === "boolean" || value.type === "json" ? undefined : instantOf(value.text.trim());
  return text === undefined ? refuse("not-a-timestamp", "The value is not a point in time.") : { wire: text };
}

function allowed(values: readonly string[], field: FieldSchema): Encoded | undefined {
  const options = field.options;
  // No list: HubSpot takes the options from elsewhere (owners), so only HubSpot can tell.
  if (!options || options.length === 0) return undefined;
  const unknown = values.filter((value) => value !== "" && !options.some((option) => option.value === value));
  if (unknown.length === 0) return undefined;
  const labels = unknown.every((value) => options.some((option) => option.label === value));
  return labels
    ? refuse(
        "option-label",
        "The value is an option's label; HubSpot takes the option's internal value. Translate it with `values`.",
      )
    : refuse(
        "unknown-option",
        "The property has no such option in HubSpot. Translate the value with `values`, or add the option there.",
      );
}

function listOfOptions(value: TypedValue): string[] | undefined {
  if (value.type !== "json") return parts(value.text);
  if (losesDigits(value.text)) return undefined;
  const list: unknown = JSON.parse(value.text);
  if (!Array.isArray(list)) return typeof list === "object" ? undefined : parts(String(list));
  const texts = list
    .filter((item) => item !== null)
    .map((item) => (typeof item === "object" ? undefined : String(item)));
  return texts.includes(undefined) ? undefined : [...new Set(texts as string[])];
}

/** A leading ";" means "add to the present ones" to HubSpot; a sync always sends the whole set. */
function parts(text: string): string[] {
  return [
    ...new Set(
      text
        .split(";")
        .map((part) => part.trim())
        .filter(Boolean),
    ),
  ];
}

/** Canonical decimal text of a number without leaving decimals: no exponent, no needless zeros. */
export function decimal(text: string): string | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  const [, sign, whole = "", fraction = "", exponent] = match ?? [];
  if (!match || whole + fraction === "") return undefined;
  const shift = Number(exponent ?? 0);
  const digits = (whole + fraction).padEnd(whole.length + Math.max(shift, 0), "0");
  const point = whole.length + shift;
  const left = point > 0 ? digits.slice(0, point) : "";
  const right = point > 0 ? digits.slice(point) : "0".repeat(-point) + digits;
  const integer = left.replace(/^0+/, "") || "0";
  const rest = right.replace(/0+$/, "");
  const magnitude = rest === "" ? integer : `${integer}.${rest}`;
  return sign === "-" && magnitude !== "0" ? `-${magnitude}` : magnitude;
}

const day = 86_400_000;

/** The date of a date, of midnight UTC in any notation, or of its milliseconds. */
function dateOf(text: string): string | undefined {
  const ms = millisecondsOf(text);
  return ms !== undefined && ms % day === 0 ? isoOf(ms)?.slice(0, 10) : undefined;
}

function instantOf(text: string): string | undefined {
  const ms = millisecondsOf(text);
  return ms === undefined ? undefined : isoOf(ms);
}

const moment = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** Of an ISO text (without zone: UTC), or a number of milliseconds: shorter numbers are seconds or 20260131, and refused. */
function millisecondsOf(text: string): number | undefined {
  if (/^-?\d{11,15}$/.test(text)) return Number(text);
  const found = moment.exec(text);
  if (!found) return undefined;
  const [, year, month, date, hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] = found;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute), Number(second));
  const plain = `${year}-${month}-${date}T${hour}:${minute}:${second}`;
  // A 30th of February, or an hour 25, would otherwise roll over in silence.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== plain) return undefined;
  return ms + Number(fraction.padEnd(3, "0").slice(0, 3)) - offsetOf(zone);
}

function offsetOf(zone: string): number {
  if (zone === "Z") return 0;
  const [, sign, hours, minutes = "00"] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function isoOf(ms: number): string | undefined {
  const year = Math.abs(ms) <= 8.64e15 ? new Date(ms).getUTCFullYear() : -1;
  return year >= 1 && year <= 9999 ? new Date(ms).toISOString() : undefined;
}
