/**
 * Serves VS Code on a free port of this machine, by the stand-in's own server.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, start, stop } from "../children.mjs";
import { removeFolder, temporaryFolder } from "../temporary.mjs";
import { prepareStandIn } from "./stand-in.mjs";

/**
 * @typedef {object} ServerOptions
 * @property {string} [workspace] the folder to open
 * @property {string} [extensionDir] the extension to run: under development with the test driver, else installed
 * @property {string} [testsPath] a module whose run() is called in the extension host; needs the test driver
 * @property {boolean} testDriver accept an extension and tests by the address, for tests only
 * @property {boolean} trust ask whether the workspace is trusted, as on a user's desk
 * @property {boolean} token let in only those who know the connection token
 * @property {string} [dataDir] where settings and logs lie; default: a temporary folder, removed by stop()
 * @property {string} [extensionsDir] default: an empty folder inside dataDir
 * @property {Readonly<Record<string, unknown>>} [settings] user settings of a new dataDir, on top of the quiet ones
 * @property {NodeJS.ProcessEnv} [env] additional environment of the server and its extension host
 *
 * @typedef {object} Server
 * @property {string} url the address of the window, token and payload included
 * @property {number} port
 * @property {string} dataDir
 * @property {() => Promise<void>} stop
 * @property {() => string} logs what the server and its extension hosts have written so far
 */

/** Settings without which tips, chat and side bars would stand in front of what is to be seen. */
const quiet = {
  "workbench.colorTheme": "Dark Modern",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.editor.empty.hint": "hidden",
  "chat.disableAIFeatures": true,
  "security.workspace.trust.startupPrompt": "once",
  // As on a desktop; in a browser VS Code saves by itself after a second, half-typed text too.
  "files.autoSave": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "window.menuBarVisibility": "classic",
  "git.openRepositoryInParentFolders": "never",
};

/**
 * Start a server and wait until it answers.
 * @param {ServerOptions} options
 * @returns {Promise<Server>}
 */
export async function startServer(options) {
  const standIn = await prepareStandIn();
  if (standIn.kind === "none") throw new Error(standIn.reason);
  const token = options.token ? randomBytes(16).toString("hex") : undefined;
  const dataDir = options.dataDir ?? temporaryFolder("vscode");
  const extensionsDir = options.extensionsDir ?? join(dataDir, "extensions");
  mkdirSync(extensionsDir, { recursive: true });
  writeSettings(dataDir, { ...quiet, ...options.settings });
  if (!options.testDriver && options.extensionDir !== undefined) installFolder(options.extensionDir, extensionsDir);

  const child = start(
    standIn.node,
    [standIn.server, "--host=127.0.0.1", "--port=0", "--accept-server-license-terms"].concat(
      [`--server-data-dir=${dataDir}`, `--extensions-dir=${extensionsDir}`, "--telemetry-level=off"],
      token === undefined ? ["--without-connection-token"] : [`--connection-token-file=${writeToken(dataDir, token)}`],
      options.trust ? [] : ["--disable-workspace-trust"],
      options.testDriver ? ["--enable-smoke-test-driver"] : [],
    ),
    { env: { ...process.env, ...options.env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  child.stdout?.on("data", (chunk) => (output += String(chunk)));
  child.stderr?.on("data", (chunk) => (output += String(chunk)));
  const port = await listening(child, () => output);

  return {
    url: windowUrl(port, token, options),
    port,
    dataDir,
    logs: () => output + extensionHostLogs(dataDir),
    stop: async () => {
      await stop(child);
      if (options.dataDir === undefined) removeFolder(dataDir);
    },
  };
}

/**
 * Installs a packaged extension, as users get it, into a folder for `extensionsDir`.
 * @param {string} vsix
 * @param {string} extensionsDir
 */
export async function installPackage(vsix, extensionsDir) {
  const standIn = await prepareStandIn();
  if (standIn.kind === "none") throw new Error(standIn.reason);
  const dataDir = temporaryFolder("install");
  const { code, output } = await run(standIn.node, [
    standIn.server,
    "--accept-server-license-terms",
    `--server-data-dir=${dataDir}`,
    `--extensions-dir=${extensionsDir}`,
    `--install-extension=${vsix}`,
  ]);
  if (code !== 0) throw new Error(`${vsix} could not be installed.\n${output}`);
}

/**
 * @param {number} port
 * @param {string | undefined} token
 * @param {ServerOptions} options
 */
function windowUrl(port, token, { workspace, extensionDir, testsPath, testDriver }) {
  const remote = `vscode-remote://127.0.0.1:${port}`;
  const payload = [
    ["skipWelcome", "true"],
    ...(extensionDir === undefined ? [] : [["extensionDevelopmentPath", remote + extensionDir]]),
    ...(testsPath === undefined ? [] : [["extensionTestsPath", remote + testsPath]]),
  ];
  const query = new URLSearchParams({
    ...(token === undefined ? {} : { tkn: token }),
    ...(workspace === undefined ? {} : { folder: workspace }),
    ...(testDriver ? { payload: JSON.stringify(payload) } : {}),
  });
  return `http://127.0.0.1:${port}/?${query}`;
}

/**
 * Installs an extension as a link to its folder, so that a rebuilt extension is used after a reload of the window.
 * The server finds what lies in the extensions folder as long as no index there says otherwise.
 * @param {string} extensionDir
 * @param {string} extensionsDir
 */
function installFolder(extensionDir, extensionsDir) {
  const { publisher, name, version } = JSON.parse(readFileSync(join(extensionDir, "package.json"), "utf8"));
  const link = join(extensionsDir, `${publisher}.${name}-${version}`);
  rmSync(link, { force: true });
  rmSync(join(extensionsDir, "extensions.json"), { force: true });
  symlinkSync(extensionDir, link, "dir");
}

/**
 * The token goes by a file, since the arguments of a process are there for every user of the machine to read.
 * @param {string} dataDir
 * @param {string} token
 */
function writeToken(dataDir, token) {
  const file = join(dataDir, "connection-token");
  writeFileSync(file, token, { mode: 0o600 });
  return file;
}

/**
 * Only at first: in a data folder that is used again, what someone set there stays.
 * @param {string} dataDir
 * @param {Readonly<Record<string, unknown>>} settings
 */
function writeSettings(dataDir, settings) {
  const folder = join(dataDir, "data/User");
  const file = join(folder, "settings.json");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(settings, undefined, 2));
}

/** What extension hosts and the extension itself wrote. @param {string} dataDir */
function extensionHostLogs(dataDir) {
  const files = readdirSync(dataDir, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => /remoteexthost\.log$|Sluice\.log$/.test(file))
    .map((file) => `\n--- ${file}\n${readFileSync(join(dataDir, file), "utf8")}`)
    .join("");
}

/**
 * The server picks a free port itself and says which when it is ready.
 * @param {import("node:child_process").ChildProcess} child
 * @param {() => string} output
 * @returns {Promise<number>}
 */
async function listening(child, output) {
  for (let attempt = 0; attempt < 300 && child.exitCode === null; attempt += 1) {
    const port = /listening on (\d+)/.exec(output())?.[1];
    if (port !== undefined) return Number(port);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop(child);
  throw new Error(`The VS Code server did not start.\n${output()}`);
}
