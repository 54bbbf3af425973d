/**
 * Loaded into a command before it starts (`node --import`): names every point at which it touches the disk, a database
 * or a connection, and kills the process there, with no chance to tidy up. The product knows nothing of it.
 *
 * SLUICE_POINTS_FILE  each point that was passed, a line each; written at the end of a process that was not killed
 * SLUICE_KILL_AT      "before|after <point> #<occurrence>"
 * SLUICE_KILL_STEP    the n-th point passed, whatever it is
 */
import { writeFileSync, promises as fs } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";

const killAt = process.env.SLUICE_KILL_AT;
const killStep = Number(process.env.SLUICE_KILL_STEP ?? 0);
const file = process.env.SLUICE_POINTS_FILE;
let steps = 0;
/** @type {Map<string, number>} */
const passed = new Map();
/** @type {string[]} */
const order = [];

/**
 * @param {"before" | "after"} when
 * @param {string} name
 * @param {number} occurrence
 */
function pass(when, name, occurrence) {
  const point = `${when} ${name} #${occurrence}`;
  steps += 1;
  if (point === killAt || steps === killStep) process.kill(process.pid, "SIGKILL");
  if (file !== undefined) order.push(point);
}

/**
 * @template Result
 * @param {string} name
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
async function around(name, work) {
  const occurrence = next(name);
  pass("before", name, occurrence);
  const result = await work();
  pass("after", name, occurrence);
  return result;
}

/** @param {string} name */
function next(name) {
  const occurrence = (passed.get(name) ?? 0) + 1;
  passed.set(name, occurrence);
  return occurrence;
}

process.on("exit", () => {
  if (file !== undefined) writeFileSync(file, order.join("\n"));
});

// ── Files: what lies in .sluice, by what it is ───────────────────────────────────────────────────────────────────────

/** "journal", "runs/report.json", "locks": without the names of runs, plans and processes. @param {unknown} place */
function kindOf(place) {
  if (/[\\/]exports[\\/]/.test(String(place))) return "exports";
  const [, below] = /[\\/]\.sluice[\\/](.*)$/.exec(String(place)) ?? [];
  if (below === undefined) return undefined;
  const [folder = "", ...rest] = below.split(/[\\/]/);
  if (folder === "runs" && rest.length < 2) return "runs";
  return folder === "runs"
    ? `runs/${path.basename(rest.at(-1) ?? "").replace(/\.\w*tmp$|\.[0-9a-f]{6,}.*$/, "")}`
    : folder;
}

const opened = new WeakMap();
const open = fs.open.bind(fs);
fs.open = async (place, ...rest) => {
  const kind = kindOf(place);
  if (kind === undefined) return open(place, ...rest);
  const handle = await around(`open ${kind}`, () => open(place, ...rest));
  opened.set(handle, kind);
  return handle;
};
for (const name of /** @type {const} */ (["rename", "rm", "writeFile", "link", "unlink", "mkdir", "chmod"])) {
  const original = /** @type {(...given: unknown[]) => Promise<unknown>} */ (fs[name].bind(fs));
  Object.assign(fs, {
    [name]: (/** @type {unknown[]} */ ...given) => {
      const kind = kindOf(given[1] !== undefined && (name === "rename" || name === "link") ? given[1] : given[0]);
      return kind === undefined ? original(...given) : around(`${name} ${kind}`, () => original(...given));
    },
  });
}
const probe = await open(process.execPath, "r");
const prototype = Object.getPrototypeOf(probe);
await probe.close();
for (const name of ["appendFile", "datasync", "sync", "truncate", "writeFile"]) {
  const original = prototype[name];
  prototype[name] = function (/** @type {unknown[]} */ ...given) {
    const kind = opened.get(this);
    if (kind === undefined) return original.apply(this, given);
    const [, said] = kind === "journal" ? (/"kind":"(\w+)"/.exec(String(given[0] ?? "")) ?? []) : [];
    return around(`${name} ${kind}${said === undefined ? "" : ` ${said}`}`, () => original.apply(this, given));
  };
}

// ── Databases: the ledger's transactions ─────────────────────────────────────────────────────────────────────────────

/** @type {{ _load: (this: unknown, request: string, ...rest: unknown[]) => any }} */
const loader = createRequire(import.meta.url)("node:module");
const load = loader._load;
let wrapped = false;
loader._load = function (/** @type {string} */ request, /** @type {unknown[]} */ ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request === "@duckdb/node-api" && !wrapped) {
    wrapped = true;
    const connection = loaded.DuckDBConnection.prototype;
    const run = connection.run;
    connection.run = function (/** @type {unknown} */ sql, /** @type {unknown[]} */ ...more) {
      const words = String(sql).trim().replace(/\s+/g, " ").toLowerCase();
      const [name] =
        /^(begin|commit|checkpoint|attach|detach|insert into (records|header)|update header|create (?:or replace )?(?:temp )?table (?:rows_now|pairs|changes|notes|header|settled))/.exec(
          words,
        ) ?? [];
      return name === undefined
        ? run.call(this, sql, ...more)
        : around(`sql ${name}`, () => run.call(this, sql, ...more));
    };
  }
  return loaded;
};

// ── Connections: a request leaves, an answer comes in ────────────────────────────────────────────────────────────────

const write = net.Socket.prototype.write;
net.Socket.prototype.write = function (/** @type {any[]} */ ...given) {
  if (this.remotePort === undefined) return write.apply(this, /** @type {any} */ (given));
  const occurrence = next("request");
  pass("before", "request", occurrence);
  const more = write.apply(this, /** @type {any} */ (given));
  // The bytes are the kernel's now: the destination may act on them although nobody is there to hear of it.
  pass("after", "request", occurrence);
  return more;
};
const push = net.Socket.prototype.push;
net.Socket.prototype.push = function (/** @type {any[]} */ ...given) {
  if (this.remotePort !== undefined && given[0]) pass("before", "answer", next("answer"));
  return push.apply(this, /** @type {any} */ (given));
};
