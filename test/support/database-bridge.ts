/**
 * A real database server that answers at once: the contract suite drives conversations without waiting, so a thread speaks
 * to the server, by the engine's own driver, while this one stands still.
 */
import { once } from "node:events";
import path from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type DatabaseStep, type DatabaseVerdict } from "../../src/destinations/database";
import { type Config, type Destination, type Response } from "../../src/destinations/destination";
import { SyncFailure } from "../../src/failure";
import { type Attempt } from "../../src/run/databases/attempt";
import { RefusedRequest } from "../../src/run/line";
import { type Responder } from "./drive";

export interface BridgeAsk {
  readonly type: string;
  readonly config: Config;
  readonly port: MessagePort;
  readonly signal: Int32Array;
}

interface Bridge {
  ask(step: DatabaseStep): Attempt;
  readonly reset: DatabaseStep;
}

/** A thread does not have the loaders of this one. */
const code = `require("tsx/cjs/api").register();
import("tsx/esm/api").then(({ register }) => {
  register();
  require(${JSON.stringify(path.join(__dirname, "database-bridge-worker.ts"))});
});`;

const bridges = new WeakMap<Config, Bridge>();

/** The same connection, which `databaseResponder` knows from then on. `reset` empties its tables. */
export async function bridged(type: string, config: Config, reset: readonly string[]): Promise<Config> {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const workerData: BridgeAsk = { type, config, port: port2, signal };
  const worker = new Worker(code, { eval: true, workerData, transferList: [port2] });
  // Modules are loaded with this thread's help.
  await once(worker, "message");
  worker.unref();
  port1.unref();
  bridges.set(config, {
    ask(step) {
      Atomics.store(signal, 0, 0);
      port1.postMessage(step);
      if (Atomics.wait(signal, 0, 0, 60_000) === "timed-out") throw new Error("the database gave no answer");
      const { message } = receiveMessageOnPort(port1) as { message: Attempt | { readonly thrown: string } };
      if ("thrown" in message) throw new Error(message.thrown);
      return message;
    },
    reset: {
      ...{ step: "transaction", effect: "write", repeatable: true, changes: [], object: "" },
      statements: reset.map((sql) => ({ sql })),
    },
  });
  return config;
}

/** With empty tables, as a fresh simulator. What the engine throws where a server refuses, it throws too. */
export function databaseResponder(destination: Destination, config: Config): Responder {
  const bridge = bridges.get(config);
  const judge = destination.database?.judge;
  if (bridge === undefined || judge === undefined) throw new Error(`the sample of ${destination.type} has no server`);
  bridge.ask(bridge.reset);
  return (step) => {
    if (step.step !== "query" && step.step !== "transaction") return { kind: "done" };
    const came = bridge.ask(step);
    if (came.kind === "done") return { kind: "rows", results: came.results };
    if (came.kind === "failed") return judged(step, came, judge(came.failure));
    throw new Error(`the database is ${came.kind}`);
  };
}

function judged(step: DatabaseStep, { failure }: Attempt & { kind: "failed" }, verdict: DatabaseVerdict): Response {
  if (verdict.verdict === "transient") throw new Error(failure.message);
  if (verdict.verdict === "stopped") throw new SyncFailure(verdict.code, failure.message, verdict.hint);
  if (step.step === "query" || step.refusal === "answered") return { kind: "refused", failure };
  const { verdict: _, ...refusal } = verdict;
  throw new RefusedRequest(refusal, undefined, step.changes);
}
