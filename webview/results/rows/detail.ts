/** One value in full: JSON indented, long text with its line breaks. */
import { type Column } from "../../../src/warehouses/warehouse";
import { type Json } from "../../../src/value";
import { cellOf, count, prettyBody } from "../../cells";
import { attributes, element } from "../../dom";
import { plainLine, plainText } from "../../plain-text";
import { t } from "../../text";
import { action } from "./find-bar";

/** More of a text than this is no longer read, only copied. */
const mostShown = 200_000;

export interface Detail {
  readonly element: HTMLElement;
  readonly isOpen: boolean;
  show(ask: { readonly column: Column; readonly row: number; value(): Promise<{ value: Json; length: number }> }): void;
  close(): void;
}

export function detailPane(onClose: () => void): Detail {
  const title = element("span.mono.detail-name");
  const about = element("span.dim.detail-about");
  const text = attributes(element("pre.code.mono"), { role: "group", tabindex: 0, "aria-label": t("Value") });
  const pane = attributes(
    element(
      "div.detail",
      element("div.detail-head", title, about, element("span.stretch"), action("close", t("Close (Escape)"), close)),
      text,
    ),
    { role: "region", "aria-label": t("Value of the chosen cell") },
  );
  pane.hidden = true;
  let latest = 0;

  function close(): void {
    latest += 1;
    pane.hidden = true;
    onClose();
  }
  pane.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });

  return {
    element: pane,
    get isOpen() {
      return !pane.hidden;
    },
    show({ column, row, value }) {
      const mine = (latest += 1);
      pane.hidden = false;
      title.textContent = plainLine(column.name);
      about.textContent = t("{0} · row {1}", plainLine(column.native), count(row + 1));
      void value().then(
        (found) => {
          if (mine !== latest) return;
          const look = cellOf(found.value, column.type);
          const whole = typeof found.value === "string" ? found.value : look.text;
          const pretty = column.type === "json" && look.kind === "value" ? prettyBody(whole) : whole;
          text.className = `code mono ${look.kind}`;
          text.textContent = look.kind === "value" ? plainText(pretty.slice(0, mostShown)) : look.text;
          if (look.kind !== "value" || typeof found.value !== "string") return;
          const cut = pretty.length > mostShown;
          about.textContent += ` · ${cut ? t("first {0} of {1} characters", count(mostShown), count(found.length)) : t("{0} characters", count(found.length))}`;
        },
        (error: unknown) => {
          if (mine === latest) text.textContent = (error as Error).message;
        },
      );
    },
    close,
  };
}
