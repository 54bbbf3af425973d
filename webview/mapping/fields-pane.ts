/** Right: the destination's fields, what is required and missing on top. */
import { type FieldSchema } from "../../src/destinations/destination";
import { count } from "../cells";
import { attributes, element, unseen } from "../dom";
import { icon, type IconName } from "../icons";
import { keyedList, type Part } from "../keyed";
import { type MappingState } from "../mapping-protocol";
import { plainLine, plainText } from "../plain-text";
import { roving } from "../roving";
import { t } from "../text";
import { chooseColumnFor, mapColumn } from "./actions";
import { emptyState, filterBox, iconButton, textButton } from "./controls";
import { dragSource, dropTarget } from "./drag";
import { post } from "./host";
import { fieldIcon, fieldTypeName } from "./kinds";
import { type Pane, pane } from "./pane";
import { type FieldItem, fieldItems } from "./view-model";

/** Longer limits are met by nobody, and are said where the field is looked at. */
const noteworthy = 4096;
/** So many options of a field are shown; the choice lists have all. */
const shownOptions = 40;

export function fieldsPane(showRow: (field: string) => void): Pane {
  const list = attributes(element("div.items"), { role: "listbox", "aria-label": t("Fields of the destination") });
  const note = element("div");
  let filter = "";
  let onlyFree = false;
  let shown: readonly FieldItem[] = [];
  const free = attributes(element("button.toggle", t("Unmapped")), { type: "button", "aria-pressed": "false" });
  free.title = t("Show only fields that are not mapped");
  free.addEventListener("click", () => {
    onlyFree = !onlyFree;
    free.setAttribute("aria-pressed", String(onlyFree));
    sift();
  });
  const search = filterBox(t("Filter fields"), (text) => {
    filter = text;
    sift();
  });
  const frame = pane("fields", t("Destination fields"), element("div.pane-tools", search, free), note, list);
  const again = iconButton("refresh", t("Read the destination's fields again"), () => post({ type: "describe" }));
  frame.head.append(again);
  const items = keyedList<FieldItem>(list, { key: ({ field }) => field.name, create: fieldPart });
  const stops = roving(list, ".item", (item) => {
    list.querySelector(".item[aria-selected=true]")?.setAttribute("aria-selected", "false");
    item.setAttribute("aria-selected", "true");
  });

  const open = (item: HTMLElement): void => {
    const name = item.dataset.name;
    if (name === undefined || item.dataset.closed !== undefined) return;
    if (item.classList.contains("used")) showRow(name);
    else void chooseColumnFor(name, item);
  };
  list.addEventListener("keydown", (event) => {
    const item = (event.target as Element).closest<HTMLElement>(".item");
    if (item === null || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    open(item);
  });
  list.addEventListener("click", (event) => {
    const item = (event.target as Element).closest<HTMLElement>(".item");
    if (item !== null && (event.target as Element).closest(".item-act") !== null) open(item);
  });
  list.addEventListener("dblclick", (event) => {
    const item = (event.target as Element).closest<HTMLElement>(".item");
    if (item !== null) open(item);
  });
  dragSource(list, ".item:not([data-closed])", "field");
  dropTarget(list, ".item", { takes: "column", drop: (column, field) => mapColumn(field, column) });

  function sift(): void {
    let visible = 0;
    for (const item of shown) {
      const part = items.part(item.field.name);
      if (part === undefined) continue;
      const { name, label = "", native = "", type } = item.field;
      const matches =
        (!onlyFree || (!item.mapped && item.field.readOnly !== true)) &&
        `${name} ${label} ${native} ${type}`.toLowerCase().includes(filter);
      part.element.hidden = !matches;
      if (matches) visible += 1;
    }
    frame.count(visible === shown.length ? count(visible) : `${count(visible)} / ${count(shown.length)}`);
    stops.refresh();
  }

  return {
    element: frame.element,
    name: "fields",
    update(state) {
      shown = fieldItems(state);
      items.update(shown);
      list.hidden = shown.length === 0;
      note.replaceChildren(...notes(state, shown));
      again.hidden = state.object === undefined || !state.canDescribe || state.restricted;
      again.disabled = state.busy;
      sift();
    },
    focus: () => (stops.current ?? search).focus(),
  };
}

function notes(state: MappingState, items: readonly FieldItem[]): readonly HTMLElement[] {
  const describe = textButton(t("Read the destination's fields"), "primary", () => post({ type: "describe" }));
  if (state.object === undefined) {
    if (state.definition === undefined)
      return [emptyState(t("The fields appear here once the file says where the records go."))];
    const { object, connection } = state.definition.destination;
    if (state.restricted)
      return [emptyState(t("The workspace is not trusted, so the destination is not asked for its fields."))];
    if (state.busy) return [emptyState(t("The destination is being asked…"))];
    const text = t("The fields of {0} in {1} are not known yet.", plainLine(object), plainLine(connection));
    return [state.canDescribe ? emptyState(text, describe) : emptyState(text)];
  }
  const missing = items.filter((item) => item.missing);
  if (items.length === 0 && state.object.open === true)
    return [emptyState(t("This destination takes any field: map a column to a name of your own."))];
  if (missing.length === 0) return [];
  const text =
    missing.length === 1
      ? t("{0} is required and not mapped.", plainLine(missing[0]?.field.label ?? missing[0]?.field.name ?? ""))
      : t("{0} required fields are not mapped.", String(missing.length));
  return [element("p.pane-warning", icon("warning", "warn"), element("span", text))];
}

function fieldPart(): Part<FieldItem> {
  const made = attributes(element("div.item.field-item"), { role: "option", tabindex: -1, "aria-selected": "false" });
  return {
    element: made,
    update({ field, mapped, missing, isMatch }) {
      made.dataset.name = field.name;
      made.classList.toggle("used", mapped);
      made.classList.toggle("missing", missing);
      if (field.readOnly === true) made.dataset.closed = "";
      else delete made.dataset.closed;
      made.draggable = field.readOnly !== true;
      const parts = [
        element(
          "div.item-line",
          icon(fieldIcon(field.type), "dim"),
          element("span.item-name", plainLine(field.label ?? field.name)),
          field.required === true ? mark("*", t("Required"), "err") : undefined,
          isMatch ? mark("key", t("Records are matched by this field"), "key-mark") : undefined,
          field.readOnly === true ? mark("lock", t("Read-only: the destination sets it"), "dim") : undefined,
          element("span.stretch"),
          element("span.dim.item-type", fieldTypeName(field)),
        ),
        element(
          "div.item-sub.dim",
          element("span.mono", plainLine(field.name)),
          ...badges(field, isMatch),
          missing ? element("span.warn", t("not mapped")) : undefined,
          mapped ? element("span.item-use", icon("check"), element("span", t("mapped"))) : undefined,
        ),
        element("div.item-more", ...details(field)),
        field.readOnly === true
          ? undefined
          : attributes(element("div.item-act", mapped ? t("Show") : t("Fill from…")), { "aria-hidden": "true" }),
      ];
      made.replaceChildren(...parts.filter((part) => part !== undefined));
    },
  };
}

function badges(field: FieldSchema, isMatch: boolean): readonly HTMLElement[] {
  const words = [
    ...(field.unique === true && !isMatch ? [t("unique")] : []),
    ...(field.maxLength === undefined || field.maxLength > noteworthy ? [] : [t("max {0}", count(field.maxLength))]),
    ...(field.format === undefined ? [] : [field.format]),
    ...(field.options === undefined || field.options.length === 0
      ? []
      : [t("{0} options", count(field.options.length))]),
  ];
  return words.map((word) => element("span.item-word", word));
}

/** Shown for the field that is looked at. */
function details({ description, options = [], references, maxLength }: FieldSchema): readonly HTMLElement[] {
  const chips = options.slice(0, shownOptions).map(({ value, label }) => {
    const chip = element("span.chip", plainLine(value));
    if (label !== undefined && label !== value) chip.title = plainLine(label);
    return chip;
  });
  const rest = options.length - chips.length;
  return [
    ...(description === undefined || description === "" ? [] : [element("p.item-text", plainText(description))]),
    ...(maxLength === undefined ? [] : [element("p.item-text", t("At most {0} characters.", count(maxLength)))]),
    ...(references === undefined
      ? []
      : [element("p.item-text", t("The id of a record of {0}.", plainLine(references)))]),
    ...(chips.length === 0
      ? []
      : [element("div.chips", ...chips, rest > 0 ? element("span.dim", t("and {0} more", count(rest))) : undefined)]),
  ];
}

function mark(sign: "*" | IconName, title: string, look: string): HTMLElement {
  const seen = sign === "*" ? attributes(element("span", sign), { "aria-hidden": "true" }) : icon(sign);
  const made = element(`span.mark.${look}`, seen, unseen(title));
  made.title = title;
  return made;
}
