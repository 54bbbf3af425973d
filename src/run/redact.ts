/** Takes credentials out of what is kept or shown: by the name of a header or parameter, and by the secret's own value in any of its spellings. */
import { type Exchange } from "../record";
import { namesSecret, spellingsOf } from "./spellings";

export { namesSecret } from "./spellings";

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
    const spelt = spellingsOf(known);
    longest = spelt[0]?.length ?? 0;
    pattern = new RegExp(spelt.map(escaped).join("|"), "g");
  }
  function text(given: string): string {
    return withoutUser(pattern === undefined ? given : given.replace(pattern, mark));
  }
  function body(given: string): string {
    if (given.length <= bodyCap) return withoutNamed(text(given));
    // Cut after redaction, and away from the end of what was searched: no half of a secret may survive.
    const searched = withoutNamed(text(given.slice(0, bodyCap + longest)));
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
          url: text(withoutParameters(request.url)),
          headers: redactHeaders(request.headers, text),
          ...(request.body === undefined ? {} : { body: body(request.body) }),
        },
        ...(response === undefined
          ? {}
          : {
              response: {
                ...(response.status === undefined ? {} : { status: response.status }),
                headers: redactHeaders(response.headers, text),
                body: body(response.body),
              },
            }),
        ...(exchange.failure === undefined ? {} : { failure: text(withoutParameters(exchange.failure)) }),
      };
    },
  };
}

function redactHeaders(
  headers: Readonly<Record<string, string>>,
  text: (text: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, namesSecret(name) ? mark : text(withoutParameters(value))]),
  );
}

/** Credentials in the query or the fragment of an address. */
function withoutParameters(text: string): string {
  return text.replace(/([?&#;]([^=&#;\s?]+)=)[^&#;\s]*/g, (whole, start: string, name: string) =>
    namesSecret(decodedName(name)) ? `${start}${mark}` : whole,
  );
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The password of an address: http://user:password@host/. */
function withoutUser(text: string): string {
  return text.replace(/(:\/\/[^\s/?#@:"'<>]*:)[^\s/?#@"'<>]+@/g, `$1${mark}@`);
}

// Tokens that a destination hands out are in nobody's configuration: their names give them away. A value that the cut
// left without its end is blotted out too.
const member =
  /("(?:[\w-]*[_-])?(?:access_?token|refresh_?token|id_?token|auth_?token|bearer_?token|session_?token|client_?secret|client_?assertion|assertion|api_?key|password|passwd|private_?key|authorization)"\s*:\s*)"(?:[^"\\]|\\[^])*(?:"|\\?$)/gi;
const formField =
  /((?:^|&)(?:access_token|refresh_token|id_token|client_secret|client_assertion|assertion|api_key|password)=)[^&\s]*/gi;

function withoutNamed(body: string): string {
  return body.replace(member, `$1"${mark}"`).replace(formField, `$1${mark}`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** Without the first half of a surrogate pair at the end. */
function withoutHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
