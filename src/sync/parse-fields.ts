/** The field mappings of a sync file, every shorthand expanded. */
import { type Fix, type Path } from "../problem";
import { entryAt } from "../project/yaml-places";
import { type Json } from "../value";
import { type FieldMapping, type Source } from "./definition";
import { addition, fixOf, guess, type Notes, picked, record } from "./parse-notes";
import { mappingShape } from "./schema";
import { parseTemplate } from "./template";
import { removeAt } from "../project/yaml-edit";

/** In file order; a mapping that cannot be understood is left out and is a problem. */
export function parseFields(data: Readonly<Record<string, unknown>>, notes: Notes): readonly FieldMapping[] {
  const fields = record(data["fields"]);
  if (fields === undefined) return [];
  // Objects put keys like "2" first; the file's own order is in the entries.
  const names = [...(entryAt(notes.yaml.root, ["fields"])?.children.keys() ?? [])].map(String);
  if (names.length === 0)
    notes.add("no-fields", "No field is mapped. Add one: email: email.", ["fields"], { part: "key" });
  return names.flatMap((field) => parseField(field, fields[field], notes) ?? []);
}

function parseField(field: string, written: unknown, notes: Notes): FieldMapping | undefined {
  if (typeof written === "string") {
    if (written === "") return undefined;
    return { field, source: { kind: "column", column: written }, nulls: "send", write: "always" };
  }
  const mapping = record(written);
  if (mapping === undefined) return undefined;
  const path: Path = ["fields", field];
  const source = sourceOf(mapping, path, notes);
  const takesValues = source === undefined || source.kind === "column" || source.kind === "sql";
  for (const key of ["values", "default"]) {
    if (key in mapping && !takesValues) notApplicable(notes, [...path, key], `"${key}" goes with column and sql only.`);
  }
  if ("default" in mapping && !("values" in mapping) && takesValues) {
    notApplicable(notes, [...path, "default"], '"default" goes with "values". To replace NULL, use sql with coalesce.');
  }
  if (!("lookup" in mapping)) {
    for (const key of ["by", "missing"]) {
      if (key in mapping) notApplicable(notes, [...path, key], `"${key}" goes with lookup only.`);
    }
  }
  if (source === undefined) return undefined;
  const values = takesValues ? valuesOf(mapping, path, notes) : undefined;
  const nulls = picked(mappingShape.nulls, mapping["nulls"]) ?? "send";
  const write = picked(mappingShape.write, mapping["write"]) ?? "always";
  return { field, source, ...(values === undefined ? {} : { values }), nulls, write };
}

function notApplicable(notes: Notes, path: Path, message: string): void {
  notes.add("key-not-applicable", message, path, {
    part: "key",
    fixes: [fixOf(`Remove "${String(path.at(-1))}"`, removeAt(notes.yaml, path))],
  });
}

const kinds = ["column", "sql", "value", "template", "lookup"] as const;

function sourceOf(mapping: Readonly<Record<string, unknown>>, path: Path, notes: Notes): Source | undefined {
  const named = kinds.filter((kind) => kind in mapping && !(kind === "column" && "lookup" in mapping));
  const [kind] = named;
  if (kind === undefined) {
    const message = `"${String(path.at(-1))}" has no source. Give it one of column, sql, value, template and lookup.`;
    const fixes = kinds
      .slice(0, -1)
      .map((each) => addition(notes, [...path, each], [...kinds, "values", "nulls", "write"]));
    notes.add("missing-source", message, path, { part: "key", fixes });
    return undefined;
  }
  if (named.length > 1) {
    const message = `A field has one source, and here are ${named.join(" and ")}. Keep one of them.`;
    const extra = [...path, named[1] ?? kind];
    const fixes = [guess(fixOf(`Remove "${named[1] ?? kind}"`, removeAt(notes.yaml, extra)))];
    notes.add("several-sources", message, extra, { part: "key", fixes });
    return undefined;
  }
  switch (kind) {
    case "column": {
      const column = picked(mappingShape.column, mapping["column"]);
      return column === undefined ? undefined : { kind, column };
    }
    case "sql": {
      const sql = picked(mappingShape.sql, mapping["sql"]);
      return sql === undefined || sql.trim() === "" ? blank(notes, path, mapping["sql"]) : { kind, sql };
    }
    case "value":
      return { kind, value: (mapping["value"] ?? null) as Json };
    case "template":
      return templateOf(mapping["template"], [...path, "template"], notes);
    case "lookup":
      return lookupOf(mapping, path, notes);
  }
}

