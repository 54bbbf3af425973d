/** Full-text search over what a run left: every rejection, and the bodies of the exchanges that were kept. */
import { throwIfAborted } from "../failure";
import { type Exchange, type Rejection } from "../record";
import { type Json } from "../value";
import { type ExchangeSummary, type RunHit, type RunHits, type RunSearch } from "./report";

/** Characters around the place. */
const around = 60;

interface Lines {
  readonly rejections: AsyncIterable<string>;
  readonly exchanges: AsyncIterable<string>;
}

/** Stops reading once the window is full and one more hit is known. */
export async function searchLines(lines: Lines, ask: RunSearch, signal?: AbortSignal): Promise<RunHits> {
  const wanted = ask.text.toLowerCase();
  if (wanted === "") return { hits: [], more: false };
  const hits: RunHit[] = [];
  let passed = 0;
  for await (const hit of found(lines, wanted, signal)) {
    if (hits.length === ask.limit) return { hits, more: true };
    if (passed >= ask.offset) hits.push(hit);
    passed += 1;
  }
  return { hits, more: false };
}

export function summaryOf({ id, at, request, response, ms, changes }: Exchange): ExchangeSummary {
  return {
    ...{ id, at, method: request.method, url: request.url, ms, changes: changes.length },
    ...(response === undefined ? {} : { status: response.status }),
  };
}

async function* found(lines: Lines, wanted: string, signal: AbortSignal | undefined): AsyncGenerator<RunHit> {
  for await (const line of lines.rejections) {
    throwIfAborted(signal);
    const hit = inRejection(JSON.parse(line) as Rejection, wanted);
    if (hit !== undefined) yield hit;
  }
  for await (const line of lines.exchanges) {
    throwIfAborted(signal);
    const hit = inExchange(JSON.parse(line) as Exchange, wanted);
    if (hit !== undefined) yield hit;
  }
}

function inRejection(rejection: Rejection, wanted: string): RunHit | undefined {
  const places: readonly (readonly [RunHit["where"], string])[] = [
    ["key", keyText(rejection.key)],
    ["reason", rejection.reason],
    ["field", rejection.field ?? ""],
  ];
  for (const [where, text] of places) {
    const excerpt = excerptOf(text, wanted);
    if (excerpt !== undefined) return { rejection, where, excerpt };
  }
  return undefined;
}

function inExchange(exchange: Exchange, wanted: string): RunHit | undefined {
  const places: readonly (readonly [RunHit["where"], string])[] = [
    ["request", exchange.request.body ?? ""],
    ["response", exchange.response?.body ?? exchange.failure ?? ""],
    ["url", exchange.request.url],
  ];
  for (const [where, text] of places) {
    const excerpt = excerptOf(text, wanted);
    if (excerpt !== undefined) return { exchange: summaryOf(exchange), where, excerpt };
  }
  return undefined;
}

function excerptOf(text: string, wanted: string): RunHit["excerpt"] | undefined {
  const lower = text.toLowerCase();
  const at = lower.indexOf(wanted);
  if (at < 0) return undefined;
  // Some letters grow in lower case, and then the places differ: the excerpt begins at the text itself.
  if (lower.length !== text.length) return { text: text.slice(0, around * 2), at: 0, length: 0 };
  const start = Math.max(0, at - around);
  return { text: text.slice(start, at + wanted.length + around), at: at - start, length: wanted.length };
}

function keyText(key: Json): string {
  return Array.isArray(key) ? (key as readonly Json[]).map(String).join(" · ") : String(key);
}
