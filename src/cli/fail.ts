/** The one place where a command's failure becomes a sentence and an exit code. */
import { type Failure, ProblemsFound } from "../calls/calls";
import { Cancelled, SyncFailure } from "../failure";
import { type Context, json, problemJson } from "./context";
import { type Paint } from "./paint";
import { diskFailure } from "../run/disk";
import { renderProblems } from "./render-problems";

/** Failures that name a wrong word on the command line rather than a broken run. */
const usage = new Set([
  "no-project",
  "unknown-sync",
  "unknown-target",
  "unknown-connection",
  "unknown-run",
  "no-such-file",
  "no-git",
  "project-exists",
  "confirmation-needed",
]);

/** Anything that is none of the known drawers is a bug of ours and is thrown on. */
export function fail(context: Context, thrown: unknown, paint: Paint): void {
  const error = diskRefused(thrown);
  if (error instanceof ProblemsFound) {
    context.exit.add("problems");
    if (context.format === "json") context.print(json({ version: 1, problems: error.problems.map(problemJson) }));
    else context.note(renderProblems(error.problems, paint));
  } else if (error instanceof SyncFailure) {
    const failure = reportFailure(context, error, paint);
    if (context.format === "json") context.print(json({ version: 1, failure }));
  } else if (error instanceof Cancelled) {
    context.exit.add("cancelled");
    context.note("Cancelled.");
  } else {
    throw error;
  }
}

/** Says why it stopped and sets the exit code. Gives the failure as the JSON output has it; printing that is the caller's. */
export function reportFailure(context: Context, { code, message, hint }: SyncFailure, paint: Paint): Failure {
  context.exit.add(usage.has(code) ? "usage" : "stopped");
  if (context.format === "text") context.note(`${paint("red", "×")} ${message} ${hint}`);
  return { code, message, hint };
}

/** A disk that is full or closed to us is the operator's to mend, wherever it showed. */
function diskRefused(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const place = (error as NodeJS.ErrnoException | undefined)?.path;
  if (!(error instanceof Error) || error instanceof SyncFailure || code === undefined || !refusals.has(code))
    return error;
  return diskFailure(error, place === undefined ? "A file" : place);
}

const refusals = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM"]);
