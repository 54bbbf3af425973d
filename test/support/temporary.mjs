/** Temporary folders that do not outlive the process, whichever way it ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @type {string[]} */
const folders = [];

/** @param {string} purpose part of the folder's name, for whoever finds it */
export function temporaryFolder(purpose) {
  if (folders.length === 0) process.on("exit", () => folders.forEach(removeFolder));
  const folder = mkdtempSync(join(tmpdir(), `sluice-${purpose}-`));
  folders.push(folder);
  return folder;
}

/**
 * Remove a folder that programs just ended may still be writing to.
 * @param {string} folder
 */
export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
