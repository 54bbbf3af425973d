/** The thread of database-bridge.ts: carries out a step at a time. */
import { parentPort, workerData } from "node:worker_threads";
import { type DatabaseStep } from "../../src/destinations/database";
import { destinationOf } from "../../src/destinations/index";
import { attempt } from "../../src/run/databases/attempt";
import { keepSessions } from "../../src/run/databases/sessions";
import { type BridgeAsk } from "./database-bridge";

const { type, config, port, signal } = workerData as BridgeAsk;
const kind = destinationOf(type)?.database;
if (kind === undefined) throw new Error(`${type} is no database`);
const sessions = keepSessions({
  driver: kind.driver,
  address: kind.address(config),
  login: () => Promise.resolve({ user: String(config["user"]), password: String(config["password"]) }),
  connectMs: 10_000,
});
const how = { sessions, receipt: kind.receipt, signal: undefined, wait: () => Promise.resolve(), answerMs: 60_000 };

void sessions.take().then(async (session) => {
  await sessions.giveBack(session);
  parentPort?.postMessage("ready");
});
port.on("message", (step: DatabaseStep) => {
  attempt(step, how)
    .catch((error: unknown) => ({ thrown: String(error) }))
    .then((came) => {
      port.postMessage(came);
      Atomics.store(signal, 0, 1);
      Atomics.notify(signal, 0);
    })
    .catch(() => undefined);
});
