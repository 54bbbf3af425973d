/** Quick fixes for values that do not fit: what to change in the sync file so that they do. Pure. */
import { type FieldSchema } from "../destinations/destination";
import { type Fix } from "../problem";
import { scalarText } from "../project/yaml-write";
import { type Column, type Dialect } from "../warehouses/warehouse";
import { fix } from "./check-findings";
import { type FieldMapping, type ParsedSync } from "./definition";
import { type TextEdit } from "../project/yaml-edit";

export interface Remedying {
  readonly parsed: ParsedSync;
  readonly mapping: FieldMapping;
  /** Of the destination, where it is known. */
  readonly schema: FieldSchema | undefined;
  /** Of the mapping's source, where it is a column or an expression. */
  readonly source: Column | undefined;
  readonly dialect: Dialect;
}

/** Fixes of one mapping for a finding's code, the best first. */
export function mappingFixes(code: string, remedying: Remedying): readonly Fix[] {
  const { mapping, parsed, schema, dialect } = remedying;
  const { field } = mapping;
  const rewrite = (title: string, make: (expression: string) => string): Fix | undefined => {
    const expression = expressionOf(remedying);
    return expression === undefined ? undefined : fix(title, writeSql(parsed, mapping, make(expression)));
  };
  const cast = (what: string, type: Parameters<Dialect["tryCast"]>[1]): Fix | undefined =>
    rewrite(`Send nothing where it is no ${what}`, (expression) => dialect.tryCast(expression, type));
  const most = schema?.maxLength ?? 0;
  switch (code) {
    case "value-too-long":
      return best(rewrite(`Cut it to ${most.toLocaleString("en")} characters`, (text) => dialect.left(text, most)));
    case "value-not-an-option":
      return mapping.source.kind === "column" || mapping.source.kind === "sql"
        ? best({ title: "Map the values to options…", action: "map-values", field })
        : [];
    case "no-matching-value":
      return [
        { title: "Map the missing values…", action: "map-values", field, preferred: true },
        { title: "Add a default…", action: "add-default", field },
      ];
    case "value-not-whole":
      return best(rewrite("Round it to whole numbers", (number) => `round(${number})`));
    case "value-has-a-time":
      return best(rewrite("Cast it to a date", (moment) => `cast(${moment} as date)`));
    case "value-not-a-number":
      return found([cast("number", "number")]);
    case "value-not-a-boolean":
      return found([cast("boolean", "boolean")]);
    case "value-not-a-date":
      return found([cast("date", "date")]);
    case "value-not-a-time":
      return found([cast("point in time", "timestamp")]);
    case "null-in-required":
      return found([
        mapping.nulls === "skip"
          ? undefined
          : fix("Leave the field alone where the value is NULL", skipNulls(parsed, mapping)),
      ]);
    default:
      return [];
  }
}

/** `nulls: skip` for a mapping, however it is written. */
export function skipNulls(parsed: ParsedSync, mapping: FieldMapping): readonly TextEdit[] | undefined {
  return addKey(parsed, mapping, "nulls", "skip");
}

/** Writes a key of a mapping: a bare column name becomes a map first. */
export function addKey(
  parsed: ParsedSync,
  { field }: FieldMapping,
  key: string,
  value: Parameters<ParsedSync["setAt"]>[1],
): readonly TextEdit[] | undefined {
  const column = parsed.textAt(["fields", field]);
  return column === undefined
    ? parsed.setAt(["fields", field, key], value)
    : parsed.setAt(["fields", field], { column, [key]: value });
}

/** The mapping's own SQL over the model's columns; undefined where it is no column and no expression. */
function expressionOf({ mapping, source, dialect }: Remedying): string | undefined {
  if (mapping.source.kind === "sql") return mapping.source.sql.trim();
  if (mapping.source.kind !== "column") return undefined;
  const name = source?.name ?? mapping.source.column;
  return /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : dialect.identifier(name);
}

/** Words that a column's name must be quoted for. */
const reserved = new Set(
  (
    "all and any array as asc both case cast check column constraint create default desc distinct do else end except " +
    "false fetch for from grant group having in into is join lateral left limit natural not null offset on or order " +
    "primary qualify references right select some table then to true union unique using values when where window with"
  ).split(" "),
);

/** A column becomes an expression in place: the key and its value, and nothing beside them. */
function writeSql(parsed: ParsedSync, { field, source }: FieldMapping, sql: string): readonly TextEdit[] | undefined {
  const path = ["fields", field];
  if (source.kind === "sql") return parsed.setAt([...path, "sql"], sql);
  if (parsed.textAt(path) !== undefined) return parsed.setAt(path, { sql });
  const column = [...path, "column"];
  if (parsed.textAt(column) === undefined) return undefined;
  return [
    { range: parsed.rangeOf(column, "key"), text: "sql" },
    { range: parsed.rangeOf(column), text: scalarText(sql) },
  ];
}

function best(one: Fix | undefined): readonly Fix[] {
  return one === undefined ? [] : [{ ...one, preferred: true }];
}

function found(fixes: readonly (Fix | undefined)[]): readonly Fix[] {
  return fixes.filter((each) => each !== undefined);
}
