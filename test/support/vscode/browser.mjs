/**
 * Drives a window of the VS Code server in Chromium, as a user would: by keys, commands and clicks.
 */
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "../install.mjs";
import { removeFolder, temporaryFolder } from "../temporary.mjs";
import { requireChromium } from "./debian.mjs";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("playwright-core").Frame} Frame
 *
 * @typedef {object} WindowOptions
 * @property {string} [profileDir] where the browser keeps what outlives the window, secrets for one; default: nowhere
 * @property {{ width: number, height: number }} [viewport]
 * @property {(page: Page) => Promise<void>} [prepare] called before the page is loaded
 *
 * @typedef {{ page: Page, close: () => Promise<void> }} Window
 */

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Open the address and wait for the workbench.
 * @param {string} url
 * @param {WindowOptions} [options]
 * @returns {Promise<Window>}
 */
export async function openWindow(url, { profileDir, viewport = { width: 1440, height: 900 }, prepare } = {}) {
  const executablePath = await requireChromium();
  if (executablePath === undefined) throw new Error("Chromium is not installed.");
  const { chromium } = await import("playwright-core");
  const profile = profileDir ?? temporaryFolder("chromium");
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: flags,
    viewport,
    reducedMotion: "reduce",
  });
  const page = context.pages()[0] ?? (await context.newPage());
  await prepare?.(page);
  await page.goto(url);
  await page.locator(".monaco-workbench .statusbar-item").first().waitFor({ timeout: 60_000 });
  return {
    page,
    close: async () => {
      await context.close();
      if (profileDir === undefined) removeFolder(profile);
    },
  };
}

/**
 * Run a command of the palette by its title, category included.
 * @param {Page} page
 * @param {string} title for example "Sluice: Preview Model"
 */
export async function runCommand(page, title) {
  await pick(page, `>${title}`, title, "F1");
}

/**
 * Open a file of the workspace by quick open.
 * @param {Page} page
 * @param {string} path relative to the workspace
 */
export async function openFile(page, path) {
  await pick(page, path, basename(path), "ControlOrMeta+P");
  await page
    .locator(`.tab[data-resource-name="${basename(path)}"]`)
    .first()
    .waitFor();
}

/**
 * Type into the open quick input and take the entry with exactly this label. The text is typed again until the
 * entry is there: a list that was made before an extension was registered does not grow by itself.
 * @param {Page} page
 * @param {string} text
 * @param {string} label
 * @param {string} [opening] the key that opens the input; pressed again when the focus that came late has closed it
 */
export async function pick(page, text, label, opening) {
  const input = page.locator(".quick-input-widget input.input");
  const entry = page
    .locator(".quick-input-list .monaco-list-row")
    .filter({ has: page.locator(".label-name", { hasText: new RegExp(`^${escape(label)}$`) }) })
    .first();
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (opening !== undefined && !(await input.isVisible())) await page.keyboard.press(opening);
    try {
      await input.fill("", { timeout: 2_000 });
      await input.fill(text, { timeout: 2_000 });
      await entry.waitFor({ timeout: 1_500 });
      return await entry.click({ timeout: 2_000 });
    } catch {
      // Not there yet, or closed again: the next attempt opens it anew.
    }
  }
  throw new Error(`"${label}" is not among the choices for "${text}".`);
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/**
 * The document of a webview, which lies two frames deep.
 * @param {Page} page
 * @param {(frame: Frame) => boolean | Promise<boolean>} predicate tells the webview wanted from others
 * @param {{ timeout?: number }} [options]
 * @returns {Promise<Frame>}
 */
export async function webviewFrame(page, predicate, { timeout = 20_000 } = {}) {
  const deadline = Date.now() + timeout;
  while (Date.now() < deadline) {
    for (const frame of page.frames()) {
      // The outer frame of a webview has an address of its own; the document proper is its child.
      if (!frame.parentFrame()?.url().includes("/webview/")) continue;
      // A frame may be replaced while it is asked; one that goes with its window may never answer.
      const silence = page.waitForTimeout(2_000).then(
        () => false,
        () => false,
      );
      if (await Promise.race([Promise.resolve(predicate(frame)).catch(() => false), silence])) return frame;
    }
    await page.waitForTimeout(100);
  }
  throw new Error("No webview answered the description in time.");
}

/** The themes by their labels, with the class by which the workbench shows that it wears one. */
const themes = {
  "Light Modern": "light_modern",
  "Dark Modern": "dark_modern",
  "Light High Contrast": "hc_light",
  "Dark High Contrast": "hc_black",
};

/**
 * Change the colour theme of the open window. A window starts in Dark Modern.
 * @param {Page} page
 * @param {keyof typeof themes} theme
 */
export async function setTheme(page, theme) {
  await runCommand(page, "Preferences: Color Theme");
  await pick(page, theme, theme);
  await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  await page.locator(`.monaco-workbench[class*="${themes[theme]}"]`).waitFor();
}

/**
 * Keep a picture of the window in test/artifacts/.
 * @param {Page} page
 * @param {string} name
 * @returns {Promise<string>} the file
 */
export async function screenshot(page, name) {
  const path = join(root, "test/artifacts", `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path, animations: "disabled" });
  return path;
}
