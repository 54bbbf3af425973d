/**
 * Loaded before a program (NODE_OPTIONS=--import): writes down, a line each, what it connects to, looks up and starts, and
 * lets nothing leave this machine. SLUICE_RECORD names the file.
 */
import childProcess from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import { appendFileSync } from "node:fs";
import net from "node:net";

const file = process.env.SLUICE_RECORD;
/** @param {string} line */
const note = (line) => file !== undefined && appendFileSync(file, `${line}\n`);
const here = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;
const refused = () => Object.assign(new Error("recorded, and not let out"), { code: "ECONNREFUSED" });

const connect = net.Socket.prototype.connect;
/** @param {any[]} given */
net.Socket.prototype.connect = function (...given) {
  const [first] = Array.isArray(given[0]) ? given[0] : given;
  const asked = typeof first === "object" && first !== null ? first : { port: first, host: given[1] };
  const host = asked.path ?? asked.host ?? "localhost";
  note(`connect ${host}${asked.path === undefined ? `:${asked.port}` : ""}`);
  if (asked.path === undefined && !here.test(host)) {
    process.nextTick(() => this.destroy(refused()));
    return this;
  }
  return connect.apply(this, /** @type {any} */ (given));
};

for (const api of [dns, dns.promises]) {
  for (const name of Object.keys(api).filter((each) => /^(lookup|resolve|reverse)/.test(each))) {
    const real = /** @type {any} */ (api)[name];
    /** @type {any} */ (api)[name] = (/** @type {any[]} */ ...given) => {
      if (!here.test(String(given[0]))) note(`look up ${given[0]}`);
      return real.apply(api, given);
    };
  }
}

const send = dgram.Socket.prototype.send;
/** @param {any[]} given */
dgram.Socket.prototype.send = function (...given) {
  note("datagram");
  return send.apply(this, /** @type {any} */ (given));
};

/** @type {any} Its method is not declared, as only Node itself calls it. */
const started = childProcess.ChildProcess.prototype;
const spawn = started.spawn;
/** @param {any} options */
started.spawn = function (options) {
  note(`start ${options.file}`);
  return spawn.call(this, options);
};
const spawnSync = childProcess.spawnSync;
/** @param {any[]} given */
childProcess.spawnSync = /** @type {any} */ (
  (/** @type {any[]} */ ...given) => {
    note(`start ${given[0]}`);
    return spawnSync.apply(childProcess, /** @type {any} */ (given));
  }
);
