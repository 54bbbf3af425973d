/** Texts of files as they stand: in the editor where they are open, else on disk. */
import { readFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { type ReadBeside } from "./problems/placement";
import { openDocument } from "./projects";

/** undefined: there is no such file. */
export function textOf(uri: vscode.Uri): string | undefined {
  const open = openDocument(uri);
  if (open !== undefined) return open.getText();
  try {
    return readFileSync(uri.fsPath, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Reads files beside a sync file: its model's .sql file. */
export function besideOf(uri: vscode.Uri): ReadBeside {
  const folder = path.dirname(uri.fsPath);
  return (relative) => textOf(vscode.Uri.file(path.join(folder, relative)));
}
