/** What Slack says of blocks it does not take, and where. Only blocks that messages commonly have are looked into. */
import { type Json } from "../../value";

/** Characters of a section's text. */
const maxSection = 3_000;
const maxHeader = 150;
const maxBlocks = 50;

const known = new Set([
  ...[
    "section",
    "header",
    "divider",
    "context",
    "image",
    "actions",
    "rich_text",
    "markdown",
    "video",
    "input",
    "file",
    "table",
  ],
]);

/** Nothing: Slack takes them. */
export function wrongWithBlocks(blocks: unknown): readonly string[] {
  if (!Array.isArray(blocks)) return ["[ERROR] must be an array [json-pointer:/blocks]"];
  if (blocks.length > maxBlocks) return [`[ERROR] no more than ${maxBlocks} items allowed [json-pointer:/blocks]`];
  return blocks.flatMap((block: unknown, index) => wrongWith(block, `/blocks/${index}`));
}

function wrongWith(block: unknown, at: string): readonly string[] {
  if (!isObject(block)) return [error("must provide an object", at)];
  const type = block["type"];
  if (typeof type !== "string") return [error("missing required field: type", at)];
  if (!known.has(type)) return [error(`unsupported type: ${type}`, `${at}/type`)];
  switch (type) {
    case "section": {
      const { text, fields } = block;
      if (text === undefined && !Array.isArray(fields)) return [error("must define either `text` or `fields`", at)];
      const all: readonly unknown[] = Array.isArray(fields) ? fields : [];
      return [
        ...(text === undefined ? [] : wrongWithText(text, `${at}/text`, maxSection)),
        ...(all.length > 10 ? [error("no more than 10 items allowed", `${at}/fields`)] : []),
        ...all.flatMap((field, index) => wrongWithText(field, `${at}/fields/${index}`, 2_000)),
      ];
    }
    case "header":
      return [
        ...wrongWithText(block["text"], `${at}/text`, maxHeader),
        ...(isObject(block["text"]) && block["text"]["type"] !== "plain_text"
          ? [error("must be of type plain_text", `${at}/text`)]
          : []),
      ];
    case "context":
    case "actions":
      return Array.isArray(block["elements"]) && block["elements"].length > 0
        ? []
        : [error("no fewer than 1 items allowed", `${at}/elements`)];
    case "image":
      return typeof block["image_url"] === "string" && !/^https?:\/\/\S+$/.test(block["image_url"])
        ? [error("must be a valid url", `${at}/image_url`)]
        : [];
    default:
      return [];
  }
}

function wrongWithText(text: unknown, at: string, most: number): readonly string[] {
  if (!isObject(text)) return [error("must provide an object", at)];
  if (text["type"] !== "mrkdwn" && text["type"] !== "plain_text") return [error("unsupported type", `${at}/type`)];
  const words = text["text"];
  if (typeof words !== "string") return [error("must provide a string", `${at}/text`)];
  if (words.length === 0) return [error("must be more than 0 characters", `${at}/text`)];
  return words.length > most ? [error(`must be less than ${most + 1} characters`, `${at}/text`)] : [];
}

function isObject(json: unknown): json is Readonly<Record<string, Json>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function error(what: string, at: string): string {
  return `[ERROR] ${what} [json-pointer:${at}]`;
}
