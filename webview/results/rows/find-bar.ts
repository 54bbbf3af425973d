/** Find in the rows: next, previous, how many. */
import { type FindStep, type Found } from "../../../src/calls/calls";
import { attributes, element } from "../../dom";
import { icon, type IconName } from "../../icons";
import { t } from "../../text";
import { count } from "../../cells";

export interface FindBar {
  readonly element: HTMLElement;
  open(): void;
}

export function findBar(options: {
  find(text: string, step: FindStep): Promise<Found>;
  /** Marked wherever it is in sight. */
  mark(text: string): void;
  onFound(found: Found): void;
  onClose(): void;
}): FindBar {
  const field = attributes(element("input.entry") as HTMLInputElement, {
    type: "text",
    "aria-label": t("Find in the rows"),
    placeholder: t("Find"),
    spellcheck: "false",
  });
  const status = attributes(element("span.find-count.dim"), { role: "status" });
  let latest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function step(how: FindStep): Promise<void> {
    const text = field.value;
    const mine = (latest += 1);
    options.mark(text);
    if (text === "") return void (status.textContent = "");
    status.textContent = "…";
    try {
      const found = await options.find(text, how);
      if (mine !== latest) return;
      status.textContent =
        found.at === undefined ? t("No results") : t("{0} of {1}", count(found.at.number), count(found.matches));
      options.onFound(found);
    } catch (error) {
      if (mine === latest) status.textContent = (error as Error).message;
    }
  }

  function close(): void {
    latest += 1;
    bar.hidden = true;
    options.mark("");
    options.onClose();
  }

  const bar = attributes(
    element(
      "div.find",
      field,
      status,
      action("up", t("Previous match (Shift+Enter)"), () => void step("previous")),
      action("down", t("Next match (Enter)"), () => void step("next")),
      action("close", t("Close (Escape)"), close),
    ),
    { role: "search" },
  );
  bar.hidden = true;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void step("here"), 200);
  });
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && event.target === field) {
      clearTimeout(timer);
      void step(event.shiftKey ? "previous" : "next");
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    element: bar,
    open() {
      bar.hidden = false;
      field.focus();
      field.select();
      if (field.value !== "") options.mark(field.value);
    },
  };
}

/** A button that is a picture, with its meaning in words. */
export function action(name: IconName, label: string, onPress: () => void): HTMLElement {
  const made = attributes(element("button.icon-button", icon(name)), {
    type: "button",
    "aria-label": label,
    title: label,
  });
  made.addEventListener("click", onPress);
  return made;
}
