/** What became of a run, as a message. */
import { SyncFailure } from "../../failure";
import { type Alerting, type AlertEvent, type AlertMessage } from "../alerting";
import { type Config, type Conversation } from "../destination";
import { isAccepted, refusal } from "./answers";
import { http, isWebhook, posting } from "./api";
import { escaped } from "./message";

const marks: Readonly<Record<AlertEvent, string>> = {
  failed: ":x:",
  rejected: ":warning:",
  guarded: ":no_entry:",
  succeeded: ":white_check_mark:",
};

/** Slack advises at most 4,000 characters. */
const most = 3_900;

export const alerting: Alerting = {
  check(channel: string | undefined, config: Config): string | undefined {
    if (isWebhook(config)) {
      return channel === undefined
        ? undefined
        : "An incoming webhook posts to its own channel only. Remove the channel.";
    }
    return channel === undefined ? 'Slack needs a channel for an alert: add channel: "#name".' : undefined;
  },
  *send(alert: AlertMessage, config: Config): Conversation<void> {
    const place = alert.channel === undefined || isWebhook(config) ? {} : { channel: alert.channel };
    const request = posting(config, { ...place, text: textOf(alert) }, []);
    const response = http(yield request);
    if (isAccepted(request.path, response)) return;
    throw new SyncFailure(
      "alert-refused",
      `Slack refused the alert: ${refusal(response).reason}`,
      "Mend the alert's channel and the connection's rights.",
    );
  },
};

function textOf({ event, title, lines }: AlertMessage): string {
  const text = [`${marks[event]} *${escaped(title)}*`, ...lines.map(escaped)].join("\n");
  return text.length <= most ? text : `${text.slice(0, most).replace(/&[a-z]*$|[\ud800-\udbff]$/, "")}…`;
}
