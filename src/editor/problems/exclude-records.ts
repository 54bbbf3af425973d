/** Leaves the records of a group out of the model, by their keys: a condition in the sync file or its .sql file. */
import * as vscode from "vscode";
import { SyncFailure } from "../../failure";
import { keyParts } from "../../record";
import { type Range } from "../../problem";
import { syncName } from "../files";
import { parsers } from "../parser";
import { type Services } from "../services";
import { keysOf, type RetryArgument, runOf } from "../work/retry";

/** A longer list of keys belongs into a table of the warehouse. */
const most = 200;

export async function excludeRecords(services: Services, argument: RetryArgument): Promise<void> {
  const { report, sync } = await runOf(services, argument);
  const keys = [...new Set(await keysOf(services, sync, report, argument.group ?? 0))];
  if (keys.length === 0 || keys.length > most) {
    throw new SyncFailure(
      "too-many-keys",
      vscode.l10n.t("{0} records cannot be named in the model one by one.", keys.length),
      vscode.l10n.t("Add a condition to the model that leaves their rows out."),
    );
  }
  const { butKeys, excludeInSql, excludeInSync, parseSync } = await parsers();
  const document = await vscode.workspace.openTextDocument(sync.uri);
  const text = document.getText();
  const parsed = parseSync(text, { name: syncName(sync.file) });
  const { model } = parsed;
  const columns = (model?.key ?? []).map((name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`));
  const keeps = butKeys(
    columns,
    keys.map((key) => keyParts(key, columns.length)),
  );
  if (model?.source.kind === "file") {
    const file = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(sync.uri, "..", model.source.file));
    return write(file, excludeInSql(file.getText(), keeps));
  }
  const edits = excludeInSync(parsed, text, keeps);
  if (edits === undefined) {
    throw new SyncFailure(
      "cannot-edit",
      vscode.l10n.t("The model is written in a way that cannot be edited with certainty."),
      vscode.l10n.t("Add a condition to the model that leaves their rows out."),
    );
  }
  await write(document, edits);
}

async function write(
  document: vscode.TextDocument,
  edits: readonly { readonly range: Range; readonly text: string }[],
): Promise<void> {
  const changes = new vscode.WorkspaceEdit();
  for (const { range, text } of edits) {
    const place = new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
    changes.replace(document.uri, place, text);
  }
  await vscode.workspace.applyEdit(changes);
  await vscode.window.showTextDocument(document);
}
