#!/usr/bin/env node
/**
 * Stands in for the `code` executable when @vscode/test-electron runs tests: takes the same arguments, runs the
 * tests in the extension host of the VS Code server, prints what they print and exits with their code.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, parseArgs } from "node:util";
import { root } from "../install.mjs";
import { openWindow } from "./browser.mjs";
import { startServer } from "./server.mjs";

/** Far above any honest run: a window that hangs must not hang its caller. */
const limit = 10 * 60_000;

/** How the workbench's own lines begin: connections, services, and the gallery that tests do not reach. */
const workbench =
  /^(\[|Resolv|Creating a socket|Updating additional|getaddrinfo|Error retrieving|Failed to fetch|Timed out waiting for auth)/;

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: "string" },
    extensionTestsPath: { type: "string" },
    "extensions-dir": { type: "string" },
    "user-data-dir": { type: "string" },
    "disable-workspace-trust": { type: "boolean" },
  },
});

const server = await startServer({
  ...paths({
    workspace: positionals.at(-1),
    extensionDir: values.extensionDevelopmentPath,
    testsPath: values.extensionTestsPath,
    extensionsDir: values["extensions-dir"],
  }),
  testDriver: true,
  trust: values["disable-workspace-trust"] !== true,
  token: false,
});

/** @type {(code: number) => void} */
let exit = () => undefined;
/** @type {Promise<number>} */
const exited = new Promise((done) => (exit = done));
const timer = setTimeout(() => exit(124), limit);
const window = await openWindow(server.url, {
  prepare: async (page) => {
    // The workbench calls these when its window was opened for tests.
    await page.exposeFunction("codeAutomationExit", exit);
    await page.exposeFunction("codeAutomationLog", print);
  },
});
const code = await exited;
clearTimeout(timer);
await window.close();
if (code !== 0) keepLogs(server.logs());
await server.stop();
process.exitCode = code;

/**
 * The log of the whole window arrives here; what the workbench says about itself is left out.
 * @param {string} _level
 * @param {readonly unknown[]} args
 */
function print(_level, args) {
  const line = format(...args);
  if (!workbench.test(line)) console.log(line);
}

/** @param {string} text */
function keepLogs(text) {
  const folder = join(root, "test/artifacts");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "extension-host.log"), text);
  console.error("The log of the extension host is in test/artifacts/extension-host.log.");
}

/** @param {Readonly<Record<string, unknown>>} given */
function paths(given) {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, path]) => (typeof path === "string" ? [[name, resolve(path)]] : [])),
  );
}
