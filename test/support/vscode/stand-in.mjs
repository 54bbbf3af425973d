/**
 * Installs the stand-in for a downloaded VS Code: the complete VS Code server that the package code-server ships.
 * It is large and slow to build, so it lies outside the project's own dependencies, in a cached folder named
 * after the lock file beside this one. SLUICE_VSCODE_CACHE names another cache, to share it between checkouts.
 */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../children.mjs";
import { root } from "../install.mjs";
import { requireBuildTools } from "./debian.mjs";

/**
 * @typedef {{ kind: "ready", node: string, server: string }} StandIn its own Node, and the server's entry file
 * @typedef {{ kind: "none", reason: string }} NoStandIn
 */

const complete = ".complete";

/** The stand-in, installed first if need be. @returns {Promise<StandIn | NoStandIn>} */
export async function prepareStandIn() {
  if (process.platform !== "linux") return none("The stand-in for VS Code runs on Linux only.");
  const folder = join(cache(), lockHash());
  if (!existsSync(join(folder, complete))) {
    const missing = await requireBuildTools();
    if (missing.length > 0)
      return none(`The stand-in for VS Code is built with these packages: ${missing.join(", ")}.`);
    console.log("Installing the stand-in for VS Code, once, which takes about two minutes…");
    const failure = await installInto(folder);
    if (failure !== undefined) return none(`The stand-in for VS Code could not be installed.\n${failure}`);
  }
  return {
    kind: "ready",
    node: nodeOf(folder),
    server: join(folder, "node_modules/code-server/lib/vscode/out/server-main.js"),
  };
}

/**
 * The folder appears whole or not at all: it is made under another name and renamed at the end.
 * @param {string} folder
 * @returns {Promise<string | undefined>} the output of the step that failed
 */
async function installInto(folder) {
  removeAbandoned(dirname(folder));
  const draft = `${folder}.${process.pid}.draft`;
  mkdirSync(draft, { recursive: true });
  try {
    for (const file of ["package.json", "package-lock.json"])
      copyFileSync(join(import.meta.dirname, file), join(draft, file));
    // The server's native modules must be built by and for its own Node, so that one comes first, alone.
    for (const { args, env } of [
      { args: ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], env: environment() },
      { args: ["rebuild", "node"], env: environment() },
      { args: ["rebuild"], env: environmentOf(draft) },
    ]) {
      const { code, output } = await run("npm", args, { cwd: draft, env, timeout: 600_000 });
      if (code !== 0) return output;
    }
    writeFileSync(join(draft, complete), "");
    if (!existsSync(folder)) renameSync(draft, folder);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * What npm tells its scripts about itself must not reach a second npm under another Node.
 * @returns {NodeJS.ProcessEnv}
 */
function environment() {
  const inherited =
    /^npm_(package|lifecycle|command|execpath|node_execpath|config_(user_agent|local_prefix|global_prefix|prefix|nodedir))/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
}

/** @param {string} folder @returns {NodeJS.ProcessEnv} */
function environmentOf(folder) {
  const node = nodeOf(folder);
  return {
    ...environment(),
    PATH: `${dirname(node)}:${process.env.PATH}`,
    // The headers to compile against, whatever a user's npm configuration names.
    npm_config_nodedir: join(dirname(node), `../node_modules/node-linux-${process.arch}`),
    npm_config_unsafe_perm: "true",
    JOBS: "max",
  };
}

/** @param {string} folder */
function nodeOf(folder) {
  return join(folder, "node_modules/node/bin/node");
}

function cache() {
  return process.env.SLUICE_VSCODE_CACHE ?? join(root, ".vscode-test/stand-in");
}

function lockHash() {
  const lock = readFileSync(join(import.meta.dirname, "package-lock.json"));
  return createHash("sha256").update(lock).digest("hex").slice(0, 12);
}

/** Drafts of installations that were killed. @param {string} folder */
function removeAbandoned(folder) {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const maker = /\.(\d+)\.draft$/.exec(name)?.[1];
    if (maker !== undefined && !alive(Number(maker))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} reason @returns {NoStandIn} */
function none(reason) {
  return { kind: "none", reason };
}
