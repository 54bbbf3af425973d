/** What the simulated workspace holds. A seed replaces any part of it. */
import { type Json } from "../../value";

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly is_private?: boolean;
  readonly is_archived?: boolean;
  /** Is the app in it? */
  readonly is_member?: boolean;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly deleted?: boolean;
  readonly is_bot?: boolean;
}

export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks?: readonly Json[];
  readonly thread_ts?: string;
  readonly username?: string;
  readonly icon_emoji?: string;
  /** It came by a webhook. */
  readonly webhook?: true;
}

export interface State {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly bot: { readonly id: string; readonly user_id: string; readonly name: string };
  readonly channels: Channel[];
  readonly users: Person[];
  readonly messages: Message[];
  /** Scopes of every token. */
  readonly scopes: readonly string[];
  /** Tokens that are no longer good. */
  readonly revoked: readonly string[];
  /** Paths of webhooks that were switched off; all others post to the first channel. */
  readonly closed: readonly string[];
  /** Messages that have been posted, whether they are still there or not. */
  posted: number;
}

const fresh = {
  team: { id: "T0SLUICE1", name: "Sluice Sandbox", domain: "sluice-sandbox" },
  bot: { id: "B0SLUICE1", user_id: "U0SLUICEBOT", name: "sluice" },
  channels: [
    { id: "C0GENERAL1", name: "general", is_member: true },
    { id: "C0SALES001", name: "sales", is_member: true },
    { id: "C0ALERTS01", name: "data-alerts", is_member: true },
    { id: "C0RANDOM01", name: "random" },
    { id: "C0OLDNEWS1", name: "old-news", is_archived: true, is_member: true },
    { id: "C0SECRET01", name: "leadership", is_private: true },
  ],
  users: [
    { id: "U0ADA00001", name: "ada", email: "ada@example.com" },
    { id: "U0GRACE001", name: "grace", email: "grace@example.com" },
    { id: "U0GONE0001", name: "gone", email: "gone@example.com", deleted: true },
  ],
  scopes: [
    "chat:write",
    "channels:read",
    "groups:read",
    "im:write",
    "users:read",
    "users:read.email",
    "chat:write.customize",
  ],
} as const;

export function stateOf(seed: Json | undefined): State {
  const given = (seed ?? {}) as unknown as Partial<State>;
  return {
    team: given.team ?? fresh.team,
    bot: given.bot ?? fresh.bot,
    channels: [...(given.channels ?? fresh.channels)],
    users: [...(given.users ?? fresh.users)],
    messages: [...(given.messages ?? [])],
    scopes: [...(given.scopes ?? fresh.scopes)],
    revoked: [...(given.revoked ?? [])],
    closed: [...(given.closed ?? [])],
    posted: given.posted ?? 0,
  };
}

export function dumpOf(state: State): Json {
  return { ...state } as unknown as Json;
}

/** A channel by its id or its name, or a person's conversation by its id or the person's. */
export function channelOf(state: State, named: string): Channel | undefined {
  const name = named.replace(/^#/, "").toLowerCase();
  const found = state.channels.find((channel) => channel.id === named || channel.name === name);
  if (found !== undefined) return found;
  const person = state.users.find(({ id, deleted }) => deleted !== true && (id === named || directId(id) === named));
  return person === undefined ? undefined : conversationWith(person);
}

export function conversationWith({ id, name }: Person): Channel {
  return { id: directId(id), name, is_private: true, is_member: true };
}

/** A direct conversation has the person's id here but for its first letter. */
function directId(person: string): string {
  return `D${person.slice(1)}`;
}

/** Seconds since the epoch and a number that makes it the message's own. */
export function nextTime(state: State, now: number): string {
  state.posted += 1;
  return `${String(Math.floor(now / 1000)).padStart(10, "0")}.${String(state.posted % 1_000_000).padStart(6, "0")}`;
}
