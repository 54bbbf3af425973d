/** Slack's addresses, limits and answers, and a careful reader of its JSON. */
import {
  type Bucket,
  type Config,
  type Conversation,
  type HttpRequest,
  type HttpResponse,
  type Response,
} from "../destination";
import { type Json } from "../../value";

export type Body = Readonly<Record<string, Json>>;

/** A method of the Web API as a path. */
export function method(name: string): string {
  return `/api/${name}`;
}
export const postMessage = method("chat.postMessage");
/** Stands for the webhook's address, which is a secret: the engine puts that in its place. */
export const webhookPath = "/webhook";

export function isWebhook(config: Config): boolean {
  return config["webhook"] !== undefined && config["token"] === undefined;
}

/** Characters of a text: beyond, Slack cuts the message without saying so. */
export const maxText = 40_000;

/** Channels and people are asked for in pages of this size; Slack advises 200 and takes fewer than 1,000. */
const pageSize = "200";

/**
 * Slack's rate limits, 2026: one message a second in each channel, "several hundred" a minute in a workspace, which its own
 * clients leave open and which is taken as 300 here; other methods by tier, for each workspace and app; a webhook one a
 * second. No header tells what is left: only a 429 with Retry-After corrects them.
 */
export function limits(config: Config): readonly Bucket[] {
  if (isWebhook(config)) return [{ name: "webhook", requests: 1, perMs: 1_000 }];
  return [
    { name: "messages", requests: 300, perMs: 60_000 },
    { name: "channel", requests: 1, perMs: 1_000, each: true },
    { name: "users.lookupByEmail", requests: 50, perMs: 60_000, reads: true },
    { name: "users.list", requests: 20, perMs: 60_000, reads: true },
    { name: "conversations.list", requests: 20, perMs: 60_000, reads: true },
  ];
}

export function reading(name: string, query: Readonly<Record<string, string>> = {}): HttpRequest {
  return {
    step: "request",
    method: "GET",
    path: method(name),
    ...(Object.keys(query).length === 0 ? {} : { query }),
    effect: "read",
    repeatable: true,
    limits: [name],
  };
}

/** A message for one channel, or for a webhook's. Sending it twice shows it twice. */
export function posting(config: Config, body: Body, changes: readonly number[]): HttpRequest {
  const channel = textOf(body["channel"]) ?? "";
  return {
    step: "request",
    method: "POST",
    path: isWebhook(config) ? webhookPath : postMessage,
    // Without the charset Slack guesses, and says so in each answer.
    headers: { "content-type": "application/json; charset=utf-8" },
    body: { json: body },
    effect: "write",
    repeatable: false,
    limits: isWebhook(config) ? ["webhook"] : ["messages", `channel/${channel.toLowerCase()}`],
    ...(changes.length === 0 ? {} : { changes }),
  };
}

/** Every item of a paged list, or the answer that was no page. */
export function* pages(
  name: string,
  member: string,
  query: Readonly<Record<string, string>> = {},
): Conversation<readonly Fields[] | HttpResponse> {
  const found: Fields[] = [];
  let cursor = "";
  do {
    const response = http(yield reading(name, { ...query, limit: pageSize, ...(cursor === "" ? {} : { cursor }) }));
    const body = fieldsOf(response.json);
    if (body["ok"] !== true) return response;
    found.push(...listOf(body[member]));
    const next = textOf(fieldsOf(body["response_metadata"])["next_cursor"]) ?? "";
    // The same page again would go on for ever.
    cursor = next === cursor ? "" : next;
  } while (cursor !== "");
  return found;
}

export function isRefusal(answer: readonly Fields[] | HttpResponse): answer is HttpResponse {
  return "kind" in answer;
}

/** The answer to a request. Anything else is a bug of whoever drives the conversation. */
export function http(response: Response): HttpResponse {
  if (response.kind !== "http") throw new Error("a request was answered by something that is no HTTP response");
  return response;
}

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(json: unknown): Fields {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Fields) : {};
}

export function listOf(json: unknown): readonly Fields[] {
  return Array.isArray(json) ? json.map(fieldsOf) : [];
}

/** A text that says something. */
export function textOf(json: unknown): string | undefined {
  return typeof json === "string" && json !== "" ? json : undefined;
}
