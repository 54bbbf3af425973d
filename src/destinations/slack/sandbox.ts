/** A simulator of a Slack workspace: its Web API and its incoming webhooks, with the words in which they refuse. */
import { type Sandbox, type SandboxRequest, type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { argumentsOf, type Call, no, ok, page, tooMany, word } from "./sandbox-call";
import { Gate } from "./sandbox-gate";
import { postMessage, remove, update, webhook } from "./sandbox-messages";
import { type Channel, channelOf, conversationWith, dumpOf, type Person, type State, stateOf } from "./sandbox-state";

export function sandbox(seed?: Json): Sandbox {
  const state = stateOf(seed);
  const gate = new Gate();
  return {
    handle: (request, now) => handle(state, gate, request, now),
    dump: () => dumpOf(state),
    fault: (kind) => faults[kind],
  };
}

const faults: Readonly<Record<Parameters<Sandbox["fault"]>[0], SandboxResponse>> = {
  throttled: tooMany(1),
  unavailable: { status: 503, body: "upstream connect error or disconnect/reset before headers" },
  error: { status: 500, body: { ok: false, error: "internal_error" } },
  expired: no("token_expired"),
};

interface Method {
  /** The scope that a token needs. */
  readonly scope?: string;
  answer(call: Call, gate: Gate): SandboxResponse;
}

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["auth.test", { answer: authTest }],
  ["chat.postMessage", { scope: "chat:write", answer: postMessage }],
  ["chat.update", { scope: "chat:write", answer: update }],
  ["chat.delete", { scope: "chat:write", answer: remove }],
  ["conversations.list", { scope: "channels:read", answer: conversationsList }],
  ["conversations.info", { scope: "channels:read", answer: conversationsInfo }],
  ["conversations.open", { scope: "im:write", answer: conversationsOpen }],
  ["users.list", { scope: "users:read", answer: usersList }],
  ["users.info", { scope: "users:read", answer: usersInfo }],
  ["users.lookupByEmail", { scope: "users:read.email", answer: usersLookupByEmail }],
]);

function handle(state: State, gate: Gate, request: SandboxRequest, now: number): SandboxResponse {
  if (request.path.startsWith("/services/")) return webhook(state, request, gate, now);
  const name = /^\/api\/([\w.]+)$/.exec(request.path)?.[1];
  if (name === undefined) return { status: 404, body: "not found" };
  const method = methods.get(name);
  if (method === undefined) return no("unknown_method", { req_method: name });
  const read = argumentsOf(request);
  if ("error" in read) return no(read.error);
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1] ?? word(read.given["token"]);
  if (token === "") return no("not_authed");
  if (state.revoked.includes(token)) return no("token_revoked");
  if (method.scope !== undefined && !state.scopes.includes(method.scope)) {
    return no("missing_scope", { needed: method.scope, provided: state.scopes.join(",") });
  }
  const seconds = gate.method(name, now);
  if (seconds !== undefined) return tooMany(seconds);
  const given = method.answer({ state, now, given: read.given }, gate);
  return { ...given, headers: { "x-oauth-scopes": state.scopes.join(","), ...given.headers } };
}

function authTest({ state: { team, bot } }: Call): SandboxResponse {
  const url = `https://${team.domain}.slack.com/`;
  return ok({
    url,
    team: team.name,
    user: bot.name,
    team_id: team.id,
    user_id: bot.user_id,
    bot_id: bot.id,
    is_enterprise_install: false,
  });
}

function conversationsList({ state, given }: Call): SandboxResponse {
  const types = (word(given["types"]) || "public_channel").split(",").map((type) => type.trim());
  if (types.includes("private_channel") && !state.scopes.includes("groups:read")) {
    return no("missing_scope", { needed: "groups:read", provided: state.scopes.join(",") });
  }
  const wanted = state.channels.filter(
    ({ is_private, is_archived, is_member }) =>
      types.includes(is_private === true ? "private_channel" : "public_channel") &&
      // A private channel is there only for its members.
      (is_private !== true || is_member === true) &&
      !(word(given["exclude_archived"]) === "true" && is_archived === true),
  );
  const found = page(wanted, given);
  if (found === undefined) return no("invalid_cursor");
  return ok({
    channels: found.items.map((channel) => shownChannel(channel, state)),
    response_metadata: { next_cursor: found.next },
  });
}

function conversationsInfo({ state, given }: Call): SandboxResponse {
  const channel = channelOf(state, word(given["channel"]));
  return channel === undefined ? no("channel_not_found") : ok({ channel: shownChannel(channel, state) });
}

function conversationsOpen({ state, given }: Call): SandboxResponse {
  const person = state.users.find(({ id }) => id === word(given["users"]));
  if (person === undefined || person.deleted === true) return no("user_not_found");
  return ok({ channel: { id: conversationWith(person).id } });
}

function usersList({ state, given, now }: Call): SandboxResponse {
  const found = page(state.users, given);
  if (found === undefined) return no("invalid_cursor");
  return ok({
    members: found.items.map((person) => shownPerson(person, state)),
    cache_ts: Math.floor(now / 1000),
    response_metadata: { next_cursor: found.next },
  });
}

function usersInfo({ state, given }: Call): SandboxResponse {
  const person = state.users.find(({ id }) => id === word(given["user"]));
  return person === undefined ? no("user_not_found") : ok({ user: shownPerson(person, state) });
}

/** People who left are not found. */
function usersLookupByEmail({ state, given }: Call): SandboxResponse {
  const email = word(given["email"]).trim().toLowerCase();
  const person = state.users.find((one) => one.email.toLowerCase() === email && one.deleted !== true);
  return person === undefined ? no("users_not_found") : ok({ user: shownPerson(person, state) });
}

function shownChannel({ id, name, is_private, is_archived, is_member }: Channel, { channels, team, bot }: State): Json {
  return {
    id,
    name,
    name_normalized: name,
    created: 1_700_000_000,
    creator: bot.user_id,
    is_channel: is_private !== true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: is_private === true,
    is_archived: is_archived === true,
    is_general: channels[0]?.id === id,
    is_member: is_member === true,
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    is_pending_ext_shared: false,
    pending_shared: [],
    previous_names: [],
    shared_team_ids: [team.id],
    num_members: is_member === true ? 2 : 1,
    topic: { value: "", creator: "", last_set: 0 },
    purpose: { value: "", creator: "", last_set: 0 },
    unlinked: 0,
  };
}

function shownPerson({ id, name, email, deleted, is_bot }: Person, { team }: State): Json {
  return {
    id,
    team_id: team.id,
    name,
    deleted: deleted === true,
    is_bot: is_bot === true,
    is_app_user: false,
    updated: 1_700_000_000,
    profile: {
      real_name: name,
      real_name_normalized: name,
      display_name: name,
      display_name_normalized: name,
      avatar_hash: "g0000000000",
      title: "",
      phone: "",
      skype: "",
      status_text: "",
      status_emoji: "",
      fields: [],
      email,
      team: team.id,
    },
  };
}
