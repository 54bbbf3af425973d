/** A run that ended in the middle, as when its window was closed: said when the project is opened again. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { type UnfinishedRun } from "../../calls/calls";
import { plainLine } from "../../../webview/plain-text";
import { showFailure } from "../failures";
import { type Services } from "../services";

export function offerUnfinished(services: Services): void {
  const { context, log, projects } = services;
  const told = new Set<string>();
  const look = async (): Promise<void> => {
    if (!vscode.workspace.isTrusted) return;
    for (const root of await projects.roots()) {
      // Without a journal nothing can be unfinished, and there is no reason to start the engine.
      if (told.has(root) || (await readdir(path.join(root, ".sluice", "journal")).catch(() => [])).length === 0)
        continue;
      told.add(root);
      for (const run of await services.calls.unfinished({ root })) offer(services, root, run);
    }
  };
  const looking = (): void => void look().catch((error: unknown) => log.warn(String(error)));
  // Trust that is granted is such a change too; so is a project that is opened or copied in later.
  context.subscriptions.push(projects.onDidChange(looking));
  looking();
}

/** Nothing is sent by it: the plan first takes in what was answered, then says what is left. */
function offer(services: Services, root: string, { sync, file, target, unanswered }: UnfinishedRun): void {
  const { projects, overviews } = services;
  const uri = vscode.Uri.file(path.join(root, file));
  const [plan, show] = [vscode.l10n.t("Plan Now"), vscode.l10n.t("Show")];
  const message = vscode.l10n.t(
    "A run of {0} against {1} ended in the middle: {2} changes have no answer. Planning takes in what was answered and shows what is left; it sends nothing.",
    sync,
    target,
    unanswered,
  );
  void vscode.window
    .showWarningMessage(plainLine(message), plan, show)
    .then(async (chosen) => {
      if (chosen === undefined) return;
      await vscode.window.showTextDocument(uri);
      if (chosen !== plan) return;
      const { confirm } = await services.calls.overview({ root, target });
      if ((await overviews.get(root)).target !== target)
        await projects.choose(root, target, confirm ? "until-reload" : "keep");
      await services.calls.recover({ root, target }, { file });
      await vscode.commands.executeCommand("sluice.dryRun", uri);
    })
    .then(undefined, (error: unknown) => showFailure(services.log, error));
}
