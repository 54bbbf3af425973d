/** A filterable list of choices at the place where it was asked for, as VS Code's own quick pick works. */
import { attributes, element } from "../dom";
import { icon, type IconName } from "../icons";
import { plainLine } from "../plain-text";
import { markTyped } from "./controls";

export interface PickItem {
  readonly id: string;
  readonly icon: IconName;
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** A word at the end: used, required. */
  readonly mark?: string;
  /** Why it is no good choice. */
  readonly warning?: string;
}

export interface PickOptions {
  readonly anchor: Element;
  readonly label: string;
  readonly items: readonly PickItem[];
  readonly chosen?: string;
  /** A choice that is not listed, made from what was typed. */
  other?(text: string): PickItem | undefined;
  /** What is said when nothing matches. */
  readonly empty: string;
}

let close: (choice?: PickItem) => void = () => undefined;
let lastId = 0;

/** The id of what was chosen; undefined when the list was left. The focus goes back to where it was. */
export function pick(options: PickOptions): Promise<string | undefined> {
  close();
  const before = document.activeElement;
  const id = `pick-${++lastId}`;
  const input = attributes(document.createElement("input"), {
    type: "text",
    role: "combobox",
    "aria-label": options.label,
    "aria-expanded": "true",
    "aria-controls": id,
    "aria-autocomplete": "list",
    placeholder: options.label,
    spellcheck: "false",
  });
  const list = attributes(element("div.pick-list"), { role: "listbox", id, "aria-label": options.label });
  const nothing = element("p.pick-empty.dim", options.empty);
  const box = element("div.pick", input, list, nothing);
  let shown: readonly PickItem[] = [];
  let active = 0;

  function filter(): void {
    const text = input.value.trim();
    shown = ranked(options.items, text);
    const isListed = options.items.some(({ id: each }) => each === text);
    const other = text === "" || isListed ? undefined : options.other?.(text);
    if (other !== undefined) shown = [...shown, other];
    list.replaceChildren(...shown.map((item, index) => optionOf(item, `${id}-${index}`, item.id === options.chosen)));
    nothing.hidden = shown.length > 0;
    list.hidden = shown.length === 0;
    const chosen = text === "" ? shown.findIndex((item) => item.id === options.chosen) : -1;
    mark(Math.max(0, chosen));
  }

  function mark(index: number): void {
    list.children[active]?.classList.remove("active");
    active = Math.max(0, Math.min(index, shown.length - 1));
    const option = list.children[active];
    option?.classList.add("active");
    option?.scrollIntoView({ block: "nearest" });
    if (option === undefined) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", option.id);
  }

  return new Promise((resolve) => {
    let isOver = false;
    close = (choice?: PickItem) => {
      // Taking the list out of the page takes the focus from it, which closes it too.
      if (isOver) return;
      isOver = true;
      close = () => undefined;
      document.removeEventListener("pointerdown", outside, true);
      box.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      resolve(choice?.id);
    };
    const end = close;
    const outside = (event: Event): void => {
      if (!box.contains(event.target as Node)) end();
    };
    document.addEventListener("pointerdown", outside, true);
    input.addEventListener("input", filter);
    input.addEventListener("input", () => markTyped(input, input.value !== ""));
    input.addEventListener("blur", () => {
      if (document.hasFocus()) end();
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest(".pick-option");
      if (option !== null) end(shown[[...list.children].indexOf(option)]);
    });
    input.addEventListener("keydown", (event) => {
      const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
      const step = steps[event.key];
      if (step !== undefined) mark(active + step);
      else if (event.key === "Enter") end(shown[active]);
      else if (event.key === "Escape") end();
      else if (event.key !== "Tab") return;
      event.preventDefault();
      event.stopPropagation();
    });
    document.body.append(box);
    filter();
    place(box, options.anchor);
    input.focus();
  });
}

function optionOf(item: PickItem, id: string, isChosen: boolean): HTMLElement {
  const made = element(
    "div.pick-option",
    icon(item.icon, "dim"),
    element("span.pick-label", plainLine(item.label)),
    element("span.dim.pick-description", item.description === undefined ? undefined : plainLine(item.description)),
    item.detail === undefined || item.detail === item.label
      ? undefined
      : element("span.pick-detail.mono.dim", plainLine(item.detail)),
    item.mark === undefined ? undefined : element("span.badge", item.mark),
    item.warning === undefined ? undefined : element("span.pick-warning.warn", icon("warning"), item.warning),
  );
  return attributes(made, { role: "option", id, "aria-selected": String(isChosen) });
}

/** What begins with the text first, then what has it in a word, then in the detail. */
function ranked(items: readonly PickItem[], text: string): readonly PickItem[] {
  if (text === "") return items;
  const wanted = text.toLowerCase();
  const rank = ({ id, label, detail = "" }: PickItem): number => {
    const names = [id.toLowerCase(), label.toLowerCase()];
    if (names.some((name) => name === wanted)) return 0;
    if (names.some((name) => name.startsWith(wanted))) return 1;
    if (names.some((name) => name.includes(wanted))) return 2;
    return detail.toLowerCase().includes(wanted) ? 3 : 4;
  };
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .filter((each) => each.rank < 4)
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** Below the anchor, or above where there is more room; always whole in the window. */
function place(box: HTMLElement, anchor: Element): void {
  const at = anchor.getBoundingClientRect();
  const width = Math.min(420, Math.max(280, at.width), window.innerWidth - 16);
  box.style.width = `${width}px`;
  box.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`;
  const below = window.innerHeight - at.bottom - 10;
  const above = at.top - 10;
  const room = Math.min(360, Math.max(below, above));
  box.style.maxHeight = `${room}px`;
  if (below >= Math.min(360, above)) box.style.top = `${at.bottom + 2}px`;
  else box.style.bottom = `${window.innerHeight - at.top + 2}px`;
}
