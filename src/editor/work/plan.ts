/** A dry run into the Plan tab. It asks what a first run needs to know, and never writes. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { type PlanHeader, type PlanOptions } from "../../plan/plan";
import { type SyncFile, sourceOf } from "../projects";
import { type Services } from "../services";

export type FirstRun = NonNullable<PlanOptions["firstRun"]>;

export interface MadePlan {
  readonly header: PlanHeader;
  readonly firstRun?: FirstRun;
}

/** undefined: the user left the question about the first run open. */
export async function planIntoPanel(
  services: Services,
  sync: SyncFile,
  options: PlanOptions = {},
): Promise<MadePlan | undefined> {
  const { calls, overviews, projects, results } = services;
  const place = projects.place(sync.root);
  const { firstRun } = options;
  try {
    const header = await results.work({
      tab: "plan",
      work: "plan",
      subject: await overviews.subject(sync),
      origin: { place, file: sync.file },
      again: async () => void (await planIntoPanel(services, sync, options)),
      do: (progress, signal) => calls.plan(place, sourceOf(sync), options, progress, signal).catch(inWordsOfEditor),
    });
    return { header, ...(firstRun && { firstRun }) };
  } catch (error) {
    if (!(error instanceof SyncFailure) || error.code !== "first-run-undecided") throw error;
    const decided = await decideFirstRun(error);
    return decided && planIntoPanel(services, sync, { ...options, firstRun: decided });
  }
}

/** The hint of the engine names an option of the command line; here the question is asked above the panel. */
function inWordsOfEditor(error: unknown): never {
  if (!(error instanceof SyncFailure) || error.code !== "first-run-undecided") throw error;
  throw new SyncFailure(
    error.code,
    error.message,
    vscode.l10n.t(
      "Choose how the first run begins: send everything, adopt what is there, or take today's rows as sent.",
    ),
  );
}

async function decideFirstRun(failure: SyncFailure): Promise<FirstRun | undefined> {
  const choices: readonly (vscode.QuickPickItem & { readonly decision: FirstRun })[] = [
    {
      decision: "send",
      label: vscode.l10n.t("Send everything"),
      detail: vscode.l10n.t("Every row is new to the destination, or may be written over what is there."),
    },
    {
      decision: "adopt",
      label: vscode.l10n.t("Adopt what is there"),
      detail: vscode.l10n.t(
        "Look the records up first: those that exist become this sync's, and only differences are sent.",
      ),
    },
    {
      decision: "baseline",
      label: vscode.l10n.t("Take today's rows as sent"),
      detail: vscode.l10n.t("Send nothing now; from here on, send what changes."),
    },
  ];
  const chosen = await vscode.window.showQuickPick(choices, {
    title: failure.message,
    placeHolder: vscode.l10n.t("How does the first run begin?"),
    ignoreFocusOut: true,
  });
  return chosen?.decision;
}
