/** Which run a command is about, and where it went: what is done to a run is done there, whatever target is chosen now. */
import { type Place } from "../../calls/calls";
import { type RunReport } from "../../run/report";
import { type Subject } from "../../../webview/protocol";
import { type SyncFile } from "../projects";
import { type Services } from "../services";
import { pickRun, type RetryArgument, runOf } from "./retry";

export interface EarlierRun {
  readonly root: string;
  readonly report: RunReport;
  /** Of the run's sync, also where its file has another name by now. */
  readonly sync: SyncFile;
  readonly place: Place;
  readonly subject: Subject;
}

/** The run that is named, else the one that the Run tab shows, else one that is picked; undefined: none was. */
export async function earlierRun(
  services: Services,
  argument: RetryArgument | undefined,
): Promise<EarlierRun | undefined> {
  const { calls, overviews, projects, results } = services;
  const shown = results.state.run.state === "ready";
  const wanted = argument ?? (shown ? undefined : await pickRun(services));
  if (wanted === undefined && !shown) return undefined;
  const { report, sync: reported } = await runOf(services, wanted);
  const { root } = reported;
  const place: Place = report.target === "default" ? projects.place(root) : { root, target: report.target };
  const { syncs } = await calls.overview(place);
  const file = syncs.find(({ name }) => name === report.sync)?.file ?? report.file;
  const sync = projects.syncIn(root, file);
  return { root, report, sync, place, subject: { ...(await overviews.subject(sync)), target: report.target } };
}
