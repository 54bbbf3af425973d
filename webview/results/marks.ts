/**
 * Which lines of an exchange speak of one record. The answer does in the vendor's own words; around them it names the
 * record by a number or a name that the request carries too, once for each record.
 */
import { type Json } from "../../src/value";

export interface Marks {
  /** Texts to look for in the lines of each body, as they stand in JSON. */
  readonly request: readonly string[];
  readonly response: readonly string[];
}

/** What a request repeats for every record, such as the name of a field, points at none. */
const mostOften = 2;

export function marksOf(input: {
  readonly request: string | undefined;
  readonly response: string | undefined;
  readonly key: Json;
  readonly reason: string;
}): Marks {
  const own = keyTexts(input.key);
  const around = leaves(smallestWith(parsed(input.response), input.reason));
  const carried = tally(leaves(parsed(input.request)));
  const shared = around.filter((text) => {
    const times = carried.get(text) ?? 0;
    return times > 0 && times <= mostOften;
  });
  const named = [...new Set([...own, ...shared])].map((text) => JSON.stringify(text));
  const reason = JSON.stringify(input.reason).slice(1, -1);
  return { request: named, response: [...named, ...(reason === "" ? [] : [reason])] };
}

function keyTexts(key: Json): readonly string[] {
  const parts = Array.isArray(key) ? (key as readonly Json[]) : [key];
  return parts.filter((part) => part !== null).map(String);
}

/** The smallest object or list in which the reason stands. */
function smallestWith(json: Json | undefined, reason: string): Json | undefined {
  if (reason === "" || json === undefined || json === null || typeof json !== "object") return undefined;
  if (!leaves(json).some((text) => text.includes(reason))) return undefined;
  const inner = Object.values(json).map((value) => smallestWith(value as Json, reason));
  return inner.find((found) => found !== undefined) ?? json;
}

/** Every text and number below, as text. */
function leaves(json: Json | undefined): readonly string[] {
  if (json === undefined || json === null || typeof json === "boolean") return [];
  if (typeof json === "object") return Object.values(json).flatMap((value) => leaves(value as Json));
  return [String(json)];
}

function tally(texts: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

function parsed(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}
