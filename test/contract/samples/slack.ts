import { type Sample } from "../sample";

export const sample: Partial<Sample> = {
  config: { token: "secret-token" },
  options: { channel: "#general" },
  match: "",
  fields: [
    { name: "text", type: "text", native: "mrkdwn", maxLength: 40_000 },
    { name: "channel", type: "option", options: [{ value: "C0SALES001" }] },
    { name: "plan", type: "text" },
  ],
  bad: { channel: "C0NOWHERE1" },
};
