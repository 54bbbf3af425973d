/** The one place where a command's failure becomes a sentence and an exit code. */
import { ProblemsFound } from "../calls/calls";
import { Cancelled, SyncFailure } from "../failure";
import { type Context, json, problemJson } from "./context";
import { type Paint } from "./paint";
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
export function fail(context: Context, error: unknown, paint: Paint): void {
  if (error instanceof ProblemsFound) {
    context.exit.add("problems");
    if (context.format === "json") context.print(json({ version: 1, problems: error.problems.map(problemJson) }));
    else context.note(renderProblems(error.problems, paint));
  } else if (error instanceof SyncFailure) {
    context.exit.add(usage.has(error.code) ? "usage" : "stopped");
    if (context.format === "json")
      context.print(json({ version: 1, failure: { code: error.code, message: error.message, hint: error.hint } }));
    else context.note(`${paint("red", "×")} ${error.message} ${error.hint}`);
  } else if (error instanceof Cancelled) {
    context.exit.add("cancelled");
    context.note("Cancelled.");
  } else {
    throw error;
  }
}
