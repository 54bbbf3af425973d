/**
 * Child processes that end with their parent: a server left behind by an interrupted test run
 * would hold its port, its files and a core.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** @typedef {import("node:child_process").ChildProcess} ChildProcess */

/** @type {Set<ChildProcess>} */
const living = new Set();
const posix = process.platform !== "win32";

/**
 * Start a program in a process group of its own, so that its own children can be stopped with it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export function start(command, args, options = {}) {
  endWithParent();
  const child = spawn(command, args, { detached: posix, ...options });
  living.add(child);
  child.on("exit", () => living.delete(child));
  child.on("error", () => living.delete(child));
  return child;
}

/**
 * Run a program to its end. Its output comes back and, with `show`, is printed as it arrives.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, timeout?: number }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function run(command, args, { cwd, env, show = false, timeout } = {}) {
  const child = start(command, args, {
    stdio: show ? "inherit" : ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    // A program shown on the screen stays in the terminal's group, so that Ctrl-C reaches it as usual.
    detached: posix && !show,
    // npm is a batch file on Windows, which only its shell can start.
    shell: !posix && !command.endsWith(".exe"),
  });
  let output = "";
  child.stdout?.on("data", (chunk) => (output += String(chunk)));
  child.stderr?.on("data", (chunk) => (output += String(chunk)));
  const timer = timeout === undefined ? undefined : setTimeout(() => signal(child, "SIGKILL"), timeout);
  try {
    const [code] = await once(child, "close");
    return { code: typeof code === "number" ? code : 1, output };
  } catch (cause) {
    return { code: 127, output: `${command} could not be started: ${String(cause)}` };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Ask a started program and everything it started to end, and see to it that they do.
 * @param {ChildProcess} child
 */
export async function stop(child) {
  if (!living.has(child)) return;
  const ended = once(child, "exit");
  signal(child, "SIGTERM");
  const timer = setTimeout(() => signal(child, "SIGKILL"), 3_000);
  await ended;
  clearTimeout(timer);
  // The program is gone, but something it started may have ignored the request.
  signal(child, "SIGKILL");
}

/**
 * Reaches the whole process group where the child leads one.
 * @param {ChildProcess} child
 * @param {NodeJS.Signals} name
 */
function signal(child, name) {
  if (child.pid === undefined) return;
  try {
    process.kill(posix ? -child.pid : child.pid, name);
  } catch {
    child.kill(name);
  }
}

let watching = false;

function endWithParent() {
  if (watching) return;
  watching = true;
  process.on("exit", () => living.forEach((child) => signal(child, "SIGKILL")));
  // Without a handler these signals end the process with no "exit" event, and the children would stay.
  for (const [name, code] of /** @type {const} */ ([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ])) {
    process.once(name, () => void Promise.all([...living].map(stop)).finally(() => process.exit(code)));
  }
}
