/** A virtual list: only the rows in sight exist. Rows may be of different heights, as long as they are known. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import { attributes, element } from "./dom";

export interface VirtualList {
  readonly element: HTMLElement;
  /** Sizes and contents are asked for again. */
  refresh(): void;
  reveal(index: number): void;
  dispose(): void;
}

export interface ListOptions {
  readonly label: string;
  /** CSS grid columns shared by the header and the rows. */
  readonly columns: string;
  readonly header: readonly string[];
  count(): number;
  /** Height in pixels. */
  size(index: number): number;
  /** One row; the list places it. */
  render(index: number): HTMLElement;
  /** Enter, space or a click on a row. */
  readonly onChoose?: (index: number) => void;
}

export function virtualList(options: ListOptions): VirtualList {
  const body = element("div.list-body");
  const scroller = element("div.list-scroll", body);
  const head = attributes(element("div.list-head", ...options.header.map(headCell)), { role: "row" });
  head.style.gridTemplateColumns = options.columns;
  const list = attributes(element("div.list", head, scroller), { role: "grid", "aria-label": options.label });
  const rows = new Map<number, HTMLElement>();
  let focused = 0;

  const settings = (): VirtualizerOptions<HTMLElement, HTMLElement> => ({
    count: options.count(),
    getScrollElement: () => scroller,
    estimateSize: (index) => options.size(index),
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    overscan: 8,
    onChange: () => draw(),
  });
  const virtualizer = new Virtualizer<HTMLElement, HTMLElement>(settings());

  function draw(): void {
    virtualizer._willUpdate();
    body.style.height = `${virtualizer.getTotalSize()}px`;
    list.setAttribute("aria-rowcount", String(options.count() + 1));
    const seen = new Set<number>();
    for (const item of virtualizer.getVirtualItems()) {
      seen.add(item.index);
      let row = rows.get(item.index);
      if (row === undefined) {
        row = options.render(item.index);
        row.classList.add("list-row");
        row.style.gridTemplateColumns = options.columns;
        attributes(row, { role: "row", "aria-rowindex": item.index + 2, "data-index": item.index });
        row.tabIndex = item.index === focused ? 0 : -1;
        rows.set(item.index, row);
        body.append(row);
      }
      row.style.transform = `translateY(${item.start}px)`;
      row.style.height = `${item.size}px`;
    }
    for (const [index, row] of rows) {
      if (seen.has(index)) continue;
      row.remove();
      rows.delete(index);
    }
  }

  function focus(index: number): void {
    const last = options.count() - 1;
    if (last < 0) return;
    rows.get(focused)?.setAttribute("tabindex", "-1");
    focused = Math.max(0, Math.min(index, last));
    virtualizer.scrollToIndex(focused);
    draw();
    const row = rows.get(focused);
    row?.setAttribute("tabindex", "0");
    row?.focus();
  }

  list.addEventListener("keydown", (event) => {
    const page = Math.max(1, virtualizer.getVirtualItems().length - 16);
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    if (step !== undefined) focus(focused + step);
    else if (event.key === "Home") focus(0);
    else if (event.key === "End") focus(options.count() - 1);
    else if ((event.key === "Enter" || event.key === " ") && options.onChoose) options.onChoose(focused);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const row = (event.target as Element).closest<HTMLElement>(".list-row");
    if (row === null) return;
    rows.get(focused)?.setAttribute("tabindex", "-1");
    focused = Number(row.dataset.index);
    row.tabIndex = 0;
    options.onChoose?.(focused);
  });

  const unmount = virtualizer._didMount();
  draw();
  return {
    element: list,
    refresh() {
      for (const row of rows.values()) row.remove();
      rows.clear();
      virtualizer.setOptions(settings());
      virtualizer.measure();
      draw();
    },
    reveal: (index) => virtualizer.scrollToIndex(index, { align: "center" }),
    dispose: unmount,
  };
}

function headCell(label: string): HTMLElement {
  return attributes(element("div.cell", label), { role: "columnheader" });
}
