/** A project and its sync files as one target sees them, read from disk and from unsaved buffers. */
import path from "node:path";
import { SyncFailure } from "../failure";
import { type Problem, placeOf } from "../problem";
import { readText, syncFiles } from "../project/find";
import { parseProject } from "../project/parse";
import { type ResolvedProject } from "../project/project";
import { resolveProject } from "../project/resolve";
import { type ParsedSync } from "../sync/definition";
import { parseSync } from "../sync/parse";
import { type FileProblem, type Place, ProblemsFound, type SyncSource } from "./calls";

export const projectFile = "sluice.yaml";

export interface Workspace {
  readonly project: ResolvedProject;
  readonly targets: readonly string[];
  /** Of sluice.yaml itself. */
  readonly problems: readonly FileProblem[];
}

export interface LoadedSync {
  readonly file: string;
  readonly text: string;
  readonly parsed: ParsedSync;
}

/** Reads sluice.yaml. Throws ProblemsFound when it cannot be understood, SyncFailure when there is none. */
export async function openWorkspace(place: Place, text?: string): Promise<Workspace> {
  const source = text ?? (await readProject(place.root));
  const parsed = parseProject(source);
  const problems = located(projectFile, source, parsed.problems);
  if (parsed.file === undefined) throw new ProblemsFound(problems);
  return {
    project: resolveProject(parsed.file, place.root, place.target),
    targets: Object.keys(parsed.file.targets),
    problems,
  };
}

/** Reads a sync file, or takes the buffer's text. */
export async function loadSync(root: string, source: SyncSource): Promise<LoadedSync> {
  const text = source.text ?? (await readText(root, source.file));
  if (text === undefined) {
    throw new SyncFailure("no-such-file", `There is no file ${source.file}.`, "Name a sync by its name, path or tag.");
  }
  return { file: source.file, text, parsed: parseSync(text, { name: defaultName(source.file) }) };
}

/** Every sync of the project; `open` buffers win over the files on disk. */
export async function loadSyncs(root: string, open: readonly SyncSource[] = []): Promise<readonly LoadedSync[]> {
  const buffers = new Map(open.map((source) => [source.file, source]));
  const files = new Set([...(await syncFiles(root)), ...buffers.keys()]);
  return Promise.all([...files].sort().map((file) => loadSync(root, buffers.get(file) ?? { file })));
}

/** The SQL of a model: inline, a table, or the text of its .sql file (relative to the sync file). */
export async function modelFile(root: string, sync: LoadedSync): Promise<{ file: string; text: string } | undefined> {
  const source = sync.parsed.model?.source;
  if (source?.kind !== "file") return undefined;
  const file = path.posix.normalize(path.posix.join(path.posix.dirname(sync.file), source.file));
  const text = await readText(root, file);
  return text === undefined ? undefined : { file, text };
}

/** Problems with the file, lines and columns they stand on. */
export function located(file: string, text: string, problems: readonly Problem[]): readonly FileProblem[] {
  return problems.map((problem) => {
    const start = placeOf(text, problem.range.start);
    const end = placeOf(text, problem.range.end);
    return { ...problem, file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  });
}

export const isError = (problem: Problem): boolean => problem.severity === "error";

function defaultName(file: string): string {
  return path.posix.basename(file).replace(/\.sync\.ya?ml$/, "");
}

async function readProject(root: string): Promise<string> {
  const text = await readText(root, projectFile);
  if (text === undefined) {
    throw new SyncFailure(
      "no-project",
      "There is no sluice.yaml in this folder or above it.",
      "Make a project with `sluice init`, or name its folder with --project.",
    );
  }
  return text;
}
