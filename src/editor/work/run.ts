/** A live run: saved first, planned, shown, confirmed where the target asks for it, then sent. */
import * as vscode from "vscode";
import { type Place, type RunOptions } from "../../calls/calls";
import { SyncFailure } from "../../failure";
import { type PlanHeader, type PlanOptions } from "../../plan/plan";
import { type RunReport } from "../../run/report";
import { openDocument, type SyncFile } from "../projects";
import { type Services } from "../services";
import { confirmed } from "./confirm";
import { type MadePlan, planIntoPanel } from "./plan";
import { runResult, tellOutcome } from "./reports";

export interface RunChoices {
  /** Carry out this plan; it is refused if the file or the ledger moved since. */
  readonly stored?: PlanHeader;
  /** Where it is carried out; default: at the target that is chosen now. */
  readonly place?: Place;
  /** For a plan that is made now. */
  readonly options?: PlanOptions;
  /** A question of its own about the plan, before the target's. */
  agree?(header: PlanHeader): Promise<boolean>;
}

export async function runSync(services: Services, sync: SyncFile, choices: RunChoices = {}): Promise<void> {
  const text = await saved(sync);
  await services.checks.requireNoErrors(sync);
  const { stored, place = services.projects.place(sync.root) } = choices;
  // What an earlier run that ended in the middle is known to have done comes first: a plan made before it would be refused.
  if (stored === undefined) await services.calls.recover(place, { file: sync.file });
  const plan: MadePlan | undefined = stored
    ? { header: stored, ...(stored.firstRun && { firstRun: stored.firstRun }) }
    : await planIntoPanel(services, sync, { ...decidedFor(services, sync), ...choices.options });
  if (plan === undefined) return;
  refuseTripped(plan.header);
  if (choices.agree && !(await choices.agree(plan.header))) return;
  if (!(await confirmed(await services.calls.overview(place), deedOf(plan.header)))) return;
  const options: RunOptions = { plan: plan.header.id, ...(plan.firstRun && { firstRun: plan.firstRun }) };
  await runIntoPanel(services, sync, { options, text, place, header: plan.header });
}

/** How the first run begins, where the plan that is shown says it: whoever has just answered is not asked again. */
function decidedFor({ projects, results }: Services, { root, file }: SyncFile): PlanOptions {
  const { plan } = results.state;
  const origin = results.origin("plan");
  if (plan.state !== "ready" || origin?.file !== file) return {};
  const { target } = projects.place(root);
  if (origin.place.root !== root || origin.place.target !== target) return {};
  const { firstRun } = plan.result;
  return firstRun === undefined ? {} : { firstRun };
}

async function runIntoPanel(
  services: Services,
  sync: SyncFile,
  {
    options,
    text,
    place,
    header,
  }: {
    readonly options: RunOptions;
    readonly text: string;
    readonly place: Place;
    readonly header: PlanHeader;
  },
): Promise<void> {
  const { calls, overviews, results, runProblems } = services;
  const { target, revert } = header;
  let report: RunReport | undefined;
  try {
    await results.work({
      tab: "run",
      work: "run",
      subject: { ...(await overviews.subject(sync)), target },
      origin: { place, file: sync.file },
      again: async () =>
        revert
          ? void (await vscode.commands.executeCommand("sluice.revert", { root: sync.root, run: revert.run }))
          : runSync(services, sync),
      async do(progress, signal) {
        report = await calls.run(place, { file: sync.file }, options, progress, signal);
        return runResult(calls, place, report);
      },
    });
  } finally {
    if (report) await runProblems.bind(sync.root, report, text);
    await runProblems.refresh(sync.root);
    overviews.refresh();
  }
  if (report) tellOutcome(services, report);
}

/** Saves the buffer; gives the text that the run is bound to. */
export async function saved(sync: SyncFile): Promise<string> {
  const open = openDocument(sync.uri);
  if (open?.isDirty && !(await open.save())) {
    throw new SyncFailure(
      "not-saved",
      vscode.l10n.t("{0} could not be saved, so nothing was run.", sync.file),
      vscode.l10n.t("Save the file, then run again."),
    );
  }
  return (open ?? (await vscode.workspace.openTextDocument(sync.uri))).getText();
}

function refuseTripped(header: PlanHeader): void {
  const tripped = header.guards.find((guard) => guard.tripped);
  if (tripped === undefined) return;
  throw new SyncFailure(
    "guard-tripped",
    vscode.l10n.t(
      "The guard {0} ({1}) stopped this run before anything was sent: the plan has {2}.",
      tripped.name,
      tripped.limit,
      tripped.value,
    ),
    vscode.l10n.t("Look at the plan; raise the guard in the sync file if this is what you want."),
  );
}

function deedOf({ counts, target }: PlanHeader): string {
  return vscode.l10n.t(
    "On {0}: {1} to create, {2} to update, {3} to remove.",
    target,
    counts.create,
    counts.update,
    counts.delete,
  );
}
