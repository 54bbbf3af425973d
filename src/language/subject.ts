/** What stands at a place of the project: a column, a connection, a sync, a field. The same thing from every end. */
import { type Path, type Range } from "../problem";
import { type Places, placesOf } from "../project/yaml-places";
import { readYaml } from "../project/yaml-text";
import { outputsOf, type Outputs } from "./sql-outputs";
import { type IndexedSync, type ModelSource, type Named, nameRange } from "./sync-index";
import { type ObjectIdentity } from "./writers";

/** What navigation looks through. */
export interface ProjectText {
  readonly syncs: readonly IndexedSync[];
  readonly identityOf: ObjectIdentity;
  /** The text of a file as it stands; undefined: there is none. */
  read(file: string): Promise<string | undefined>;
}

export type ConnectionSide = "warehouses" | "destinations";

/** Where a model's columns come from: syncs of one model have the same columns. */
export type ModelPlace =
  | { readonly kind: "sql"; readonly sync: string }
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "table"; readonly table: string; readonly warehouse: string };

export type Subject =
  | { readonly kind: "column"; readonly model: ModelPlace; readonly name: string; readonly range: Range }
  | { readonly kind: "connection"; readonly side: ConnectionSide; readonly name: string; readonly range: Range }
  | { readonly kind: "sync"; readonly name: string; readonly range: Range }
  | { readonly kind: "object"; readonly connection: string; readonly name: string; readonly range: Range }
  | {
      readonly kind: "field";
      readonly connection: string;
      readonly object: string;
      readonly name: string;
      readonly range: Range;
    }
  | { readonly kind: "file"; readonly file: string; readonly range: Range };

export const projectFile = "sluice.yaml";

/** undefined: nothing that other places speak of. */
export async function subjectAt(project: ProjectText, file: string, offset: number): Promise<Subject | undefined> {
  if (file === projectFile) return connectionAt((await project.read(file)) ?? "", offset);
  const sync = project.syncs.find((each) => each.file === file);
  if (sync !== undefined) return inSync(sync, offset) ?? (await outputAt(project, sync, offset));
  const user = project.syncs.find(({ source }) => source?.kind === "file" && source.file === file);
  return user === undefined ? undefined : outputAt(project, user, offset);
}

/** The SQL of a sync's model with its outputs, and where a range of it stands in the file that holds it. */
export interface ModelSql {
  readonly file: string;
  readonly sql: string;
  readonly outputs: Outputs;
  place(range: Range): Range;
}

/** undefined: the model is a table, or its file is not there. */
export async function modelSqlOf(project: ProjectText, sync: IndexedSync): Promise<ModelSql | undefined> {
  const { source } = sync;
  if (source?.kind === "file" && source.file !== undefined) {
    const sql = await project.read(source.file);
    return sql === undefined ? undefined : { file: source.file, sql, outputs: outputsOf(sql), place: (range) => range };
  }
  if (source?.kind !== "sql") return undefined;
  const places = placesOf(readYaml((await project.read(sync.file)) ?? ""));
  const at: Path = ["model", "sql"];
  const sql = places.textAt(at);
  if (sql === undefined) return undefined;
  const place = ({ start, end }: Range): Range => ({
    start: places.offsetInScalar(at, start),
    end: end === start ? places.offsetInScalar(at, start) : places.offsetInScalar(at, end - 1) + 1,
  });
  return { file: sync.file, sql, outputs: outputsOf(sql), place };
}

export function modelPlaceOf(sync: IndexedSync): ModelPlace | undefined {
  const { source } = sync;
  switch (source?.kind) {
    case "sql":
      return { kind: "sql", sync: sync.file };
    case "file":
      return source.file === undefined ? undefined : { kind: "file", file: source.file };
    case "table":
      return { kind: "table", table: source.name, warehouse: sync.warehouse?.name ?? "" };
    default:
      return undefined;
  }
}

/** The syncs of a model. */
export function syncsOf(project: ProjectText, model: ModelPlace): readonly IndexedSync[] {
  const wanted = JSON.stringify(model);
  return project.syncs.filter((sync) => JSON.stringify(modelPlaceOf(sync)) === wanted);
}

