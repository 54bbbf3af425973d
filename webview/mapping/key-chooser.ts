/** The key of the model: one column or several, in the order in which they were chosen. */
import { attributes, element, unseen } from "../dom";
import { icon } from "../icons";
import { plainLine } from "../plain-text";
import { t } from "../text";
import { type Column } from "../../src/warehouses/warehouse";

export function keyChooser(onChoose: (columns: readonly string[]) => void): {
  readonly element: HTMLElement;
  update(columns: readonly Column[] | undefined, key: readonly string[]): void;
} {
  const button = attributes(document.createElement("button"), { type: "button", "aria-haspopup": "true" });
  button.className = "chooser small";
  const list = element("div.key-list");
  const made = element("span.key-chooser", button, list);
  let chosen: readonly string[] = [];
  let signature = "";

  const toggle = (isOpen: boolean): void => {
    list.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) list.querySelector<HTMLElement>("input")?.focus();
  };
  toggle(false);
  button.addEventListener("click", () => toggle(list.hidden !== false));
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    toggle(false);
    button.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!made.contains(event.target as Node)) toggle(false);
  });
  made.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !made.contains(event.relatedTarget)) toggle(false);
  });

  return {
    element: made,
    update(columns, key) {
      chosen = key;
      button.replaceChildren(
        unseen(t("Key:")),
        element("span.chooser-name", key.map(plainLine).join(", ")),
        icon("down", "dim"),
      );
      const names = columns?.map(({ name }) => name) ?? [];
      const all = [...names, ...key.filter((name) => !names.includes(name))];
      if (JSON.stringify(all) !== signature) {
        signature = JSON.stringify(all);
        list.replaceChildren(...all.map(line));
      }
      for (const box of list.querySelectorAll("input")) box.checked = key.includes(box.value);
    },
  };

  function line(name: string): HTMLElement {
    const box = attributes(document.createElement("input"), { type: "checkbox", value: name });
    box.addEventListener("change", () => {
      const next = box.checked ? [...chosen, name] : chosen.filter((each) => each !== name);
      // A key has at least one column.
      if (next.length === 0) box.checked = true;
      else onChoose(next);
    });
    return element("label.key-line", box, plainLine(name));
  }
}
