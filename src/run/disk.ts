/** Writing files that survive a crash, and saying what a disk did not take. */
import { randomBytes } from "node:crypto";
import { promises as fs } from "node:fs";
import path from "node:path";
import { SyncFailure } from "../failure";
import { userMode } from "./umask";

/** Writes beside the file and renames: a reader sees the old text or the new one. `mode`: permissions; default: those it had, or the user's. */
export async function replaceFile(file: string, text: string, mode?: number): Promise<void> {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    const kept = mode ?? (await modeOf(file)) ?? userMode();
    const handle = await fs.open(beside, "wx", kept);
    try {
      await handle.chmod(kept);
      await handle.writeFile(text, "utf8");
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(beside, file);
  } catch (error) {
    await fs.rm(beside, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** Makes a rename or a new file durable. Windows cannot open folders and needs it not. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await fs.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A SyncFailure for what a disk refuses; any other error as it is. `what` begins a sentence: "The journal". */
export function diskFailure(error: unknown, what: string): Error {
  const code = codeOf(error);
  if (code === undefined || error instanceof SyncFailure) return error as Error;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
    return new SyncFailure(
      "disk-full",
      `${what} could not be written: the disk is full.`,
      "Free some space and run again; the file is as it was before.",
      { cause: error },
    );
  }
  return new SyncFailure(
    "file-failed",
    `${what} could not be read or written: ${reasons[code] ?? code}.`,
    "Check the file and its folder, then run again.",
    { cause: error },
  );
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission was denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file",
  EPERM: "permission was denied",
  EROFS: "the disk is read-only",
};

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

async function modeOf(file: string): Promise<number | undefined> {
  try {
    return (await fs.stat(file)).mode & 0o777;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
