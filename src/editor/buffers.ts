/** The texts of a project that are not saved yet: the engine reads them in place of the files. */
import * as vscode from "vscode";
import { type SyncSource } from "../calls/calls";
import { inProject, isProjectFile, isSyncFile } from "./files";
import { type Projects } from "./projects";

export function unsavedTexts(projects: Projects, root: string): readonly SyncSource[] {
  return vscode.workspace.textDocuments
    .filter(({ isDirty, fileName, uri }) => isDirty && concerns(fileName) && projects.rootOf(uri) === root)
    .map((document) => ({ file: inProject(root, document.uri.fsPath), text: document.getText() }));
}

function concerns(file: string): boolean {
  return isSyncFile(file) || isProjectFile(file) || file.endsWith(".sql");
}
