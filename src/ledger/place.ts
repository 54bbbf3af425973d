/** Where Sluice keeps its files: `.sluice` beside sluice.yaml, for the owner's eyes only, never in git. */
import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SyncFailure } from "../failure";

/**
 * Make `.sluice` if it is not there yet, and close it to others where it is open to them. Gives its path. Throws
 * SyncFailure "folder-linked": a repository may bring a link, through which rows would be written elsewhere.
 */
export async function makeSluiceFolder(root: string): Promise<string> {
  const folder = join(root, ".sluice");
  const before = await lstat(folder).catch(ignoreGone);
  if (before === undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  const present = before ?? (await lstat(folder));
  if (!present.isDirectory()) throw linked(".sluice");
  if (!looked.has(folder)) {
    await refuseLinks(folder, ".sluice");
    looked.add(folder);
  }
  if (process.platform !== "win32" && (present.mode & 0o077) !== 0) await close(folder);
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  });
  return folder;
}

/** Folders whose links were looked for: what was there when this process began, it did not make itself. */
const looked = new Set<string>();

/** But for what lies within a run's own folder, which is only read, as text. */
async function refuseLinks(folder: string, shown: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const name = `${shown}/${entry.name}`;
    if (entry.isSymbolicLink()) throw linked(name);
    if (entry.isDirectory() && !/^\.sluice\/runs\/./.test(name)) await refuseLinks(join(folder, entry.name), name);
  }
}

/** For the owner only: the folder first, then what lies in it, which another mode or an older version left open. */
async function close(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await close(path);
    else if (entry.isFile()) await chmod(path, 0o600).catch(ignoreGone);
  }
}

function ignoreGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  return undefined;
}

function linked(name: string): SyncFailure {
  return new SyncFailure(
    "folder-linked",
    `${name} is a link, and Sluice keeps its files in the project's own folder only.`,
    "Remove the link, then try again: Sluice makes the folder anew.",
  );
}

export function ledgerFile(root: string, target: string, sync: string): string {
  return join(root, ".sluice", "ledger", fileName(target), `${fileName(sync)}.duckdb`);
}

export function ledgerLock(root: string, target: string, sync: string): string {
  return join(root, ".sluice", "locks", fileName(target), `${fileName(sync)}.lock`);
}

export function journalFile(root: string, target: string, sync: string): string {
  return join(root, ".sluice", "journal", fileName(target), `${fileName(sync)}.jsonl`);
}

const longestName = 120;
// Names that Windows keeps for devices.
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(%2e|$)/;

/** A name as a file name on any system: two names never share a file, not even where case is ignored. */
export function fileName(name: string): string {
  const escaped = name.replace(/[^a-z0-9_-]/gu, (character) =>
    [...Buffer.from(character, "utf8")].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  const safe = reserved.test(escaped) || escaped === "" ? `%${escaped}` : escaped;
  if (safe.length <= longestName) return safe;
  return `${safe.slice(0, longestName)}~${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}
