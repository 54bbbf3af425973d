/** The columns' names: sort by a click, filter by the button, drag the edge to resize. */
import { type RowsView } from "../../../src/calls/calls";
import { type Column } from "../../../src/warehouses/warehouse";
import { plainLine } from "../../plain-text";
import { attributes, element } from "../../dom";
import { icon } from "../../icons";
import { t } from "../../text";
import { type Box, type Span } from "./body";
import { type Range } from "./selection";

export interface HeadActions {
  /** add: besides the order there is. */
  sort(column: number, how: "alone" | "add"): void;
  filter(column: number, beside: HTMLElement): void;
  resize(column: number, width: number): void;
  fit(column: number): void;
  menu(column: number, x: number, y: number): void;
  all(): void;
}

export interface HeadSight {
  readonly columns: Span;
  columnBox(column: number): Box;
  readonly width: number;
  readonly view: RowsView;
  readonly active: number | undefined;
  readonly selected: Range;
}

export interface GridHead {
  readonly element: HTMLElement;
  draw(sight: HeadSight): void;
  cell(column: number): HTMLElement | undefined;
}

export function gridHead(columns: readonly Column[], actions: HeadActions): GridHead {
  const corner = attributes(element("div.rows-corner"), { role: "columnheader", "aria-colindex": 1 });
  attributes(corner, { "aria-label": t("Row number: select all"), title: t("Select all") });
  corner.addEventListener("click", () => actions.all());
  const line = attributes(element("div.rows-head", corner), { role: "row", "aria-rowindex": 1 });
  const made = new Map<number, HTMLElement>();

  function make(index: number): HTMLElement {
    const column = columns[index] as Column;
    const side = column.type === "number" ? "right" : "left";
    const filter = attributes(element("button.head-filter", icon("filter")), {
      tabindex: -1,
      "aria-label": t("Filter {0}", plainLine(column.name)),
      title: t("Filter"),
      type: "button",
    });
    const edge = element("div.head-edge");
    const cell = element(
      `div.grid-head-cell.${side}`,
      element("span.head-name", plainLine(column.name)),
      element("span.head-order"),
      filter,
      edge,
    );
    attributes(cell, { role: "columnheader", "aria-colindex": index + 2, tabindex: -1 });
    cell.title = `${plainLine(column.name)}: ${plainLine(column.native)}`;
    filter.addEventListener("click", (event) => {
      event.stopPropagation();
      actions.filter(index, filter);
    });
    cell.addEventListener("click", (event) => actions.sort(index, event.shiftKey ? "add" : "alone"));
    cell.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      event.stopPropagation();
      actions.menu(index, event.clientX, event.clientY);
    });
    edge.addEventListener("click", (event) => event.stopPropagation());
    edge.addEventListener("dblclick", (event) => {
      event.stopPropagation();
      actions.fit(index);
    });
    edge.addEventListener("pointerdown", (event) =>
      drag(edge, event, cell.offsetWidth, (width) => actions.resize(index, width)),
    );
    line.append(cell);
    made.set(index, cell);
    return cell;
  }

  return {
    element: line,
    draw({ columns: { first, last }, columnBox, width, view, active, selected }) {
      line.style.width = `${width}px`;
      for (const [index, cell] of made) {
        if (index >= first && index <= last) continue;
        cell.remove();
        made.delete(index);
      }
      for (let index = first; index <= last; index += 1) {
        const cell = made.get(index) ?? make(index);
        const { start, size } = columnBox(index);
        cell.style.left = `${start}px`;
        cell.style.width = `${size}px`;
        cell.tabIndex = active === index ? 0 : -1;
        const place = (view.sort ?? []).findIndex(({ column }) => column === index);
        const order = view.sort?.[place]?.order;
        attributes(cell, { "aria-sort": order ?? "none" });
        const number = (view.sort?.length ?? 0) > 1 ? String(place + 1) : "";
        const sign = order === undefined ? "" : `${order === "ascending" ? "▲" : "▼"}${number}`;
        (cell.querySelector(".head-order") as HTMLElement).textContent = sign;
        const filtered = view.filters?.some(({ column }) => column === index) === true;
        cell.classList.toggle("filtered", filtered);
        cell.classList.toggle("chosen", index >= selected.left && index <= selected.right);
      }
    },
    cell: (column) => made.get(column),
  };
}

function drag(edge: HTMLElement, event: PointerEvent, width: number, resize: (width: number) => void): void {
  event.preventDefault();
  event.stopPropagation();
  edge.setPointerCapture(event.pointerId);
  const move = ({ clientX }: PointerEvent): void => resize(width + clientX - event.clientX);
  edge.addEventListener("pointermove", move);
  const end = (): void => edge.removeEventListener("pointermove", move);
  edge.addEventListener("pointerup", end, { once: true });
  edge.addEventListener("pointercancel", end, { once: true });
}
