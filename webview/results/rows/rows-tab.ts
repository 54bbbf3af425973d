/** The model's rows: as many as were asked for, in any order, filtered, found, copied and exported. */
import { type PreviewResult, type RowFilter, type RowsView } from "../../../src/calls/calls";
import { attributes, element } from "../../dom";
import { plainLine } from "../../plain-text";
import { t } from "../../text";
import { ask, post } from "../host";
import { type Drawn, type Page, page } from "../pane";
import { detailPane } from "./detail";
import { showFilter, testName } from "./filter-popover";
import { findBar } from "./find-bar";
import { type Grid, grid } from "./grid";
import { showMenu } from "./menu";
import { rowActions } from "./row-actions";
import { rowsBar } from "./rows-bar";
import { type Place } from "./selection";
import { sorted, withFilter } from "./view";
import { rowWindows } from "./windows";
import "./rows.css";

/** Longer texts are cut in the grid; the pane beside it shows them whole. */
const excerpt = 300;

export function rowsTab(root: HTMLElement): Page<PreviewResult> {
  return page({
    tab: "rows",
    root,
    invitation: t("The rows of a model appear here: open a sync file and choose Preview."),
    draw: drawRows,
  });
}

function drawRows(first: PreviewResult): Drawn<PreviewResult> {
  let preview = first;
  const { result, columns } = first;
  let view: RowsView = {};
  let viewed: number | undefined;
  let latest = 0;

  const rowCount = (): number => viewed ?? preview.rows;
  const lookedAt = (): { readonly result: string; readonly view?: RowsView } =>
    viewed === undefined ? { result } : { result, view };

  const windows = rowWindows({
    count: rowCount,
    fetch: (offset, limit) => ask("rows", { ...lookedAt(), offset, limit, excerpt }),
    onLoad: () => table.refresh(),
    onError: (message) => bar.say(message, "err"),
  });

  const detail = detailPane(() => table.focus());
  const showDetail = ({ row, column }: Place): void => {
    const of = columns[column];
    if (of === undefined || row < 0 || row >= rowCount()) return;
    detail.show({ column: of, row, value: () => ask("cell", { ...lookedAt(), row, column }) });
  };

  function open(place: Place): void {
    showDetail(place);
    // The pane takes its room from the grid.
    table.reveal();
  }

  const table: Grid = grid({
    columns,
    windows,
    count: rowCount,
    actions: {
      sort: (column, how) => void look({ ...view, sort: sorted(view.sort ?? [], column, how) }),
      filter(column, beside) {
        const { left, bottom } = beside.getBoundingClientRect();
        openFilter(column, { x: left, y: bottom + 2 });
      },
      headMenu: (column, x, y) => showMenu(actions.ofColumn(column, { x, y }), { x, y }, t("Column")),
      menu: (x, y) => showMenu(actions.ofCells(), { x, y }, t("Selected cells")),
      moved(place) {
        bar.selected(table.selected);
        if (detail.isOpen) showDetail(place);
      },
      open: () => open(table.active),
      copy: () => actions.copy("tsv", "without names"),
    },
  });

  function openFilter(index: number, at: { readonly x: number; readonly y: number }): void {
    const column = columns[index];
    if (column === undefined) return;
    showFilter({
      column,
      index,
      at,
      present: view.filters?.find((filter) => filter.column === index),
      onFilter: (filter) => setFilter(index, filter),
    });
  }

  function setFilter(index: number, filter: RowFilter | undefined): void {
    void look({ ...view, filters: withFilter(view.filters ?? [], index, filter) });
  }

  /** Looks at other rows, or in another order. Where that cannot be, what is shown stays. */
  async function look(next: RowsView): Promise<void> {
    const mine = (latest += 1);
    bar.say(t("Looking…"), "dim");
    try {
      const { rows } = await ask("rowsView", { result, view: next });
      if (mine !== latest) return;
      view = next;
      viewed = rows;
      windows.reset();
      table.setView(view);
      bar.say("", "dim");
      redraw();
    } catch (error) {
      if (mine === latest) bar.say((error as Error).message, "err");
    }
  }

  const actions = rowActions({
    columns,
    table,
    lookedAt,
    view: () => view,
    rows: rowCount,
    look,
    openFilter,
    setFilter,
    showDetail: open,
    say: (text, tone) => bar.say(text, tone),
  });

  const find = findBar({
    find: (text, step) =>
      ask("find", { ...lookedAt(), text, step, from: { ...table.active, row: Math.max(0, table.active.row) } }),
    mark: (text) => table.mark(text),
    onFound: ({ at }) => at && table.goTo(at),
    onClose: () => table.focus(),
  });

  const bar = rowsBar({
    search: (text) => void look({ ...view, search: text }),
    find: () => find.open(),
    more: (x, y) => showMenu(actions.ofResult(), { x, y }, t("Copy and export")),
    load: (limit) => post({ type: "load-rows", result, limit }),
    countAll: () => ask("countRows", { result }),
    again: () => post({ type: "again", tab: "rows" }),
    cancel: () => post({ type: "cancel", tab: "rows" }),
  });

  const chips = element("div.chips");
  const none = element("p.invitation");
  function redraw(): void {
    bar.show(preview, viewed);
    chips.replaceChildren(...(view.filters ?? []).map((filter) => chip(filter)));
    chips.hidden = (view.filters ?? []).length === 0;
    none.hidden = rowCount() > 0 || preview.coming === true;
    none.textContent = preview.rows === 0 ? t("The model returns no rows.") : t("No row passes the filters.");
  }

  function chip(filter: RowFilter): HTMLElement {
    const name = plainLine(columns[filter.column]?.name ?? "");
    const value = "value" in filter ? ` ${filter.value === "" ? "''" : plainLine(filter.value)}` : "";
    const label = `${name} ${testName(filter.test)}${value}`;
    const remove = attributes(element("button.chip", label, element("span.dim", " ✕")), {
      type: "button",
      "aria-label": t("Remove the filter: {0}", label),
    });
    remove.addEventListener("click", () => setFilter(filter.column, undefined));
    return remove;
  }

  const page = element(
    "div.filled.rows-page",
    bar.element,
    chips,
    element("div.rows-split", element("div.rows-grid", table.element, none, find.element), detail.element),
  );
  page.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    if (control && !event.altKey && event.key.toLowerCase() === "f") find.open();
    else if (event.key === "F3") find.open();
    else if (event.key === "Escape" && detail.isOpen && table.element.contains(event.target as Node)) detail.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // What the editor's own Copy command sends to the page.
  const onCopy = (event: ClipboardEvent): void => {
    if (!table.element.contains(document.activeElement)) return;
    event.preventDefault();
    actions.copy("tsv", "without names");
  };
  document.addEventListener("copy", onCopy);
  redraw();
  table.refresh();
  return {
    element: page,
    update(next) {
      if (next.result !== result) return false;
      preview = next;
      redraw();
      table.refresh();
      return true;
    },
    dispose() {
      document.removeEventListener("copy", onCopy);
      table.dispose();
    },
  };
}
