/** How types and kinds of mappings look and are called. */
import { type FieldSchema, type FieldType } from "../../src/destinations/destination";
import { type FieldMapping } from "../../src/sync/definition";
import { type LogicalType } from "../../src/value";
import { type Column } from "../../src/warehouses/warehouse";
import { type IconName } from "../icons";
import { plainLine } from "../plain-text";
import { t } from "../text";
import { templateText } from "./mapping-text";

export const kinds = ["column", "values", "template", "sql", "lookup", "value"] as const;
export type Kind = (typeof kinds)[number];

export function kindOf({ source, values }: Omit<FieldMapping, "field">): Kind {
  return source.kind === "column" && values !== undefined ? "values" : source.kind;
}

export function kindName(kind: Kind): string {
  switch (kind) {
    case "column":
      return t("Column");
    case "values":
      return t("Values table");
    case "template":
      return t("Template");
    case "sql":
      return t("SQL");
    case "lookup":
      return t("Lookup");
    case "value":
      return t("Constant");
  }
}

export function kindIcon(kind: Kind): IconName {
  return kind === "value" ? "constant" : kind;
}

/** The source of a mapping on one line. */
export function sourceSummary({ source, values }: Omit<FieldMapping, "field">): string {
  switch (source.kind) {
    case "column":
      return values === undefined
        ? plainLine(source.column)
        : t("{0} by {1} values", plainLine(source.column), String(values.table.length));
    case "sql":
      return plainLine(source.sql.trim());
    case "value":
      return plainLine(JSON.stringify(source.value));
    case "template":
      return plainLine(templateText(source.parts));
    case "lookup":
      return t("{0} by {1} = {2}", plainLine(source.object), plainLine(source.by), plainLine(source.column));
  }
}

export function columnIcon(type: LogicalType | undefined): IconName {
  if (type === undefined) return "unknown";
  return type === "timestamp" || type === "instant" ? "time" : type;
}

export function fieldIcon(type: FieldType): IconName {
  switch (type) {
    case "integer":
      return "number";
    case "timestamp":
    case "instant":
      return "time";
    case "option":
      return "options";
    default:
      return type;
  }
}

export function nativeType({ native }: Column): string {
  return plainLine(native.toLowerCase());
}

/** The field's type, and where it is known in the vendor's own words. */
export function fieldTypeName({ type, native }: FieldSchema): string {
  return plainLine(native ?? type);
}
