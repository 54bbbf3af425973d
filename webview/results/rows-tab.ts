/** The model's rows, as the warehouse gives them. */
import { type PreviewResult } from "../../src/calls/calls";
import { type Json } from "../../src/value";
import { button } from "../elements";
import { count } from "../cells";
import { element } from "../dom";
import { type Grid, grid } from "./grid";
import { ask, post } from "./host";
import { type Page, page } from "./pane";
import { pages } from "../pages";

export function rowsTab(root: HTMLElement): Page<PreviewResult> {
  return page({
    tab: "rows",
    root,
    invitation: "The rows of a model appear here: open a sync file and choose Preview.",
    draw: drawRows,
  });
}

function drawRows(result: PreviewResult): { element: HTMLElement; dispose(): void } {
  const note = element("span.err");
  const rows = pages<readonly Json[]>({
    count: result.rows,
    fetch: (offset, limit) => ask("rows", { result: result.result, offset, limit }),
    onLoad: () => table.refresh(),
    onError: (message) => (note.textContent = message),
  });
  const table: Grid = grid(result.columns, rows);
  return {
    element: element(
      "div.filled",
      element(
        "div.toolbar",
        element("span", result.truncated ? `First ${count(result.rows)} rows` : `${count(result.rows)} rows`),
        element("span.dim", `${count(result.columns.length)} columns · ${count(result.ms)} ms`),
        note,
        element("span.stretch"),
        button("Run again", "secondary", () => post({ type: "again", tab: "rows" })),
      ),
      result.rows === 0 ? element("p.invitation", "The model returns no rows.") : table.element,
    ),
    dispose: () => table.dispose(),
  };
}
