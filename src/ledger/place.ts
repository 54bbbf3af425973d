/** Where Sluice keeps its files: `.sluice` beside sluice.yaml, for the owner's eyes only, never in git. */
import { createHash } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Make `.sluice` if it is not there yet. Gives its path. */
export async function makeSluiceFolder(root: string): Promise<string> {
  const folder = join(root, ".sluice");
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await chmod(folder, 0o700);
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  });
  return folder;
}

export function ledgerFile(root: string, target: string, sync: string): string {
  return join(root, ".sluice", "ledger", fileName(target), `${fileName(sync)}.duckdb`);
}

export function ledgerLock(root: string, target: string, sync: string): string {
  return join(root, ".sluice", "locks", fileName(target), `${fileName(sync)}.lock`);
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
