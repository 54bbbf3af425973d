/** Answers about places: definitions, references, new names, symbols. The index finds them; here they get their lines. */
import { existsSync } from "node:fs";
import path from "node:path";
import { definitionsOf, referencesOf, type Spot } from "../language/navigation";
import { renamableAt, rename } from "../language/rename";
import { type Note, type RenamedColumn } from "../language/renaming";
import { type ProjectText, type Subject, subjectAt } from "../language/subject";
import { indexSync } from "../language/sync-index";
import { readText } from "../project/find";
import { ledgerFile } from "../ledger/place";
import { compileModel } from "../plan/compile";
import { placeOf } from "../problem";
import { QueryProblem } from "../warehouses/warehouse";
import { warehouseTypeOf } from "../warehouses/index";
import { type FilePlace, type Place, type SyncSource } from "./calls";
import { type Connections } from "./connections";
import { type Cursor, type Located, type RenameAnswer, type RenameNote, type SyncSymbol } from "./navigation-answers";
import { identityIn, type Indexes } from "./project-index";
import { openWorkspace, type Workspace } from "./workspace";

export interface Navigation {
  readonly indexes: Indexes;
  readonly connections: Connections;
}

export interface OpenProject extends ProjectText {
  /** undefined: sluice.yaml cannot be understood, or is not there. */
  readonly workspace?: Workspace;
}

/** The project with its unsaved buffers. A broken sluice.yaml takes away what only it knows, no more. */
export async function openProject(
  { indexes }: Navigation,
  place: Place,
  open: readonly SyncSource[] | undefined,
): Promise<OpenProject> {
  const { syncs, read } = await indexes.of(place, open);
  const workspace = await openWorkspace(place, await read("sluice.yaml")).catch(() => undefined);
  const identityOf =
    workspace === undefined
      ? ({ connection, object }: (typeof syncs)[number]) => JSON.stringify([connection?.name, object?.name, ""])
      : identityIn(workspace.project);
  return { syncs, read, identityOf, ...(workspace === undefined ? {} : { workspace }) };
}

export async function locate(
  navigation: Navigation,
  place: Place,
  ask: Cursor & { readonly what: "definitions" | "references" | "highlights" },
): Promise<Located | undefined> {
  const project =
    ask.what === "highlights" ? await fileAlone(place, ask) : await openProject(navigation, place, ask.open);
  const subject = await subjectUnder(project, ask);
  if (subject === undefined) return undefined;
  const spots =
    ask.what === "definitions" ? await definitionsOf(project, subject) : await referencesOf(project, subject);
  return {
    origin: await placed(project, { file: ask.file, range: subject.range }),
    kind: subject.kind,
    places: await Promise.all(spots.map((spot) => placed(project, spot))),
  };
}

/** `name` absent: may it be renamed? */
export async function renameAt(
  navigation: Navigation,
  place: Place,
  ask: Cursor & { readonly name?: string },
  signal?: AbortSignal,
): Promise<RenameAnswer> {
  const project = await openProject(navigation, place, ask.open);
  const subject = await subjectUnder(project, ask);
  if (subject === undefined) return { answer: "nothing" };
  if (ask.name === undefined) {
    const reason = await renamableAt(project, subject);
    if (reason !== undefined) return { answer: "refused", reason };
    const origin = await placed(project, { file: ask.file, range: subject.range });
    return { answer: "possible", origin, name: subject.kind === "file" ? subject.file : subject.name };
  }
  const renaming = await rename(project, subject, ask.name);
  if ("refused" in renaming) return { answer: "refused", reason: renaming.refused };
  const reason =
    renaming.column === undefined ? undefined : await columnsDiffer(navigation, project, renaming.column, signal);
  if (reason !== undefined) return { answer: "refused", reason };
  const edits = await Promise.all(
    renaming.edits.map(async ({ text, ...spot }) => ({ ...(await placed(project, spot)), text })),
  );
  const notes = renaming.notes.flatMap((note) => noteOf(project, place, subject, note) ?? []);
  return { answer: "edits", kind: subject.kind, edits, notes };
}

/** Syncs whose name or file holds the letters in this order, at most 500. */
export async function findSyncs(
  navigation: Navigation,
  place: Place,
  ask: { readonly query: string; readonly open?: readonly SyncSource[] },
): Promise<readonly SyncSymbol[]> {
  const project = await openProject(navigation, place, ask.open);
  const wanted = project.syncs.filter(({ name, file }) => holds(name, ask.query) || holds(file, ask.query));
  return Promise.all(
    wanted.slice(0, 500).map(async ({ file, name, nameRange, connection, object }) => ({
      name,
      place: await placed(project, { file, range: nameRange ?? { start: 0, end: 0 } }),
      into: [connection?.name, object?.name].filter((part) => part !== undefined).join(" · "),
    })),
  );
}

