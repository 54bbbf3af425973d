/** What an author writes under `destination:` beside connection and object, and what is wrong with it. */
import { z } from "zod";
import { type Config, type ObjectContext, type OptionProblem } from "../destination";
import { placeholders } from "../template";
import { isWebhook } from "./api";

const words = z.string().min(1, "This text is empty. Write it, or remove the key.");

export const options = z.object({
  channel: z
    .string()
    .min(1, "Write a channel: #name, or its id.")
    .optional()
    .describe(
      "Where messages go: #name, a channel's id or a person's. A record's own `channel` or `email` comes first.",
    ),
  text: words
    .optional()
    .describe(
      "The message, with `{{ field }}` for a record's values and Slack's markup around them. Left out: the field `text`.",
    ),
  blocks: z
    .array(z.record(z.string(), z.unknown()))
    .min(1, "Write at least one block, or remove the key.")
    .max(50, "Slack takes 50 blocks in a message.")
    .optional()
    .describe(
      "The message as Block Kit: a list of blocks with `{{ field }}` in their texts. `text` is then its notification.",
    ),
  digest: z
    .strictObject({
      title: words.default("{{ count }} records").describe("Its first line; `{{ count }}` is the number of records."),
      line: words.describe("A line for each record: `• {{ name }} ({{ plan }})`."),
      lines: z
        .int()
        .min(0)
        .max(100)
        .default(20)
        .describe("How many records get a line; of the others it says how many there are."),
    })
    .optional()
    .describe("One message a run about all its records, instead of one for each."),
  username: z
    .string()
    .min(1)
    .optional()
    .describe("The name that messages bear; the app needs the scope chat:write.customize."),
  icon_emoji: z
    .string()
    .regex(/^:[^:\s]+:$/, "An emoji is written :like_this:.")
    .optional()
    .describe("The picture that messages bear, as `:tada:`; the app needs the scope chat:write.customize."),
  unfurl: z.boolean().optional().describe("Show previews of links. Left out: as Slack does by itself."),
});
export type SlackOptions = z.infer<typeof options>;

/** The options, with defaults. Unreadable ones (the author's problem, shown elsewhere) count as none. */
export function readOptions(config: Config): SlackOptions {
  const parsed = options.safeParse(config);
  return parsed.success ? parsed.data : {};
}

/** Fields with a meaning of their own; all others are there for templates. */
const addressing = ["channel", "email", "thread_ts"];

export function check(context: ObjectContext): readonly OptionProblem[] {
  if (context.object.modes.length === 0) return [notWritten(context)];
  const read = readOptions(context.options);
  const mapped = new Set(context.fields.map(({ name }) => name));
  return [...whereTo(read, mapped, context), ...what(read, mapped), ...unknownNames(read, mapped)];
}

function notWritten({ object }: ObjectContext): OptionProblem {
  return problem(["object"], "object-unfit", `A ${object.name} can only be looked up. Write object: message.`);
}

function whereTo(read: SlackOptions, mapped: ReadonlySet<string>, { config }: ObjectContext): OptionProblem[] {
  const own = addressing.filter((name) => mapped.has(name));
  if (isWebhook(config)) {
    const fixed = (["channel", "username", "icon_emoji"] as const).filter((name) => read[name] !== undefined);
    const message = "An incoming webhook posts to its own channel under its own name, whatever it is told.";
    const addressed = own.some((name) => name !== "thread_ts");
    return [
      ...fixed.map((name) => problem([name], "webhook-fixed", `${message} Remove ${name}, or connect with a token.`)),
      ...(addressed
        ? [problem([], "webhook-fixed", `${message} Remove the fields channel and email, or connect with a token.`)]
        : []),
    ];
  }
  if (read.digest !== undefined && own.length > 0) {
    const message = `A digest is one message, so its records cannot have a place of their own. Remove the field ${own.join(", ")}, or remove digest.`;
    return [problem(["digest"], "digest-addressed", message)];
  }
  if (read.channel !== undefined || mapped.has("channel") || mapped.has("email")) return [];
  const message = 'A message needs a place: add channel: "#name" here, or map the field channel or email.';
  return [problem(["channel"], "channel-missing", message)];
}

function what({ text, blocks, digest }: SlackOptions, mapped: ReadonlySet<string>): OptionProblem[] {
  if (digest !== undefined) {
    return [
      ...(text === undefined
        ? []
        : [problem(["text"], "digest-only", "A digest has its title and lines. Remove text, or remove digest.")]),
      ...(blocks === undefined
        ? []
        : [problem(["blocks"], "digest-only", "A digest has its title and lines. Remove blocks, or remove digest.")]),
    ];
  }
  if (text !== undefined || blocks !== undefined || mapped.has("text")) return [];
  const message = 'A message needs words: add text: "…{{ field }}…" here, or map the field text.';
  return [problem(["text"], "text-missing", message)];
}

function unknownNames({ text, blocks, digest }: SlackOptions, mapped: ReadonlySet<string>): OptionProblem[] {
  const title = placeholders({ digest: { title: digest?.title } }).filter(({ name }) => name !== "count");
  const others = placeholders({ text, blocks, digest: { line: digest?.line } });
  const known = [...mapped, "key"];
  const wrong = (name: string): string =>
    `{{ ${name} }} stands for no mapped field. Map it under fields, or use one of: ${known.join(", ")}.`;
  return [
    ...title.map(({ name, path }) =>
      problem(
        path,
        "unknown-placeholder",
        `A digest's title is about all records, so {{ ${name} }} cannot stand in it. {{ count }} can.`,
      ),
    ),
    ...others
      .filter(({ name }) => !known.includes(name))
      .map(({ name, path }) => problem(path, "unknown-placeholder", wrong(name))),
  ];
}

function problem(path: OptionProblem["path"], code: string, message: string): OptionProblem {
  return { path, code, message };
}
