/** What rows would become on the wire: one payload a record, and why some could not be sent. */
import { type RecordPreview } from "../../src/calls/calls";
import { type RecordsResult } from "../protocol";
import { button } from "../elements";
import { plainText } from "../plain-text";
import { count, keyText } from "../cells";
import { element } from "../dom";
import { ask, post } from "./host";
import { type VirtualList, virtualList } from "../list";
import { type Page, page } from "./pane";
import { pages } from "../pages";

const lineHeight = 18;
const margin = 10;

export function recordsTab(root: HTMLElement): Page<RecordsResult> {
  return page({
    tab: "records",
    root,
    invitation: "Records appear here as the destination would get them: choose Records in a sync file.",
    draw: drawRecords,
  });
}

function drawRecords(result: RecordsResult): { element: HTMLElement; dispose(): void } {
  const note = element("span.err");
  const records = pages<RecordPreview>({
    count: result.count,
    fetch: (offset, limit) => ask("records", { offset, limit }),
    onLoad: () => list.refresh(),
    onError: (message) => (note.textContent = message),
  });
  const list: VirtualList = virtualList({
    label: "Records as they would be sent",
    columns: "minmax(90px, 180px) 1fr",
    header: ["key", "payload"],
    count: () => records.count,
    size: (index) => linesOf(records.at(index)).length * lineHeight + margin,
    render: (index) => drawRecord(records.at(index)),
  });
  return {
    element: element(
      "div.filled",
      element(
        "div.toolbar",
        element("span", `${count(result.count)} records`),
        result.rejected > 0 ? element("span.err", `${count(result.rejected)} would be rejected`) : undefined,
        note,
        element("span.stretch"),
        button("Map again", "secondary", () => post({ type: "again", tab: "records" })),
      ),
      result.count === 0 ? element("p.invitation", "The model returns no rows.") : list.element,
    ),
    dispose: () => list.dispose(),
  };
}

function drawRecord(record: RecordPreview | undefined): HTMLElement {
  if (record === undefined) return element("div", element("div.cell.loading", "…"));
  const { rejection } = record;
  const payload = element("pre.payload", ...payloadLines(record).map((line) => `${line}\n`));
  const reason = rejection && element("div.err", reasonOf(record));
  const keyCell = element("div.cell.mono", keyText(record.key, 1));
  if (rejection) keyCell.classList.add("err");
  return element("div", keyCell, element("div.cell.tall", reason, payload));
}

function linesOf(record: RecordPreview | undefined): readonly string[] {
  if (record === undefined) return [""];
  return [...(record.rejection ? [reasonOf(record)] : []), ...payloadLines(record)];
}

function payloadLines(record: RecordPreview): readonly string[] {
  if (Object.keys(record.fields).length === 0) return ["{}"];
  return plainText(JSON.stringify(record.fields, undefined, 2)).split("\n");
}

function reasonOf(record: RecordPreview): string {
  const { field, reason } = record.rejection ?? { reason: "" };
  return plainText(field === undefined ? reason : `${field}: ${reason}`);
}
