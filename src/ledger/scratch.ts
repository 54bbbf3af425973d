/**
 * Folders for what is only needed while one process works: staged rows, results, what a query spills. They hold rows of
 * the model, so what a process that died left is taken away by the next one that needs such a folder.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeSluiceFolder } from "./place";

export type ScratchUse = "plan" | "results" | "session";

export interface Scratch {
  readonly folder: string;
  remove(): Promise<void>;
}

/** A new folder in `.sluice/tmp`, for the owner only. Whoever asked removes it. */
export async function makeScratch(root: string, use: ScratchUse): Promise<Scratch> {
  const above = join(await makeSluiceFolder(root), "tmp");
  await mkdir(above, { recursive: true, mode: 0o700 });
  for (const name of await readdir(above))
    if (await isLeft(above, name)) await rm(join(above, name), { recursive: true, force: true });
  const folder = await mkdtemp(join(above, `${use}-${host}-${process.pid}-`));
  own.add(folder);
  return {
    folder,
    async remove() {
      await rm(folder, { recursive: true, force: true });
      own.delete(folder);
    },
  };
}

/** Folders of this process, so that it does not take one of a dead process with its number for its own. */
const own = new Set<string>();

/** Processes of another computer, or of a container that shares the folder, cannot be asked whether they live. */
const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 6);

const dayMs = 86_400_000;

async function isLeft(above: string, name: string): Promise<boolean> {
  const place = join(above, name);
  const [, where, pid] = /^(?:plan|results|session)-([0-9a-f]{6})-(\d+)-/.exec(name) ?? [];
  if (where === host) return !own.has(place) && (Number(pid) === process.pid || !isAlive(Number(pid)));
  const found = await stat(place).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > dayMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