function blank(notes: Notes, path: Path, sql: unknown): undefined {
  if (typeof sql === "string" && sql !== "")
    notes.add("missing-value", '"sql" has no value. Write an expression.', [...path, "sql"]);
  return undefined;
}

function templateOf(written: unknown, path: Path, notes: Notes): Source | undefined {
  if (typeof written !== "string") return undefined;
  const { parts, problems } = parseTemplate(written);
  for (const { code, message, start, end } of problems) {
    const range = { start: notes.places.offsetInScalar(path, start), end: notes.places.offsetInScalar(path, end) };
    notes.add(code, message, path, { range, fixes: [mendedBraces(notes, path, { code, written, start, end })] });
  }
  if (problems.length > 0) return undefined;
  return {
    kind: "template",
    parts: parts.map((part) => ("text" in part ? { text: part.text } : { column: part.column })),
  };
}

/** Braces are closed behind the name; braces around nothing go. */
function mendedBraces(
  { places }: Notes,
  path: Path,
  of: { readonly code: string; readonly written: string; readonly start: number; readonly end: number },
): Fix | undefined {
  const at = (position: number): number => places.offsetInScalar(path, position);
  const inside = of.written.slice(of.start, of.end);
  if (of.code === "template-empty")
    return guess(fixOf("Remove the braces", [{ range: { start: at(of.start), end: at(of.end) }, text: "" }]));
  const [name, brace] = /^\{\{[ \t]*[\p{L}_][\p{L}\p{N}_]*([ \t]*\})?/u.exec(inside) ?? [];
  if (name === undefined) return undefined;
  const end = at(of.start + name.length - 1) + 1;
  return fixOf("Close the braces", [{ range: { start: end, end }, text: brace === undefined ? " }}" : "}" }]);
}

function lookupOf(mapping: Readonly<Record<string, unknown>>, path: Path, notes: Notes): Source | undefined {
  const needs = { by: "the field of the related object that is compared", column: "the column to look up" };
  for (const [key, meaning] of Object.entries(needs)) {
    if (key in mapping) continue;
    const fixes = [addition(notes, [...path, key], ["lookup", "by", "column"])];
    notes.add("missing-key", `A lookup needs the key "${key}": ${meaning}.`, path, { part: "key", fixes });
  }
  const object = picked(mappingShape.lookup, mapping["lookup"]);
  const by = picked(mappingShape.by, mapping["by"]);
  const column = picked(mappingShape.column, mapping["column"]);
  if (object === undefined || by === undefined || column === undefined) return undefined;
  const missing = mapping["missing"] === null ? "null" : (picked(mappingShape.missing, mapping["missing"]) ?? "reject");
  return { kind: "lookup", object, by, column, missing };
}

function valuesOf(
  mapping: Readonly<Record<string, unknown>>,
  path: Path,
  notes: Notes,
): FieldMapping["values"] | undefined {
  const values = record(mapping["values"]);
  if (values === undefined) return undefined;
  const froms = [...(entryAt(notes.yaml.root, [...path, "values"])?.children.keys() ?? [])].map(String);
  const table = froms.map((from) => ({ from, to: (values[from] ?? null) as Json }));
  return { table, ...("default" in mapping ? { default: (mapping["default"] ?? null) as Json } : {}) };
}
