/** Takes credentials out of what is kept or shown: by the name of a header or parameter, and by the secret's own value in any of its spellings. */
import { type Exchange } from "../record";

export const mark = "•••";

/** Characters of a body that are kept. */
export const bodyCap = 256 * 1024;

export interface Redactor {
  /** Credentials that became known on the way: an access token. */
  add(secret: string): void;
  text(text: string): string;
  /** Redacted, and its bodies cut to a size that can be kept. */
  exchange(exchange: Exchange): Exchange;
}

export function createRedactor(secrets: readonly string[]): Redactor {
  const known = new Set<string>();
  let pattern: RegExp | undefined;
  let longest = 0;

  function add(secret: string): void {
    if (secret === "" || known.has(secret)) return;
    known.add(secret);
    const spelt = [...new Set([...known].flatMap(spellings))].sort((a, b) => b.length - a.length);
    longest = spelt[0]?.length ?? 0;
    pattern = new RegExp(spelt.map(escaped).join("|"), "g");
  }
  function text(given: string): string {
    return pattern === undefined ? given : given.replace(pattern, mark);
  }
  function body(given: string): string {
    if (given.length <= bodyCap) return text(given);
    // Cut after redaction, and away from the end of what was searched: no half of a secret may survive.
    const searched = text(given.slice(0, bodyCap + longest));
    const kept = searched.slice(0, Math.min(bodyCap, searched.length - longest));
    return `${withoutHalf(kept)}\n… cut: ${given.length} characters in all`;
  }

  for (const secret of secrets) add(secret);
  return {
    add,
    text,
    exchange(exchange) {
      const { request, response } = exchange;
      return {
        ...exchange,
        request: {
          method: request.method,
          url: text(redactUrl(request.url)),
          headers: redactHeaders(request.headers, text),
          ...(request.body === undefined ? {} : { body: body(request.body) }),
        },
        ...(response === undefined
          ? {}
          : {
              response: {
                status: response.status,
                headers: redactHeaders(response.headers, text),
                body: body(response.body),
              },
            }),
        ...(exchange.failure === undefined ? {} : { failure: text(exchange.failure) }),
      };
    },
  };
}

const secretName =
  /authorization|cookie|secret|token|passw|credential|signature|session|api[-_]?key|access[-_]?key|hapikey|private[-_]?key|^key$/i;

/** Does a header or parameter of this name carry a credential? */
export function namesSecret(name: string): boolean {
  return secretName.test(name);
}

function redactHeaders(
  headers: Readonly<Record<string, string>>,
  text: (text: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, namesSecret(name) ? mark : text(value)]),
  );
}

function redactUrl(url: string): string {
  const start = url.indexOf("?");
  if (start < 0) return url;
  const query = url
    .slice(start + 1)
    .split("&")
    .map((pair) => {
      const name = pair.split("=", 1)[0] as string;
      return namesSecret(name) ? `${name}=${mark}` : pair;
    });
  return `${url.slice(0, start)}?${query.join("&")}`;
}

/** Every way in which a secret may be written in a URL, a header, JSON or basic authentication. */
function spellings(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const percent = encodeURIComponent(secret);
  const strict = percent.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const ascii = json.replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const urls = [percent, strict, percent.replaceAll("%20", "+"), strict.replaceAll("%20", "+")];
  const lower = urls.map((url) => url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  return [secret, json, json.replaceAll("/", "\\/"), ascii, ...urls, ...lower, ...base64(secret)];
}

/** The part of a secret's base64 that does not depend on what stands before or after it, at each of the three alignments. */
function base64(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    const core = text.slice(start, end);
    if (core.length < 6) return [];
    return [core, core.replaceAll("+", "-").replaceAll("/", "_"), encodeURIComponent(core)];
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** Without the first half of a surrogate pair at the end. */
function withoutHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
