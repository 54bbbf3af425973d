/** Whom to tell after a run: as it is written in sluice.yaml and in a sync file, and what is wrong with it. */
import { z } from "zod";
import { type AlertEvent, alertEvents } from "../destinations/alerting";
import { destinationOf } from "../destinations/index";
import { isInterpolated } from "./interpolation";
import { type ConnectionConfig } from "./project";

export interface Alert {
  /** A destination connection. */
  readonly connection: string;
  readonly channel?: string;
  readonly on: readonly AlertEvent[];
  /** May hold what records hold: keys, and the reasons in the destination's words. */
  readonly values?: true;
}

const word = z.string().min(1, "This text is empty. Write a name, or remove the key.");

export const alertSchema = z.strictObject({
  connection: word.describe("The connection that carries the message."),
  channel: word.optional().describe("Where there: a channel, an address."),
  on: z
    .array(z.enum(alertEvents))
    .min(1, "An alert needs at least one event.")
    .optional()
    .describe("After which runs: failed, rejected, guarded (these are the default), succeeded."),
  values: z
    .boolean()
    .optional()
    .describe(
      "true: also say keys of rejected records and the reasons in the destination's own words, which may repeat values. Default: numbers, fields and codes only.",
    ),
});

/** What can be understood of a list of alerts. */
export function alertsOf(value: unknown): readonly Alert[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown): Alert[] => {
    const parsed = alertSchema.safeParse(each);
    if (!parsed.success) return [];
    const { connection, channel, on = ["failed", "rejected", "guarded"], values } = parsed.data;
    return [
      {
        connection,
        ...(channel === undefined ? {} : { channel }),
        on: [...new Set(on)],
        ...(values === true ? { values } : {}),
      },
    ];
  });
}

/** Of the project and of the sync; where both name one place, what the sync says of it counts. */
export function alertsTogether(project: readonly Alert[], sync: readonly Alert[]): readonly Alert[] {
  const placeOf = ({ connection, channel }: Alert): string => JSON.stringify([connection, channel ?? ""]);
  const own = new Set(sync.map(placeOf));
  return [...sync, ...project.filter((alert) => !own.has(placeOf(alert)))];
}

/** Why no alert can go there, and the key that says so. */
export function wrongWithAlert(
  { connection, channel }: Pick<Alert, "connection" | "channel">,
  config: ConnectionConfig,
): { readonly key: "connection" | "channel"; readonly code: string; readonly message: string } | undefined {
  const destination = destinationOf(config.type);
  if (destination === undefined) return undefined;
  if (destination.alerting === undefined) {
    const message = `${destination.label} cannot carry alerts, so "${connection}" cannot. Name a connection to Slack.`;
    return { key: "connection", code: "alert-unsupported", message };
  }
  const keys = Object.entries(config.keys).map(([key, value]) => [key, isInterpolated(value) ? "" : value]);
  const message = destination.alerting.check(channel, Object.fromEntries(keys) as Readonly<Record<string, unknown>>);
  return message === undefined ? undefined : { key: "channel", code: "alert-channel", message };
}

/** Names of the connections that can carry alerts. */
export function alertingAmong(connections: Readonly<Record<string, ConnectionConfig>>): readonly string[] {
  return Object.entries(connections).flatMap(([name, { type }]) =>
    destinationOf(type)?.alerting === undefined ? [] : [name],
  );
}
