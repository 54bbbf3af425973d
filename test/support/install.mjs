/**
 * Makes a bare checkout runnable: `npm start`, `npm test` and `npm run demo` begin here, so that none of them
 * needs a step before it.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "./children.mjs";

/** The checkout this file belongs to. */
export const root = resolve(import.meta.dirname, "../..");

/** Install the locked dependencies unless exactly these are there already. */
export async function install() {
  requireNode();
  if (installed()) return;
  console.log("Installing dependencies…");
  await must("npm", ["ci", "--no-audit", "--no-fund"], "The dependencies could not be installed.");
}

/** Bundle the extension, the engine, the command line and the webviews into dist/. */
export async function build() {
  await must(process.execPath, ["esbuild.mjs"], "The build failed.");
}

// Comparing what is locked with what is installed, rather than the times of the files, never installs twice.
function installed() {
  const wanted = packages("package-lock.json");
  const present = packages("node_modules/.package-lock.json");
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional, link }]) =>
      path === "" || optional || devOptional || link || present[path]?.version === version,
  );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }>}
 */
function packages(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), "utf8")).packages;
  } catch {
    return {};
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`Sluice needs Node 20.19 or newer, and this is ${process.versions.node}. Install a newer Node.`);
}

/**
 * End the program with a sentence instead of a stack: what failed here is the machine, not the code.
 * @param {unknown} error
 * @returns {never}
 */
export function giveUp(error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} sentence what to say if it fails, above the program's own words
 */
async function must(command, args, sentence) {
  const { code, output } = await run(command, args, { cwd: root });
  if (code === 0) return;
  throw new Error(`${sentence}\n${output}`);
}
