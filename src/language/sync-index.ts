/**
 * What a sync file names and where: its part of the project's index. Read from the YAML alone, so that a file that
 * cannot be run yet is in the index too.
 */
import path from "node:path";
import { type Path, type Range } from "../problem";
import { type Entry, readYaml } from "../project/yaml-text";
import { entryAt, type Places, placesOf } from "../project/yaml-places";
import { parseTemplate } from "../sync/template";
import { columnsIn } from "./sql-columns";

/** A name with its place in the file, quotes not included. */
export interface Named {
  readonly name: string;
  readonly range: Range;
}

/** A column of the model where the file names it. */
export interface ColumnUse extends Named {
  readonly path: Path;
  readonly as: "key" | "column" | "lookup" | "template" | "sql";
  /** false: it may be something else of this name, or stands elsewhere by a YAML alias. */
  readonly certain: boolean;
}

/** A destination field that the sync writes. `range` is its key's. */
export interface FieldWrite extends Named {
  readonly write: string;
  /** JSON of a constant. */
  readonly constant?: string;
}

export type ModelSource =
  | { readonly kind: "sql"; readonly range: Range }
  /** `file` is relative to the project; undefined: it leads out of it. */
  | { readonly kind: "file"; readonly range: Range; readonly file?: string }
  | { readonly kind: "table" | "dbt"; readonly range: Range; readonly name: string };

export interface Lookup {
  readonly object: Named;
  readonly by?: Named;
}

export interface IndexedSync {
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  readonly name: string;
  /** Where the file gives the name; undefined: it is the file's own. */
  readonly nameRange?: Range;
  readonly description?: string;
  readonly after: readonly Named[];
  readonly tags: readonly string[];
  readonly mode?: string;
  readonly warehouse?: Named;
  readonly source?: ModelSource;
  readonly connection?: Named;
  readonly object?: Named;
  readonly match?: Named;
  /** The destination's own keys, as written. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly uses: readonly ColumnUse[];
  readonly writes: readonly FieldWrite[];
  readonly lookups: readonly Lookup[];
  /** Connections that are told after a run. */
  readonly alerts: readonly Named[];
}

/** Never throws. */
export function indexSync(file: string, text: string): IndexedSync {
  const yaml = readYaml(text);
  const reading: Reading = { places: placesOf(yaml), root: yaml.root, data: record(yaml.data) ?? {} };
  const { data } = reading;
  const model = record(data["model"]) ?? {};
  const { connection: _connection, object: _object, match: _match, ...options } = record(data["destination"]) ?? {};
  const name = named(reading, ["name"]);
  const fields = fieldsOf(reading);
  return {
    file,
    name: name?.name ?? path.posix.basename(file).replace(/\.sync\.ya?ml$/, ""),
    ...some({ nameRange: name?.range, description: textOf(data["description"]), mode: textOf(data["mode"]) }),
    after: listed(reading, ["after"]),
    tags: list(data["tags"]).filter((tag) => typeof tag === "string"),
    ...some({
      warehouse: named(reading, ["model", "warehouse"]),
      source: sourceOf(reading, file, model),
      connection: named(reading, ["destination", "connection"]),
      object: named(reading, ["destination", "object"]),
      match: named(reading, ["destination", "match"]),
    }),
    options,
    uses: [...keysOf(reading, model), ...fields.flatMap((field) => usesOf(reading, field))],
    writes: fields.map(({ name: field, range, mapping }) => ({
      name: field,
      range,
      write: textOf(mapping?.["write"]) ?? "always",
      ...(mapping !== undefined && "value" in mapping ? { constant: JSON.stringify(mapping["value"]) } : {}),
    })),
    lookups: fields.flatMap(({ name: field }) => {
      const object = named(reading, ["fields", field, "lookup"]);
      return object === undefined ? [] : [{ object, ...some({ by: named(reading, ["fields", field, "by"]) }) }];
    }),
    alerts: list(data["alerts"]).flatMap((_, index) => named(reading, ["alerts", index, "connection"]) ?? []),
  };
}

/** Where a name at a path stands, quotes left out; undefined: nothing is there, or it stands for an alias. */
export function nameRange(places: Places, at: Path): Range | undefined {
  const text = places.textAt(at);
  if (text === undefined || text === "") return undefined;
  return { start: places.offsetInScalar(at, 0), end: places.offsetInScalar(at, text.length - 1) + 1 };
}

