/**
 * The Debian packages that the stand-in needs: what builds its native modules, and Chromium to show it.
 * They are installed where that is possible without asking anyone: on Debian, as root, as in a CI container.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../children.mjs";

/** A command to look for, and the package that brings it. */
const buildTools = {
  "krb5-config": "libkrb5-dev",
  "pkg-config": "pkg-config",
  python3: "python3",
  make: "make",
  "g++": "g++",
};
const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Have what builds native modules. Returns the packages that are still missing.
 * @returns {Promise<readonly string[]>}
 */
export async function requireBuildTools() {
  const missing = () => Object.entries(buildTools).flatMap(([command, name]) => (onPath(command) ? [] : [name]));
  await installPackages(missing());
  return missing();
}

/**
 * The full path of a Chromium that Playwright can drive.
 * @returns {Promise<string | undefined>}
 */
export async function requireChromium() {
  const find = () => browsers.map(onPath).find((file) => file !== undefined);
  if (find() === undefined) await installPackages(["chromium"]);
  return find();
}

/**
 * The full path of a program on PATH.
 * @param {string} name
 */
export function onPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

let listsAreFresh = false;

/** @param {readonly string[]} packages */
async function installPackages(packages) {
  if (packages.length === 0 || process.getuid?.() !== 0 || onPath("apt-get") === undefined) return;
  console.log(`Installing Debian packages: ${packages.join(", ")}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  if (!listsAreFresh) await run("apt-get", ["update", "-qq"], { env, timeout: 120_000 });
  listsAreFresh = true;
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env, timeout: 400_000 });
}
