/** Which rejections of a sync are still open, given its runs: record by record, as later runs of some of them tell. */
import { keyFromJson } from "../../plan/keys";
import { type RecordKey, type Rejection } from "../../record";
import { groupFinder } from "../../run/reasons";
import { type RejectionGroup, type RunReport } from "../../run/report";

/** `count` and `examples` of the group are of what is open. */
export interface OpenGroup {
  readonly report: RunReport;
  /** Index into the report's groups. */
  readonly index: number;
  readonly group: RejectionGroup;
}

/** `reports`: of one sync and target, newest first. `rejectionsOf` is asked only where a later run retried some records. */
export async function outstanding(
  reports: readonly RunReport[],
  rejectionsOf: (report: RunReport) => Promise<readonly Rejection[]>,
): Promise<readonly OpenGroup[]> {
  const telling = reports.filter(tells);
  const base = telling.findIndex(({ only, retryOf }) => only === undefined && retryOf === undefined);
  const layers = base < 0 ? telling : telling.slice(0, base + 1);
  const open: OpenGroup[] = [];
  for (const [at, report] of layers.entries()) {
    const later = layers.slice(0, at);
    const keys = new Set(later.flatMap(({ only }) => only ?? []));
    const isWholeRetried = later.some(({ only, retryOf }) => only === undefined && retryOf === report.id);
    const isSettled = (key: RecordKey): boolean => isWholeRetried || keys.has(key);
    const nothing = !isWholeRetried && keys.size === 0;
    open.push(...(nothing ? all(report) : without(report, isSettled, await rejectionsOf(report))));
  }
  // The run that most of it is of comes first.
  return open.reverse();
}

function all(report: RunReport): readonly OpenGroup[] {
  return report.groups.map((group, index) => ({ report, index, group })).reverse();
}

/** A row without a whole key cannot be tried again by itself. */
function without(
  report: RunReport,
  isTriedAgain: (key: RecordKey) => boolean,
  rejections: readonly Rejection[],
): readonly OpenGroup[] {
  const isSettled = ({ key }: Rejection): boolean => {
    const found = keyFromJson(key);
    return found !== undefined && isTriedAgain(found);
  };
  const find = groupFinder(report.groups, report.fields ?? []);
  const gone = new Map<number, number>();
  for (const rejection of rejections.filter(isSettled)) {
    const index = find(rejection);
    if (index !== undefined) gone.set(index, (gone.get(index) ?? 0) + 1);
  }
  return all(report).flatMap(({ index, group }) => {
    const count = group.count - (gone.get(index) ?? 0);
    if (count <= 0) return [];
    return [{ report, index, group: { ...group, count, examples: group.examples.filter((one) => !isSettled(one)) } }];
  });
}

/** A run that stopped before it sent anything says nothing new; one of some records speaks only when it went through. */
function tells({ status, groups, counts, only, retryOf, revertOf }: RunReport): boolean {
  // What a revert leaves is no fault of the mapping, and it sends no row again.
  if (revertOf !== undefined) return false;
  if (status === "guarded") return false;
  const stoppedEarly = status === "stopped" || status === "cancelled";
  if (stoppedEarly && (only !== undefined || retryOf !== undefined)) return false;
  return !stoppedEarly || groups.length > 0 || counts.requests > 0;
}
