/** What can be written (messages) and looked up (people, channels). */
import { type Config, type Conversation, type FieldSchema, type ObjectSchema } from "../destination";
import { SyncFailure } from "../../failure";
import { type Fields, fieldsOf, http, isRefusal, isWebhook, maxText, pages, reading, textOf } from "./api";
import { refusal } from "./answers";

/** Told a sync's options it asks nothing: a message is the same everywhere. Asked by itself it lists the channels to choose from. */
export function* describe(config: Config, options?: Config): Conversation<readonly ObjectSchema[]> {
  if (options !== undefined || isWebhook(config)) return [message([]), user, channel];
  const found = yield* channels({ exclude_archived: "true" });
  return [message(isRefusal(found) ? [] : found), user, channel];
}

function* channels(query: Readonly<Record<string, string>>) {
  return yield* pages("conversations.list", "channels", { types: "public_channel,private_channel", ...query });
}

function message(known: readonly Fields[]): ObjectSchema {
  const options = known.flatMap(({ id, name }) => {
    const [value, label] = [textOf(id), textOf(name)];
    return value === undefined ? [] : [{ value, ...(label === undefined ? {} : { label: `#${label}` }) }];
  });
  return {
    name: "message",
    label: "Message",
    description: "A message for each record, or one digest for a run. Other fields are there for the templates.",
    modes: ["append"],
    removals: [],
    fields: [
      {
        name: "channel",
        type: "text",
        label: "Channel",
        description:
          "Where this record's message goes: #name, a channel's id or a person's. Left out: the option channel.",
        native: "channel",
        ...(options.length === 0
          ? {}
          : { options: options.sort((a, b) => ((a.label ?? "") < (b.label ?? "") ? -1 : 1)) }),
      },
      {
        name: "email",
        type: "text",
        format: "email",
        label: "E-mail",
        description: "Writes to the person with this address, where the record has no channel.",
        native: "email",
      },
      {
        name: "text",
        type: "text",
        label: "Text",
        description: "The message, where the option text is left out. Its markup is shown as it is written.",
        maxLength: maxText,
        native: "mrkdwn",
      },
      {
        name: "thread_ts",
        type: "text",
        label: "Thread",
        description: "Replies to the message of this time.",
        native: "ts",
      },
    ],
    open: true,
    match: "none",
    readable: false,
    whole: true,
  };
}

const text = (name: string, label: string, rest: Partial<FieldSchema> = {}): FieldSchema => {
  return { name, type: "text", label, unique: true, readOnly: true, ...rest };
};

const user: ObjectSchema = {
  name: "user",
  label: "Person",
  description: "To look up: `{ lookup: user, by: email, column: owner_email }` is the person's id, for <@{{ owner }}>.",
  modes: [],
  removals: [],
  fields: [text("email", "E-mail", { format: "email", matchForm: "trimmed-lowercase" })],
  match: "none",
  readable: false,
};

const channel: ObjectSchema = {
  name: "channel",
  label: "Channel",
  description: "To look up: `{ lookup: channel, by: name, column: team_channel }` is the channel's id.",
  modes: [],
  removals: [],
  fields: [text("name", "Name")],
  match: "none",
  readable: false,
};

/** So many people are asked for one by one; beyond, the whole workspace is listed, which costs fewer of scarcer requests. */
const fewPeople = 20;

export function* lookup(
  { object, by, values }: { readonly object: string; readonly by: string; readonly values: readonly string[] },
  config: Config,
): Conversation<ReadonlyMap<string, readonly string[]>> {
  if (isWebhook(config)) throw unanswerable("A webhook cannot look anything up.", "Connect with a token instead.");
  if (object === "user" && by === "email") {
    return values.length <= fewPeople ? yield* peopleByEmail(values) : yield* peopleListed(values);
  }
  if (object === "channel" && by === "name") return yield* channelsByName(values);
  throw unanswerable(`Slack cannot look up "${object}" by "${by}".`, "Look up a user by email, or a channel by name.");
}

function* peopleByEmail(values: readonly string[]): Conversation<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const value of values) {
    const email = value.trim();
    if (email === "") continue;
    const response = http(yield reading("users.lookupByEmail", { email }));
    const body = fieldsOf(response.json);
    const id = textOf(fieldsOf(body["user"])["id"]);
    if (id !== undefined) found.set(value, [id]);
    else if (body["error"] !== "users_not_found") throw refusedLookup(refusal(response).reason);
  }
  return found;
}

function* peopleListed(values: readonly string[]): Conversation<ReadonlyMap<string, readonly string[]>> {
  const members = yield* pages("users.list", "members");
  if (isRefusal(members)) throw refusedLookup(refusal(members).reason);
  const active = members.filter((member) => member["deleted"] !== true && member["is_bot"] !== true);
  return byText(active, (member) => folded(textOf(fieldsOf(member["profile"])["email"]) ?? ""), values, folded);
}

function* channelsByName(values: readonly string[]): Conversation<ReadonlyMap<string, readonly string[]>> {
  const found = yield* channels({ exclude_archived: "true" });
  if (isRefusal(found)) throw refusedLookup(refusal(found).reason);
  return byText(
    found,
    (one) => folded(textOf(one["name"]) ?? ""),
    values,
    (value) => folded(value.replace(/^\s*#/, "")),
  );
}

function byText(
  items: readonly Fields[],
  nameOf: (item: Fields) => string,
  values: readonly string[],
  form: (value: string) => string,
): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const item of items) {
    const [name, id] = [nameOf(item), textOf(item["id"])];
    if (name !== "" && id !== undefined) ids.set(name, [...(ids.get(name) ?? []), id]);
  }
  const asked = values.map((value) => [value, ids.get(form(value))] as const);
  return new Map(asked.filter((entry): entry is [string, string[]] => entry[1] !== undefined));
}

function folded(text: string): string {
  return text.trim().toLowerCase();
}

function refusedLookup(reason: string): SyncFailure {
  return unanswerable(
    `Slack does not answer the lookup: ${reason}`,
    "Give the app the scopes users:read and users:read.email for people, channels:read and groups:read for channels.",
  );
}

function unanswerable(what: string, hint: string): SyncFailure {
  return new SyncFailure("lookup-refused", what, hint);
}
