/** A mapping as it is written in the file: the shorthand where it can be, defaults left out. */
import { type FieldMapping, type Source, type TemplatePart } from "../../src/sync/definition";
import { type MappingText } from "../../src/sync/edit";
import { type Writable } from "../../src/project/yaml-edit";

export function mappingText({ source, values, nulls, write }: Omit<FieldMapping, "field">): MappingText {
  const extras: Record<string, Writable> = {};
  if (values !== undefined && takesValues(source)) {
    extras["values"] = Object.fromEntries(values.table.map(({ from, to }) => [from, to as Writable]));
    if (values.default !== undefined) extras["default"] = values.default as Writable;
  }
  if (nulls !== "send") extras["nulls"] = nulls;
  if (write !== "always") extras["write"] = write;
  if (source.kind === "column" && Object.keys(extras).length === 0) return source.column;
  return { ...sourceText(source), ...extras };
}

export function takesValues({ kind }: Source): boolean {
  return kind === "column" || kind === "sql";
}

function sourceText(source: Source): Readonly<Record<string, Writable>> {
  switch (source.kind) {
    case "column":
      return { column: source.column };
    case "sql":
      return { sql: source.sql };
    case "value":
      return { value: source.value as Writable };
    case "template":
      return { template: templateText(source.parts) };
    case "lookup": {
      const { object, by, column, missing } = source;
      return { lookup: object, by, column, ...(missing === "reject" ? {} : { missing }) };
    }
  }
}

/** The inverse of parseTemplate: braces that are text get a backslash, backslashes before braces are doubled. */
export function templateText(parts: readonly TemplatePart[]): string {
  return parts
    .map((part, index) => {
      if ("column" in part) return `{{ ${part.column} }}`;
      const escaped = part.text.replace(/(\\*)\{\{/g, (_, slashes: string) => `${slashes}${slashes}\\{{`);
      const next = parts[index + 1];
      return next !== undefined && "column" in next ? escaped.replace(/\\+$/, (slashes) => slashes + slashes) : escaped;
    })
    .join("");
}

/** A column as an expression of the warehouse's SQL: quoted where it must be. */
export function columnExpression(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A share or a number, as guards are written: 5%, 100. */
export function limitText(limit: { readonly share: number } | { readonly records: number } | undefined): string {
  if (limit === undefined) return "";
  return "share" in limit ? `${Number((limit.share * 100).toFixed(6))}%` : String(limit.records);
}