/** What a cursor moves over is lit up in its own file: no other is looked at. */
async function fileAlone({ root }: Place, { file, open = [] }: Cursor): Promise<ProjectText> {
  const text = open.find((buffer) => buffer.file === file)?.text ?? (await readText(root, file)) ?? "";
  return {
    syncs: file.endsWith(".sync.yaml") ? [indexSync(file, text)] : [],
    read: (other) => Promise.resolve(other === file ? text : undefined),
    identityOf: () => undefined,
  };
}

export async function placed({ read }: Pick<ProjectText, "read">, { file, range }: Spot): Promise<FilePlace> {
  const text = (await read(file)) ?? "";
  const [start, end] = [placeOf(text, range.start), placeOf(text, range.end)];
  return { file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

async function subjectUnder(project: ProjectText, { file, line, column }: Cursor): Promise<Subject | undefined> {
  const text = await project.read(file);
  return text === undefined ? undefined : subjectAt(project, file, offsetOf(text, line, column));
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const next = text.indexOf("\n", start);
    if (next < 0) return text.length;
    start = next + 1;
  }
  return Math.min(text.length, start + column - 1);
}

/**
 * A warehouse of this machine is asked whether only this column has another name now. Why it is refused, else
 * undefined: others are asked nothing, and must be certain from the text alone.
 */
async function columnsDiffer(
  { connections }: Navigation,
  { syncs, workspace }: OpenProject,
  { sync, from, to, before, after, complete }: RenamedColumn,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const unknown = complete
    ? undefined
    : `The model brings columns by a star, and its warehouse cannot be asked whether "${to}" is among them. Name its columns first.`;
  const name =
    syncs.find(({ file }) => file === sync)?.warehouse?.name ?? onlyName(workspace?.project.warehouses ?? {});
  const type = name === undefined ? undefined : workspace?.project.warehouses[name]?.type;
  if (workspace === undefined || type === undefined || warehouseTypeOf(type)?.local !== true) return unknown;
  const warehouse = await connections.warehouse(workspace.project, name);
  const describe = async (sql: string): Promise<readonly string[] | undefined> => {
    try {
      return (await warehouse.describe(compileModel({ sql }, warehouse.dialect).sql, signal)).map((each) => each.name);
    } catch (error) {
      if (error instanceof QueryProblem) return undefined;
      throw error;
    }
  };
  try {
    const was = await describe(before);
    // What did not work before says nothing of the rename.
    if (was === undefined) return unknown;
    const now = await describe(after);
    const expected = was.map((each) => (each === from ? to : each));
    if (now !== undefined && now.join("\0") === expected.join("\0")) return undefined;
    return `The model would not give the same columns with "${to}" in the place of "${from}". Rename it in the SQL by hand.`;
  } finally {
    await warehouse.close();
  }
}

function noteOf(
  { syncs, workspace }: OpenProject,
  { root }: Place,
  subject: Subject,
  { note, names }: Note,
): RenameNote | undefined {
  const [name = ""] = names;
  switch (note) {
    case "key-column":
      return { note, syncs: names };
    case "sync-ledger": {
      const file = syncs.find((sync) => sync.name === name)?.file;
      const target = workspace?.project.target;
      const isKept = target !== undefined && existsSync(ledgerFile(root, target, name));
      return file === undefined || !isKept ? undefined : { note, from: name, file };
    }
    case "connection-kept": {
      if (subject.kind !== "connection") return undefined;
      const config = workspace?.project[subject.side][name];
      const kept = [
        ...(JSON.stringify(config?.keys ?? {}).includes("${secret:") ? ["secrets" as const] : []),
        ...(existsSync(path.join(root, ".sluice/sandbox", `${encodeURIComponent(name)}.json`))
          ? ["sandbox" as const]
          : []),
        ...(existsSync(path.join(root, `schema/${name}.json`)) ? ["schema" as const] : []),
      ];
      return kept.length === 0 || subject.side === "warehouses" ? undefined : { note, connection: name, kept };
    }
  }
}

function onlyName(connections: Readonly<Record<string, unknown>>): string | undefined {
  const names = Object.keys(connections);
  return names.length === 1 ? names[0] : undefined;
}

function holds(text: string, query: string): boolean {
  let at = 0;
  const folded = text.toLowerCase();
  for (const letter of query.toLowerCase()) {
    at = folded.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
