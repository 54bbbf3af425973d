/**
 * Which process serves a sandbox: a file that only its owner writes. Every claim has an id of its own. Whoever wants to
 * take over from a dead owner must be the only one to make the file named after the dead claim, so that two never do.
 */
import { randomUUID } from "node:crypto";
import { promises as fs } from "node:fs";
import { z } from "zod";
import { codeOf, replaceFile } from "../run/disk";

// Whoever brings a .sluice of their own must not be able to name another machine as the sandbox.
const here = z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/);
const claimSchema = z.object({ id: z.string().regex(/^[\w-]+$/), pid: z.int(), url: here.optional() });
export type Claim = Readonly<z.infer<typeof claimSchema>>;

export interface HeldClaim {
  /** Tells everyone where the sandbox is. */
  publish(url: string): Promise<void>;
  release(): Promise<void>;
}

/** undefined: nobody claims it. An unreadable claim has no id and counts as dead. */
export async function readClaim(file: string): Promise<Claim | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  const parsed = claimSchema.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : { id: "unreadable", pid: 0 };
}

/** Claims what nobody does, or what the dead claim `over` did. undefined: someone else was faster. */
export async function claim(file: string, over?: Claim): Promise<HeldClaim | undefined> {
  const mine = { id: randomUUID(), pid: process.pid };
  const made = over === undefined ? await create(file, JSON.stringify(mine)) : await takeOver(file, mine, over);
  if (!made) return undefined;
  return {
    publish: (url) => replaceFile(file, JSON.stringify({ ...mine, url }), 0o600),
    async release() {
      if ((await readClaim(file))?.id === mine.id) await fs.rm(file, { force: true });
    },
  };
}

/** Is there a process of this number? It may be another one that got the number since. */
export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function takeOver(file: string, mine: { id: string; pid: number }, over: Claim): Promise<boolean> {
  const token = `${file}.${over.id}`;
  if (!(await create(token, String(process.pid)))) {
    // Its maker may have died half-way; the next attempt then succeeds.
    const maker = Number(await textOf(token));
    if (maker !== process.pid && !isAlive(maker)) await fs.rm(token, { force: true });
    return false;
  }
  try {
    if ((await readClaim(file))?.id !== over.id) return false;
    await replaceFile(file, JSON.stringify(mine), 0o600);
    return true;
  } finally {
    await fs.rm(token, { force: true });
  }
}

/** Makes the file with its text in it at once, unless there is one: nobody ever reads half a claim. */
async function create(file: string, text: string): Promise<boolean> {
  const beside = `${file}.${randomUUID()}.tmp`;
  await fs.writeFile(beside, text, { flag: "wx", mode: 0o600 });
  try {
    await fs.link(beside, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await fs.rm(beside, { force: true });
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
