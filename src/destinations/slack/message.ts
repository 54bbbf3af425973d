/** A record, or all of a run, as a message. Values are escaped, so that no row can mention people or forge a link. */
import { type OutgoingChange } from "../../record";
import { type Json } from "../../value";
import { asText, fillText, fillTree, type Scope } from "../template";
import { type Body } from "./api";
import { type SlackOptions } from "./options";

/** The three characters that Slack's markup is made of. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The message for one record, without its channel. */
export function messageOf(change: OutgoingChange, options: SlackOptions): Body {
  const scope = scopeOf(change);
  const own = asText(change.fields["text"] ?? null);
  const text = options.text === undefined ? escaped(own) : fillText(options.text, escapedScope(scope));
  return {
    ...(text === "" ? {} : { text }),
    ...(options.blocks === undefined ? {} : { blocks: blocksOf(options.blocks as unknown as readonly Json[], scope) }),
    ...threadOf(change.fields["thread_ts"]),
    ...manner(options),
  };
}

function threadOf(thread: Json | undefined): Body {
  return thread === undefined || thread === null || thread === "" ? {} : { thread_ts: asText(thread) };
}

/** The message for a whole run: its title and as many lines as are asked for and fit. */
export function digestOf(batch: readonly OutgoingChange[], options: SlackOptions): Body {
  const { title = "", line = "", lines = 0 } = options.digest ?? {};
  const head = fillText(title, (name) => (name === "count" ? batch.length.toLocaleString("en") : undefined));
  const shown: string[] = [];
  let length = head.length;
  for (const change of batch.slice(0, lines)) {
    const next = clipped(fillText(line, escapedScope(scopeOf(change))).replace(/\s*[\r\n]+\s*/g, " "));
    length += next.length + 1;
    if (length > digestText) break;
    shown.push(next);
  }
  const more = batch.length - shown.length;
  const rest = more === 0 || lines === 0 ? [] : [`… and ${more.toLocaleString("en")} more`];
  return { text: [head, ...shown, ...rest].join("\n"), ...manner(options) };
}

/** Slack advises at most 4,000 characters; the line that counts the rest has to fit too. */
const digestText = 3_900;
/** Of one line. */
const lineText = 500;

/** Not in the middle of an escape or of a character. */
function clipped(line: string): string {
  if (line.length <= lineText) return line;
  return `${line.slice(0, lineText).replace(/&[a-z]*$|[\ud800-\udbff]$/, "")}…`;
}

function manner({ username, icon_emoji, unfurl }: SlackOptions): Body {
  return {
    ...(username === undefined ? {} : { username }),
    ...(icon_emoji === undefined ? {} : { icon_emoji }),
    ...(unfurl === undefined ? {} : { unfurl_links: unfurl, unfurl_media: unfurl }),
  };
}

/** Blocks with values in them: escaped in what is shown as text, as they are in addresses and ids. */
function blocksOf(blocks: readonly Json[], scope: Scope): Json {
  return blocks.map((block) => blockOf(block, scope, "") ?? null);
}

function blockOf(tree: Json, scope: Scope, member: string): Json | undefined {
  if (typeof tree === "string") {
    if (member !== "text") return fillTree(tree, scope);
    // A text stays one: Slack refuses a number in its place.
    return fillText(tree, escapedScope(scope));
  }
  if (tree === null || typeof tree !== "object") return tree;
  if (Array.isArray(tree)) return (tree as readonly Json[]).map((item) => blockOf(item, scope, member) ?? null);
  const filled = Object.entries(tree).map(([name, item]) => [name, blockOf(item as Json, scope, name)] as const);
  return Object.fromEntries(filled.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function scopeOf(change: OutgoingChange): Scope {
  return (name) => (Object.hasOwn(change.fields, name) ? change.fields[name] : name === "key" ? change.key : undefined);
}

function escapedScope(scope: Scope): Scope {
  return (name) => {
    const value = scope(name);
    return value === undefined || value === null ? value : escaped(asText(value));
  };
}
