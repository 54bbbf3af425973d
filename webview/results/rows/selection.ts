/** What is chosen in the grid, and how keys move it. Row -1 is the head. */

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** From the anchor to the active cell; whole rows or columns reach over everything the other way. */
export interface Selection {
  readonly anchor: Place;
  readonly active: Place;
  readonly reach: "cells" | "rows" | "columns";
}

/** `bottom` and `right` are the last ones inside. */
export interface Range {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Extent {
  readonly rows: number;
  readonly columns: number;
  /** Rows that fit on a page. */
  readonly page: number;
}

export const atStart: Selection = { anchor: { row: 0, column: 0 }, active: { row: 0, column: 0 }, reach: "cells" };

export function rangeOf({ anchor, active, reach }: Selection, { rows, columns }: Extent): Range {
  const whole = { top: 0, bottom: rows - 1, left: 0, right: columns - 1 };
  const vertical = { top: Math.max(0, Math.min(anchor.row, active.row)), bottom: Math.max(anchor.row, active.row) };
  const across = { left: Math.min(anchor.column, active.column), right: Math.max(anchor.column, active.column) };
  return {
    ...whole,
    ...(reach === "columns" ? {} : vertical),
    ...(reach === "rows" ? {} : across),
  };
}

export function selectTo(selection: Selection, place: Place, how: "move" | "extend"): Selection {
  return how === "extend" ? { ...selection, active: place } : { anchor: place, active: place, reach: "cells" };
}

export function selectAll({ rows, columns }: Extent): Selection {
  return { anchor: { row: rows - 1, column: columns - 1 }, active: { row: 0, column: 0 }, reach: "cells" };
}

export interface Key {
  readonly key: string;
  readonly shift: boolean;
  /** Ctrl, or Command. */
  readonly control: boolean;
}

/** undefined: the key does not move. */
export function moved(selection: Selection, { key, shift, control }: Key, extent: Extent): Selection | undefined {
  const { row, column } = selection.active;
  const [bottom, right] = [extent.rows - 1, extent.columns - 1];
  const targets: Readonly<Record<string, Place>> = {
    ArrowDown: { row: control ? bottom : row + 1, column },
    ArrowUp: { row: control ? 0 : row - 1, column },
    ArrowRight: { row, column: control ? right : column + 1 },
    ArrowLeft: { row, column: control ? 0 : column - 1 },
    PageDown: { row: row + extent.page, column },
    PageUp: { row: Math.max(0, row - extent.page), column },
    Home: { row: control ? 0 : row, column: 0 },
    End: { row: control ? bottom : row, column: right },
  };
  if (key === " " && (shift || control))
    return { ...selection, anchor: selection.active, reach: shift ? "rows" : "columns" };
  const target = targets[key];
  if (target === undefined) return undefined;
  // Only a plain move goes up to the head.
  const top = shift ? 0 : -1;
  const place = {
    row: Math.max(top, Math.min(target.row, bottom)),
    column: Math.max(0, Math.min(target.column, right)),
  };
  return selectTo(selection, place, shift ? "extend" : "move");
}
