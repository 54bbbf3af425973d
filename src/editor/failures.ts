/** How errors of calls reach people: once, as a sentence with what to do. */
import * as vscode from "vscode";
import { type Failure, ProblemsFound } from "../calls/calls";
import { Cancelled, SyncFailure } from "../failure";
import { plainLine } from "../../webview/plain-text";

/** What the results panel shows. A bug has no hint but the log. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SyncFailure) return { code: error.code, message: error.message, hint: error.hint };
  if (error instanceof ProblemsFound) {
    const errors = error.problems.filter((problem) => problem.severity === "error");
    const [first] = errors;
    return {
      code: "problems-found",
      message:
        errors.length === 1 && first !== undefined
          ? vscode.l10n.t("{0}, line {1}: {2}", first.file, first.line, first.message)
          : vscode.l10n.t("The files have {0} errors.", errors.length),
      hint: vscode.l10n.t("Mend them first: they are in the Problems panel."),
    };
  }
  return {
    code: "bug",
    message: vscode.l10n.t("Sluice met an error of its own."),
    hint: vscode.l10n.t("The log has the details."),
  };
}

/** Tells the user, with the command that helps. A cancel is no news. */
export async function showFailure(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  if (error instanceof Cancelled) return;
  const failure = failureOf(error);
  if (failure.code === "bug") log.error(error instanceof Error ? error : String(error));
  else log.error(`${failure.code}: ${failure.message}`);
  const remedies: readonly (readonly [string, string])[] = [
    ...(failure.code === "problems-found"
      ? [[vscode.l10n.t("Show Problems"), "workbench.actions.view.problems"] as const]
      : []),
    ...(failure.code.includes("secret") ? [[vscode.l10n.t("Set Secret"), "sluice.setSecret"] as const] : []),
    ...(failure.code === "untrusted-workspace"
      ? [[vscode.l10n.t("Manage Trust"), "workbench.trust.manage"] as const]
      : []),
    ...(failure.code === "engine-crash-loop"
      ? [[vscode.l10n.t("Restart Engine"), "sluice.restartEngine"] as const]
      : []),
    [vscode.l10n.t("Show Log"), "sluice.showLog"] as const,
  ];
  const chosen = await vscode.window.showErrorMessage(
    plainLine(`${failure.message} ${failure.hint}`),
    ...remedies.map(([title]) => title),
  );
  const command = remedies.find(([title]) => title === chosen)?.[1];
  if (command !== undefined) await vscode.commands.executeCommand(command);
}
