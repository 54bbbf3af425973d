/** The line above the rows: how many there are and of how many, how long it took, and what can be done with them. */
import { type PreviewResult } from "../../../src/calls/calls";
import { count } from "../../cells";
import { button, progressRing, searchField } from "../../elements";
import { attributes, element } from "../../dom";
import { t } from "../../text";
import { action } from "./find-bar";
import { type Range } from "./selection";

/** What “load more” offers: smaller ones than are here are left out. */
const offers = [100_000, 1_000_000] as const;

export interface RowsBar {
  readonly element: HTMLElement;
  /** `viewed`: rows that pass the filters, where there are any. */
  show(preview: PreviewResult, viewed: number | undefined): void;
  selected(range: Range): void;
  say(text: string, tone: "dim" | "err"): void;
}

export function rowsBar(on: {
  search(text: string): void;
  find(): void;
  more(x: number, y: number): void;
  load(limit: number): void;
  countAll(): Promise<number>;
  again(): void;
  cancel(): void;
}): RowsBar {
  const ring = progressRing(t("More rows are coming"));
  const rows = attributes(element("span"), { role: "status" });
  const all = element("span.rows-all");
  const about = element("span.dim");
  const chosen = element("span.dim.rows-chosen");
  const note = attributes(element("span.rows-note"), { role: "status" });
  const loads = element("span.actions");
  const cancel = button(t("Cancel"), "secondary", () => on.cancel());
  const again = button(t("Run again"), "secondary", () => on.again());
  const search = searchField(t("Filter all columns"), (text) => on.search(text));
  const more = action("more", t("Copy and export"), () => {
    const box = more.getBoundingClientRect();
    on.more(box.left, box.bottom + 2);
  });
  const find = action("lookup", t("Find (Ctrl+F)"), () => on.find());
  let counted: number | undefined;

  async function countAll(): Promise<void> {
    say(t("Counting…"), "dim");
    try {
      counted = await on.countAll();
      all.textContent = t("of {0} in the model", count(counted));
      say("", "dim");
    } catch (error) {
      say((error as Error).message, "err");
    }
  }
  const counting = button(t("Count all rows"), "secondary", () => void countAll(), {
    title: t("Asks the warehouse how many rows the whole model has"),
  });

  function say(text: string, tone: "dim" | "err"): void {
    note.className = `rows-note ${tone}`;
    note.textContent = text;
    note.title = text;
  }

  return {
    element: element(
      "div.toolbar.rows-toolbar",
      element("div.rows-facts", ring, rows, all, about, chosen, note),
      element("div.rows-actions", search, find, loads, cancel, again, more),
    ),
    say,
    selected({ top, bottom, left, right }) {
      const cells = (bottom - top + 1) * (right - left + 1);
      chosen.textContent = cells > 1 ? t("{0} × {1} selected", count(bottom - top + 1), count(right - left + 1)) : "";
    },
    show(preview, viewed) {
      const { truncated, ms, columns } = preview;
      const coming = preview.coming === true;
      ring.hidden = !coming;
      cancel.hidden = !coming;
      again.hidden = coming;
      const here = count(preview.rows);
      rows.textContent = coming
        ? t("{0} rows so far, more are coming", here)
        : viewed !== undefined && viewed !== preview.rows
          ? t("{0} of {1} rows pass the filters", count(viewed), here)
          : truncated
            ? t("First {0} rows", here)
            : preview.rows === 1
              ? t("1 row")
              : t("{0} rows", here);
      rows.classList.toggle("warn", truncated && !coming);
      if (truncated && counted === undefined) all.textContent = t("the model has more");
      if (!truncated) all.textContent = "";
      about.textContent = t("{0} columns · {1} ms", count(columns.length), count(ms));
      loads.replaceChildren(
        ...(truncated && !coming
          ? [
              ...offers
                .filter((offer) => offer > preview.rows)
                .slice(0, 2)
                .map((offer) =>
                  button(
                    offer === 1_000_000 ? t("Load all") : t("Load {0}", count(offer)),
                    "secondary",
                    () => on.load(offer),
                    {
                      title: t("Runs the model again, for up to {0} rows", count(offer)),
                    },
                  ),
                ),
              counting,
            ]
          : []),
      );
    },
  };
}
