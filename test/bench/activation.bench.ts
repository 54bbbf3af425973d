/**
 * What opening VS Code costs: the packaged extension's activation beside an empty extension's, in the same windows. The
 * order changes from window to window, since the first to load pays for what both use.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../support/children.mjs";
import { ownTarget, packageFor } from "../support/package.mjs";
import { temporaryFolder } from "../support/temporary.mjs";
import { openWindow } from "../support/vscode/browser.mjs";
import { installPackage, startServer } from "../support/vscode/server.mjs";
import { give } from "./measure";

const windows = 8;
const repository = path.join(__dirname, "../..");

async function main(): Promise<void> {
  const folder = temporaryFolder("activation");
  const { file, megabytes } = await packageFor(ownTarget());
  const extensionsDir = path.join(folder, "extensions");
  for (const vsix of [file, await emptyPackage(folder)]) await installPackage(vsix, extensionsDir);
  const own: number[] = [];
  const empty: number[] = [];
  for (let window = 0; window < windows; window += 1) {
    const order = window % 2 === 0 ? ["sluice.sluice", "bench.empty"] : ["bench.empty", "sluice.sluice"];
    const took = await activated(folder, extensionsDir, order);
    own.push(took["sluice.sluice"] as number);
    empty.push(took["bench.empty"] as number);
  }
  const bundle = await bundleBytes(file, folder);
  give([
    {
      name: "activation of an empty extension",
      value: median(empty),
      unit: "ms",
      note: `median of ${windows} windows`,
    },
    { name: "activation of Sluice", value: median(own), unit: "ms" },
    { name: "Sluice above the empty one", value: median(own) - median(empty), unit: "ms", most: 30 },
    { name: "extension bundle", value: bundle / 1000, unit: "kB", most: 500 },
    { name: "package", value: megabytes, unit: "MB", most: 45 },
  ]);
}

/** Milliseconds of each activation in a new window over a folder that asks for neither. */
async function activated(
  folder: string,
  extensionsDir: string,
  order: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const runner = path.join(folder, "runner");
  const workspace = path.join(folder, "workspace");
  const result = path.join(folder, "result.json");
  for (const each of [runner, workspace]) mkdirSync(each, { recursive: true });
  writeExtension(runner, "runner");
  writeFileSync(
    path.join(runner, "tests.js"),
    `const vscode = require("vscode");
exports.run = async () => {
  const took = {};
  for (const id of ${JSON.stringify(order)}) {
    const extension = vscode.extensions.getExtension(id);
    if (extension.isActive) throw new Error(id + " is active already");
    const began = performance.now();
    await extension.activate();
    took[id] = performance.now() - began;
  }
  require("node:fs").writeFileSync(${JSON.stringify(result)}, JSON.stringify(took));
};`,
  );
  const server = await startServer({
    workspace,
    extensionDir: runner,
    testsPath: path.join(runner, "tests.js"),
    extensionsDir,
    testDriver: true,
    trust: false,
    token: false,
  });
  let exit: (code: number) => void = () => undefined;
  const exited = new Promise<number>((done) => (exit = done));
  const window = await openWindow(server.url, {
    prepare: (page) => page.exposeFunction("codeAutomationExit", exit).then(() => undefined),
  });
  const code = await exited;
  await window.close();
  const logs = server.logs();
  await server.stop();
  if (code !== 0) throw new Error(`The extensions could not be activated.\n${logs}`);
  return JSON.parse(readFileSync(result, "utf8")) as Record<string, number>;
}

async function emptyPackage(folder: string): Promise<string> {
  const source = path.join(folder, "empty");
  const file = path.join(folder, "empty.vsix");
  mkdirSync(source);
  writeExtension(source, "empty");
  const vsce = path.join(repository, "node_modules/@vscode/vsce/vsce");
  const args = [vsce, "package", "--skip-license", "--allow-missing-repository", "--no-dependencies", "--out", file];
  const { code, output } = await run(process.execPath, args, { cwd: source });
  if (code !== 0) throw new Error(output);
  return file;
}

function writeExtension(folder: string, name: string): void {
  const manifest = { name, publisher: "bench", version: "1.0.0", engines: { vscode: "^1.101.0" }, main: "./main.js" };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ ...manifest, activationEvents: [] }));
  writeFileSync(path.join(folder, "main.js"), "exports.activate = () => undefined;\n");
}

async function bundleBytes(vsix: string, folder: string): Promise<number> {
  const entry = "extension/dist/extension.js";
  const { code, output } = await run("unzip", ["-o", "-q", vsix, entry, "-d", folder]);
  if (code !== 0) throw new Error(output);
  return statSync(path.join(folder, entry)).size;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}

void main();
