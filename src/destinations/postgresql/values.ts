/** Values on the wire: always PostgreSQL's own text, so that no digit is lost; and the form in which they are compared. */
import { type Json, type LogicalType, type Value } from "../../value";
import { type Encoded, type FieldSchema } from "../destination";
import { losesDigits } from "../exact-json";
import { parseJson, plainJson } from "../sql/json-form";
import { isMidnight, readMoment } from "../sql/moments";
import { plainDecimal, plainFloat, readDecimal, writeDecimal } from "../sql/numbers";
import { fitsAlways, kindOf, type Kind } from "./columns";

export function encode(value: Value, field: FieldSchema): Encoded {
  if (value === null) {
    if (field.required !== true) return { wire: null };
    return refused("not-null", "The column takes no NULL and has no default. Give it a value in the model.");
  }
  const { text } = value;
  if (text.includes("\0")) return refused("nul-character", "PostgreSQL keeps no NUL character in a text. Remove it.");
  if (field.options !== undefined && field.options.every(({ value }) => value !== text))
    return refused("not-an-option", "The value is none of the column's enum. Map it with values, or extend the enum.");
  return encodeAs(kindOf(field), text, field, value.type);
}

function encodeAs(kind: Kind, text: string, field: FieldSchema, type: LogicalType): Encoded {
  switch (kind.kind) {
    case "integer":
      return encodeInteger(text, kind);
    case "decimal":
      return encodeDecimal(text, kind);
    case "float":
      return readDecimal(text) === undefined ? notANumber : { wire: text.trim() };
    case "boolean": {
      const read = booleans.get(text.trim().toLowerCase());
      return read === undefined ? refused("not-a-boolean", "The value is neither true nor false.") : { wire: read };
    }
    case "date":
    case "timestamp":
    case "instant":
      return encodeMoment(kind.kind, text);
    case "json":
      if (type === "json" || parseJson(text) !== undefined) return { wire: text };
      return refused("not-json", "The text is not JSON. Convert it in the model, for example with to_json().");
    case "array":
      return encodeArray(text);
    case "uuid":
      if (uuid.test(text)) return { wire: text };
      return refused("not-a-uuid", "The value is not a UUID.");
    case "bytes":
      if (/^\\x([0-9a-f]{2})*$/i.test(text)) return { wire: text };
      return refused("not-bytes", "The column holds bytes. Give them as \\x and hexadecimal digits.");
    default:
      if (field.maxLength === undefined || [...text].length <= field.maxLength) return { wire: text };
      return refused(
        "too-long",
        `The text is longer than the ${field.maxLength} characters of the column. Shorten it.`,
      );
  }
}

/** Can a value of this type be refused? */
export function canRefuse(field: FieldSchema, type: LogicalType): boolean {
  return !fitsAlways(field, type);
}

function encodeInteger(text: string, { least, most }: Kind & { kind: "integer" }): Encoded {
  const read = readDecimal(text);
  if (read === undefined) return notANumber;
  if (read.fraction !== "") return refused("not-whole", "The column takes whole numbers. Round it in the mapping.");
  const number = read.whole.length > 20 ? most + 1n : BigInt(writeDecimal(read));
  return number < least || number > most ? outOfRange : { wire: writeDecimal(read) };
}

/** PostgreSQL would round in silence. */
function encodeDecimal(text: string, { precision, scale = 0 }: Kind & { kind: "decimal" }): Encoded {
  const read = readDecimal(text);
  if (read === undefined) return notANumber;
  if (precision === undefined) return { wire: writeDecimal(read) };
  if (read.fraction.length > Math.max(0, scale))
    return refused("too-many-decimals", `The column keeps ${Math.max(0, scale)} decimals. Round it in the mapping.`);
  return read.whole.length > precision - scale ? outOfRange : { wire: writeDecimal(read) };
}

function encodeMoment(kind: "date" | "timestamp" | "instant", text: string): Encoded {
  const read = readMoment(text);
  if (read === undefined) return refused("not-a-date", "The value is not a date or a time as ISO 8601 writes it.");
  if (kind === "date") {
    if (isMidnight(read) && (read.zone === "" || read.zone === "Z")) return { wire: read.date };
    return refused("has-a-time", "The value has a time of day, and the column keeps dates. Cast it to a date.");
  }
  // PostgreSQL would drop the zone in silence.
  if (kind === "timestamp" && read.zone !== "" && read.zone !== "Z")
    return refused("has-a-zone", "The value has a time zone, and the column keeps none. Cast it to a timestamp.");
  const zone = kind === "instant" ? (read.zone === "" ? "Z" : read.zone) : "";
  return { wire: `${read.date}T${toMicroseconds(read.time)}${zone}` };
}

function encodeArray(text: string): Encoded {
  const list = parseJson(text);
  if (!Array.isArray(list)) return refused("not-a-list", "The column is an array. Give it a list.");
  if (losesDigits(text))
    return refused("number-too-long", "A number inside has more digits than can be kept; cast it to text.");
  return { wire: arrayText(list as readonly Json[]) };
}

/** PostgreSQL's array literal of a JSON list; what is an object inside is JSON again. */
function arrayText(list: readonly Json[]): string {
  const parts = list.map((one): string => {
    if (one === null) return "NULL";
    if (Array.isArray(one)) return arrayText(one as readonly Json[]);
    const text = typeof one === "object" ? JSON.stringify(one) : String(one);
    return `"${text.replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${parts.join(",")}}`;
}

/** What PostgreSQL gives back for what it was sent, in one spelling. Arrays are read as JSON. */
export function normal(wire: Json, field: FieldSchema): string | null {
  if (wire === null) return null;
  const text = typeof wire === "string" ? wire : JSON.stringify(wire);
  const kind = kindOf(field);
  switch (kind.kind) {
    case "integer":
    case "decimal":
      return plainDecimal(text);
    case "float":
      return plainFloat(text, kind.bits);
    case "boolean":
      return booleans.get(text.trim().toLowerCase()) ?? text;
    case "date":
      return readMoment(text)?.date ?? text;
    case "timestamp":
    case "instant": {
      const read = readMoment(text);
      return read === undefined
        ? text
        : `${read.date}T${toMicroseconds(read.time)}${kind.kind === "instant" ? read.zone || "Z" : ""}`;
    }
    case "json":
      return plainJson(text);
    case "array":
      return text.startsWith("[") ? arrayText((parseJson(text) as readonly Json[] | undefined) ?? []) : text;
    case "uuid":
      return text.toLowerCase();
    case "bytes":
      return text.toLowerCase();
    case "padded":
      return text.replace(/ +$/, "");
    default:
      return text;
  }
}

/** PostgreSQL keeps microseconds, and would round what is beyond: it is cut, so that no moment moves into the next day. */
function toMicroseconds(time: string): string {
  const cut = time.replace(/(\.\d{6})\d+$/, "$1");
  return cut.includes(".") ? cut.replace(/\.?0+$/, "") : cut;
}

function refused(code: string, reason: string): Encoded {
  return { refused: reason, code };
}

const notANumber = refused("not-a-number", "The value is not a number.");
const outOfRange = refused("out-of-range", "The number is larger than the column's type can hold.");
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const booleans = new Map([
  ["true", "true"],
  ["t", "true"],
  ["1", "true"],
  ["false", "false"],
  ["f", "false"],
  ["0", "false"],
]);
