/** An engine process for tests: overview answers with its own process id, plan waits until it is cancelled. */
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { serveCalls } from "../../../src/calls/over-jsonrpc";
import { logMethod, secretMethod } from "../../../src/calls/wire";
import { Cancelled } from "../../../src/failure";
import { fakeCalls } from "./fake-calls";

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const calls = fakeCalls({
  async overview(place) {
    if (place.root === "/dies") process.exit(3);
    if (place.root === "/hangs") {
      await connection.sendNotification(logMethod, { level: "info", message: "hanging" });
      for (;;);
    }
    const secret = await connection.sendRequest<string | null>(secretMethod, { name: "TOKEN" });
    return {
      root: place.root,
      target: secret ?? "none",
      targets: [String(process.pid)],
      confirm: false,
      syncs: [],
      connections: [],
      problems: [],
    };
  },
  plan: (_place, _sync, _options, progress, signal) =>
    new Promise((_resolve, reject) => {
      progress({ phase: "staging", done: 1, rejected: 0, requests: 0, retries: 0 });
      signal?.addEventListener("abort", () => reject(new Cancelled()));
    }),
});
const served = serveCalls(connection, calls, () => undefined);
process.on("disconnect", () => void served.abortAll().finally(() => process.exit()));
connection.listen();
