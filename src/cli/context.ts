/** What every command knows: where it is, how to print, and the calls it may make. */
import path from "node:path";
import { type Command } from "commander";
import { type Calls, type FileProblem, type Place } from "../calls/calls";
import { SyncFailure } from "../failure";
import { findProject } from "../project/find";
import { type Exit } from "./exit";

export const formats = ["text", "json"] as const;
export type Format = (typeof formats)[number];

export interface Context {
  readonly calls: Calls;
  readonly format: Format;
  readonly exit: Exit;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Throws SyncFailure "no-project". */
  place(): Promise<Place>;
  /** Results go to stdout. */
  print(text: string): void;
  /** Progress and logs go to stderr. */
  note(text: string): void;
}

export type Globals = {
  readonly project?: string;
  readonly target?: string;
  readonly format?: Format;
  readonly logLevel?: string;
};

export const globalsOf = (command: Command): Globals => command.optsWithGlobals<Globals>();

export async function placeOf(globals: Globals, cwd: string): Promise<Place> {
  const root = await findProject(path.resolve(cwd, globals.project ?? "."));
  if (root === undefined) {
    throw new SyncFailure(
      "no-project",
      "There is no sluice.yaml in this folder or above it.",
      "Make a project with `sluice init`, or name its folder with --project.",
    );
  }
  return globals.target === undefined ? { root } : { root, target: globals.target };
}

/** Problems as programs read them; ranges and fixes are the editor's. */
export const problemJson = ({ file, line, column, severity, code, message }: FileProblem) => ({
  file,
  line,
  column,
  severity,
  code,
  message,
});

export const json = (value: unknown): string => JSON.stringify(value, null, 2);
