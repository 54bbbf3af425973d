/**
 * A lock that names its holder, kept as a file. It appears complete and at once (as a hard link to a finished file);
 * the lock of a process that is dead is taken over by exactly one other.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { SyncFailure } from "../failure";

interface LockContent {
  readonly holder: string;
  readonly pid: number;
  readonly host: string;
  /** ISO instant. */
  readonly since: string;
  /** When the process began, where the system tells: a process id may be used again. */
  readonly began?: string;
  readonly token: string;
}

export interface Lock {
  release(): Promise<void>;
}

const attempts = 200;
const pauseMs = 20;
const abandonedMs = 10_000;

/** Throws SyncFailure "ledger-locked" naming the holder and how long it has held the lock. */
export async function takeLock(file: string, holder: string, now: () => number = Date.now): Promise<Lock> {
  const token = randomBytes(8).toString("hex");
  const began = beginningOf(process.pid);
  const content: LockContent = {
    holder,
    pid: process.pid,
    host: hostname(),
    since: new Date(now()).toISOString(),
    ...(began === undefined ? {} : { began }),
    token,
  };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${token}`;
  await writeFile(draft, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: "wx" });
  try {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (await appears(draft, file)) {
        await removeDrafts(file);
        return { release: () => release(file, token) };
      }
      const present = await read(file);
      if (present === undefined) continue;
      if (isAlive(present)) throw locked(present, now());
      if (!(await removeDead(file, present.token, draft))) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    throw new SyncFailure(
      "ledger-locked",
      "The ledger's lock could not be taken: other processes keep taking it.",
      "Wait for them to end, then try again.",
    );
  } finally {
    await rm(draft, { force: true });
  }
}

/** Those of processes that died before they had the lock. Called by its holder. */
async function removeDrafts(file: string): Promise<void> {
  const folder = dirname(file);
  const begins = `${basename(file)}.`;
  const isDraft = (name: string): boolean =>
    name.startsWith(begins) && /^(takeover\.)?[0-9a-f]{16}$/.test(name.slice(begins.length));
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(isDraft)) {
    const draft = await read(join(folder, name));
    if (draft !== undefined && !isAlive(draft)) await rm(join(folder, name), { force: true });
  }
}

/** Does a living process hold it? */
export async function isHeld(file: string): Promise<boolean> {
  const present = await read(file);
  return present !== undefined && isAlive(present);
}

/** false: there is one already. */
async function appears(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // File systems without hard links.
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error;
    return writeFile(file, await readFile(draft), { flag: "wx", mode: 0o600 }).then(
      () => true,
      (failed: NodeJS.ErrnoException) => {
        if (failed.code === "EEXIST") return false;
        throw failed;
      },
    );
  }
}

/** undefined: gone again, or not yet complete. */
async function read(file: string): Promise<LockContent | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as LockContent;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs < abandonedMs) return undefined;
    return {
      holder: "an unknown process",
      pid: 0,
      host: hostname(),
      since: new Date(mtimeMs).toISOString(),
      token: "",
    };
  }
}

/** One at a time removes a dead lock, so that none removes what another has just put there. */
async function removeDead(file: string, token: string, draft: string): Promise<boolean> {
  const guard = `${file}.takeover`;
  if (!(await appears(draft, guard))) {
    const present = await read(guard);
    if (present !== undefined && !isAlive(present)) await removeExactly(guard, present.token, draft);
    return false;
  }
  try {
    if ((await read(file))?.token === token) await rm(file, { force: true });
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

/** Of several that find the same file to be a dead one's, none removes what another has put there since. */
async function removeExactly(guard: string, token: string, draft: string): Promise<void> {
  const moved = `${guard}${extname(draft)}`;
  try {
    await rename(guard, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return;
  }
  if ((await read(moved))?.token !== token) await appears(moved, guard);
  await rm(moved, { force: true });
}

async function release(file: string, token: string): Promise<void> {
  if ((await read(file))?.token === token) await rm(file, { force: true });
}

/** A process on another computer cannot be asked, and counts as alive. */
function isAlive({ pid, host, began }: LockContent): boolean {
  if (host !== hostname()) return true;
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return began === undefined || (beginningOf(pid) ?? began) === began;
}

/** Linux: the process's start in clock ticks since boot. Elsewhere unknown. */
function beginningOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the command in parentheses, may itself contain spaces.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function locked({ holder, pid, host, since }: LockContent, now: number): SyncFailure {
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  const hint =
    host === hostname()
      ? "Wait for it to end, or stop that process."
      : "Wait for it to end. If that computer is gone for good, delete the lock file in .sluice/locks.";
  return new SyncFailure(
    "ledger-locked",
    `The ledger is held by ${holder} (${where}), ${ago(now - Date.parse(since))}.`,
    hint,
  );
}

function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "for less than a minute";
  if (minutes < 120) return `for ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  return `for ${Math.floor(minutes / 60)} hours`;
}
