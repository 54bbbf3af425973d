/** What a Slack connection needs, and how it proves itself: a bot's token, or the address of an incoming webhook. */
import { z } from "zod";
import { type Config, type Conversation, type Credentials } from "../destination";
import { SyncFailure } from "../../failure";
import { fieldsOf, http, isWebhook, reading, textOf } from "./api";

export const connection = z.object({
  token: z
    .string()
    .optional()
    .describe(
      "Bot token of a Slack app (OAuth & Permissions → Bot User OAuth Token, xoxb-…), as ${secret:SLACK_TOKEN}.",
    )
    .meta({ secret: true }),
  webhook: z
    .string()
    .optional()
    .describe(
      "Instead of a token: the whole address of an incoming webhook, as ${secret:SLACK_WEBHOOK}. It posts to its one channel.",
    )
    .meta({ secret: true }),
});

export function baseUrl(config: Config): string {
  return isWebhook(config) ? "https://hooks.slack.com" : "https://slack.com";
}

/** A bot token never expires, unless the app turned rotation on; a webhook's address is all it needs. Asks nothing. */
export function* authorize(config: Config): Conversation<Credentials> {
  const token = textOf(config["token"]);
  if (token !== undefined) return { headers: { authorization: `Bearer ${oneWord(token)}` } };
  const webhook = textOf(config["webhook"]);
  if (webhook !== undefined) return { headers: {}, address: addressOf(webhook, config) };
  // The bundled simulator takes any token, so that a sync can be tried without an account.
  if (config["sandbox"] === true) return { headers: { authorization: "Bearer sandbox" } };
  throw new SyncFailure(
    "credentials-missing",
    "The Slack connection has neither a token nor a webhook.",
    "Give it `token: ${secret:SLACK_TOKEN}`, or `webhook: ${secret:SLACK_WEBHOOK}` for one fixed channel.",
  );
}

function oneWord(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new SyncFailure(
    "credentials-unusable",
    "The Slack token has characters that no token has.",
    "Store it again, without line breaks and quotes around it.",
  );
}

/** The path of the webhook. Its host is the connection's, so that a secret never goes where nobody approved of. */
function addressOf(webhook: string, config: Config): string {
  if (config["sandbox"] === true && webhook === "sandbox") return "/services/T0SANDBOX/B0SANDBOX/sandbox";
  const url = URL.canParse(webhook) ? new URL(webhook) : undefined;
  const isElsewhere =
    typeof config["base_url"] !== "string" && config["sandbox"] !== true && url?.host !== "hooks.slack.com";
  if (url === undefined || isElsewhere || !/^\/.+/.test(url.pathname) || url.search !== "") {
    throw new SyncFailure(
      "webhook-unusable",
      "The Slack connection's webhook is not an address of an incoming webhook.",
      "Copy the whole address, https://hooks.slack.com/services/…, from the app's page. For another host give base_url too.",
    );
  }
  return url.pathname;
}

/** A webhook cannot be asked anything: its first message proves it. */
export function* probe(config: Config): Conversation<{ readonly account: string; readonly label: string }> {
  if (isWebhook(config)) return { account: "webhook", label: "Slack incoming webhook" };
  const body = fieldsOf(http(yield { ...reading("auth.test"), limits: [] }).json);
  const account = textOf(body["team_id"]);
  if (account === undefined) {
    throw new SyncFailure(
      "not-slack",
      "The address answered, but not as Slack does.",
      "Check the connection's base_url and its token.",
    );
  }
  const [team, user] = [textOf(body["team"]) ?? account, textOf(body["user"])];
  return { account, label: `Slack workspace ${team}${user === undefined ? "" : ` (as ${user})`}` };
}
