/** How a destination carries a message to people about what became of a run. */
import { type Config, type Conversation } from "./destination";

export const alertEvents = ["failed", "rejected", "succeeded", "guarded"] as const;
export type AlertEvent = (typeof alertEvents)[number];

/** Plain text: a destination puts it in its own form, and escapes what it takes for markup. */
export interface AlertMessage {
  readonly event: AlertEvent;
  /** Where there: a channel, an address. */
  readonly channel?: string;
  readonly title: string;
  readonly lines: readonly string[];
}

export interface Alerting {
  /** What is wrong with where an alert goes, as a sentence; undefined: nothing. */
  check(channel: string | undefined, config: Config): string | undefined;
  /** Steps that write name no change. Throws SyncFailure where the message is refused. */
  send(alert: AlertMessage, config: Config): Conversation<void>;
}
