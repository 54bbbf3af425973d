/** One sending of one request, as it leaves and as it is kept. */
import { type Credentials, type HttpRequest, type HttpResponse } from "../destinations/destination";
import { type Exchange } from "../record";
import { type Line } from "./line";
import { NoAnswer, NotSent } from "./send";

export interface Wire {
  readonly method: HttpRequest["method"];
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Path, query and body as they leave; credentials are added for each sending. */
export function wireRequest(request: HttpRequest, base: URL): Wire {
  if (!/^\/[^\s#\\]*$/.test(request.path) || request.path.includes("?")) {
    throw new Error("a connector's path starts with / and is percent-encoded");
  }
  const query = [base.search.slice(1), new URLSearchParams(request.query).toString()].filter((part) => part !== "");
  const url = new URL(base.origin + base.pathname.replace(/\/+$/, "") + request.path);
  url.search = query.join("&");
  const headers = lowerCase({ accept: "application/json", "user-agent": "sluice", ...request.headers });
  if (request.body === undefined) return { method: request.method, url, headers };
  const { text, type } =
    "json" in request.body
      ? { text: JSON.stringify(request.body.json), type: "application/json" }
      : { text: request.body.text, type: request.body.type };
  return { method: request.method, url, headers: { "content-type": type, ...headers }, body: text };
}

/** One sending: an answer, or why there is none. Keeps the exchange. */
export async function exchange(
  request: HttpRequest,
  wire: Wire,
  credentials: Credentials | undefined,
  line: Line,
  {
    signal,
    onExchange,
  }: { readonly signal?: AbortSignal | undefined; readonly onExchange?: ((exchange: Exchange) => void) | undefined },
): Promise<HttpResponse | NotSent | NoAnswer> {
  const headers = { ...wire.headers, ...lowerCase(credentials?.headers ?? {}) };
  const at = line.clock.now();
  const home = moved(wire.url, line, credentials?.base);
  const url = addressed(home, line.base, credentials?.address);
  const patience = request.effect === "read" ? { signal, end: () => undefined } : patient(signal, line);
  let answer: HttpResponse | NotSent | NoAnswer;
  try {
    answer = await line.sender.send({ ...wire, url, headers }, { leave: signal, answer: patience.signal });
  } catch (error) {
    if (!(error instanceof NotSent) && !(error instanceof NoAnswer)) throw error;
    answer = error;
  } finally {
    patience.end();
  }
  onExchange?.(
    line.redactor.exchange({
      id: line.nextExchange(),
      at: new Date(at).toISOString(),
      request: {
        method: wire.method,
        url: home.href,
        headers,
        ...(wire.body === undefined ? {} : { body: wire.body }),
      },
      ...(isResponse(answer)
        ? { response: { status: answer.status, headers: answer.headers, body: answer.text } }
        : { failure: answer.why }),
      ms: line.clock.now() - at,
      changes: request.changes ?? [],
    }),
  );
  return answer;
}

/** At the account's own address, where the credentials name it. */
function moved(url: URL, { base, moves }: Line, own: string | undefined): URL {
  if (own === undefined || !moves) return url;
  const home = new URL(own);
  const below = url.pathname.slice(base.pathname.replace(/\/+$/, "").length);
  home.pathname = home.pathname.replace(/\/+$/, "") + below;
  home.search = url.search;
  return home;
}

/** The secret address, where there is one, below the base as every other path. */
function addressed(url: URL, base: URL, address: string | undefined): URL {
  if (address === undefined) return url;
  const secret = new URL(url);
  secret.pathname = base.pathname.replace(/\/+$/, "") + address;
  return secret;
}

/** A signal that aborts only when the grace after a cancel is over. */
function patient(signal: AbortSignal | undefined, line: Line): { readonly signal: AbortSignal; end(): void } {
  const over = new AbortController();
  const ended = new AbortController();
  const start = () => {
    line.clock.wait(line.graceMs, ended.signal).then(
      () => over.abort(),
      () => undefined,
    );
  };
  signal?.addEventListener("abort", start, { once: true });
  return {
    signal: over.signal,
    end() {
      signal?.removeEventListener("abort", start);
      ended.abort();
    },
  };
}

export function isResponse(answer: HttpResponse | NotSent | NoAnswer): answer is HttpResponse {
  return "kind" in answer && answer.kind === "http";
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
