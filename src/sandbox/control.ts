/** The requests below `/__sluice/` by which a test controls a sandbox and another process recognises it. */
import { type ServerResponse } from "node:http";
import { type SandboxRequest } from "../destinations/sandbox";
import { type Json } from "../value";
import { faultKinds, faultSchema, type Faults } from "./faults";
import { type RequestLog } from "./request-log";

export const controlPath = "/__sluice/";

export interface Controlled {
  readonly host: { state(): Json; seed(state?: Json): void };
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly identity: Readonly<Record<string, string>>;
}

export function control(request: SandboxRequest, response: ServerResponse, controlled: Controlled): void {
  const { host, log, faults, identity } = controlled;
  // A page in a browser names its origin; none has business here.
  if (request.headers.origin !== undefined) return give(response, 403, { message: "Not for browsers." });
  const body = jsonOf(request.body);
  switch (`${request.method} ${request.path.slice(controlPath.length)}`) {
    case "GET ":
      return give(response, 200, { sluice: "sandbox", ...identity });
    case "GET watch":
      response.writeHead(200);
      response.flushHeaders();
      return;
    case "GET state":
      return give(response, 200, host.state());
    case "GET requests":
      return give(response, 200, { ...log.counts(), requests: log.all() });
    case "GET faults":
      return give(response, 200, { waiting: faults.waiting(), kinds: faultKinds });
    case "POST faults": {
      const fault = faultSchema.safeParse(body);
      if (!fault.success) return give(response, 400, { message: fault.error.message });
      faults.add(fault.data);
      return give(response, 200, { ok: true });
    }
    case "DELETE faults":
      faults.clear();
      return give(response, 200, { ok: true });
    case "POST reset":
      host.seed();
      log.clear();
      faults.clear();
      return give(response, 200, { ok: true });
    case "POST seed":
      if (body === undefined) return give(response, 400, { message: "The seed is not JSON." });
      host.seed(body);
      return give(response, 200, { ok: true });
    default:
      return give(response, 404, { message: "There is no such control request." });
  }
}

function give(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
