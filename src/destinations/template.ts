/** Templates in a sync's options: `{{ name }}` in a path, in a text, or alone as a typed value. */
import { type Json } from "../value";

/** What a placeholder stands for. undefined: the record does not have it. */
export type Scope = (name: string) => Json | undefined;

/** Names of the placeholders anywhere in a JSON tree, with the path of the string that holds each. */
export function placeholders(tree: unknown, path: readonly (string | number)[] = []): readonly Placeholder[] {
  if (typeof tree === "string") return [...tree.matchAll(placeholder)].map((found) => ({ name: nameIn(found), path }));
  if (Array.isArray(tree)) return tree.flatMap((item, index) => placeholders(item, [...path, index]));
  if (tree === null || typeof tree !== "object") return [];
  return Object.entries(tree).flatMap(([key, item]) => placeholders(item, [...path, key]));
}
export interface Placeholder {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/**
 * A JSON tree with its placeholders filled. A string that is one placeholder and nothing else takes the value with its
 * type; what the record does not have is left out of an object and null in an array.
 */
export function fillTree(tree: Json, scope: Scope): Json | undefined {
  if (typeof tree === "string") {
    const alone = /^\s*\{\{([^{}]*)\}\}\s*$/.exec(tree);
    return alone === null ? fillText(tree, scope) : scope((alone[1] as string).trim());
  }
  if (tree === null || typeof tree !== "object") return tree;
  if (isList(tree)) return tree.map((item) => fillTree(item, scope) ?? null);
  const filled = Object.entries(tree).map(([key, item]) => [key, fillTree(item, scope)] as const);
  return Object.fromEntries(filled.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** A text with its placeholders filled; what is null or missing leaves nothing. */
export function fillText(text: string, scope: Scope): string {
  return text.replace(placeholder, (_, name: string) => asText(scope(name.trim()) ?? null));
}

export type FilledPath =
  | { readonly path: string; readonly query: Readonly<Record<string, string>> }
  /** The placeholder whose value cannot stand in a path. */
  | { readonly unfit: string };

/**
 * A path, and its query if it has one. Values are percent-encoded in the path. Nothing, "." and ".." are unfit there:
 * they would address the collection, or another record, instead of this one.
 */
export function fillPath(template: string, scope: Scope): FilledPath {
  const [before = "", after = ""] = splitAt(template, "?");
  let unfit: string | undefined;
  const path = before.replace(placeholder, (_, raw: string) => {
    const name = raw.trim();
    const text = asText(scope(name) ?? null);
    if (text === "" || text === "." || text === ".." || loneSurrogate.test(text)) unfit ??= name;
    return unfit === undefined ? encodeURIComponent(text) : "";
  });
  if (unfit !== undefined) return { unfit };
  const pairs = after === "" ? [] : after.split("&").map((pair) => splitAt(pair, "="));
  return {
    path,
    query: Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, fillText(value, scope)])),
  };
}

export function asText(value: Json): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const loneSurrogate = /\p{Surrogate}/u;
const placeholder = /\{\{([^{}]*)\}\}/g;

function nameIn(found: RegExpMatchArray): string {
  return (found[1] as string).trim();
}

function splitAt(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

// Array.isArray does not narrow readonly arrays.
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
