/**
 * The built command, run as a user would: child processes in projects of their own. `SLUICE_CLI` names another build
 * than dist/cli.js, which is built where it is older than the sources.
 */
import { type ChildProcess, type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Readable } from "node:stream";

const checkout = path.resolve(__dirname, "../..");

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON; throws where it is not. */
  readonly json: Output;
}

/** What the command prints as JSON, as far as tests look into it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the schemas are checked in output.test.ts
export type Output = any;

export interface RunAsk {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the project's folder. */
  readonly cwd?: string;
  /** Called with the child once it is started; `said` waits until stderr has this text. */
  readonly started?: (child: Child, said: (text: string) => Promise<void>) => void | Promise<void>;
}

export type Child = ChildProcessByStdio<null, Readable, Readable>;

export interface Project {
  readonly root: string;
  /** `sluice` with these words, parted by spaces where they are one text. */
  sluice(words: string | readonly string[], ask?: RunAsk): Promise<Ran>;
  write(files: Readonly<Record<string, string>>): void;
  read(file: string): string;
  /** Replaces one place of a file; throws where it is not there. */
  mend(file: string, before: string, after: string): void;
  /** `sluice sandbox`: one process serves the connection until the project is removed or `stop`. */
  serve(connection?: string, target?: string): Promise<Served>;
  /** Ends what it started and removes the folder. */
  remove(): Promise<void>;
}

export interface Served {
  readonly url: string;
  readonly state: () => Promise<SandboxState>;
  readonly requests: () => Promise<RequestLog>;
  readonly post: (control: string, body?: unknown) => Promise<void>;
  /** A request to the simulated API, as a user's own script would send it. */
  readonly api: (method: string, path: string, body?: unknown) => Promise<Output>;
  readonly stop: () => Promise<void>;
}

export interface SandboxState {
  readonly records: Readonly<Record<string, readonly SandboxRecord[]>>;
}
export interface SandboxRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly archivedAt?: number;
}
export interface RequestLog {
  readonly total: number;
  readonly reads: number;
  readonly writes: number;
  readonly requests: readonly { readonly method: string; readonly path: string; readonly effect: "read" | "write" }[];
}

/** A folder with these files, and nothing of Sluice yet. */
export function makeProject(files: Readonly<Record<string, string>> = {}): Project {
  const root = mkdtempSync(path.join(tmpdir(), "sluice-e2e-"));
  const children = new Set<ChildProcess>();
  projects.add(root);
  const write: Project["write"] = (more) => {
    for (const [name, content] of Object.entries(more)) {
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  };
  write(files);
  const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

  return {
    root,
    write,
    read,
    sluice: (words, ask = {}) => sluice(words, { cwd: root, ...ask }),
    mend(file, before, after) {
      const content = read(file);
      if (!content.includes(before)) throw new Error(`${file} has no ${before}`);
      write({ [file]: content.replace(before, () => after) });
    },
    async serve(connection = "hubspot", target) {
      const words = ["sandbox", connection, ...(target === undefined ? [] : ["--target", target])];
      const child = begin(words, { cwd: root });
      children.add(child);
      const { url, stop } = await served(child);
      return { ...controlOf(url), url, stop };
    },
    async remove() {
      await Promise.all([...children].map(end));
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
      projects.delete(root);
    },
  };
}

/** A data file that public packages bring, copied into the project (links may not lead out of it). */
export function publicData(project: Project, name: string): string {
  const source = path.join(checkout, "node_modules/vega-datasets/data", name);
  mkdirSync(path.join(project.root, "data"), { recursive: true });
  cpSync(source, path.join(project.root, "data", name));
  return path.join(project.root, "data", name);
}

/** Runs `sluice` to its end. */
export async function sluice(words: string | readonly string[], { started, ...ask }: RunAsk = {}): Promise<Ran> {
  const child = begin(typeof words === "string" ? words.split(" ") : words, ask);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const closed = once(child, "close") as Promise<[number | null]>;
  await started?.(child, (text) => until(() => stderr.includes(text), `"${text}" on stderr`).then(() => undefined));
  const [code] = await closed;
  return {
    // A signal is no exit code: the command turns those it gets into codes of its own.
    code: code ?? -1,
    stdout,
    stderr,
    get json() {
      try {
        return JSON.parse(stdout) as Output;
      } catch {
        throw new Error(`no JSON on stdout: ${stdout.slice(0, 500)}\nstderr: ${stderr.slice(0, 2000)}`);
      }
    },
  };
}

/** Starts `sluice`; the caller waits for it. */
export function begin(words: readonly string[], { cwd, env }: Omit<RunAsk, "started"> = {}): Child {
  const child = spawn(process.execPath, [built(), ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...plainEnvironment(), ...env },
  });
  living.add(child);
  child.once("exit", () => living.delete(child));
  return child;
}

/** Path of the built command. */
export function built(): string {
  builtFile ??= build();
  return builtFile;
}

/** Waits until `ready` gives something, and looks again after each pause of a few milliseconds. */
export async function until<T>(ready: () => T | undefined | false, what: string, ms = 30_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end;) {
    const found = ready();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${what} did not happen within ${ms} ms`);
}

/** Every file below a folder, with its bytes. */
export function filesBelow(folder: string): readonly { readonly file: string; readonly bytes: Buffer }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file: path.relative(folder, file), bytes: readFileSync(file) }));
}

const projects = new Set<string>();
const living = new Set<ChildProcess>();
let builtFile: string | undefined;

// A test that is interrupted leaves no process and no folder behind.
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
  for (const root of projects) rmSync(root, { recursive: true, force: true });
});

function build(): string {
  const named = process.env.SLUICE_CLI;
  if (named !== undefined) return path.resolve(named);
  const file = path.join(checkout, "dist", "cli.js");
  const newest = Math.max(...["src", "package.json"].map((name) => changed(path.join(checkout, name))));
  if (!existsSync(file) || statSync(file).mtimeMs < newest) {
    execFileSync(process.execPath, ["esbuild.mjs"], { cwd: checkout, stdio: "inherit" });
  }
  return file;
}

function changed(place: string): number {
  const found = statSync(place);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(...readdirSync(place).map((name) => changed(path.join(place, name))));
}

/** Without the test runner's own loaders, and without secrets of whoever runs the tests. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, HUBSPOT_TOKEN: _token, FORCE_COLOR: _colour, ...rest } = process.env;
  return rest;
}

async function served(child: Child): Promise<{ url: string; stop: () => Promise<void> }> {
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      said += String(chunk);
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`sluice sandbox ended with ${code}: ${said}`)));
  });
  child.stdout.resume();
  return { url, stop: () => end(child) };
}

function controlOf(url: string): Pick<Served, "state" | "requests" | "post" | "api"> {
  const ask = async (method: string, place: string, body?: unknown): Promise<Output> => {
    const answer = await fetch(url + place, {
      method,
      headers: { "content-type": "application/json", authorization: "Bearer test" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${place} answered ${answer.status}: ${said}`);
    return said === "" ? undefined : (JSON.parse(said) as Output);
  };
  return {
    state: () => ask("GET", "/__sluice/state") as Promise<SandboxState>,
    requests: () => ask("GET", "/__sluice/requests") as Promise<RequestLog>,
    post: (control, body) => ask("POST", `/__sluice/${control}`, body) as Promise<void>,
    api: ask,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}
