/** Answers the webviews' questions: windows of what the engine spooled or stored, found by id. */
import { type Calls, type ExportFormat, type Place, type RecordPreview, type SyncSource } from "../../calls/calls";
import { SyncFailure } from "../../failure";
import { type Rejection } from "../../record";
import { type RejectionGroup } from "../../run/report";
import { type Ask, windowSize } from "../../../webview/protocol";
import { type Origin } from "./results";
import { type Shelf } from "./shelf";

/** So many rows of one key are shown; a second one is an error of the model. */
const mostOfOneKey = 20;

export interface AnswerEdges {
  readonly calls: Calls;
  readonly shelf: Pick<Shelf, "get">;
  /** The sync of a result as its text stands. */
  source(origin: Origin): SyncSource;
  /** Of the result with this id. */
  desk(result: string): Desk;
}

/** Where rows go that the user takes along. */
export interface Desk {
  /** The table that INSERT names. */
  readonly table: string;
  copy(text: string): Promise<void>;
  /** Absolute; undefined: the user picked none. */
  pickFile(format: ExportFormat): Promise<string | undefined>;
}

export async function answer({ calls, shelf, source, desk }: AnswerEdges, ask: Ask): Promise<unknown> {
  switch (ask.name) {
    case "rows":
      return calls.window({ ...plain(ask), limit: limitOf(ask) });
    case "rowsView":
      return calls.view(plain(ask));
    case "cell":
      return calls.cell(plain(ask));
    case "find":
      return calls.find(plain(ask));
    case "countRows":
      return calls.countRows(plain(ask));
    case "copy": {
      const to = desk(ask.result);
      await to.copy(await calls.copyCells({ ...plain(ask), table: to.table }));
      return null;
    }
    case "export": {
      const file = await desk(ask.result).pickFile(ask.format);
      return file === undefined ? undefined : { ...(await calls.exportResult({ ...plain(ask), file })), file };
    }
    case "records": {
      const { given } = shelf.get("records", ask.result);
      const shown = ask.only === "rejected" ? given.filter(isRejected) : given;
      return shown.slice(ask.offset, ask.offset + limitOf(ask));
    }
    case "findRecord": {
      const { origin } = shelf.get("records", ask.result);
      return calls.records(origin.place, source(origin), { limit: mostOfOneKey, key: ask.key });
    }
    case "changes": {
      const { name: _name, ...rest } = ask;
      return calls.changes(shelf.get("plan", ask.plan).origin.place, { ...rest, limit: limitOf(ask) });
    }
    case "planRejections": {
      const { name: _name, ...rest } = ask;
      return calls.planRejections(shelf.get("plan", ask.plan).origin.place, { ...rest, limit: limitOf(ask) });
    }
    case "freshness": {
      const { origin } = shelf.get("plan", ask.plan);
      return calls.planFreshness(origin.place, source(origin), { plan: ask.plan });
    }
    case "rejections": {
      const { origin, given } = shelf.get("run", ask.run);
      const group = given.report.groups[ask.group] ?? raise();
      return rejectionsOf(calls, origin.place, { run: ask.run, group, offset: ask.offset, limit: limitOf(ask) });
    }
    case "exchange":
      return calls.exchange(shelf.get("run", ask.run).origin.place, { run: ask.run, exchange: ask.exchange });
    case "exchanges":
      return calls.exchanges(shelf.get("run", ask.run).origin.place, {
        run: ask.run,
        offset: ask.offset,
        limit: limitOf(ask),
      });
    case "searchRun": {
      const { run, text, offset } = ask;
      return calls.searchRun(shelf.get("run", run).origin.place, { run, text, offset, limit: limitOf(ask) });
    }
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

function isRejected({ rejection }: RecordPreview): boolean {
  return rejection !== undefined;
}

function plain<Asked extends Ask>({ name: _name, ...rest }: Asked): Omit<Asked, "name"> {
  return rest;
}

function limitOf(ask: { readonly limit: number }): number {
  return Math.min(ask.limit, windowSize);
}

function raise(): never {
  throw new SyncFailure("result-gone", "This result is no longer there.", "Ask for it again.");
}
