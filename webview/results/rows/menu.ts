/** A menu of actions: arrows and letters move, Enter does. */
import { attributes, element } from "../../dom";
import { roving } from "../../roving";
import { popover } from "./popover";

export type MenuItem = { readonly label: string; readonly keys?: string; do(): void } | "line";

export function showMenu(
  items: readonly MenuItem[],
  at: { readonly x: number; readonly y: number },
  label: string,
): void {
  const list = element("div.menu");
  for (const item of items) {
    if (item === "line") {
      list.append(attributes(element("div.menu-line"), { role: "separator" }));
      continue;
    }
    const entry = attributes(
      element("div.menu-item", element("span", item.label), element("span.dim", item.keys ?? "")),
      { role: "menuitem", tabindex: -1 },
    );
    const act = (): void => {
      shown.close();
      item.do();
    };
    entry.addEventListener("click", act);
    entry.addEventListener("pointermove", () => entry.focus());
    entry.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      act();
    });
    list.append(entry);
  }
  const shown = popover(list, at, label, "menu");
  const moves = roving(list, ".menu-item");
  moves.refresh();
  moves.current?.focus();
}