/** Every place in sluice.yaml where a connection is declared: at the top, and by each target. */
export function declarationsOf(text: string): readonly (Named & { readonly side: ConnectionSide })[] {
  const yaml = readYaml(text);
  const places = placesOf(yaml);
  const targets = [...(yaml.root?.children.get("targets")?.children.keys() ?? [])];
  return [[], ...targets.map((target): Path => ["targets", target])].flatMap((at: Path) =>
    (["warehouses", "destinations"] as const).flatMap((side) => {
      let entry = yaml.root;
      for (const step of [...at, side]) entry = entry?.children.get(step);
      return [...(entry?.children.keys() ?? [])].map((name) => ({
        name: String(name),
        side,
        range: unquotedKey(text, places, [...at, side, name]),
      }));
    }),
  );
}

/** Connections that the alerts of sluice.yaml name, of the project and of its targets. */
export function alertedIn(text: string): readonly Named[] {
  const yaml = readYaml(text);
  const places = placesOf(yaml);
  const targets = [...(yaml.root?.children.get("targets")?.children.keys() ?? [])];
  return [[], ...targets.map((target): Path => ["targets", target])].flatMap((at: Path) => {
    let entry = yaml.root;
    for (const step of [...at, "alerts"]) entry = entry?.children.get(step);
    return [...(entry?.children.keys() ?? [])].flatMap((index) => {
      const path = [...at, "alerts", index, "connection"];
      const range = nameRange(places, path);
      return range === undefined ? [] : [{ name: places.textAt(path) ?? "", range }];
    });
  });
}

export const touches = ({ start, end }: Range, offset: number): boolean => start <= offset && offset <= end;

function inSync(sync: IndexedSync, offset: number): Subject | undefined {
  const model = modelPlaceOf(sync);
  const at = <Item extends Named>(items: readonly (Item | undefined)[]): Item | undefined =>
    items.find((item) => item !== undefined && touches(item.range, offset));
  const use = at(sync.uses);
  if (use !== undefined && model !== undefined) return { kind: "column", model, name: use.name, range: use.range };
  const own = sync.nameRange === undefined ? undefined : { name: sync.name, range: sync.nameRange };
  const name = at([own, ...sync.after]);
  if (name !== undefined) return { kind: "sync", ...name };
  const warehouse = at([sync.warehouse]);
  if (warehouse !== undefined) return { kind: "connection", side: "warehouses", ...warehouse };
  const connection = at([sync.connection, ...sync.alerts]);
  if (connection !== undefined) return { kind: "connection", side: "destinations", ...connection };
  return inDestination(sync, at) ?? fileAt(sync.source, offset);
}

function inDestination(
  sync: IndexedSync,
  at: <Item extends Named>(items: readonly (Item | undefined)[]) => Item | undefined,
): Subject | undefined {
  if (sync.connection === undefined) return undefined;
  const connection = sync.connection.name;
  const object = at([sync.object, ...sync.lookups.map((lookup) => lookup.object)]);
  if (object !== undefined) return { kind: "object", connection, name: object.name, range: object.range };
  const lookup = sync.lookups.find(({ by }) => at([by]) !== undefined);
  if (lookup?.by !== undefined) return { kind: "field", connection, object: lookup.object.name, ...lookup.by };
  const field = at<Named>([sync.match, ...sync.writes]);
  if (field === undefined || sync.object === undefined) return undefined;
  return { kind: "field", connection, object: sync.object.name, name: field.name, range: field.range };
}

function fileAt(source: ModelSource | undefined, offset: number): Subject | undefined {
  if (source?.kind !== "file" || source.file === undefined || !touches(source.range, offset)) return undefined;
  return { kind: "file", file: source.file, range: source.range };
}

async function outputAt(project: ProjectText, sync: IndexedSync, offset: number): Promise<Subject | undefined> {
  const model = modelPlaceOf(sync);
  const sql = await modelSqlOf(project, sync);
  const output = sql?.outputs.outputs.find(({ range }) => touches(sql.place(range), offset));
  if (model === undefined || sql === undefined || output === undefined) return undefined;
  return { kind: "column", model, name: output.name, range: sql.place(output.range) };
}

function connectionAt(text: string, offset: number): Subject | undefined {
  const found = declarationsOf(text).find(({ range }) => touches(range, offset));
  if (found !== undefined) return { kind: "connection", ...found };
  const alerted = alertedIn(text).find(({ range }) => touches(range, offset));
  return alerted === undefined ? undefined : { kind: "connection", side: "destinations", ...alerted };
}

function unquotedKey(text: string, places: Places, at: Path): Range {
  const { start, end } = places.rangeOf(at, "key");
  return /^["']/.test(text.slice(start, end)) ? { start: start + 1, end: end - 1 } : { start, end };
}
