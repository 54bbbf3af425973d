/**
 * Slack: a message for each record, or one digest for a run.
 *
 *     destination: { connection: slack, object: message, channel: "#sales", text: "*{{ name }}* just signed up" }
 *     mode: append
 *     fields: { name: name }
 */
import { type Destination } from "../destination";
import { exactJson } from "../exact-json";
import { alerting } from "./alerting";
import { classify, refusal } from "./answers";
import { limits, maxText } from "./api";
import { authorize, baseUrl, connection, probe } from "./connection";
import { batching, deliver } from "./deliver";
import { describe, lookup } from "./describe";
import { documentation } from "./documentation";
import { check, options } from "./options";
import { sandbox } from "./sandbox";

export const slack: Destination = {
  type: "slack",
  label: "Slack",
  version: 1,
  documentation,
  connection,
  options,
  transport: "http",
  selfDescribing: "with choices",
  place: ({ channel }) => (typeof channel === "string" ? channel : ""),
  baseUrl,
  authorize,
  probe,
  describe,
  check,
  // A message is sent, and that is all that is known of it.
  *read() {
    return new Map();
  },
  readSize: 1_000,
  lookup,
  batching,
  deliver,
  classify,
  refusal,
  limits,
  ...exactJson,
  encode(value, field, context) {
    const isText = field.name === "text" && field.native === "mrkdwn";
    if (isText && value !== null && value.text.length > maxText) {
      return { refused: "The text has more than 40,000 characters, and Slack would cut it.", code: "text-too-long" };
    }
    return exactJson.encode(value, field, context);
  },
  canRefuse: (field, type) => type === "json" || field.name === "text",
  alerting,
  sandbox,
};
