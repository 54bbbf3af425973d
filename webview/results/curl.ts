/** An exchange's request as a command for a terminal, with a placeholder where the credentials would be. */
import { type Exchange } from "../../src/record";

/** What curl sets itself, or what says nothing about the request. */
const own = new Set(["content-length", "host", "connection", "accept-encoding", "user-agent"]);
/** Headers that carry credentials; their values were never recorded. */
const secret = /^(?:proxy-)?authorization$|^cookie$|api-?key|token|secret/i;

/** For a POSIX shell. */
export function curlOf({ request }: Pick<Exchange, "request">): string {
  const headers = Object.entries(request.headers).flatMap(([name, value]) => {
    if (own.has(name.toLowerCase())) return [];
    return [`  -H ${secret.test(name) ? `"${name}: $SLUICE_CREDENTIALS"` : quoted(`${name}: ${value}`)}`];
  });
  return [
    `curl -X ${request.method} ${quoted(request.url)}`,
    ...headers,
    ...(request.body === undefined || request.body === "" ? [] : [`  --data-raw ${quoted(request.body)}`]),
  ].join(" \\\n");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
