/** Lenses of a sync file: what can be done with it above its first line, and what others have to do with its fields. */
import * as vscode from "vscode";
import { type FilePlace } from "../../calls/calls";
import { type LastRun, type SharedField, type SyncLenses } from "../../calls/navigation-answers";
import { rangeOfPlace } from "../diagnostics/problem-ranges";
import { type SyncFile } from "../projects";
import { sinceText } from "./since";

/** Where its fields are one by one written by others too, one lens on `destination` says so for all of them. */
const fewFields = 3;

/** What can be done is offered at once; it needs no answer from the engine. */
export function workLenses({ uri }: SyncFile): readonly vscode.CodeLens[] {
  const titles: readonly (readonly [string, string])[] = [
    [vscode.l10n.t("Preview"), "sluice.preview"],
    [vscode.l10n.t("Records"), "sluice.records"],
    [vscode.l10n.t("Check values"), "sluice.checkValues"],
    [vscode.l10n.t("Dry run"), "sluice.dryRun"],
    [vscode.l10n.t("Run"), "sluice.run"],
    [vscode.l10n.t("Map fields"), "sluice.mapFields"],
  ];
  return titles.map(([title, command]) => new vscode.CodeLens(top, { title, command, arguments: [uri] }));
}

export function syncLenses({ root, uri }: SyncFile, facts: SyncLenses, now: number): readonly vscode.CodeLens[] {
  const goTo = (range: vscode.Range, title: string, places: readonly FilePlace[]): vscode.CodeLens =>
    new vscode.CodeLens(range, { title, command: "sluice.showPlaces", arguments: [{ root, uri, range, places }] });
  const run = facts.lastRun;
  return [
    ...facts.after.map(({ sync, places }) => goTo(top, vscode.l10n.t("runs after {0}", sync), places)),
    ...(run === undefined
      ? []
      : [
          new vscode.CodeLens(top, {
            title: runText(run, now),
            command: "sluice.openRun",
            arguments: [{ root, run: run.id }],
          }),
        ]),
    ...sharedLenses(facts, goTo),
  ];
}

const top = new vscode.Range(0, 0, 0, 0);

function sharedLenses(
  { shared, destination }: SyncLenses,
  goTo: (range: vscode.Range, title: string, places: readonly FilePlace[]) => vscode.CodeLens,
): readonly vscode.CodeLens[] {
  const files = (all: readonly SharedField[]): string =>
    [...new Set(all.flatMap(({ others }) => others.map(({ file }) => file.split("/").at(-1) ?? file)))].join(", ");
  if (shared.length > fewFields && destination !== undefined) {
    const title = vscode.l10n.t("{0} fields are also written by {1}", shared.length, files(shared));
    const places = shared.flatMap(({ others }) => others);
    return [goTo(rangeOfPlace(destination), title, places)];
  }
  return shared.map((field) =>
    goTo(rangeOfPlace(field.place), vscode.l10n.t("also written by {0}", files([field])), field.others),
  );
}

function runText({ status, finishedAt, counts }: LastRun, now: number): string {
  const { created, updated, deleted, rejected, inDoubt } = counts;
  const parts = [
    [created, vscode.l10n.t("{0} created", created)],
    [updated, vscode.l10n.t("{0} updated", updated)],
    [deleted, vscode.l10n.t("{0} removed", deleted)],
    [rejected, vscode.l10n.t("{0} rejected", rejected)],
    [inDoubt, vscode.l10n.t("{0} in doubt", inDoubt)],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([, text]) => text);
  const outcomes: Partial<Record<LastRun["status"], string>> = {
    guarded: vscode.l10n.t("held back by a guard"),
    stopped: vscode.l10n.t("stopped"),
    cancelled: vscode.l10n.t("cancelled"),
  };
  const outcome = outcomes[status];
  const text = [...(outcome === undefined ? [] : [outcome]), ...said].join(", ") || vscode.l10n.t("no changes");
  return vscode.l10n.t("last run: {0} · {1}", text, sinceText(finishedAt, now));
}
