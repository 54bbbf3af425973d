/** Problems as compilers print them: file:line:column, so that terminals and editors link them. */
import { type FileProblem } from "../calls/calls";
import { type Paint, plural } from "./paint";

const styles = { error: "red", warning: "yellow", information: "cyan" } as const;

export function renderProblems(problems: readonly FileProblem[], paint: Paint): string {
  if (problems.length === 0) return "No problems.";
  const lines = problems.map(
    ({ file, line, column, severity, code, message }) =>
      `${file}:${line}:${column}  ${paint(styles[severity], severity)}  ${message}  ${paint("dim", code)}`,
  );
  return [...lines, plural(problems.length, "problem")].join("\n");
}
