/** The channel to an engine process. The client loads it with its first call: it is a third of what activation would read. */
import { type ChildProcess } from "node:child_process";
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { type Calls } from "../../calls/calls";
import { callsOver } from "../../calls/over-jsonrpc";
import { type LogMessage, logMethod, type SecretAsk, secretMethod } from "../../calls/wire";
import { type EngineEdges } from "./engine-client";

export interface EngineChannel {
  readonly calls: Calls;
  close(): void;
}

export function connect(child: ChildProcess, { log, secret }: Pick<EngineEdges, "log" | "secret">): EngineChannel {
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.onNotification(logMethod, ({ level, message }: LogMessage) => log(level, message));
  connection.onRequest(secretMethod, async (ask: SecretAsk) => (await secret(ask)) ?? null);
  connection.onError(([error]) => log("warn", `The engine's channel: ${error.message}`));
  const calls = callsOver(connection);
  connection.listen();
  return { calls, close: () => connection.dispose() };
}
