/** A live run of one record: planned for its key alone, shown, confirmed, then sent like any other run. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { type PlanHeader } from "../../plan/plan";
import { type RecordKey } from "../../record";
import { plainExcerpt } from "../../../webview/plain-text";
import { type SyncFile } from "../projects";
import { type Services } from "../services";
import { runSync } from "./run";

export interface SendOneArgument {
  readonly root: string;
  /** Of the sync, relative to the project. */
  readonly file: string;
  /** undefined: the row has no whole key, by which it could be named. */
  readonly key: RecordKey | undefined;
}

export async function sendOne(services: Services, { root, file, key }: SendOneArgument): Promise<void> {
  if (key === undefined) {
    throw new SyncFailure(
      "no-key",
      vscode.l10n.t("The row has no whole key, so it cannot be sent alone."),
      vscode.l10n.t("Mend the model so that every row has a key."),
    );
  }
  const sync: SyncFile = services.projects.syncIn(root, file);
  await runSync(services, sync, { options: { only: [key] }, agree: (header) => agreed(services, sync, header) });
}

/** Asks once more, as nothing else of the run shows that it is of one record. */
async function agreed({ overviews }: Services, sync: SyncFile, header: PlanHeader): Promise<boolean> {
  const { create, update, delete: removed } = header.counts;
  if (create + update + removed === 0) {
    throw new SyncFailure(
      "nothing-to-send",
      vscode.l10n.t(
        "There is nothing to send: the destination was sent this record as it is, or it is rejected or held.",
      ),
      vscode.l10n.t("The Plan tab says which."),
    );
  }
  const overview = await overviews.get(sync.root);
  // There the name of the target is asked for.
  if (overview.confirm) return true;
  const { sync: name, destination } = await overviews.subject(sync);
  const send = vscode.l10n.t("Send");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      "Send one record of {0} to {1}?",
      plainExcerpt(name, 60),
      plainExcerpt(destination ?? header.target, 60),
    ),
    {
      modal: true,
      detail: vscode.l10n.t(
        "On {0}: {1} to create, {2} to update, {3} to remove.",
        header.target,
        create,
        update,
        removed,
      ),
    },
    send,
  );
  return chosen === send;
}
