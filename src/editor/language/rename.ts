/** Rename: one name in every file that speaks of it; what stays under the old name is said before. */
import path from "node:path";
import * as vscode from "vscode";
import { type RenameAnswer, type RenameNote } from "../../calls/navigation-answers";
import { rangeOfPlace } from "../diagnostics/problem-ranges";
import { showFailure } from "../failures";
import { type Services } from "../services";
import { cursorAt, namesSelector } from "./places";

type Edits = Extract<RenameAnswer, { answer: "edits" }>;

export function registerRename(services: Services): void {
  const provider: vscode.RenameProvider = {
    async prepareRename(document, position) {
      const { answer } = await ask(services, document, position);
      if (answer.answer !== "possible") throw new Error(reasonOf(answer));
      return { range: rangeOfPlace(answer.origin), placeholder: answer.name };
    },
    async provideRenameEdits(document, position, newName) {
      const { root, answer } = await ask(services, document, position, newName);
      if (answer.answer !== "edits") throw new Error(reasonOf(answer));
      for (const note of answer.notes) if (note.note === "sync-ledger") void offerMove(services, root, note, newName);
      return editOf(root, answer, newName);
    },
  };
  services.context.subscriptions.push(vscode.languages.registerRenameProvider(namesSelector, provider));
}

async function ask(
  services: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
  name?: string,
): Promise<{ readonly root: string; readonly answer: RenameAnswer }> {
  const at = cursorAt(services, document, position);
  if (at === undefined) return { root: "", answer: { answer: "nothing" } };
  const place = services.projects.place(at.root);
  const answer = await services.calls.rename(place, { ...at.cursor, ...(name !== undefined && { name }) });
  return { root: at.root, answer };
}

function reasonOf(answer: RenameAnswer): string {
  return answer.answer === "refused" ? answer.reason : vscode.l10n.t("There is no name here that Sluice can rename.");
}

function editOf(root: string, { edits, notes }: Edits, name: string): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const warning = notes.map(confirmationOf).find((text) => text !== undefined);
  const metadata = warning === undefined ? undefined : { needsConfirmation: true, ...warning };
  for (const { text, ...place } of edits) {
    edit.replace(vscode.Uri.file(path.join(root, place.file)), rangeOfPlace(place), text, metadata);
  }
  for (const note of notes) {
    if (note.note !== "connection-kept" || !note.kept.includes("schema")) continue;
    const schema = (connection: string): vscode.Uri => vscode.Uri.file(path.join(root, `schema/${connection}.json`));
    edit.renameFile(schema(note.connection), schema(name), { overwrite: false }, metadata);
  }
  return edit;
}

/** What the author agrees to, in the preview of the edits. */
function confirmationOf(note: RenameNote): { readonly label: string; readonly description: string } | undefined {
  switch (note.note) {
    case "key-column":
      return {
        label: vscode.l10n.t("A key column gets another name"),
        description: vscode.l10n.t("Adopt the ledger of {0} afterwards: sluice ledger adopt", note.syncs.join(", ")),
      };
    case "connection-kept": {
      const stays = [
        note.kept.includes("secrets") ? vscode.l10n.t("its secrets must be set again") : undefined,
        note.kept.includes("sandbox") ? vscode.l10n.t("its sandbox begins empty") : undefined,
      ].filter((text) => text !== undefined);
      if (stays.length === 0) return undefined;
      return { label: vscode.l10n.t("A connection gets another name"), description: stays.join("; ") };
    }
    case "sync-ledger":
      return undefined;
  }
}

/** The ledger knows the sync by its name: without it the next run would send everything as new. */
async function offerMove(
  services: Services,
  root: string,
  { from, file }: Extract<RenameNote, { note: "sync-ledger" }>,
  name: string,
): Promise<void> {
  const move = vscode.l10n.t("Save and Move Ledger");
  const message = vscode.l10n.t("What was sent is kept in the ledger of “{0}”. Take it along to “{1}”?", from, name);
  if ((await vscode.window.showInformationMessage(message, move)) !== move) return;
  try {
    await vscode.workspace.saveAll(false);
    await services.calls.ledger(services.projects.place(root), { file }, { action: "move", from });
    services.overviews.refresh();
    vscode.window.setStatusBarMessage(vscode.l10n.t("The ledger of “{0}” is now that of “{1}”.", from, name), 6000);
  } catch (error) {
    await showFailure(services.log, error);
  }
}
