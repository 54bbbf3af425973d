/**
 * `npm start`: from a bare checkout to VS Code with Sluice and its sample project, the sandbox running beside it.
 * The desktop VS Code if one is installed, else one to open in a browser. Ctrl-C ends everything.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run, start } from "./children.mjs";
import { findInstalled, hasRealScreen } from "./find-vscode.mjs";
import { build, giveUp, install, root } from "./install.mjs";
import { startServer } from "./vscode/server.mjs";

const cli = join(root, "dist/cli.js");
const sample = join(root, ".sample");

try {
  await install();
  await build();
  await makeSample();
  startSandbox();
  const desktop = hasRealScreen() ? findInstalled() : undefined;
  if (desktop === undefined) await serve();
  else open(desktop);
} catch (error) {
  giveUp(error);
}

/** Only once: what someone tried out in the sample stays. */
async function makeSample() {
  if (existsSync(join(sample, "sluice.yaml"))) return;
  const { code, output } = await run(process.execPath, [cli, "init", sample, "--sample"]);
  if (code !== 0) throw new Error(`The sample project could not be made.\n${output}`);
}

function startSandbox() {
  const child = start(process.execPath, [cli, "sandbox", "--project", sample], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  child.on("exit", (code) => code && console.error("The sandbox has stopped. Run npm start again to have it back."));
}

/** @param {string} executable */
function open(executable) {
  const args = ["--new-window", `--extensionDevelopmentPath=${root}`, sample];
  const child = start(executable, args, { stdio: ["ignore", "ignore", "inherit"] });
  child.on("error", giveUp).on("exit", (code) => code && console.error(`VS Code ended with code ${code}.`));
  console.log(`Opening ${sample} in VS Code. Ctrl-C ends it and the sandbox.`);
}

/** A server as on a user's desk: it asks for its token and whether to trust the folder, and takes no tests. */
async function serve() {
  console.log("No desktop VS Code is installed here: preparing one for the browser.");
  const { url } = await startServer({
    workspace: sample,
    extensionDir: root,
    dataDir: join(root, ".vscode-test/start"),
    testDriver: false,
    trust: true,
    token: true,
  });
  console.log(`Open ${url}\nCtrl-C ends it.`);
}
