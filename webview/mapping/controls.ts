/** Controls in VS Code's look: native elements, since a page may hold hundreds of them. */
import { attributes, element } from "../dom";
import { icon, type IconName } from "../icons";

export function iconButton(name: IconName, label: string, onPress: (button: HTMLElement) => void): HTMLButtonElement {
  const made = attributes(document.createElement("button"), { type: "button", title: label, "aria-label": label });
  made.className = "icon-button";
  made.append(icon(name));
  made.addEventListener("click", () => onPress(made));
  return made;
}

export function textButton(
  label: string,
  look: "primary" | "secondary" | "link",
  onPress: (button: HTMLElement) => void,
): HTMLButtonElement {
  const made = attributes(document.createElement("button"), { type: "button" });
  made.className = `text-button ${look}`;
  made.textContent = label;
  made.addEventListener("click", () => onPress(made));
  return made;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly title?: string;
}

export interface Select {
  readonly element: HTMLSelectElement;
  update(choices: readonly Choice[], value: string): void;
}

/** A list of choices. A value that is not among them is shown all the same, so that nothing is hidden. */
export function select(label: string, onChoose: (value: string) => void): Select {
  const made = attributes(document.createElement("select"), { "aria-label": label });
  made.addEventListener("change", () => onChoose(made.value));
  let signature = "";
  return {
    element: made,
    update(choices, value) {
      const all = choices.some((choice) => choice.value === value) ? choices : [{ value, label: value }, ...choices];
      const next = JSON.stringify(all);
      if (next !== signature) {
        signature = next;
        made.replaceChildren(...all.map(optionOf));
      }
      made.value = value;
    },
  };
}

function optionOf({ value, label, title }: Choice): HTMLOptionElement {
  const option = document.createElement("option");
  option.value = value;
  option.textContent = label;
  if (title !== undefined) option.title = title;
  return option;
}

export interface TextBox {
  readonly element: HTMLInputElement | HTMLTextAreaElement;
  /** Shows the value of a new state, unless the user is in the middle of another. */
  update(value: string): void;
}

/**
 * Text that is given when the user leaves it, saves, or presses Enter (in a text area Ctrl+Enter). Escape takes back what was
 * typed. What is typed and not yet given survives every new state.
 */
export function textBox(
  options: { readonly label: string; readonly lines: "one" | "many"; readonly placeholder?: string },
  onGive: (value: string) => void,
): TextBox {
  const made = document.createElement(options.lines === "one" ? "input" : "textarea");
  attributes(made, { "aria-label": options.label, spellcheck: "false" });
  if (options.placeholder !== undefined) made.placeholder = options.placeholder;
  let settled = "";
  const mark = (): void => markTyped(made, made.value !== settled);
  const give = (): void => {
    if (made.value === settled) return;
    settled = made.value;
    mark();
    onGive(made.value);
  };
  // Also when the whole page loses the focus: a page that is hidden then forgets what was not given.
  made.addEventListener("blur", give);
  made.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent)) return;
    if (event.key === "Enter" && (options.lines === "one" || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      give();
    } else if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey)) {
      // Saving means the text as it is seen.
      give();
    } else if (event.key === "Escape" && made.value !== settled) {
      event.stopPropagation();
      made.value = settled;
      mark();
      grow();
    }
  });
  const grow = (): void => {
    if (made instanceof HTMLTextAreaElement) made.rows = Math.min(12, Math.max(2, made.value.split("\n").length));
  };
  made.addEventListener("input", grow);
  made.addEventListener("input", mark);
  return {
    element: made,
    update(value) {
      const isTyped = made.value !== settled;
      settled = value;
      if (!isTyped && made.value !== value) made.value = value;
      mark();
      grow();
    },
  };
}

/** What is typed into a box and known nowhere else: undo takes that back first (undo.ts). */
export function markTyped(box: HTMLElement, isTyped: boolean): void {
  box.dataset.typed = String(isTyped);
}

/** A filter: calls back with the words as they are typed, Escape empties it. */
export function filterBox(label: string, onFilter: (text: string) => void): HTMLInputElement {
  const made = attributes(document.createElement("input"), {
    type: "search",
    "aria-label": label,
    placeholder: label,
    spellcheck: "false",
  });
  made.className = "filter";
  made.addEventListener("input", () => {
    markTyped(made, made.value !== "");
    onFilter(made.value.trim().toLowerCase());
  });
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || made.value === "") return;
    event.stopPropagation();
    made.value = "";
    markTyped(made, false);
    onFilter("");
  });
  return made;
}

/** What a pane says when it has nothing to show, and what can be done about it. */
export function emptyState(text: string, ...actions: readonly HTMLElement[]): HTMLElement {
  return element("div.empty-state", element("p", text), ...actions);
}
