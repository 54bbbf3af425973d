/** Preview of the model's rows, and of the records they become, of the text as it stands. */
import * as vscode from "vscode";
import { type SyncFile, sourceOf } from "../projects";
import { type Services } from "../services";

export async function previewIntoPanel(services: Services, sync: SyncFile): Promise<void> {
  const { calls, overviews, projects, results } = services;
  const place = projects.place(sync.root);
  await results.work({
    tab: "rows",
    work: "preview",
    subject: await overviews.subject(sync),
    origin: { place, file: sync.file },
    again: () => previewIntoPanel(services, sync),
    do: (_progress, signal) => calls.preview(place, sourceOf(sync), { limit: limitOf("rows") }, signal),
  });
}

export async function recordsIntoPanel(services: Services, sync: SyncFile): Promise<void> {
  const { calls, overviews, projects, results } = services;
  const place = projects.place(sync.root);
  await results.work({
    tab: "records",
    work: "records",
    subject: await overviews.subject(sync),
    origin: { place, file: sync.file },
    again: () => recordsIntoPanel(services, sync),
    do: (_progress, signal) => calls.records(place, sourceOf(sync), { limit: limitOf("records") }, signal),
  });
}

function limitOf(what: "rows" | "records"): number {
  return vscode.workspace.getConfiguration("sluice").get<number>(`preview.${what}`) ?? 1000;
}
