/**
 * Runs test/editor/*.test.ts inside the extension host of the VS Code given as argument. A program of its own,
 * so that it can be put under a virtual screen.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./children.mjs";
import { root } from "./install.mjs";
import { temporaryFolder } from "./temporary.mjs";

const executable = process.argv[2] ?? "";
const folder = temporaryFolder("editor");
const workspace = join(folder, "sample");

await bundle();
process.exitCode = await runInEditor();

/** One file a test, packages left to Node: the extension host provides `vscode`, node_modules the rest. */
async function bundle() {
  const { build } = await import("esbuild");
  const source = join(root, "test/editor");
  await build({
    entryPoints: readdirSync(source).flatMap((name) => (name.endsWith(".ts") ? [join(source, name)] : [])),
    outdir: join(root, "dist/test/editor"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  });
}

/** The tests find the sample project in their workspace, complete with its warehouse. */
async function runInEditor() {
  const made = await run(process.execPath, [join(root, "dist/cli.js"), "init", workspace, "--sample"]);
  if (made.code !== 0) {
    console.error(`The sample project could not be made.\n${made.output}`);
    return 1;
  }
  const { runTests } = await import("@vscode/test-electron");
  try {
    return await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(root, "dist/test/editor/index.js"),
      launchArgs: [
        workspace,
        `--user-data-dir=${join(folder, "data")}`,
        `--extensions-dir=${join(folder, "extensions")}`,
      ],
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
