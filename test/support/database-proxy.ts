/** A TCP proxy before a database server, which breaks connections when a test says so. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface Proxy {
  readonly port: number;
  /** Connections made so far. */
  readonly connections: number;
  /** Connections that were broken so far. */
  readonly broken: number;
  close(): Promise<void>;
}

/**
 * What becomes of a piece from the client: `pass`; `drop` both sides before it arrives; `lose` the answer: it arrives, and
 * the client's side ends before anything comes back.
 */
export type Decide = (piece: Buffer) => "pass" | "drop" | "lose";

export async function proxyTo(port: number, decide: Decide): Promise<Proxy> {
  const open = new Set<Socket>();
  let [connections, broken] = [0, 0];
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(port, "127.0.0.1");
    let mute = false;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        if (!mute) (socket === client ? upstream : client).destroy();
      });
    }
    upstream.on("data", (piece) => {
      // The answer has arrived at us: what it was about is done.
      if (mute) client.destroy();
      else client.write(piece);
    });
    client.on("data", (piece) => {
      const fate = decide(piece);
      if (fate !== "pass") broken += 1;
      if (fate === "drop") {
        client.destroy();
        return;
      }
      if (fate === "lose") mute = true;
      upstream.write(piece);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return connections;
    },
    get broken() {
      return broken;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
