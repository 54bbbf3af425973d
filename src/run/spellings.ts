/** How a secret may turn up in what a destination was sent or answers: whole or in part, in any of the usual notations. */

/** Shorter parts are ordinary words: blotting them out would hide what people need to read, and protect nothing. */
const leastPart = 8;

/** The secret in every spelling that a URL, a header, JSON, a page of HTML or basic authentication makes of it, longest first. */
export function spellingsOf(secrets: Iterable<string>): readonly string[] {
  const all = [...secrets].flatMap((secret) => [...spellings(secret), ...partsOf(secret).flatMap(plainSpellings)]);
  return [...new Set(all)].filter((spelt) => spelt !== "").sort((a, b) => b.length - a.length);
}

/** What is secret within a secret: a key's lines, the password of an address, the members of a credentials file. */
function partsOf(secret: string): readonly string[] {
  const trimmed = secret.trim();
  const parts = [
    ...(trimmed === secret ? [] : [trimmed]),
    ...linesOf(trimmed),
    ...membersOf(trimmed),
    ...userOf(trimmed),
  ];
  return parts.filter((part) => part.length >= leastPart);
}

function linesOf(text: string): readonly string[] {
  if (!/[\r\n]/.test(text)) return [];
  const unix = text.replace(/\r\n?/g, "\n");
  const lines = unix.split("\n").map((line) => line.trim());
  return [unix, unix.replaceAll("\n", "\r\n"), lines.join(""), ...lines.filter((line) => !/^-{3,}/.test(line))];
}

/** The texts of a JSON secret that its own names call secret: a service account's private key. */
function membersOf(text: string): readonly string[] {
  if (!text.startsWith("{")) return [];
  const found: string[] = [];
  const visit = (value: unknown, name: string): void => {
    if (typeof value === "string" && namesSecret(name)) found.push(value, ...linesOf(value));
    else if (typeof value === "object" && value !== null)
      for (const [key, member] of Object.entries(value)) visit(member, Array.isArray(value) ? name : key);
  };
  try {
    visit(JSON.parse(text), "");
  } catch {
    return [];
  }
  return found;
}

/** The credentials of a secret that is an address: a driver sends the password without the rest. */
function userOf(text: string): readonly string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return [];
  const { username, password, searchParams } = new URL(text);
  const named = [...searchParams].flatMap(([name, value]) => (namesSecret(name) ? [value] : []));
  return [password, decoded(password), `${username}:${password}`, ...named];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const secretName =
  /authorization|cookie|secret|token|passw|pwd|credential|signature|session|assertion|api[-_]?key|access[-_]?key|hapikey|private[-_]?key|^key$|^sig$/i;

/** Does a header or parameter of this name carry a credential? */
export function namesSecret(name: string): boolean {
  return secretName.test(name);
}

/** Of parts the usual ones only: each makes every redaction slower, and a key has many lines. */
function plainSpellings(part: string): readonly string[] {
  const json = JSON.stringify(part).slice(1, -1);
  return [part, json, json.replaceAll("/", "\\/"), encodeURIComponent(part)];
}

function spellings(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const percent = encodeURIComponent(secret);
  const strict = percent.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const ascii = json.replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const urls = [percent, strict, percent.replaceAll("%20", "+"), strict.replaceAll("%20", "+")];
  const lower = urls.map((url) => url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  const jsons = [json, json.replaceAll("/", "\\/"), ascii];
  // A server that echoes a body does so in a text of its own JSON, or on a page.
  const twice = [...jsons, percent].map((text) => JSON.stringify(text).slice(1, -1));
  return [
    secret,
    ...jsons,
    ...twice,
    ...urls,
    encodeURIComponent(percent),
    ...lower,
    ...html(secret),
    ...base64(secret),
  ];
}

function html(secret: string): readonly string[] {
  const named = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const quoted = named.replaceAll('"', "&quot;");
  return [named, quoted, quoted.replaceAll("'", "&#39;"), quoted.replaceAll("'", "&#x27;")];
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
