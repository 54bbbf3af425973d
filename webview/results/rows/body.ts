/**
 * The cells in sight. Rows and cells are made once and used again: row r is drawn in slot r modulo their number, and a
 * scroll writes only what is different from what a slot shows.
 */
import { type Json } from "../../../src/value";
import { type Column } from "../../../src/warehouses/warehouse";
import { cellOf } from "../../cells";
import { attributes, element } from "../../dom";
import { type Place, type Range } from "./selection";

export interface Span {
  readonly first: number;
  readonly last: number;
}
export interface Box {
  readonly start: number;
  readonly size: number;
}

export interface Sight {
  readonly rows: Span;
  readonly columns: Span;
  rowStart(row: number): number;
  columnBox(column: number): Box;
  /** Columns are where they were as long as this is. */
  readonly layout: number;
  readonly width: number;
  at(row: number): readonly Json[] | undefined;
  isCut(row: number, column: number): boolean;
  readonly selected: Range;
  readonly active: Place;
  /** In lower case; empty: nothing is marked. */
  readonly marked: string;
}

export interface GridBody {
  readonly element: HTMLElement;
  draw(sight: Sight): void;
  cell(place: Place): HTMLElement | undefined;
  /** The place an element stands for; column -1 is the row's number. */
  placeOf(target: Element): Place | undefined;
}

const digits = new Intl.NumberFormat("en-US");

interface CellSlot {
  readonly element: HTMLElement;
  readonly text: Text;
  column: number;
  layout: number;
  shown: string;
  look: string;
  marked: string;
  stop: number;
}
interface RowSlot {
  readonly element: HTMLElement;
  readonly number: HTMLElement;
  readonly digits: Text;
  readonly cells: CellSlot[];
  row: number;
  width: number;
}

