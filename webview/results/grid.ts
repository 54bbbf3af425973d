/** The grid of the model's rows: virtual both ways, so that a wide and long result costs what is in sight. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import { type Column } from "../../src/warehouses/warehouse";
import { type Json } from "../../src/value";
import { cellOf } from "../cells";
import { attributes, element } from "../dom";
import { type Pages } from "../pages";

const rowHeight = 24;

export interface Grid {
  readonly element: HTMLElement;
  /** Something arrived: draw what is in sight again. */
  refresh(): void;
  dispose(): void;
}

export function grid(columns: readonly Column[], rows: Pages<readonly Json[]>): Grid {
  const headRow = attributes(element("div.grid-head-row"), { role: "row", "aria-rowindex": 1 });
  const head = element("div.grid-head", headRow);
  const body = element("div.grid-body");
  const scroller = element("div.grid-scroll", body);
  const table = attributes(element("div.grid", head, scroller), {
    role: "grid",
    "aria-label": "Rows of the model",
    "aria-colcount": columns.length,
  });
  let widths = columns.map((column) => widthOf(`${column.name} ${column.native}`, []));
  let measured = false;
  let focus = { row: 0, column: 0 };
  // Cells come and go as the grid scrolls; the one that has the focus keeps it when it is drawn again.
  let focused = false;
  let drawing = false;

  const shared = {
    getScrollElement: () => scroller,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => draw(),
  };
  const vertical = (): VirtualizerOptions<HTMLElement, HTMLElement> => ({
    ...shared,
    count: rows.count,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const horizontal = (): VirtualizerOptions<HTMLElement, HTMLElement> => ({
    ...shared,
    horizontal: true,
    count: columns.length,
    estimateSize: (index) => widths[index] ?? 0,
    overscan: 3,
  });
  const down = new Virtualizer<HTMLElement, HTMLElement>(vertical());
  const across = new Virtualizer<HTMLElement, HTMLElement>(horizontal());

  function draw(): void {
    down._willUpdate();
    across._willUpdate();
    measureOnce();
    body.style.height = `${down.getTotalSize()}px`;
    body.style.width = `${across.getTotalSize()}px`;
    table.setAttribute("aria-rowcount", String(rows.count + 1));
    const shown = across.getVirtualItems();
    headRow.replaceChildren(...shown.map((item) => headCell(item)));
    headRow.style.width = `${across.getTotalSize()}px`;
    headRow.style.transform = `translateX(${-scroller.scrollLeft}px)`;
    drawing = true;
    body.replaceChildren(...down.getVirtualItems().map((row) => drawRow(row, shown)));
    drawing = false;
    if (focused) focusedCell()?.focus({ preventScroll: true });
  }

  function drawRow(row: VirtualItem, shown: readonly VirtualItem[]): HTMLElement {
    const values = rows.at(row.index);
    const line = attributes(element("div.grid-row"), { role: "row", "aria-rowindex": row.index + 2 });
    line.style.transform = `translateY(${row.start}px)`;
    line.append(
      ...shown.map((item) => {
        const look = values && cellOf(values[item.index] ?? null, columns[item.index]?.type);
        const cell = element(
          `div.cell.grid-cell.${look?.kind ?? "loading"}.${look?.align ?? "left"}`,
          look?.text ?? "…",
        );
        cell.tabIndex = row.index === focus.row && item.index === focus.column ? 0 : -1;
        if (look !== undefined && look.text.length > 24) cell.title = look.text;
        attributes(cell, {
          role: "gridcell",
          "aria-colindex": item.index + 1,
          "data-row": row.index,
          "data-column": item.index,
        });
        return place(cell, item);
      }),
    );
    return line;
  }

  function headCell(item: VirtualItem): HTMLElement {
    const column = columns[item.index] as Column;
    const side = column.type === "number" ? "right" : "left";
    const cell = element(
      `div.cell.grid-head-cell.${side}`,
      cellOf(column.name).text,
      element("span.dim", ` ${column.native}`),
    );
    cell.title = `${column.name}: ${column.native}`;
    return place(attributes(cell, { role: "columnheader", "aria-colindex": item.index + 1 }), item);
  }

  /** Columns become as wide as the first rows need, once those are here. */
  function measureOnce(): void {
    const sample = Array.from({ length: Math.min(rows.count, 50) }, (_, index) => rows.at(index));
    if (measured || sample[0] === undefined) return;
    measured = true;
    widths = columns.map((column, index) =>
      widthOf(
        `${column.name} ${column.native}`,
        sample.map((row) => cellOf(row?.[index] ?? null).text),
      ),
    );
    across.setOptions(horizontal());
    across.measure();
  }

  const focusedCell = (): HTMLElement | null =>
    body.querySelector<HTMLElement>(`[data-row="${focus.row}"][data-column="${focus.column}"]`);

  function moveTo(row: number, column: number): void {
    if (rows.count === 0) return;
    focus = { row: clamp(row, rows.count), column: clamp(column, columns.length) };
    down.scrollToIndex(focus.row);
    across.scrollToIndex(focus.column);
    focused = true;
    draw();
  }
  table.addEventListener("focusin", () => (focused = true));
  table.addEventListener("focusout", () => {
    if (!drawing) focused = false;
  });

  table.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(scroller.clientHeight / rowHeight) - 1);
    const { row, column } = focus;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? rows.count - 1 : row, columns.length - 1],
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    moveTo(...move);
  });
  body.addEventListener("click", (event) => {
    const cell = (event.target as Element).closest<HTMLElement>(".grid-cell");
    if (cell !== null) moveTo(Number(cell.dataset.row), Number(cell.dataset.column));
  });

  const unmount = [down._didMount(), across._didMount()];
  draw();
  return {
    element: table,
    refresh() {
      down.setOptions(vertical());
      draw();
    },
    dispose: () => unmount.forEach((end) => end()),
  };
}

function place(cell: HTMLElement, item: VirtualItem): HTMLElement {
  cell.style.transform = `translateX(${item.start}px)`;
  cell.style.width = `${item.size}px`;
  return cell;
}

/** Widths of characters in the panel's two fonts at their usual sizes; a column is never wider than 360 pixels. */
function widthOf(head: string, texts: readonly string[]): number {
  const longest = Math.max(0, ...texts.map((text) => text.length));
  return Math.min(360, Math.max(72, head.length * 8.2 + 24, longest * 8.2 + 22));
}

function clamp(value: number, count: number): number {
  return Math.max(0, Math.min(value, count - 1));
}
