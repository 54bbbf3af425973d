/** Which files are ours, and where in a project they lie. */
import path from "node:path";

export const projectFile = "sluice.yaml";
/** Providers select by pattern too, so that a `files.associations` of yaml does not switch them off. */
export const syncSelector = [{ language: "sync-definition" }, { scheme: "file", pattern: "**/*.sync.yaml" }] as const;

export function isSyncFile(file: string): boolean {
  return file.endsWith(".sync.yaml");
}

export function isProjectFile(file: string): boolean {
  return path.basename(file) === projectFile;
}

/** The name a sync has unless its file gives one. */
export function syncName(file: string): string {
  return path.basename(file, ".sync.yaml");
}

/** The nearest folder above a file that holds a sluice.yaml, as far up as there are folders. */
export function nearestProject(file: string, exists: (file: string) => boolean): string | undefined {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (exists(path.join(folder, projectFile))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** Relative to the project, with forward slashes. */
export function inProject(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join("/");
}
