/** A target marked `confirm` asks for its name before anything is written. */
import * as vscode from "vscode";
import { type ProjectOverview } from "../../calls/calls";

/** `deed`: what would happen, as a sentence. true: go on. */
export async function confirmed(overview: ProjectOverview, deed: string): Promise<boolean> {
  if (!overview.confirm) return true;
  const { target } = overview;
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t("Run against {0}?", target),
    prompt: `${deed} ${vscode.l10n.t("Type “{0}” to do it.", target)}`,
    placeHolder: target,
    ignoreFocusOut: true,
    validateInput: (value) =>
      value === "" || target.startsWith(value) ? undefined : vscode.l10n.t("The target is “{0}”.", target),
  });
  return typed === target;
}
