/** What PostgreSQL's types mean for Sluice. `native` is format_type's spelling: `numeric(10,2)`, `text[]`. */
import { type FieldSchema, type FieldType } from "../destination";
import { type LogicalType } from "../../value";

export type Kind =
  | { readonly kind: "integer"; readonly least: bigint; readonly most: bigint }
  | { readonly kind: "decimal"; readonly precision?: number; readonly scale?: number }
  | { readonly kind: "float"; readonly bits: 32 | 64 }
  | { readonly kind: "boolean" | "date" | "timestamp" | "instant" | "json" | "array" | "uuid" | "bytes" | "padded" }
  | { readonly kind: "text" };

export function kindOf({ native, type }: Pick<FieldSchema, "native" | "type">): Kind {
  return native === undefined ? madeKinds[type] : kindOfType(native);
}

function kindOfType(native: string): Kind {
  const type = native.replace(/, domain .*$/s, "");
  if (type.endsWith("[]")) return { kind: "array" };
  const name = type.replace(/\(.*?\)/, "");
  switch (name) {
    case "smallint":
      return { kind: "integer", least: -(2n ** 15n), most: 2n ** 15n - 1n };
    case "integer":
      return { kind: "integer", least: -(2n ** 31n), most: 2n ** 31n - 1n };
    case "bigint":
      return { kind: "integer", least: -(2n ** 63n), most: 2n ** 63n - 1n };
    case "numeric": {
      const [, precision, scale = "0"] = /\((\d+)(?:,(-?\d+))?\)/.exec(type) ?? [];
      return precision === undefined
        ? { kind: "decimal" }
        : { kind: "decimal", precision: Number(precision), scale: Number(scale) };
    }
    case "real":
      return { kind: "float", bits: 32 };
    case "double precision":
      return { kind: "float", bits: 64 };
    case "timestamp without time zone":
      return { kind: "timestamp" };
    case "timestamp with time zone":
      return { kind: "instant" };
    case "jsonb":
      return { kind: "json" };
    case "bytea":
      return { kind: "bytes" };
    case "character":
      return { kind: "padded" };
    case "boolean":
    case "date":
    case "json":
    case "uuid":
      return { kind: name };
    default:
      return { kind: "text" };
  }
}

/** Of a table that Sluice makes. */
const madeKinds: Readonly<Record<FieldType, Kind>> = {
  text: { kind: "text" },
  option: { kind: "text" },
  options: { kind: "text" },
  reference: { kind: "text" },
  integer: { kind: "decimal" },
  number: { kind: "decimal" },
  boolean: { kind: "boolean" },
  date: { kind: "date" },
  timestamp: { kind: "timestamp" },
  instant: { kind: "instant" },
  json: { kind: "json" },
};

/** The column's type in a table that Sluice makes. */
export function columnType({ type }: FieldSchema): string {
  const kind = madeKinds[type].kind;
  switch (kind) {
    case "decimal":
      return "numeric";
    case "timestamp":
      return "timestamp without time zone";
    case "instant":
      return "timestamp with time zone";
    case "json":
      return "jsonb";
    case "boolean":
    case "date":
      return kind;
    default:
      return "text";
  }
}

const fieldTypes: Readonly<Partial<Record<Kind["kind"], FieldType>>> = {
  integer: "integer",
  decimal: "number",
  float: "number",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
  instant: "instant",
  json: "json",
  array: "json",
};

export function fieldType(native: string): FieldType {
  return fieldTypes[kindOfType(native).kind] ?? "text";
}

/** In characters. */
export function lengthOf(native: string): number | undefined {
  const [, length] = /^character(?: varying)?\((\d+)\)/.exec(native) ?? [];
  return length === undefined ? undefined : Number(length);
}

/** Does every value of the type fit the column? */
export function fitsAlways(field: FieldSchema, type: LogicalType): boolean {
  const kind = kindOf(field);
  switch (kind.kind) {
    case "decimal":
      return type === "number" && kind.precision === undefined;
    case "float":
      return type === "number";
    case "boolean":
      return type === "boolean";
    case "date":
      return type === "date";
    case "timestamp":
    case "instant":
      return type === "timestamp" || type === "instant" || type === "date";
    case "json":
      return type === "json";
    case "text":
      return field.options === undefined && field.maxLength === undefined && type !== "text" && type !== "json";
    default:
      return false;
  }
}
