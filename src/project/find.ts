/** The edge to the file system: finds projects and their files, and reads nothing outside of them. */
import { type Dirent } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { SyncFailure } from "../failure";

export const projectFileName = "sluice.yaml";
const syncFileEnd = ".sync.yaml";
const largestFile = 16 * 1024 * 1024;

/** The nearest folder, at or above a path (which need not exist), with a sluice.yaml. */
export async function findProject(from: string): Promise<string | undefined> {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (await isFile(path.join(folder, projectFileName))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/**
 * Every *.sync.yaml of the project, relative with forward slashes, sorted. Left out are dot folders, node_modules,
 * projects below this one, and symbolic links.
 */
export async function syncFiles(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  await collect(root, "", found);
  return found.sort();
}

async function collect(root: string, folder: string, found: string[]): Promise<void> {
  const entries = await list(path.join(root, folder));
  if (folder !== "" && entries.some((entry) => entry.name === projectFileName && entry.isFile())) return;
  for (const entry of entries) {
    const relative = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile() && entry.name.endsWith(syncFileEnd)) found.push(relative);
    const isOurs = entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules";
    if (isOurs) await collect(root, relative, found);
  }
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const hint = "Check that the folder is there and that you may read it.";
    throw new SyncFailure("unreadable-folder", `The folder ${folder} cannot be read.`, hint, { cause });
  }
}

/**
 * The text of a file of the project, undefined where there is none. Throws SyncFailure "outside-project" for a path or
 * a symbolic link that leads out of it, "unreadable-file" for what is no file, too large or not to be read.
 */
export async function readText(root: string, relative: string): Promise<string | undefined> {
  const outside = () =>
    new SyncFailure(
      "outside-project",
      `The path ${relative} leads out of the project.`,
      "Move the file into the project folder and name it relative to that.",
    );
  if (relative.includes("\0") || !isInside(path.resolve(root), path.resolve(root, relative))) throw outside();
  let real: string;
  try {
    real = await realpath(path.resolve(root, relative));
    if (!isInside(await realpath(root), real)) throw outside();
  } catch (cause) {
    if (cause instanceof SyncFailure) throw cause;
    if (isAbsent(cause)) return undefined;
    throw unreadable(relative, "Check that you may read it.", cause);
  }
  return readRegular(real, relative);
}

async function readRegular(file: string, relative: string): Promise<string> {
  // A pipe or a device would hold the reader up for ever: what it is comes first.
  const { size, isRegular } = await stat(file).then(
    (found) => ({ size: found.size, isRegular: found.isFile() }),
    (cause: unknown) => {
      throw unreadable(relative, "Check that you may read it.", cause);
    },
  );
  if (!isRegular) throw unreadable(relative, "It is not a plain file: name another one.");
  if (size > largestFile) throw unreadable(relative, "It is larger than 16 MB: name another one.");
  try {
    return await fewAtOnce(async () => {
      const handle = await open(file, "r");
      try {
        return await handle.readFile("utf8");
      } finally {
        await handle.close();
      }
    });
  } catch (cause) {
    throw unreadable(relative, "Check that you may read it.", cause);
  }
}

/** Files open at once. A project may have thousands, and some systems allow a process 256. */
const mostOpen = 32;
let openNow = 0;
const waiting: (() => void)[] = [];

async function fewAtOnce<Result>(work: () => Promise<Result>): Promise<Result> {
  if (openNow < mostOpen) openNow += 1;
  else await new Promise<void>((go) => waiting.push(go));
  try {
    return await work();
  } finally {
    // Whoever waits takes over the place.
    const next = waiting.shift();
    if (next === undefined) openNow -= 1;
    else next();
  }
}

function unreadable(relative: string, hint: string, cause?: unknown): SyncFailure {
  return new SyncFailure("unreadable-file", `The file ${relative} cannot be read.`, hint, { cause });
}

function isInside(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
