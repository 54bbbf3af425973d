/** What can be done with cells, columns and the whole result: the entries of the grid's menus. */
import { type CopyFormat, type ExportFormat, type RowFilter, type RowsView } from "../../../src/calls/calls";
import { type Column } from "../../../src/warehouses/warehouse";
import { count } from "../../cells";
import { t } from "../../text";
import { ask } from "../host";
import { type Grid } from "./grid";
import { type MenuItem } from "./menu";
import { type Place } from "./selection";

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface RowActions {
  copy(format: CopyFormat, head: "with names" | "without names"): void;
  ofCells(): readonly MenuItem[];
  ofColumn(column: number, at: Point): readonly MenuItem[];
  ofResult(): readonly MenuItem[];
}

export function rowActions(on: {
  readonly columns: readonly Column[];
  readonly table: Grid;
  lookedAt(): { readonly result: string; readonly view?: RowsView };
  view(): RowsView;
  /** In the view. */
  rows(): number;
  look(view: RowsView): Promise<void>;
  openFilter(column: number, at: Point): void;
  setFilter(column: number, filter: RowFilter | undefined): void;
  showDetail(place: Place): void;
  say(text: string, tone: "dim" | "err"): void;
}): RowActions {
  const { columns, table } = on;

  async function copied(format: CopyFormat, head: "with names" | "without names", whole = false): Promise<void> {
    const { top, bottom, left, right } = whole
      ? { top: 0, bottom: on.rows() - 1, left: 0, right: columns.length - 1 }
      : table.selected;
    const chosen = Array.from({ length: right - left + 1 }, (_, index) => left + index);
    try {
      await ask("copy", { ...on.lookedAt(), rows: { from: top, to: bottom + 1 }, columns: chosen, format, head });
      on.say(
        chosen.length === 1 && top === bottom
          ? t("Copied the value")
          : t("Copied {0} × {1} cells", count(bottom - top + 1), count(chosen.length)),
        "dim",
      );
    } catch (error) {
      on.say((error as Error).message, "err");
    }
  }

  async function exported(format: ExportFormat): Promise<void> {
    on.say(t("Exporting…"), "dim");
    try {
      const done = await ask("export", { ...on.lookedAt(), format });
      on.say(done === undefined ? "" : t("Exported {0} rows to {1}", count(done.rows), done.file), "dim");
    } catch (error) {
      on.say((error as Error).message, "err");
    }
  }

  const copy = (format: CopyFormat, head: "with names" | "without names"): void => void copied(format, head);
  const exports = (): readonly MenuItem[] => [
    { label: t("Export as CSV…"), do: () => void exported("csv") },
    { label: t("Export as JSON…"), do: () => void exported("json") },
    { label: t("Export as Parquet…"), do: () => void exported("parquet") },
  ];

  /** Rows whose cell is, or is not, what the active one is. */
  async function byValue({ row, column }: Place, test: "equals" | "differs"): Promise<void> {
    const { value } = await ask("cell", { ...on.lookedAt(), row, column });
    if (value === null) return on.setFilter(column, { column, test: test === "equals" ? "null" : "not-null" });
    on.setFilter(column, { column, test, value: typeof value === "string" ? value : JSON.stringify(value) });
  }

  return {
    copy,
    ofCells: () => [
      { label: t("Copy"), keys: "Ctrl+C", do: () => copy("tsv", "without names") },
      { label: t("Copy with column names"), do: () => copy("tsv", "with names") },
      { label: t("Copy as CSV"), do: () => copy("csv", "with names") },
      { label: t("Copy as JSON"), do: () => copy("json", "with names") },
      { label: t("Copy as Markdown"), do: () => copy("markdown", "with names") },
      { label: t("Copy as INSERT"), do: () => copy("insert", "with names") },
      "line",
      { label: t("Show the whole value"), keys: "Enter", do: () => on.showDetail(table.active) },
      { label: t("Only rows with this value"), do: () => void byValue(table.active, "equals") },
      { label: t("No rows with this value"), do: () => void byValue(table.active, "differs") },
      "line",
      ...exports(),
    ],
    ofColumn: (column, at) => [
      {
        label: t("Sort ascending"),
        do: () => void on.look({ ...on.view(), sort: [{ column, order: "ascending" }] }),
      },
      {
        label: t("Sort descending"),
        do: () => void on.look({ ...on.view(), sort: [{ column, order: "descending" }] }),
      },
      { label: t("Filter…"), keys: "Alt+↓", do: () => on.openFilter(column, at) },
      "line",
      {
        label: t("Select the column"),
        do: () => table.select({ anchor: { row: 0, column }, active: { row: 0, column }, reach: "columns" }),
      },
      { label: t("Fit the width"), do: () => table.fit(column) },
    ],
    ofResult: () => [
      { label: t("Copy all as CSV"), do: () => void copied("csv", "with names", true) },
      { label: t("Copy all as JSON"), do: () => void copied("json", "with names", true) },
      { label: t("Copy all as Markdown"), do: () => void copied("markdown", "with names", true) },
      { label: t("Copy all as INSERT"), do: () => void copied("insert", "with names", true) },
      "line",
      ...exports(),
    ],
  };
}
