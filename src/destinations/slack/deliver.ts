/** Posts messages: one for each record, or one for a run. Nothing makes a message harmless to repeat, so none is sent twice. */
import { type OutgoingChange, type Outcome } from "../../record";
import { SyncFailure } from "../../failure";
import { type Batching, type Conversation, type DeliverContext } from "../destination";
import { type Refusal, isAccepted, isUnclear, refusal } from "./answers";
import { type Body, fieldsOf, http, isWebhook, maxText, posting, reading, textOf } from "./api";
import { digestOf, messageOf } from "./message";
import { check, readOptions } from "./options";

/** Records of one digest. A run that has more gets another: they are held in memory until it is sent. */
const digestSize = 100_000;

export function batching(context: DeliverContext): Batching {
  const digest = readOptions(context.options).digest !== undefined;
  return {
    size: digest ? digestSize : 1,
    // A digest is about everything that happened.
    by: (change) => (digest ? "digest" : `${change.id}`),
    repeatable: false,
  };
}

export function* deliver(batch: readonly OutgoingChange[], context: DeliverContext): Conversation<readonly Outcome[]> {
  const [wrong] = check(context);
  if (wrong !== undefined) {
    throw new SyncFailure(wrong.code, wrong.message, "Mend `destination:` in the sync file and run again.");
  }
  if (batch.length === 0) return [];
  const options = readOptions(context.options);
  if (options.digest !== undefined) {
    const channel = options.channel === undefined ? {} : { channel: options.channel };
    return yield* post(batch, { ...channel, ...digestOf(batch, options) }, context);
  }
  const outcomes: Outcome[] = [];
  for (const change of batch) outcomes.push(...(yield* one(change, context)));
  return outcomes;
}

function* one(change: OutgoingChange, context: DeliverContext): Conversation<readonly Outcome[]> {
  const options = readOptions(context.options);
  const message = messageOf(change, options);
  if ((textOf(message["text"])?.length ?? 0) > maxText) return rejected([change], tooLong, context);
  if (isWebhook(context.config)) return yield* post([change], message, context);
  const place = yield* placeOf(change, options.channel);
  if (typeof place !== "string") return rejected([change], place.refusal, context, place.status);
  return yield* post([change], { channel: place, ...message }, context);
}

const tooLong: Refusal = {
  code: "msg_too_long",
  reason: "The text has more than 40,000 characters, and Slack would cut it without saying so.",
  field: "text",
};
const noPlace: Refusal = {
  code: "channel-missing",
  reason: "The record has neither a channel nor an e-mail address, and the sync names no channel.",
  field: "channel",
};

/** The record's own channel, the person with its e-mail address, or the sync's channel. */
function* placeOf(
  { fields }: OutgoingChange,
  fallback: string | undefined,
): Conversation<string | { readonly refusal: Refusal; readonly status?: number }> {
  const own = given(fields["channel"]);
  if (own !== undefined) return own;
  const email = given(fields["email"]);
  if (email === undefined) return fallback ?? { refusal: noPlace };
  const response = http(yield reading("users.lookupByEmail", { email }));
  // A person's id stands for the conversation with them.
  const id = textOf(fieldsOf(fieldsOf(response.json)["user"])["id"]);
  return id ?? { refusal: refusal(response), status: response.status };
}

function given(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? textOf(String(value).trim()) : undefined;
}

function* post(
  changes: readonly OutgoingChange[],
  body: Body,
  context: DeliverContext,
): Conversation<readonly Outcome[]> {
  const request = posting(
    context.config,
    body,
    changes.map(({ id }) => id),
  );
  const response = http(yield request);
  if (isAccepted(request.path, response)) {
    const { channel, ts } = fieldsOf(response.json);
    const [place, time] = [textOf(channel), textOf(ts)];
    const remote =
      changes.length === 1 && place !== undefined && time !== undefined ? { remoteId: `${place}:${time}` } : {};
    return changes.map(({ id }) => ({ outcome: "applied", id, created: true, ...remote }));
  }
  if (!isUnclear(request, response)) {
    const why = refusal(response);
    const outcomes = rejected(changes, why, context, response.status);
    return why.field === "channel" && isEverybodys(body, context) ? outcomes.map(forAll) : outcomes;
  }
  const { reason } = refusal(response);
  return changes.map(({ id }) => ({
    outcome: "in doubt",
    id,
    reason: `Slack may or may not have posted the message. ${reason}`,
  }));
}

/** Does the message go where the sync sends those that have no place of their own? */
function isEverybodys({ channel }: Body, { options }: DeliverContext): boolean {
  return channel !== undefined && channel === readOptions(options).channel;
}

function forAll(outcome: Outcome): Outcome {
  return outcome.outcome === "rejected" ? { ...outcome, forAll: true } : outcome;
}

/** A refusal names the field only where the sync maps it: else the place is an option's. */
function rejected(
  changes: readonly OutgoingChange[],
  { field, ...why }: Refusal,
  context: DeliverContext,
  status?: number,
): readonly Outcome[] {
  const named = context.fields.some(({ name }) => name === field) && field !== undefined ? { field } : {};
  return changes.map(({ id }) => ({
    outcome: "rejected",
    id,
    ...why,
    ...named,
    ...(status === undefined ? {} : { status }),
  }));
}
