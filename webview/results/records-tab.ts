/** What rows would become on the wire: each record's fields, the request that would write it, and why some cannot be sent. */
import { t } from "../text";
import { type RecordPreview } from "../../src/calls/calls";
import { type RecordsResult } from "../protocol";
import { button, checkbox, searchField } from "../elements";
import { plainText } from "../plain-text";
import { count, keyText } from "../cells";
import { attributes, element } from "../dom";
import { ask, post } from "./host";
import { type VirtualList, virtualList } from "../list";
import { type Page, page } from "./pane";
import { pages, type Pages } from "../pages";
import { recordView } from "./record-view";

const rowHeight = 24;

export function recordsTab(root: HTMLElement): Page<RecordsResult> {
  return page({
    tab: "records",
    root,
    invitation: t("Records appear here as the destination would get them, with the request that would carry each."),
    draw: (result, _subject, id) => drawRecords(result, id),
  });
}

function drawRecords(result: RecordsResult, id: string): { element: HTMLElement; dispose(): void } {
  const note = attributes(element("span.err"), { role: "status" });
  const detail = element("div.record-detail");
  const actions = element("span.actions");
  let only: "rejected" | undefined;
  let chosen = -1;
  let opened = false;
  /** Looked up by key, in place of the rows that were mapped. */
  let found: readonly RecordPreview[] | undefined;
  let records = source();

  function source(): Pages<RecordPreview> {
    return pages<RecordPreview>({
      count: only === undefined ? result.count : result.rejected,
      fetch: (offset, limit) => ask("records", { result: id, offset, limit, ...(only && { only }) }),
      onLoad() {
        list.refresh();
        if (!opened) open(0);
      },
      onError: (message) => (note.textContent = message),
    });
  }
  const at = (index: number): RecordPreview | undefined => (found ? found[index] : records.at(index));
  const list: VirtualList = virtualList({
    label: t("Records as they would be sent"),
    columns: "24px minmax(50px, 90px) 1fr",
    header: ["", t("key"), t("record")],
    count: () => found?.length ?? records.count,
    size: () => rowHeight,
    render(index) {
      const row = drawRow(at(index));
      if (index === chosen) attributes(row, { "aria-selected": "true" }).classList.add("chosen");
      return row;
    },
    onChoose: (index) => open(index),
  });

  function open(index: number): void {
    const record = at(index);
    if (record === undefined) return;
    opened = true;
    chosen = index;
    list.refresh();
    detail.replaceChildren(recordView(record, (field) => post({ type: "show-field", result: id, field })));
    const payload = record.request?.body ?? record.fields;
    const text = typeof payload === "string" ? payload : JSON.stringify(payload, undefined, 2);
    actions.replaceChildren(
      button(t("Copy payload"), "secondary", () => post({ type: "copy", text })),
      ...(record.rejection === undefined
        ? [
            button(
              t("Send just this one"),
              "secondary",
              () => post({ type: "send-one", result: id, key: record.key }),
              {
                title: t("Plans this record alone, shows what would change and asks before anything is sent"),
              },
            ),
          ]
        : []),
    );
  }
  function again(): void {
    chosen = -1;
    opened = false;
    detail.replaceChildren();
    actions.replaceChildren();
    if (found === undefined) records = source();
    list.refresh();
    open(0);
  }

  const search = searchField(t("Find by key…"), () => undefined);
  search.title = t("Press Enter to look the key up in the whole model");
  const back = button(t("All records"), "secondary", () => {
    found = undefined;
    note.textContent = "";
    back.hidden = true;
    again();
  });
  back.hidden = true;
  search.addEventListener("keydown", (event) => {
    const key = (search as HTMLElement & { value: string }).value.trim();
    if (event.key === "Enter" && key !== "") void lookUp(key);
  });
  let lookUps = 0;
  async function lookUp(key: string): Promise<void> {
    const mine = ++lookUps;
    note.textContent = t("Looking in the model…");
    note.className = "dim";
    try {
      const answer = await ask("findRecord", { result: id, key });
      if (mine !== lookUps) return;
      found = answer;
      back.hidden = false;
      note.textContent = answer.length === 0 ? t("The model has no row with this key.") : "";
      again();
    } catch (error) {
      if (mine !== lookUps) return;
      note.className = "err";
      note.textContent = (error as Error).message;
    }
  }

  const rejectedOnly = checkbox(t("{0} would be rejected", count(result.rejected)), false, (checked) => {
    only = checked ? "rejected" : undefined;
    found = undefined;
    back.hidden = true;
    again();
  });
  rejectedOnly.classList.add("err");
  rejectedOnly.title = t("Show only these");
  return {
    element: element(
      "div.filled",
      element(
        "div.toolbar",
        element("span", t("{0} records", count(result.count))),
        result.rejected > 0 ? rejectedOnly : undefined,
        search,
        back,
        note,
        element("span.stretch"),
        actions,
        button(t("Map again"), "secondary", () => post({ type: "again", tab: "records" })),
      ),
      result.count === 0
        ? element("p.invitation", t("The model returns no rows."))
        : element("div.records", list.element, detail),
    ),
    dispose: () => list.dispose(),
  };
}

function drawRow(record: RecordPreview | undefined): HTMLElement {
  const cell = (shape: string, text: string): HTMLElement => attributes(element(shape, text), { role: "gridcell" });
  if (record === undefined) return element("div", cell("div.cell.loading", "…"));
  const { rejection } = record;
  const brief = plainText(JSON.stringify(record.fields)).slice(0, 300);
  return element(
    "div",
    cell("div.cell.sign.err", rejection ? "✕" : ""),
    cell("div.cell.mono", keyText(record.key, 1)),
    rejection ? cell("div.cell.err", reasonOf(rejection)) : cell("div.cell.mono.dim", brief),
  );
}

function reasonOf({ field, reason }: NonNullable<RecordPreview["rejection"]>): string {
  return plainText(field === undefined ? reason : `${field}: ${reason}`);
}
