/**
 * Serves a destination's sandbox over HTTP on this machine. Below `/__sluice/` a test controls it:
 *
 * | request             | does                                                       |
 * |---------------------|------------------------------------------------------------|
 * | GET /__sluice/      | says whose sandbox this is                                 |
 * | GET  …/state        | the state                                                  |
 * | GET  …/requests     | the log, and counts by effect and method                   |
 * | GET  …/faults       | the faults that wait, and what each kind does              |
 * | POST …/faults       | adds a fault (see faults.ts); DELETE clears them           |
 * | POST …/reset        | empties state, log and faults                              |
 * | POST …/seed         | takes the body as the state                                |
 * | GET  …/watch        | stays open for as long as the host lives                   |
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { type Destination } from "../destinations/destination";
import { type Sandbox, type SandboxRequest } from "../destinations/sandbox";
import { SyncFailure } from "../failure";
import { type Json } from "../value";
import { answer, type Reply } from "./answer";
import { control, controlPath } from "./control";
import { createFaults, type FaultAsk } from "./faults";
import { createRequestLog, type LoggedRequest } from "./request-log";
import { createStateFile, loadState } from "./state-file";

export interface SandboxHostOptions {
  readonly destination: Destination;
  /** Where the state outlives the host; absent: in memory only. */
  readonly stateFile?: string;
  /** Tried first; another is taken when it is not free. */
  readonly port?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onRequest?: (request: LoggedRequest) => void;
  /** Said to who asks whose sandbox this is. */
  readonly identity?: Readonly<Record<string, string>>;
}

export interface SandboxHost {
  readonly url: string;
  /** Answers what is under way, saves the state and closes every connection. */
  stop(): Promise<void>;
  /** Newest last; at most the last 10,000. */
  requests(): readonly LoggedRequest[];
  /** The coming requests go wrong. */
  fault(ask: FaultAsk): void;
  /** No fault waits any longer. */
  clearFaults(): void;
  state(): Json;
  /** Replaces the state; absent: by an empty one. */
  seed(state?: Json): void;
}

/** Throws SyncFailure: "no-sandbox", "sandbox-corrupted". */
export async function startSandbox(options: SandboxHostOptions): Promise<SandboxHost> {
  const { destination, now, stateFile } = options;
  const make = destination.sandbox;
  if (make === undefined) throw noSandbox(destination);
  let sandbox: Sandbox = make(stateFile === undefined ? undefined : await loadState(stateFile, destination.type));
  const store =
    stateFile === undefined ? undefined : createStateFile(stateFile, destination.type, () => sandbox.dump());
  const log = createRequestLog(options.onRequest);
  const faults = createFaults();
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();

  const host: Omit<SandboxHost, "url" | "stop"> = {
    requests: () => log.all(),
    fault: (ask) => faults.add(ask),
    clearFaults: () => faults.clear(),
    state: () => sandbox.dump(),
    seed(state) {
      sandbox = make(state);
      store?.changed();
    },
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    if (isForeign(request)) return turnAway(response);
    if (request.path.startsWith(controlPath)) {
      return control(request, response, { host, log, faults, identity: options.identity ?? {} });
    }
    const at = now();
    const fault = faults.strike(request);
    const reply: Reply = {
      request,
      response,
      fault,
      closing: closing.signal,
      give: () => {
        const given = sandbox.handle(request, now());
        if (request.method !== "GET") store?.changed();
        return given;
      },
      refuse: (kind) => sandbox.fault(kind, now()),
      now,
    };
    const status = await answer(reply);
    log.add({ request, status, at, ...(fault === undefined ? {} : { fault: fault.kind }) });
  }

  const server = createServer({ keepAliveTimeout: 30_000 }, (incoming, response) => {
    const work = serve(incoming, response).catch((error: unknown) => fail(response, error));
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  });
  const port = await listen(server, options.port);
  return {
    ...host,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      closing.abort();
      await Promise.all(underWay);
      await store?.save();
      server.closeAllConnections();
      await closed;
    },
  };
}

function noSandbox({ label }: Destination): SyncFailure {
  return new SyncFailure(
    "no-sandbox",
    `${label} has no sandbox.`,
    "Remove `sandbox: true` from the connection in sluice.yaml; for files, name another folder for this target.",
  );
}

/** A page in the user's browser, or a name that was made to point here: neither may read or change what the sandbox holds. */
function isForeign({ headers }: SandboxRequest): boolean {
  const name = (headers["host"] ?? "").replace(/:\d+$/, "");
  const site = headers["sec-fetch-site"] ?? "none";
  return !["127.0.0.1", "localhost"].includes(name) || headers["origin"] !== undefined || site !== "none";
}

function turnAway(response: ServerResponse): void {
  response.writeHead(403, { "content-type": "text/plain; charset=utf-8" });
  response.end("The sandbox answers programs on this machine only.");
}

async function listen(server: ReturnType<typeof createServer>, wanted = 0): Promise<number> {
  for (const port of wanted === 0 ? [0] : [wanted, 0]) {
    const heard = await new Promise<boolean>((resolve, reject) => {
      const refused = (error: NodeJS.ErrnoException): void => {
        if (port !== 0) resolve(false);
        else reject(error);
      };
      server.once("error", refused);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", refused);
        resolve(true);
      });
    });
    if (heard) break;
  }
  return (server.address() as AddressInfo).port;
}

async function read(incoming: IncomingMessage): Promise<SandboxRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]);
  return {
    method: incoming.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(mark + 1))),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

/** A bug of the sandbox, or a caller that went away: said to the caller if it is still there. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
  response.end(`The sandbox failed: ${error instanceof Error ? error.message : String(error)}`);
}
