/** Where the thing at a place is defined, and where else the project speaks of it. */
import { type Range } from "../problem";
import { outputNamed } from "./sql-outputs";
import { sameName } from "./sql-tokens";
import {
  alertedIn,
  declarationsOf,
  modelSqlOf,
  type ModelPlace,
  projectFile,
  type ProjectText,
  type Subject,
  syncsOf,
} from "./subject";
import { placeInSnapshot } from "./snapshot-places";
import { type IndexedSync, type Named } from "./sync-index";

export interface Spot {
  readonly file: string;
  readonly range: Range;
}

/** Empty: it is defined outside of the project (a table), or nobody can say where. */
export async function definitionsOf(project: ProjectText, subject: Subject): Promise<readonly Spot[]> {
  switch (subject.kind) {
    case "column":
      return columnDefinition(project, subject.model, subject.name);
    case "connection":
      return declarations(project, subject);
    case "sync":
      return syncsNamed(project, subject.name).map(nameSpot);
    case "file":
      return (await project.read(subject.file)) === undefined ? [] : [{ file: subject.file, range: start }];
    case "object":
      return [...(await inSnapshot(project, subject)), ...feeders(project, subject)];
    case "field":
      return inSnapshot(project, { connection: subject.connection, name: subject.object, field: subject.name });
  }
}

/** Definitions in the project are among them, once. */
export async function referencesOf(project: ProjectText, subject: Subject): Promise<readonly Spot[]> {
  const { syncs } = project;
  switch (subject.kind) {
    case "column": {
      const uses = syncsOf(project, subject.model).flatMap(({ file, uses: all }) =>
        all.filter(({ name }) => sameName(name, subject.name)).map(({ range }) => ({ file, range })),
      );
      const named = await outputSpot(project, subject.model, subject.name);
      return once([...named, ...uses]);
    }
    case "connection":
      return once([
        ...(await declarations(project, subject)),
        ...(subject.side === "destinations" ? await alertUses(project, subject.name) : []),
        ...syncs.flatMap((sync) => spotsIn(sync, connectionUses(sync, subject))),
      ]);
    case "sync":
      return once([
        ...syncsNamed(project, subject.name).map(nameSpot),
        ...syncs.flatMap((sync) =>
          spotsIn(
            sync,
            sync.after.filter(({ name }) => name === subject.name),
          ),
        ),
      ]);
    case "file":
      return syncs.flatMap(({ file, source }) =>
        source?.kind === "file" && source.file === subject.file ? [{ file, range: source.range }] : [],
      );
    case "object":
      return once(syncs.flatMap((sync) => spotsIn(sync, objectUses(sync, subject))));
    case "field":
      return once(syncs.flatMap((sync) => spotsIn(sync, fieldUses(sync, subject))));
  }
}

/** Where a sync names a connection. */
export function connectionUses(
  sync: IndexedSync,
  { side, name }: Pick<Extract<Subject, { kind: "connection" }>, "side" | "name">,
): readonly Named[] {
  const all = side === "warehouses" ? [sync.warehouse] : [sync.connection, ...sync.alerts];
  return all.filter((each) => each?.name === name) as readonly Named[];
}

const start: Range = { start: 0, end: 0 };

async function columnDefinition(project: ProjectText, model: ModelPlace, name: string): Promise<readonly Spot[]> {
  const named = await outputSpot(project, model, name);
  if (named.length > 0) return named;
  const sql = await modelOf(project, model);
  if (sql === undefined) return [];
  // A star, a template or a function brings it: the SELECT is as near as one can say.
  const { tokens, start: at } = sql.outputs;
  const keyword = tokens.find((token) => token.start === at);
  return [{ file: sql.file, range: sql.place({ start: at, end: keyword?.end ?? at }) }];
}

async function outputSpot(project: ProjectText, model: ModelPlace, name: string): Promise<readonly Spot[]> {
  const sql = await modelOf(project, model);
  const output = sql === undefined ? undefined : outputNamed(sql.outputs, name);
  return sql === undefined || output === undefined ? [] : [{ file: sql.file, range: sql.place(output.range) }];
}

async function modelOf(project: ProjectText, model: ModelPlace) {
  const [sync] = model.kind === "table" ? [] : syncsOf(project, model);
  return sync === undefined ? undefined : modelSqlOf(project, sync);
}

async function declarations(
  project: ProjectText,
  { side, name }: Pick<Extract<Subject, { kind: "connection" }>, "side" | "name">,
): Promise<readonly Spot[]> {
  const text = (await project.read(projectFile)) ?? "";
  return declarationsOf(text)
    .filter((each) => each.side === side && each.name === name)
    .map(({ range }) => ({ file: projectFile, range }));
}

async function alertUses(project: ProjectText, name: string): Promise<readonly Spot[]> {
  return alertedIn((await project.read(projectFile)) ?? "")
    .filter((each) => each.name === name)
    .map(({ range }) => ({ file: projectFile, range }));
}

async function inSnapshot(
  project: ProjectText,
  { connection, name, field }: { readonly connection: string; readonly name: string; readonly field?: string },
): Promise<readonly Spot[]> {
  const file = `schema/${connection}.json`;
  const range = placeInSnapshot((await project.read(file)) ?? "", name, field);
  return range === undefined ? [] : [{ file, range }];
}

/** The syncs that write an object, where they name it. */
function feeders({ syncs }: ProjectText, subject: Extract<Subject, { kind: "object" }>): readonly Spot[] {
  return syncs.flatMap(({ file, connection, object }) => {
    const isIt = connection?.name === subject.connection && object?.name === subject.name;
    // Not the very place that was asked about.
    return isIt && object.range.start !== subject.range.start ? [{ file, range: object.range }] : [];
  });
}

function objectUses(sync: IndexedSync, { connection, name }: Extract<Subject, { kind: "object" }>): readonly Named[] {
  if (sync.connection?.name !== connection) return [];
  const all = [sync.object, ...sync.lookups.map(({ object }) => object)];
  return all.filter((each) => each?.name === name) as readonly Named[];
}

function fieldUses(
  sync: IndexedSync,
  { connection, object, name }: Extract<Subject, { kind: "field" }>,
): readonly Named[] {
  if (sync.connection?.name !== connection) return [];
  const own = sync.object?.name === object ? [sync.match, ...sync.writes] : [];
  const looked = sync.lookups.flatMap((lookup) => (lookup.object.name === object ? [lookup.by] : []));
  return [...own, ...looked].filter((each) => each?.name === name) as readonly Named[];
}

function syncsNamed({ syncs }: ProjectText, name: string): readonly IndexedSync[] {
  return syncs.filter((sync) => sync.name === name);
}

function nameSpot({ file, nameRange }: IndexedSync): Spot {
  return { file, range: nameRange ?? start };
}

function spotsIn({ file }: IndexedSync, names: readonly Named[]): readonly Spot[] {
  return names.map(({ range }) => ({ file, range }));
}

function once(spots: readonly Spot[]): readonly Spot[] {
  const seen = new Map(spots.map((spot) => [`${spot.file} ${spot.range.start} ${spot.range.end}`, spot]));
  return [...seen.values()];
}
