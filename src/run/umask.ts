/**
 * Whose eyes a new file is for. In a process of ours everything is made for its owner only, the files too that native
 * code makes and whose mode nobody can name; what the user asks for outside of .sluice is as open as the user's other files.
 */
import { promises as fs } from "node:fs";
import path from "node:path";

let ofUser: number | undefined;

/** From now on new files and folders are the owner's alone. Called once, first thing in a process. */
export function keepPrivate(): void {
  ofUser ??= process.umask(0o077);
}

/** Permissions of a new file that the user asked for. */
export function userMode(): number {
  return 0o666 & ~(ofUser ?? process.umask());
}

/** A folder of the user's, with those above it. */
export async function makeUserFolder(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true });
  if (first === undefined || ofUser === undefined) return;
  for (let made = folder; made.length >= first.length; made = path.dirname(made)) {
    await fs.chmod(made, 0o777 & ~ofUser);
  }
}

/** Work whose many files are all the user's: a new project. Nothing private may be written meanwhile. */
export async function asUser<Result>(work: () => Promise<Result>): Promise<Result> {
  if (ofUser === undefined) return work();
  process.umask(ofUser);
  try {
    return await work();
  } finally {
    process.umask(0o077);
  }
}