/** A path of a sync file as the project sees it; undefined: it leads out. */
export function besideSync(syncFile: string, file: string): string | undefined {
  const found = path.posix.normalize(path.posix.join(path.posix.dirname(syncFile), file));
  return found.startsWith("../") || path.posix.isAbsolute(file) ? undefined : found;
}

interface Reading {
  readonly places: Places;
  readonly root: Entry | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Field extends Named {
  /** undefined: the short form, a column's name. */
  readonly mapping: Readonly<Record<string, unknown>> | undefined;
}

function fieldsOf({ root, data }: Reading): readonly Field[] {
  const values = record(data["fields"]) ?? {};
  return [...(entryAt(root, ["fields"])?.children ?? [])].flatMap(([key, entry]): readonly Field[] => {
    const name = String(key);
    return entry.key === undefined ? [] : [{ name, range: entry.key, mapping: record(values[name]) }];
  });
}

function sourceOf(
  { places }: Reading,
  file: string,
  model: Readonly<Record<string, unknown>>,
): ModelSource | undefined {
  for (const kind of ["sql", "file", "table", "dbt"] as const) {
    const written = textOf(model[kind]);
    if (written === undefined) continue;
    const range = nameRange(places, ["model", kind]) ?? places.rangeOf(["model", kind]);
    if (kind === "sql") return { kind, range };
    if (kind === "file") return { kind, range, ...some({ file: besideSync(file, written) }) };
    return { kind, range, name: written };
  }
  return undefined;
}

function keysOf(reading: Reading, model: Readonly<Record<string, unknown>>): readonly ColumnUse[] {
  const key = model["key"];
  if (typeof key === "string") return columnAt(reading, ["model", "key"], key, "key");
  return list(key).flatMap((name, index) => columnAt(reading, ["model", "key", index], name, "key"));
}

function usesOf(reading: Reading, { name: field, mapping }: Field): readonly ColumnUse[] {
  const at: Path = ["fields", field];
  if (mapping === undefined) return columnAt(reading, at, record(reading.data["fields"])?.[field], "column");
  const kind = "lookup" in mapping ? "lookup" : "column";
  return [
    ...columnAt(reading, [...at, "column"], mapping["column"], kind),
    ...inText(reading, [...at, "template"], "template"),
    ...inText(reading, [...at, "sql"], "sql"),
  ];
}

function columnAt(reading: Reading, at: Path, name: unknown, as: ColumnUse["as"]): readonly ColumnUse[] {
  if (typeof name !== "string" || name === "") return [];
  const range = nameRange(reading.places, at);
  return [{ name, range: range ?? reading.places.rangeOf(at), path: at, as, certain: range !== undefined }];
}

/** Columns inside of a template or of an expression. */
function inText({ places }: Reading, at: Path, as: "template" | "sql"): readonly ColumnUse[] {
  const text = places.textAt(at);
  if (text === undefined) return [];
  return (as === "sql" ? columnsIn(text) : columnsInTemplate(text)).map(({ column, range, certain }) => ({
    name: column,
    range: { start: places.offsetInScalar(at, range.start), end: places.offsetInScalar(at, range.end - 1) + 1 },
    path: at,
    as,
    certain,
  }));
}

/** Ranges are in the template's own text. */
export function columnsInTemplate(template: string) {
  return parseTemplate(template).parts.flatMap((part) => {
    if (!("column" in part)) return [];
    const start = template.indexOf(part.column, part.start + 2);
    return [{ column: part.column, range: { start, end: start + part.column.length }, certain: true }];
  });
}

function named({ places }: Reading, at: Path): Named | undefined {
  const range = nameRange(places, at);
  return range === undefined ? undefined : { name: places.textAt(at) ?? "", range };
}

function listed(reading: Reading, at: Path): readonly Named[] {
  return list(reading.data[String(at[0])]).flatMap((_, index) => named(reading, [...at, index]) ?? []);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

type Present<Parts> = { readonly [Key in keyof Parts]?: Exclude<Parts[Key], undefined> };

/** The parts that are there. */
function some<Parts extends object>(parts: Parts): Present<Parts> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Present<Parts>;
}
