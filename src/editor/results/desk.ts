/** The clipboard and the file dialog, for rows that the user takes along. */
import * as vscode from "vscode";
import { type ExportFormat } from "../../calls/calls";
import { type Desk } from "./answers";

/** `name`: of the sync whose rows they are; `root`: of its project. */
export function openDesk(name: string, root: string | undefined): Desk {
  return {
    table: name,
    copy: async (text) => vscode.env.clipboard.writeText(text),
    async pickFile(format) {
      const file = `${name}.${format}`;
      const folder = root === undefined ? undefined : vscode.Uri.joinPath(vscode.Uri.file(root), file);
      const picked = await vscode.window.showSaveDialog({
        title: vscode.l10n.t("Export rows"),
        saveLabel: vscode.l10n.t("Export"),
        filters: { [labels[format]]: [format] },
        ...(folder && { defaultUri: folder }),
      });
      return picked?.fsPath;
    },
  };
}

const labels: Readonly<Record<ExportFormat, string>> = { csv: "CSV", json: "JSON", parquet: "Parquet" };
