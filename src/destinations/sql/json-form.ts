/** JSON in one spelling: members in order of their names, no blanks. */
import { type Json } from "../../value";

/** The text itself where it is no JSON. */
export function plainJson(text: string): string {
  const read = parseJson(text);
  return read === undefined ? text : JSON.stringify(inOrder(read));
}

/** undefined: it is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function inOrder(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, inOrder(one)]));
}
