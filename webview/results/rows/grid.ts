/** The grid of a result's rows: virtual both ways, so that a wide and long result costs what is in sight. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import { type RowsView } from "../../../src/calls/calls";
import { type Column } from "../../../src/warehouses/warehouse";
import { type Json } from "../../../src/value";
import { attributes, element } from "../../dom";
import { t } from "../../text";
import { type Box, gridBody, type Span } from "./body";
import { gridHead } from "./head";
import {
  atStart,
  type Extent,
  moved,
  type Place,
  type Range,
  rangeOf,
  selectAll,
  type Selection,
  selectTo,
} from "./selection";
import { columnWidths } from "./widths";
import { type RowWindows } from "./windows";

export const rowHeight = 24;
const headHeight = 26;
/** A page this high is the most that a browser scrolls without losing places. */
const mostRows = 1_300_000;

export interface GridActions {
  /** What the next order is, given what is now. */
  sort(column: number, how: "alone" | "add"): void;
  filter(column: number, beside: HTMLElement): void;
  headMenu(column: number, x: number, y: number): void;
  menu(x: number, y: number): void;
  /** The active cell or what is selected is another one. */
  moved(place: Place): void;
  open(): void;
  copy(): void;
}

export interface Grid {
  readonly element: HTMLElement;
  /** Rows came, or are others now: what is in sight is drawn again. */
  refresh(): void;
  setView(view: RowsView): void;
  mark(text: string): void;
  goTo(place: Place): void;
  /** Brings the active cell back into sight where the grid has become smaller. */
  reveal(): void;
  select(selection: Selection): void;
  readonly selected: Range;
  readonly active: Place;
  fit(column: number): void;
  focus(): void;
  dispose(): void;
}

