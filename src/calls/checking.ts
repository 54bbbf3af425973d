/** Everything that can be said of a sync file without sending anything to its destination. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { destinationOf } from "../destinations/index";
import { SyncFailure } from "../failure";
import { compileModel } from "../plan/compile";
import { describeMapping, problemOf } from "../plan/describe";
import { type PlanProblem, PlanProblems } from "../plan/plan";
import { type Problem } from "../problem";
import { closest } from "../project/closest";
import { replacing } from "../project/conform";
import { readText } from "../project/find";
import { envIgnoreProblem } from "../project/secrets";
import { checkSync } from "../sync/check";
import { type Model, type SyncDefinition } from "../sync/definition";
import { type Column, QueryProblem, type Warehouse } from "../warehouses/warehouse";
import { type FileProblem, type Place, ProblemsFound, type SyncSource } from "./calls";
import { amongOthers } from "./among-others";
import { type Connections } from "./connections";
import { askAlways, type Descriptions } from "./descriptions";
import { identityIn, type Indexes } from "./project-index";
import { objectOf } from "./schemas";
import {
  isError,
  located,
  type LoadedSync,
  loadSync,
  loadSyncs,
  modelFile,
  openWorkspace,
  projectFile,
  type Workspace,
} from "./workspace";

export interface Checked {
  readonly problems: readonly FileProblem[];
  readonly columns?: readonly Column[];
}

export interface CheckAsk {
  readonly workspace: Workspace;
  readonly sync: LoadedSync;
  readonly connections: Connections;
  /** Ask the warehouse for the model's columns. */
  readonly describe: boolean;
  /** What the warehouse said lately may be taken for its answer. Default: it is asked. */
  readonly descriptions?: Descriptions;
  readonly signal?: AbortSignal | undefined;
}

/** Problems of one sync, from its text, the project, the schema snapshot and, if asked, the warehouse. */
export async function checkOne(ask: CheckAsk): Promise<Checked> {
  const { workspace, sync } = ask;
  const { definition, problems: parsed } = sync.parsed;
  if (definition === undefined) return { problems: located(sync.file, sync.text, parsed) };
  const described: Described =
    ask.describe && !parsed.some(isError) ? await describeModel(ask, definition.model) : { problems: [] };
  const { object, objects } = await objectOf(workspace.project, definition);
  const config = Object.hasOwn(workspace.project.destinations, definition.destination.connection)
    ? workspace.project.destinations[definition.destination.connection]
    : undefined;
  const destination = config === undefined ? undefined : destinationOf(config.type);
  const checked = checkSync({
    definition,
    parsed: sync.parsed,
    project: workspace.project,
    ...(described.columns === undefined ? {} : { columns: described.columns }),
    ...(object === undefined ? {} : { object }),
    ...(objects === undefined ? {} : { objects }),
    ...(destination === undefined ? {} : { destination }),
  });
  const own = located(sync.file, sync.text, unique([...parsed, ...checked]));
  const all = [...own, ...described.problems];
  const expressions =
    described.columns !== undefined && !all.some(isError) ? await expressionProblems(ask, definition) : [];
  return {
    problems: [...all, ...expressions],
    ...(described.columns === undefined ? {} : { columns: described.columns }),
  };
}

export interface CheckFiles {
  readonly place: Place;
  readonly ask: { readonly files?: readonly SyncSource[]; readonly offline?: boolean };
  readonly connections: Connections;
  readonly indexes: Indexes;
  readonly descriptions: Descriptions;
  readonly signal?: AbortSignal | undefined;
}

/** Problems of the named files, or of the whole project. sluice.yaml may be among them. */
export async function checkFiles({
  place,
  ask,
  connections,
  indexes,
  descriptions,
  signal,
}: CheckFiles): Promise<readonly FileProblem[]> {
  const named = ask.files;
  const buffer = named?.find(({ file }) => file === projectFile);
  const workspace = await openWorkspace(place, buffer?.text).catch((error: unknown) => {
    if (error instanceof ProblemsFound) return error.problems;
    throw error;
  });
  if (!("project" in workspace)) return workspace;
  const wanted = named?.filter(({ file }) => file !== projectFile);
  const chosen =
    wanted === undefined
      ? await loadSyncs(place.root)
      : await Promise.all(wanted.map((source) => loadSync(place.root, source)));
  const index = await indexes.of(place, wanted);
  const identityOf = identityIn(workspace.project);
  const describe = ask.offline !== true;
  const found: FileProblem[] =
    named === undefined || buffer !== undefined ? [...workspace.problems, ...(await ignoreProblem(place.root))] : [];
  for (const sync of chosen) {
    found.push(
      ...(await checkOne({ workspace, sync, connections, descriptions, describe, signal })).problems,
      ...(await amongOthers(sync, index, identityOf)),
    );
  }
  return found;
}

/** Gives the definition of a sync without errors, or throws ProblemsFound. Warnings stand in nobody's way. */
export function definitionOf(sync: LoadedSync, checked: Checked): SyncDefinition {
  const errors = checked.problems.filter(isError);
  if (errors.length > 0 || sync.parsed.definition === undefined) throw new ProblemsFound(checked.problems);
  return sync.parsed.definition;
}

/** The text of a model's SQL; undefined for a table. */
export async function modelSql(root: string, sync: LoadedSync): Promise<string> {
  const source = sync.parsed.model?.source;
  if (source?.kind === "sql") return source.sql;
  return (await modelFile(root, sync))?.text ?? "";
}