export function gridBody(columns: readonly Column[]): GridBody {
  const body = attributes(element("div.rows-body"), { role: "rowgroup" });
  let slots: RowSlot[] = [];
  const places = new WeakMap<Element, { readonly row: RowSlot; readonly cell?: CellSlot }>();

  function makeRow(): RowSlot {
    const label = document.createTextNode("");
    const number = attributes(element("div.rows-number", label), { role: "rowheader", "aria-colindex": 1 });
    const line = attributes(element("div.rows-row", number), { role: "row" });
    const slot: RowSlot = { element: line, number, digits: label, cells: [], row: -1, width: -1 };
    places.set(number, { row: slot });
    body.append(line);
    return slot;
  }

  function makeCell(row: RowSlot): CellSlot {
    const text = document.createTextNode("");
    const made = attributes(element("div.grid-cell", text), { role: "gridcell", tabindex: -1 });
    const slot = { element: made, text, column: -1, layout: -1, shown: "", look: "", marked: "", stop: -1 };
    places.set(made, { row, cell: slot });
    row.element.append(made);
    return slot;
  }

  /** As many slots as are in sight at once; they are never fewer again, so that the modulus stays. */
  function provide(wantedRows: number, wantedCells: number): void {
    if (wantedRows > slots.length) slots = [...slots, ...Array.from({ length: wantedRows - slots.length }, makeRow)];
    for (const slot of slots) while (slot.cells.length < wantedCells) slot.cells.push(makeCell(slot));
  }

  let mostRows = 0;
  let mostCells = 0;

  function drawRow(slot: RowSlot, row: number, sight: Sight): void {
    if (slot.row !== row) {
      slot.row = row;
      slot.element.style.transform = `translateY(${sight.rowStart(row)}px)`;
      slot.element.setAttribute("aria-rowindex", String(row + 2));
      slot.digits.data = digits.format(row + 1);
      slot.element.classList.toggle("odd", row % 2 === 1);
    }
    if (slot.width !== sight.width) slot.element.style.width = `${(slot.width = sight.width)}px`;
    slot.element.hidden = false;
    const { selected } = sight;
    const rowChosen = row >= selected.top && row <= selected.bottom;
    slot.number.classList.toggle("chosen", rowChosen);
    const values = sight.at(row);
    for (let column = sight.columns.first; column <= sight.columns.last; column += 1)
      drawCell(slot.cells[column % mostCells] as CellSlot, { row, column, values, rowChosen, sight });
    const drawn = sight.columns.last - sight.columns.first + 1;
    if (drawn < mostCells)
      for (const cell of slot.cells)
        if (cell.column < sight.columns.first || cell.column > sight.columns.last) hide(cell);
  }

  function drawCell(slot: CellSlot, { row, column, values, rowChosen, sight }: Drawn): void {
    const { style } = slot.element;
    if (slot.column !== column || slot.layout !== sight.layout) {
      const { start, size } = sight.columnBox(column);
      style.left = `${start}px`;
      style.width = `${size}px`;
      if (slot.column !== column) slot.element.setAttribute("aria-colindex", String(column + 2));
      slot.column = column;
      slot.layout = sight.layout;
    }
    const shown = values === undefined ? undefined : cellOf(values[column] ?? null, columns[column]?.type);
    const text = shown === undefined ? "…" : sight.isCut(row, column) ? `${shown.text}…` : shown.text;
    const { selected, active } = sight;
    const isActive = active.row === row && active.column === column;
    const chosen = rowChosen && column >= selected.left && column <= selected.right;
    const look = `grid-cell ${shown?.kind ?? "loading"} ${shown?.align ?? "left"}${chosen ? " chosen" : ""}${isActive ? " active" : ""}`;
    if (slot.look !== look) {
      slot.element.className = slot.look = look;
      slot.element.setAttribute("aria-selected", String(chosen));
    }
    const stop = isActive ? 0 : -1;
    if (slot.stop !== stop) slot.element.tabIndex = slot.stop = stop;
    if (slot.shown !== text || slot.marked !== sight.marked) {
      write(slot, text, sight.marked);
      slot.shown = text;
      slot.marked = sight.marked;
    }
  }

  return {
    element: body,
    draw(sight) {
      const rows = sight.rows.last - sight.rows.first + 1;
      const cells = sight.columns.last - sight.columns.first + 1;
      if (rows > mostRows || cells > mostCells) {
        mostRows = Math.max(mostRows, rows);
        mostCells = Math.max(mostCells, cells);
        provide(mostRows, mostCells);
        // Another modulus: each slot shows something else now.
        for (const slot of slots) slot.row = -1;
      }
      for (let row = sight.rows.first; row <= sight.rows.last; row += 1)
        drawRow(slots[row % mostRows] as RowSlot, row, sight);
      for (const slot of slots)
        if (slot.row < sight.rows.first || slot.row > sight.rows.last) {
          slot.element.hidden = true;
          slot.row = -1;
        }
    },
    cell({ row, column }) {
      const slot = slots.find((each) => each.row === row);
      return slot?.cells.find((each) => each.column === column)?.element;
    },
    placeOf(target) {
      const owner = target.closest(".grid-cell, .rows-number");
      const found = owner === null ? undefined : places.get(owner);
      return found && { row: found.row.row, column: found.cell?.column ?? -1 };
    },
  };
}

interface Drawn {
  readonly row: number;
  readonly column: number;
  readonly values: readonly Json[] | undefined;
  readonly rowChosen: boolean;
  readonly sight: Sight;
}

function hide(slot: CellSlot): void {
  if (slot.column === -1) return;
  slot.column = -1;
  slot.element.style.width = "0";
  slot.element.style.left = "-100px";
}

/** What is looked for is marked wherever it stands in the text. */
function write(slot: CellSlot, text: string, marked: string): void {
  const lower = marked === "" ? "" : text.toLowerCase();
  let at = marked === "" ? -1 : lower.indexOf(marked);
  if (at < 0) {
    if (slot.element.firstChild !== slot.text || slot.element.childNodes.length !== 1)
      slot.element.replaceChildren(slot.text);
    slot.text.data = text;
    return;
  }
  const parts: (Node | string)[] = [];
  let from = 0;
  for (; at >= 0; at = lower.indexOf(marked, from)) {
    parts.push(text.slice(from, at), element("mark", text.slice(at, at + marked.length)));
    from = at + marked.length;
  }
  slot.element.replaceChildren(...parts, text.slice(from));
}
