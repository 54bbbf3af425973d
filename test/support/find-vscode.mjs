/**
 * Finds a VS Code for the tests: the one a variable names, an installed one, a downloaded one, the stand-in.
 * What is found but cannot run here (no screen, libraries missing) is passed over, but never one asked for by name.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { run } from "./children.mjs";
import { root } from "./install.mjs";
import { onPath, requireChromium } from "./vscode/debian.mjs";
import { prepareStandIn } from "./vscode/stand-in.mjs";

/**
 * @typedef {{ kind: "desktop" | "stand-in", executable: string }} FoundVSCode
 * @typedef {{ kind: "none", reason: string }} NoVSCode
 */

/** Long enough for an answer over a slow line, short enough to move on where there is no line. */
const silence = 5_000;

/** @returns {Promise<FoundVSCode | NoVSCode>} */
export async function findVSCode() {
  const named = process.env.SLUICE_TEST_VSCODE;
  if (named === "stand-in") return findStandIn();
  if (named !== undefined && named !== "") {
    const executable = electronOf(resolve(named)) ?? resolve(named);
    if (existsSync(executable)) return { kind: "desktop", executable };
    return { kind: "none", reason: `SLUICE_TEST_VSCODE names ${named}, which does not exist.` };
  }
  // Asked for by its version, none other will do.
  const version = process.env.SLUICE_TEST_VSCODE_VERSION;
  if (version !== undefined && version !== "") {
    const downloaded = await usable(await download(version));
    return downloaded ?? { kind: "none", reason: `VS Code ${version} could not be downloaded, or does not run here.` };
  }
  return (await usable(findInstalled())) ?? (await usable(await download())) ?? (await findStandIn());
}

/** The stand-in with a browser to show it. @returns {Promise<FoundVSCode | NoVSCode>} */
export async function findStandIn() {
  const standIn = await prepareStandIn();
  if (standIn.kind === "none") return standIn;
  if ((await requireChromium()) === undefined) return { kind: "none", reason: "Chromium is not installed." };
  return { kind: "stand-in", executable: join(import.meta.dirname, "vscode/code.mjs") };
}

/** An installed desktop VS Code: the program itself, not the script that `code` is. */
export function findInstalled() {
  const script = onPath(process.platform === "win32" ? "code.cmd" : "code");
  const { LOCALAPPDATA = "", ProgramFiles = "" } = process.env;
  const usual = {
    linux: ["/usr/share/code/code", "/opt/visual-studio-code/code", "/snap/code/current/usr/share/code/code"],
    darwin: ["Electron", "Code"].map((name) => `/Applications/Visual Studio Code.app/Contents/MacOS/${name}`),
    win32: [`${LOCALAPPDATA}/Programs/Microsoft VS Code/Code.exe`, `${ProgramFiles}/Microsoft VS Code/Code.exe`],
  };
  const places = Object.entries(usual).find(([platform]) => platform === process.platform)?.[1] ?? [];
  return (script === undefined ? undefined : electronOf(script)) ?? places.find((place) => existsSync(place));
}

/** A window can be shown here, on a screen or on a virtual one. */
export function hasScreen() {
  return hasRealScreen() || onPath("xvfb-run") !== undefined;
}

/** Without a screen a desktop program is run as `xvfb-run -a …`. */
export function hasRealScreen() {
  return process.platform !== "linux" || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

/**
 * The program that a `code` script starts, which lies at a fixed place relative to it.
 * @param {string} script
 */
function electronOf(script) {
  if (!existsSync(script)) return undefined;
  const bin = dirname(realpathSync(script));
  return ["../code", "../Code.exe", "../../../MacOS/Electron", "../../../MacOS/Code"]
    .map((program) => join(bin, program))
    .find((program) => statSync(program, { throwIfNoEntry: false })?.isFile());
}

/** @param {string} version a version, or "stable" */
async function download(version = "stable") {
  if (!hasScreen()) return undefined;
  const { downloadAndUnzipVSCode } = await import("@vscode/test-electron");
  const reporter = { report: () => undefined, error: () => undefined };
  const cachePath = join(root, ".vscode-test");
  // Without a connection this answers with one downloaded earlier, if there is one.
  return downloadAndUnzipVSCode({ version, cachePath, timeout: silence, reporter }).catch(() => undefined);
}

/**
 * Electron started as plain Node needs no screen and still fails where its libraries are missing.
 * @param {string | undefined} executable
 * @returns {Promise<FoundVSCode | undefined>}
 */
async function usable(executable) {
  if (executable === undefined || !hasScreen()) return undefined;
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
  const { code } = await run(executable, ["-e", "0"], { env, timeout: 20_000 });
  return code === 0 ? { kind: "desktop", executable } : undefined;
}
