/** Which rejections of a sync are still open, given its runs: the newest run's, and those a partial retry left alone. */
import { type RejectionGroup, type RunReport } from "../../run/report";

export interface OpenGroup {
  readonly report: RunReport;
  /** Index into the report's groups. */
  readonly index: number;
  readonly group: RejectionGroup;
}

/** Run → index of the group of `retryOf` that it retried alone; −1: it was of some records, and settles no group. */
export type PartialRetries = Readonly<Record<string, number>>;

/** `reports`: of one sync and target, newest first. */
export function outstanding(reports: readonly RunReport[], partial: PartialRetries): readonly OpenGroup[] {
  const telling = reports.filter(tells);
  const partialRetriesOf = (run: RunReport): readonly RunReport[] =>
    telling.filter((other) => other.retryOf === run.id && partial[other.id] !== undefined);
  const openIn = (report: RunReport): readonly OpenGroup[] => {
    const retries = partialRetriesOf(report);
    const retried = new Set(retries.map((retry) => partial[retry.id]));
    const own = report.groups.map((group, index) => ({ report, index, group }));
    return [...own.filter(({ index }) => !retried.has(index)), ...retries.flatMap(openIn)];
  };
  let base = telling[0];
  for (let newer = base; newer !== undefined && partial[newer.id] !== undefined; newer = base) {
    const run = newer;
    base =
      run.retryOf === undefined ? telling[telling.indexOf(run) + 1] : telling.find((other) => other.id === run.retryOf);
  }
  const newest = base === undefined ? telling.length : telling.indexOf(base);
  // Runs of some records alone say nothing of the others, but what they were refused is open too.
  const alone = telling
    .slice(0, newest)
    .filter(({ id, retryOf }) => partial[id] !== undefined && retryOf === undefined);
  return [...alone.flatMap(openIn), ...(base === undefined ? [] : openIn(base))];
}

/** A run that stopped before it sent anything says nothing new. */
function tells({ status, groups, counts }: RunReport): boolean {
  if (status === "guarded") return false;
  const stoppedEarly = status === "stopped" || status === "cancelled";
  return !stoppedEarly || groups.length > 0 || counts.requests > 0;
}