export function grid(options: {
  readonly columns: readonly Column[];
  readonly windows: RowWindows;
  count(): number;
  readonly actions: GridActions;
}): Grid {
  const { columns, windows, actions } = options;
  const body = gridBody(columns);
  let view: RowsView = {};
  let selection = atStart;
  let marked = "";
  let layout = 0;
  let focused = false;
  let drawing = false;

  const canvas = element("div.rows-canvas");
  const scroller = attributes(element("div.rows-scroll", canvas), {
    role: "grid",
    "aria-label": t("Rows of the model"),
    "aria-multiselectable": "true",
    "aria-colcount": columns.length + 1,
    tabindex: -1,
  });
  const widths = columnWidths(columns, characterWidth());
  const numberWidth = 74;
  const count = (): number => Math.min(options.count(), mostRows);

  const head = gridHead(columns, {
    sort: actions.sort,
    filter: actions.filter,
    resize(column, width) {
      widths.set(column, width);
      relayout();
    },
    fit,
    menu: actions.headMenu,
    all: () => choose(selectAll(extent())),
  });
  canvas.append(head.element, body.element);

  const shared = {
    getScrollElement: () => scroller,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => draw(),
  };
  const vertical = (): VirtualizerOptions<HTMLElement, HTMLElement> => ({
    ...shared,
    count: count(),
    estimateSize: () => rowHeight,
    overscan: 6,
    paddingStart: headHeight,
    scrollPaddingStart: headHeight,
  });
  const horizontal = (): VirtualizerOptions<HTMLElement, HTMLElement> => ({
    ...shared,
    horizontal: true,
    count: columns.length,
    estimateSize: (index) => widths.of(index),
    overscan: 1,
    paddingStart: numberWidth,
    scrollPaddingStart: numberWidth,
  });
  const down = new Virtualizer<HTMLElement, HTMLElement>(vertical());
  const across = new Virtualizer<HTMLElement, HTMLElement>(horizontal());

  const extent = (): Extent => ({
    rows: count(),
    columns: columns.length,
    page: Math.max(1, Math.floor((scroller.clientHeight - headHeight) / rowHeight) - 1),
  });

  function draw(): void {
    down._willUpdate();
    across._willUpdate();
    const rows = spanOf(down.getVirtualIndexes());
    const shown = spanOf(across.getVirtualIndexes());
    windows.want(rows.first, rows.last);
    const width = across.getTotalSize();
    const columnBox = (column: number): Box => across.measurementsCache[column] ?? { start: 0, size: 0 };
    const selected = rangeOf(selection, extent());
    drawing = true;
    head.draw({
      columns: shown,
      columnBox,
      width,
      view,
      selected,
      active: selection.active.row < 0 ? selection.active.column : undefined,
    });
    body.draw({
      rows,
      columns: shown,
      // The body begins below the head.
      rowStart: (row) => row * rowHeight,
      columnBox,
      layout,
      width,
      at: (row) => windows.at(row),
      isCut: (row, column) => windows.isCut(row, column),
      selected,
      active: selection.active,
      marked,
    });
    drawing = false;
    if (focused) keepFocus();
  }

  function resize(): void {
    canvas.style.height = `${down.getTotalSize()}px`;
    canvas.style.width = `${across.getTotalSize()}px`;
    scroller.setAttribute("aria-rowcount", String(options.count() + 1));
  }

  function relayout(): void {
    layout += 1;
    across.setOptions(horizontal());
    across.measure();
    resize();
    draw();
  }

  /** Cells come and go as the grid scrolls; the active one has the focus whenever it is drawn. */
  function keepFocus(): void {
    const { active } = selection;
    const wanted = (active.row < 0 ? head.cell(active.column) : body.cell(active)) ?? scroller;
    if (document.activeElement !== wanted) wanted.focus({ preventScroll: true });
  }

  function choose(next: Selection): void {
    selection = next;
    draw();
    actions.moved(selection.active);
  }

  function go(next: Selection): void {
    selection = next;
    if (next.active.row >= 0) down.scrollToIndex(next.active.row);
    across.scrollToIndex(next.active.column);
    draw();
    actions.moved(selection.active);
  }

  function sample(): readonly (readonly Json[])[] {
    const { first } = spanOf(down.getVirtualIndexes());
    const from = Math.max(0, first - 100);
    return Array.from({ length: 300 }, (_, index) => windows.at(from + index)).filter((row) => row !== undefined);
  }

  function fit(column: number): void {
    widths.fit(column, sample());
    relayout();
  }

  scroller.addEventListener("focusin", () => (focused = true));
  scroller.addEventListener("focusout", () => {
    if (!drawing) focused = false;
  });
  scroller.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    const { active } = selection;
    const handled = (): void => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (control && event.key.toLowerCase() === "a") {
      handled();
      return choose(selectAll(extent()));
    }
    if (control && event.key.toLowerCase() === "c") {
      handled();
      return actions.copy();
    }
    if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) {
      handled();
      const box = (document.activeElement ?? scroller).getBoundingClientRect();
      return active.row < 0
        ? actions.headMenu(active.column, box.left, box.bottom)
        : actions.menu(box.left + 8, box.bottom);
    }
    if (active.row < 0 && (event.key === "Enter" || event.key === " ")) {
      handled();
      return actions.sort(active.column, event.shiftKey ? "add" : "alone");
    }
    if (active.row < 0 && event.altKey && event.key === "ArrowDown") {
      handled();
      const cell = head.cell(active.column);
      return cell && actions.filter(active.column, cell);
    }
    if (event.key === "Enter" || (event.key === " " && !event.shiftKey && !control)) {
      handled();
      return actions.open();
    }
    if (event.altKey) return;
    const next = moved(selection, { key: event.key, shift: event.shiftKey, control }, extent());
    if (next === undefined) return;
    handled();
    go(next);
  });

  canvas.addEventListener("pointerdown", (event) => {
    const place = body.placeOf(event.target as Element);
    if (place === undefined || event.button > 2) return;
    const inside = isInside(place, rangeOf(selection, extent()));
    // A click with the other button inside of what is selected is about all of it.
    if (event.button !== 0 && inside) return;
    event.preventDefault();
    focused = true;
    const whole = place.column < 0;
    const target = whole ? { row: place.row, column: 0 } : place;
    const next = selectTo(selection, target, event.shiftKey ? "extend" : "move");
    choose({ ...next, reach: whole ? "rows" : "cells" });
    if (event.button === 0) followPointer(whole);
  });

  /** Drags the selection along, and the grid where the pointer leaves it. */
  function followPointer(whole: boolean): void {
    const move = (event: PointerEvent): void => {
      const box = scroller.getBoundingClientRect();
      if (event.clientY > box.bottom) scroller.scrollTop += rowHeight;
      if (event.clientY < box.top + headHeight) scroller.scrollTop -= rowHeight;
      if (event.clientX > box.right) scroller.scrollLeft += 24;
      if (event.clientX < box.left + numberWidth && !whole) scroller.scrollLeft -= 24;
      const under = document.elementFromPoint(
        Math.max(box.left + 2, Math.min(event.clientX, box.right - 18)),
        Math.max(box.top + headHeight + 2, Math.min(event.clientY, box.bottom - 18)),
      );
      const place = under === null ? undefined : body.placeOf(under);
      if (place === undefined) return;
      const target = { row: place.row, column: Math.max(0, place.column) };
      choose({ ...selectTo(selection, target, "extend"), reach: whole ? "rows" : "cells" });
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", () => window.removeEventListener("pointermove", move), { once: true });
  }

  canvas.addEventListener("dblclick", (event) => {
    if (body.placeOf(event.target as Element) !== undefined) actions.open();
  });
  canvas.addEventListener("contextmenu", (event) => {
    if (body.placeOf(event.target as Element) === undefined) return;
    event.preventDefault();
    actions.menu(event.clientX, event.clientY);
  });

  const unmount = [down._didMount(), across._didMount()];
  resize();
  draw();
  return {
    element: scroller,
    refresh() {
      widthsOnce();
      down.setOptions(vertical());
      resize();
      draw();
    },
    setView(next) {
      view = next;
      const { active } = selection;
      const row = Math.min(active.row, count() - 1);
      selection = {
        ...atStart,
        anchor: { row: Math.max(0, row), column: active.column },
        active: { row, column: active.column },
      };
      this.refresh();
    },
    mark(text) {
      marked = text.toLowerCase();
      draw();
    },
    goTo: (place) => go({ anchor: place, active: place, reach: "cells" }),
    reveal() {
      // Measured now: the virtualizer hears of another size only after the next frame.
      const { row, column } = selection.active;
      const { start, size } = across.measurementsCache[column] ?? { start: 0, size: 0 };
      const missing = start + size - (scroller.scrollLeft + scroller.clientWidth);
      if (missing > 0) scroller.scrollLeft += Math.min(missing, start - numberWidth - scroller.scrollLeft);
      const below = headHeight + (row + 1) * rowHeight - (scroller.scrollTop + scroller.clientHeight);
      if (below > 0) scroller.scrollTop += below;
    },
    select: choose,
    get selected() {
      return rangeOf(selection, extent());
    },
    get active() {
      return selection.active;
    },
    fit,
    focus() {
      focused = true;
      keepFocus();
    },
    dispose: () => unmount.forEach((end) => end()),
  };

  function widthsOnce(): void {
    const before = columns.map((_, index) => widths.of(index)).join();
    widths.measure(Array.from({ length: 100 }, (_, row) => windows.at(row)).filter((row) => row !== undefined));
    if (before === columns.map((_, index) => widths.of(index)).join()) return;
    layout += 1;
    across.setOptions(horizontal());
    across.measure();
  }
}

function spanOf(indexes: readonly number[]): Span {
  return { first: indexes[0] ?? 0, last: indexes.at(-1) ?? -1 };
}

function isInside({ row, column }: Place, { top, bottom, left, right }: Range): boolean {
  return row >= top && row <= bottom && (column < 0 || (column >= left && column <= right));
}

/** Of the editor's font in this page. */
function characterWidth(): number {
  const probe = element("span.mono.unseen", "0".repeat(100));
  document.body.append(probe);
  const width = probe.scrollWidth / 100;
  probe.remove();
  return width > 4 ? width : 8.2;
}
