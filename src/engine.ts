/**
 * The engine process: every call, answered over the channel it was forked with. No query and no run ever blocks, or
 * takes down, the extension host. When the editor goes, what is under way is aborted and the process ends.
 */
import { setTimeout as delay } from "node:timers/promises";
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, ParameterStructures } from "vscode-jsonrpc/node";
import { serveCalls } from "./calls/over-jsonrpc";
import { type Edges } from "./calls/edges";
import { createSession } from "./calls/session";
import { type LogMessage, logMethod, type SecretAsk, secretMethod } from "./calls/wire";
import { Cancelled } from "./failure";
import { readText } from "./project/find";
import { environmentSecrets } from "./project/secrets";
import { keepPrivate } from "./run/umask";

keepPrivate();

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

const log: Edges["log"] = (level, message) => {
  // Without an editor there is nobody to read it, and a failed message would be logged, which fails again, for ever.
  if (!process.connected) return;
  const line: LogMessage = { level, message };
  connection.sendNotification(logMethod, line).catch(() => undefined);
};

async function askEditor(ask: SecretAsk): Promise<string | undefined> {
  const answer = await connection.sendRequest<string | null>(secretMethod, ParameterStructures.byPosition, ask);
  return answer ?? undefined;
}

const edges: Edges = {
  async secrets(root) {
    const local = environmentSecrets(process.env, await readText(root, ".env"));
    return {
      env: (name) => local.env(name),
      secret: async (name, place) => (await local.secret(name, place)) ?? (await askEditor({ root, name, ...place })),
    };
  },
  now: () => Date.now(),
  wait: (ms, signal) =>
    delay(ms, undefined, { ...(signal && { signal }) }).catch((cause: unknown) => {
      throw new Cancelled({ cause });
    }),
  random: () => Math.random(),
  log,
};

const session = createSession(edges);
const served = serveCalls(connection, session.calls, (error) => {
  log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
});
connection.onError(([error]) => log("error", error.message));

/** How long work under way gets to journal what is in flight, in milliseconds. */
const grace = 10_000;
process.on("disconnect", () => {
  const ended = served.abortAll().then(() => session.close());
  // An exit in good order waits for the threads of queries that do not heed their interrupt. What had to be kept is on the disk.
  void Promise.race([ended, delay(grace)]).finally(() => process.kill(process.pid, "SIGKILL"));
});
connection.listen();
