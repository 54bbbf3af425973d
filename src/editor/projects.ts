/** The projects of the workspace: one a folder with a sluice.yaml, each with the target chosen for it. */
import { existsSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { type Place, type SyncSource } from "../calls/calls";
import { inProject, isSyncFile, nearestProject, projectFile } from "./files";

/** A sync file of a project. */
export interface SyncFile {
  readonly uri: vscode.Uri;
  readonly root: string;
  /** Relative to the root, with forward slashes. */
  readonly file: string;
}

const chosenKey = (root: string): string => `sluice.target:${root}`;

export class Projects implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** A project came or went, its file or chosen target changed, or the workspace is trusted now. */
  readonly onDidChange = this.changed.event;
  /** Targets chosen for this window only: those that ask before a live run. */
  private readonly passing = new Map<string, string>();
  private readonly watcher = vscode.workspace.createFileSystemWatcher(`**/${projectFile}`);
  private folders: readonly vscode.Disposable[] = [];

  constructor(private readonly memory: vscode.Memento) {
    for (const event of [this.watcher.onDidCreate, this.watcher.onDidDelete, this.watcher.onDidChange])
      event(() => this.changed.fire());
    this.watchFolders();
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      this.watchFolders();
      this.changed.fire();
    });
    vscode.workspace.onDidGrantWorkspaceTrust(() => this.changed.fire());
  }

  /** Folders with a sluice.yaml, sorted; those above a workspace folder count too. */
  async roots(): Promise<readonly string[]> {
    const files = await vscode.workspace.findFiles(`**/${projectFile}`, "**/{node_modules,.sluice,.git}/**");
    const above = (vscode.workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === "file")
      .map((folder) => nearestProject(path.join(folder.uri.fsPath, projectFile), existsSync));
    const found = [...files.map((file) => path.dirname(file.fsPath)), ...above.filter((root) => root !== undefined)];
    return [...new Set(found)].sort();
  }

  /** The project a file belongs to. */
  rootOf(uri: vscode.Uri | undefined): string | undefined {
    return uri?.scheme === "file" ? nearestProject(uri.fsPath, existsSync) : undefined;
  }

  /** The sync file at a place on disk, if it is one and lies in a project. */
  syncAt(uri: vscode.Uri | undefined): SyncFile | undefined {
    const root = this.rootOf(uri);
    if (uri === undefined || root === undefined || !isSyncFile(uri.fsPath)) return undefined;
    return { uri, root, file: inProject(root, uri.fsPath) };
  }

  syncIn(root: string, file: string): SyncFile {
    return { uri: vscode.Uri.file(path.join(root, file)), root, file };
  }

  /** A file of the project that another one belongs to. */
  fileIn(uri: vscode.Uri, file: string): vscode.Uri | undefined {
    const root = this.rootOf(uri);
    return root === undefined ? undefined : vscode.Uri.file(path.join(root, file));
  }

  place(root: string): Place {
    const target = this.passing.get(root) ?? this.memory.get<string>(chosenKey(root));
    return { root, ...(target !== undefined && { target }) };
  }

  /** The target that was kept from an earlier window. */
  keptTarget(root: string): string | undefined {
    return this.passing.has(root) ? undefined : this.memory.get<string>(chosenKey(root));
  }

  /** `keep`: beyond this window. A target that asks before a live run is never kept. */
  async choose(root: string, target: string, keep: "keep" | "until-reload"): Promise<void> {
    if (keep === "keep") {
      this.passing.delete(root);
      await this.memory.update(chosenKey(root), target);
    } else {
      this.passing.set(root, target);
    }
    this.changed.fire();
  }

  /** Back to the project's own default. */
  async forgetTarget(root: string): Promise<void> {
    this.passing.delete(root);
    await this.memory.update(chosenKey(root), undefined);
    this.changed.fire();
  }

  dispose(): void {
    for (const each of [this.watcher, ...this.folders]) each.dispose();
    this.changed.dispose();
  }

  /** A folder that is copied or cloned in whole is often told of as that folder alone, not file by file. */
  private watchFolders(): void {
    for (const each of this.folders) each.dispose();
    this.folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => {
      const shallow = new vscode.RelativePattern(folder, "{*,*/*}");
      const watcher = vscode.workspace.createFileSystemWatcher(shallow, false, true, true);
      watcher.onDidCreate((uri) => {
        if (existsSync(path.join(uri.fsPath, projectFile))) this.changed.fire();
      });
      return watcher;
    });
  }
}

/** The buffer of a file, if it is open. */
export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
}

/** The sync with its text as it stands in the editor. */
export function sourceOf(sync: SyncFile): SyncSource {
  const text = openDocument(sync.uri)?.getText();
  return { file: sync.file, ...(text !== undefined && { text }) };
}
