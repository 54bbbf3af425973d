/** chat.postMessage, chat.update, chat.delete, and incoming webhooks. */
import { type SandboxRequest, type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { maxText } from "./api";
import { wrongWithBlocks } from "./sandbox-blocks";
import { type Arguments, type Call, no, ok, parsed, structured, tooMany, word } from "./sandbox-call";
import { type Gate } from "./sandbox-gate";
import { type Channel, channelOf, type Message, nextTime, type State } from "./sandbox-state";

export function postMessage({ state, now, given }: Call, gate: Gate): SandboxResponse {
  const channel = channelOf(state, word(given["channel"]));
  const wrong = wrongWithChannel(channel, state) ?? wrongWithMessage(given, state);
  if (channel === undefined || wrong !== undefined) return wrong ?? no("channel_not_found");
  const thread = word(given["thread_ts"]);
  if (thread !== "" && !state.messages.some((one) => one.channel === channel.id && one.ts === thread)) {
    return no("thread_not_found");
  }
  const seconds = gate.message(channel.id, now);
  if (seconds !== undefined) return tooMany(seconds);
  const message = stored(state, channel, given, now);
  return ok({ channel: channel.id, ts: message.ts, message: shown(message, state) });
}

export function update({ state, given }: Call): SandboxResponse {
  const index = indexOf(state, given);
  const before = state.messages[index];
  if (before === undefined) return no("message_not_found");
  const wrong = wrongWithMessage(given, state);
  if (wrong !== undefined) return wrong;
  const message = { ...before, ...contentOf(given) };
  state.messages[index] = message;
  return ok({ channel: message.channel, ts: message.ts, text: message.text, message: { text: message.text } });
}

export function remove({ state, given }: Call): SandboxResponse {
  const index = indexOf(state, given);
  const message = state.messages[index];
  if (message === undefined) return no("message_not_found");
  state.messages.splice(index, 1);
  return ok({ channel: message.channel, ts: message.ts });
}

/** Words in plain text, and a status for each. */
export function webhook(state: State, request: SandboxRequest, gate: Gate, now: number): SandboxResponse {
  const no = (status: number, text: string): SandboxResponse => ({ status, body: text });
  if (request.method !== "POST") return no(400, "invalid_payload");
  if (!/^\/services\/T\w+\/B\w+\/\w+$/.test(request.path)) return no(403, "invalid_token");
  if (state.closed.includes(request.path)) return no(404, "no_service");
  const channel = state.channels[0];
  if (channel === undefined) return no(404, "channel_not_found");
  if (channel.is_archived === true) return no(410, "channel_is_archived");
  const body = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")
    ? (new URLSearchParams(request.body).get("payload") ?? "")
    : request.body;
  const given = parsed(body);
  if (typeof given !== "object" || given === null || Array.isArray(given)) return no(400, "invalid_payload");
  const wrong = wrongWithMessage(given as Arguments, state);
  const error = wrong === undefined ? undefined : String((wrong.body as { error: string }).error);
  if (error !== undefined) return no(400, error === "msg_too_long" || error === "no_text" ? error : "invalid_payload");
  const seconds = gate.message(`webhook ${request.path}`, now);
  if (seconds !== undefined) return { ...tooMany(seconds), body: "rate_limited" };
  // Whatever name and channel it asks for, it has its own.
  const { text, blocks, thread_ts } = given as Arguments;
  stored(state, channel, { text, blocks, thread_ts }, now, { webhook: true });
  return { status: 200, body: "ok" };
}

function wrongWithChannel(channel: Channel | undefined, { scopes }: State): SandboxResponse | undefined {
  if (channel === undefined || (channel.is_private === true && channel.is_member !== true))
    return no("channel_not_found");
  if (channel.is_archived === true) return no("is_archived");
  return channel.is_member === true || scopes.includes("chat:write.public") ? undefined : no("not_in_channel");
}

function wrongWithMessage(given: Arguments, { scopes }: State): SandboxResponse | undefined {
  const blocks = structured(given["blocks"]);
  const wrong = given["blocks"] === undefined ? [] : wrongWithBlocks(blocks);
  if (wrong.length > 0) {
    return no("invalid_blocks", {
      errors: wrong.map((one) => one.replace(/^\[ERROR\] /, "")),
      response_metadata: { messages: wrong },
    });
  }
  const text = word(given["text"]);
  const attachments = structured(given["attachments"]);
  const isEmpty = (list: unknown): boolean => !Array.isArray(list) || list.length === 0;
  if (text.trim() === "" && isEmpty(blocks) && isEmpty(attachments)) return no("no_text");
  if (text.length > maxText) return no("msg_too_long");
  const isDressed =
    word(given["username"]) !== "" || word(given["icon_emoji"]) !== "" || word(given["icon_url"]) !== "";
  const needed = "chat:write.customize";
  return isDressed && !scopes.includes(needed)
    ? no("missing_scope", { needed, provided: scopes.join(",") })
    : undefined;
}

function stored(
  state: State,
  channel: Channel,
  given: Arguments,
  now: number,
  more: { readonly webhook?: true } = {},
): Message {
  const [thread, username, icon] = ["thread_ts", "username", "icon_emoji"].map((name) => word(given[name]));
  const message: Message = {
    channel: channel.id,
    ts: nextTime(state, now),
    ...contentOf(given),
    ...(thread ? { thread_ts: thread } : {}),
    ...(username ? { username } : {}),
    ...(icon ? { icon_emoji: icon } : {}),
    ...more,
  };
  state.messages.push(message);
  return message;
}

function contentOf(given: Arguments): Pick<Message, "text" | "blocks"> {
  const blocks = structured(given["blocks"]);
  return { text: word(given["text"]), ...(Array.isArray(blocks) ? { blocks: blocks as Json[] } : {}) };
}

function shown({ text, ts, blocks, thread_ts, username, icon_emoji }: Message, { bot, team }: State): Json {
  return {
    type: "message",
    ...(username === undefined ? {} : { subtype: "bot_message", username }),
    text,
    ts,
    user: bot.user_id,
    bot_id: bot.id,
    team: team.id,
    ...(blocks === undefined ? {} : { blocks }),
    ...(thread_ts === undefined ? {} : { thread_ts }),
    ...(icon_emoji === undefined ? {} : { icons: { emoji: icon_emoji } }),
  };
}

function indexOf(state: State, given: Arguments): number {
  const [channel, ts] = [word(given["channel"]), word(given["ts"])];
  return state.messages.findIndex((one) => one.channel === channel && one.ts === ts);
}
