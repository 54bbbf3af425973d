/** Tells people what became of a run. An alert that fails never fails the run; what became of it is in the run's report. */
import { type AlertEvent } from "../destinations/alerting";
import { Cancelled, SyncFailure } from "../failure";
import { type Alert, alertsTogether } from "../project/alerts";
import { type ResolvedProject } from "../project/project";
import { alertText, eventOf, type RunEnd } from "../run/alert";
import { UnknownOutcome } from "../run/line";
import { type AlertSent, type RunReport } from "../run/report";
import { type Place, ProblemsFound, type SyncSource } from "./calls";
import { type Services } from "./planning";
import { loadSync, openWorkspace } from "./workspace";

/** How long one is tried; people may wait for the run's end. */
const patienceMs = 20_000;

/** Sends the alerts of the project and of the sync that are for such an end. Never throws. */
export async function sendAlerts(
  services: Services,
  place: Place,
  source: SyncSource,
  ended: { readonly report: RunReport } | { readonly failure: unknown },
): Promise<readonly AlertSent[]> {
  const found = await alertsFor(place, source);
  if (found === undefined) return [];
  const { project, alerts, name } = found;
  const end: RunEnd = "report" in ended ? ended : { sync: name, target: project.target, failure: told(ended.failure) };
  const event = eventOf(end);
  const sent: AlertSent[] = [];
  for (const alert of alerts) {
    if (event === undefined || !alert.on.includes(event)) continue;
    const failure = await sendOne(services, project, alert, { end, event });
    const channel = alert.channel === undefined ? {} : { channel: alert.channel };
    const named = { connection: alert.connection, ...channel };
    sent.push(failure === undefined ? { ...named, status: "sent" } : { ...named, status: "failed", message: failure });
    // With a report it is in there.
    if (failure !== undefined && !("report" in ended))
      services.edges.log("warn", `The alert to ${placeOf(alert)} was not sent: ${failure}`);
  }
  return sent;
}

function placeOf({ connection, channel }: Pick<AlertSent, "connection" | "channel">): string {
  return channel === undefined ? connection : `${connection} ${channel}`;
}

/** The alerts as the files say now, as far as they can be understood. */
async function alertsFor(
  place: Place,
  source: SyncSource,
): Promise<
  { readonly project: ResolvedProject; readonly alerts: readonly Alert[]; readonly name: string } | undefined
> {
  try {
    const { project } = await openWorkspace(place);
    const { parsed, file } = await loadSync(place.root, source);
    const alerts = alertsTogether(project.alerts ?? [], parsed.definition?.alerts ?? []);
    return { project, alerts, name: parsed.definition?.name ?? file };
  } catch (error) {
    if (error instanceof ProblemsFound || error instanceof SyncFailure) return undefined;
    throw error;
  }
}

/** Why a run never began, for people. */
function told(failure: unknown): { readonly code: string; readonly message: string; readonly hint: string } {
  if (failure instanceof SyncFailure) return failure;
  if (failure instanceof ProblemsFound) {
    return { code: "problems-found", message: "Its files have problems.", hint: "Look at them with `sluice check`." };
  }
  return { code: "internal-error", message: String(failure), hint: "This is a flaw in Sluice. Please report it." };
}

/** Gives why it was not sent. */
async function sendOne(
  { connections, edges }: Services,
  project: ResolvedProject,
  alert: Alert,
  { end, event }: { readonly end: RunEnd; readonly event: AlertEvent },
): Promise<string | undefined> {
  const late = new AbortController();
  const ended = new AbortController();
  edges.wait(patienceMs, ended.signal).then(
    () => late.abort(),
    () => undefined,
  );
  try {
    const { destination, writer } = await connections.destination(project, alert.connection);
    if (destination.alerting === undefined) return `${destination.label} cannot carry alerts.`;
    const wrong = destination.alerting.check(alert.channel, writer.config);
    if (wrong !== undefined) return wrong;
    const message = {
      event,
      ...(alert.channel === undefined ? {} : { channel: alert.channel }),
      ...alertText(end, { values: alert.values === true }),
    };
    await writer.converse(destination.alerting.send(message, writer.config), { signal: late.signal });
    return undefined;
  } catch (error) {
    if (error instanceof UnknownOutcome) return error.reason;
    if (error instanceof Cancelled) return `It took longer than ${patienceMs / 1000} seconds.`;
    return error instanceof Error ? error.message : String(error);
  } finally {
    ended.abort();
  }
}
