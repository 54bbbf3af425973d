/** Preview of the model's rows, and of the records they become, of the text as it stands. */
import * as vscode from "vscode";
import { type SyncFile, sourceOf } from "../projects";
import { type Services } from "../services";

/** `limit`: rows at most; default: what the setting says. */
export async function previewIntoPanel(
  services: Services,
  sync: SyncFile,
  limit: number = limitOf("rows"),
): Promise<void> {
  const { calls, overviews, projects, results } = services;
  const place = projects.place(sync.root);
  await results.work({
    tab: "rows",
    work: "preview",
    subject: await overviews.subject(sync),
    origin: { place, file: sync.file },
    again: () => previewIntoPanel(services, sync, limit),
    async do(_progress, signal, show) {
      let preview = await calls.preview(place, sourceOf(sync), { limit, early: true }, signal);
      const { result } = preview;
      try {
        while (preview.coming) {
          show(preview);
          preview = await calls.arriving({ result, rows: preview.rows }, signal);
        }
        return preview;
      } catch (error) {
        // What came until then is no result; the engine may not know yet that nobody wants it.
        await calls.drop({ result }).catch(() => undefined);
        throw error;
      }
    },
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
