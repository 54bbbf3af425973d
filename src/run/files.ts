/** Carries out file steps: inside the project only, whole or not at all, on the disk before they are answered. */
import { constants, promises as fs } from "node:fs";
import path from "node:path";
import { type FileStep, type Response } from "../destinations/destination";
import { SyncFailure } from "../failure";
import { codeOf, diskFailure, replaceFile, syncFolder } from "./disk";
import { makeUserFolder, userMode } from "./umask";

export interface Files {
  /** Throws SyncFailure: "outside-project", "disk-full", "file-failed". */
  perform(step: FileStep): Promise<Response>;
}

export function projectFiles(projectRoot: string): Files {
  const busy = new Map<string, Promise<unknown>>();

  /** One operation at a time on a file. */
  async function inTurn<T>(file: string, work: () => Promise<T>): Promise<T> {
    const before = busy.get(file) ?? Promise.resolve();
    const mine = before.then(work, work);
    busy.set(file, mine);
    try {
      return await mine;
    } finally {
      if (busy.get(file) === mine) busy.delete(file);
    }
  }

  return {
    async perform(step) {
      const file = await confined(projectRoot, step.path, step.effect);
      return inTurn(file, async () => {
        try {
          return await perform(file, step);
        } catch (error) {
          throw diskFailure(error, step.path);
        }
      });
    },
  };
}

async function perform(file: string, step: FileStep): Promise<Response> {
  switch (step.operation) {
    case "read": {
      const text = await readIfThere(file);
      return { kind: "file", ...(text === undefined ? {} : { text }) };
    }
    case "replace":
      await replaceFile(file, step.text);
      return { kind: "file" };
    case "append":
      await appendFile(file, step.text);
      return { kind: "file" };
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Appends whole: what could be written of a text that does not fit is taken back. */
async function appendFile(file: string, text: string): Promise<void> {
  const isNew = (await realIfThere(file)) === undefined;
  const handle = await fs.open(file, constants.O_CREAT | constants.O_RDWR | constants.O_APPEND, 0o666);
  try {
    if (isNew) await handle.chmod(userMode());
    const { size } = await handle.stat();
    try {
      await handle.writeFile(text, "utf8");
      await handle.sync();
    } catch (error) {
      await handle.truncate(size);
      throw error;
    }
    if (size === 0) await syncFolder(path.dirname(file));
  } finally {
    await handle.close();
  }
}

/** The real path of a file of the project; folders on the way to a file that is written are made. */
async function confined(projectRoot: string, given: string, effect: "read" | "write"): Promise<string> {
  const parts = given.split(/[\\/]/);
  const odd =
    given === "" || given.includes("\0") || path.isAbsolute(given) || /^(?:[\\/]|[A-Za-z][A-Za-z0-9+.-]*:)/.test(given);
  if (odd || parts.includes("..")) throw outside();
  if (parts.some(isKept)) throw outside();
  const root = await fs.realpath(projectRoot);
  const wanted = path.join(root, ...parts);
  const folder = await realFolder(root, path.dirname(wanted), effect);
  if (folder === undefined) return wanted;
  const file = path.join(folder, path.basename(wanted));
  const real = await realIfThere(file);
  if (real !== undefined) {
    if (!inside(root, real)) throw outside();
    return real;
  }
  // A link to a file that is not there yet would be written through.
  if (await isLink(file)) throw outside();
  return file;
}

/** Names that are Sluice's, git's or a secret's, also as Windows may spell them. */
function isKept(part: string): boolean {
  return /^(\.sluice|\.git|\.env|sluice~\d+|git~\d+|env~\d+)$/i.test(part.replace(/(?::.*|[. ]+)$/, ""));
}

/** undefined: it is not there, and was not to be made. */
async function realFolder(root: string, folder: string, effect: "read" | "write"): Promise<string | undefined> {
  let present = folder;
  let real = await realIfThere(present);
  while (real === undefined) {
    if (await isLink(present)) throw outside();
    present = path.dirname(present);
    real = await realIfThere(present);
  }
  if (real !== root && !inside(root, real)) throw outside();
  if (present === folder) return real;
  if (effect === "read") return undefined;
  const made = path.join(real, path.relative(present, folder));
  await makeUserFolder(made);
  return made;
}

async function realIfThere(file: string): Promise<string | undefined> {
  try {
    return await fs.realpath(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

async function isLink(file: string): Promise<boolean> {
  try {
    return (await fs.lstat(file)).isSymbolicLink();
  } catch {
    return false;
  }
}

function inside(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative !== "" && relative.split(path.sep)[0] !== ".." && !path.isAbsolute(relative);
}

function outside(): SyncFailure {
  return new SyncFailure(
    "outside-project",
    "The destination's file lies outside the project, or is one that Sluice or git keeps.",
    "Name a path inside the project folder; a link may not lead out of it.",
  );
}