/** A problem that planning found, on the line of the sync file or of the model's .sql file. */
export async function placed(root: string, sync: LoadedSync, problem: PlanProblem): Promise<FileProblem> {
  const file = await modelFile(root, sync);
  if (
    file !== undefined &&
    problem.path[0] === "model" &&
    problem.path[1] === "file" &&
    problem.position !== undefined
  ) {
    const range = { start: problem.position, end: wordEnd(file.text, problem.position) };
    return located(file.file, file.text, [{ ...problem, severity: "error", range }])[0] as FileProblem;
  }
  const range =
    problem.position === undefined
      ? sync.parsed.rangeOf(problem.path, problem.code === "unknown-field" ? "key" : "value")
      : wordRange(sync.text, sync.parsed.offsetInScalar(problem.path, problem.position));
  return located(sync.file, sync.text, [{ ...problem, severity: "error", range }])[0] as FileProblem;
}

/** A .env that git would take in. */
async function ignoreProblem(root: string): Promise<readonly FileProblem[]> {
  if ((await readText(root, ".env")) === undefined) return [];
  const problem = envIgnoreProblem(await readText(root, ".gitignore"));
  return problem === undefined ? [] : located(".env", "", [problem]);
}

interface Described {
  readonly columns?: readonly Column[];
  readonly problems: readonly FileProblem[];
}

/** The columns of a model, without reading rows: what is wrong elsewhere in the file does not stand in the way. */
export async function describeModel(ask: CheckAsk, model: Model): Promise<Described> {
  const { workspace, sync } = ask;
  const { root } = workspace.project;
  const { source } = model;
  if (source.kind === "dbt") return { problems: [] };
  if (source.kind === "file" && (await modelFile(root, sync)) === undefined) {
    const message = `There is no file ${source.file} beside the sync. Paths are relative to the sync file and stay inside the project.`;
    const problem = await placed(root, sync, { code: "no-such-file", message, path: ["model", "file"] });
    const suggestion = closest(source.file, await sqlFilesBeside(root, sync.file));
    const fixes = suggestion === undefined ? {} : { fixes: [replacing(sync.parsed, ["model", "file"], suggestion)] };
    return { problems: [{ ...problem, ...fixes }] };
  }
  const answer = await askModel(ask, model);
  if (answer === undefined || "columns" in answer) return { ...answer, problems: [] };
  return { problems: [await placed(root, sync, answer.problem)] };
}

/** Relative to the sync file. */
async function sqlFilesBeside(root: string, file: string): Promise<readonly string[]> {
  const folder = path.join(root, path.dirname(file));
  const found = await readdir(folder, { recursive: true }).catch((): string[] => []);
  return found.filter((each) => each.endsWith(".sql")).map((each) => each.split(path.sep).join("/"));
}

export type ModelAnswer = { readonly columns: readonly Column[] } | { readonly problem: PlanProblem };

/** The model's columns, or what is wrong with its SQL; undefined: it names no warehouse that is known, which is a problem of the files. */
export async function askModel(ask: CheckAsk, model: Model): Promise<ModelAnswer | undefined> {
  const sql = model.source.kind === "table" ? undefined : await modelSql(ask.workspace.project.root, ask.sync);
  return remembered(ask, ["model", model.warehouse, model.source, sql], async () => {
    const warehouse = await warehouseFor(ask, model);
    if (warehouse === undefined) return undefined;
    const text = model.source.kind === "table" ? { table: model.source.table } : { sql: sql ?? "" };
    const compiled = compileModel(text, warehouse.dialect);
    try {
      return { columns: await warehouse.describe(compiled.sql, ask.signal) };
    } catch (error) {
      if (!(error instanceof QueryProblem)) throw error;
      return { problem: problemOf(error, compiled, model) };
    } finally {
      await warehouse.close();
    }
  });
}

/** An answer depends on the connection too. */
function remembered<Answer>(
  { workspace: { project }, descriptions = askAlways }: CheckAsk,
  question: readonly unknown[],
  ask: () => Promise<Answer>,
): Promise<Answer> {
  return descriptions.remembered([project.root, project.target, project.warehouses, ...question], ask);
}

/** Errors in the mapping's own SQL, which only the warehouse can find. */
async function expressionProblems(ask: CheckAsk, definition: SyncDefinition): Promise<readonly FileProblem[]> {
  const expressions = definition.fields.filter(({ source }) => source.kind === "sql");
  if (expressions.length === 0) return [];
  const { root } = ask.workspace.project;
  const text = await modelSql(root, ask.sync);
  const question = ["mapping", definition.model, text, expressions];
  const problems = await remembered(ask, question, async (): Promise<readonly PlanProblem[]> => {
    const warehouse = await ask.connections.warehouse(ask.workspace.project, definition.model.warehouse);
    try {
      await describeMapping({ definition, modelSql: text, warehouse, signal: ask.signal });
      return [];
    } catch (error) {
      if (!(error instanceof PlanProblems)) throw error;
      return error.problems;
    } finally {
      await warehouse.close();
    }
  });
  return await Promise.all(problems.map((problem) => placed(root, ask.sync, problem)));
}

/** An unknown or undecided warehouse is a problem of the files and is reported there. */
async function warehouseFor({ workspace, connections }: CheckAsk, model: Model): Promise<Warehouse | undefined> {
  try {
    return await connections.warehouse(workspace.project, model.warehouse);
  } catch (error) {
    if (error instanceof SyncFailure && (error.code === "unknown-connection" || error.code === "warehouse-undecided"))
      return undefined;
    throw error;
  }
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(
    problems.map((problem) => [`${problem.code} ${problem.range.start} ${problem.range.end}`, problem]),
  );
  return [...seen.values()];
}

const wordRange = (text: string, start: number) => ({ start, end: wordEnd(text, start) });

function wordEnd(text: string, start: number): number {
  const [word = ""] = /^(?:"(?:[^"\n]|"")*"|[\p{L}\p{N}_]+|\S)?/u.exec(text.slice(start)) ?? [];
  return start + word.length;
}
