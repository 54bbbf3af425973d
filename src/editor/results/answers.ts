/** Answers the webview's questions: windows of what the engine spooled or stored, found by id. */
import { type Calls, type Place, type RecordPreview } from "../../calls/calls";
import { SyncFailure } from "../../failure";
import { type Rejection } from "../../record";
import { type RejectionGroup, type RunReport } from "../../run/report";
import { type Ask, windowSize } from "../../../webview/protocol";

/** What stands behind each tab on the host's side. */
export interface Behind {
  readonly records: readonly RecordPreview[];
  readonly plan?: Place;
  readonly run?: { readonly place: Place; readonly report: RunReport };
}

export async function answer(calls: Calls, behind: Behind, ask: Ask): Promise<unknown> {
  switch (ask.name) {
    case "rows":
      return (await calls.window({ result: ask.result, offset: ask.offset, limit: limitOf(ask) })).rows;
    case "records":
      return behind.records.slice(ask.offset, ask.offset + limitOf(ask));
    case "changes": {
      const { name: _name, ...rest } = ask;
      return calls.changes(known(behind.plan), { ...rest, limit: limitOf(ask) });
    }
    case "planRejections":
      return calls.planRejections(known(behind.plan), { plan: ask.plan, offset: ask.offset, limit: limitOf(ask) });
    case "rejections": {
      const { place, report } = known(behind.run);
      const group = known(report.groups[ask.group]);
      return rejectionsOf(calls, place, { run: ask.run, group, offset: ask.offset, limit: limitOf(ask) });
    }
    case "exchange":
      return calls.exchange(known(behind.run).place, { run: ask.run, exchange: ask.exchange });
  }
}

/** A page of the rejections of one group. */
export function rejectionsOf(
  calls: Calls,
  place: Place,
  ask: { readonly run: string; readonly group: RejectionGroup; readonly offset: number; readonly limit: number },
): Promise<readonly Rejection[]> {
  const { stage, field, code, reason } = ask.group;
  const group = { stage, ...(field === undefined ? {} : { field }), code, reason };
  return calls.rejections(place, { run: ask.run, group, offset: ask.offset, limit: ask.limit });
}

function limitOf(ask: { readonly limit: number }): number {
  return Math.min(ask.limit, windowSize);
}

function known<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new SyncFailure("result-gone", "This result is no longer there.", "Ask for it again.");
  return thing;
}
