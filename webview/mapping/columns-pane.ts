/** Left: the model's columns with what they hold. */
import { attributes, element, unseen } from "../dom";
import { icon } from "../icons";
import { cellOf, count } from "../cells";
import { keyedList, type Part } from "../keyed";
import { type MappingState } from "../mapping-protocol";
import { plainExcerpt, plainLine, plainText } from "../plain-text";
import { roving } from "../roving";
import { t } from "../text";
import { chooseField, mapColumn } from "./actions";
import { emptyState, filterBox, iconButton, textButton } from "./controls";
import { dragSource, dropTarget } from "./drag";
import { percent } from "./fit";
import { post } from "./host";
import { columnIcon, nativeType } from "./kinds";
import { type Pane, pane } from "./pane";
import { type ColumnItem, columnItems, problemsAt } from "./view-model";

export function columnsPane(): Pane {
  const list = attributes(element("div.items"), { role: "listbox", "aria-label": t("Columns of the model") });
  const note = element("div");
  const about = element("p.pane-note.dim");
  let filter = "";
  let onlyFree = false;
  const free = attributes(element("button.toggle", t("Unused")), { type: "button", "aria-pressed": "false" });
  free.title = t("Show only columns that no field uses");
  free.addEventListener("click", () => {
    onlyFree = !onlyFree;
    free.setAttribute("aria-pressed", String(onlyFree));
    sift();
  });
  const search = filterBox(t("Filter columns"), (text) => {
    filter = text;
    sift();
  });
  const frame = pane("columns", t("Model columns"), element("div.pane-tools", search, free), note, list, about);
  const again = iconButton("refresh", t("Look at the model's rows again"), () => post({ type: "facts" }));
  frame.head.append(again);
  const items = keyedList<ColumnItem>(list, { key: ({ column }) => column.name, create: columnPart });
  const stops = roving(list, ".item");

  list.addEventListener("keydown", (event) => {
    const item = (event.target as Element).closest<HTMLElement>(".item");
    if (item?.dataset.name === undefined || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    void chooseField(item.dataset.name, item);
  });
  list.addEventListener("dblclick", (event) => {
    const item = (event.target as Element).closest<HTMLElement>(".item");
    if (item?.dataset.name !== undefined) void chooseField(item.dataset.name, item);
  });
  list.addEventListener("click", (event) => {
    const item = (event.target as Element).closest<HTMLElement>(".item");
    if (item?.dataset.name !== undefined && (event.target as Element).closest(".item-act") !== null)
      void chooseField(item.dataset.name, item);
  });
  dragSource(list, ".item", "column");
  dropTarget(list, ".item", { takes: "field", drop: (field, column) => mapColumn(field, column) });

  let shown: readonly ColumnItem[] = [];
  function sift(): void {
    let visible = 0;
    for (const item of shown) {
      const part = items.part(item.column.name);
      if (part === undefined) continue;
      const matches =
        (!onlyFree || (item.usedBy.length === 0 && !item.isKey)) &&
        `${item.column.name} ${item.column.native}`.toLowerCase().includes(filter);
      part.element.hidden = !matches;
      if (matches) visible += 1;
    }
    frame.count(visible === shown.length ? count(visible) : `${count(visible)} / ${count(shown.length)}`);
    stops.refresh();
  }

  return {
    element: frame.element,
    name: "columns",
    update(state) {
      shown = columnItems(state);
      items.update(shown);
      list.hidden = shown.length === 0;
      note.replaceChildren(...notes(state));
      about.textContent =
        state.facts === undefined
          ? ""
          : state.facts.more
            ? t("From the first {0} rows.", count(state.facts.sampled))
            : t("From all {0} rows.", count(state.facts.sampled));
      about.hidden = state.facts === undefined;
      again.hidden = state.facts === undefined || state.restricted;
      again.disabled = state.busy;
      sift();
    },
    focus: () => (stops.current ?? search).focus(),
  };
}

function notes(state: MappingState): readonly HTMLElement[] {
  if (state.columns === undefined) {
    if (state.restricted)
      return [emptyState(t("The workspace is not trusted, so the warehouse is not asked for the model's columns."))];
    if (state.busy) return [emptyState(t("The model is being described…"))];
    const [problem] = problemsAt(state, ["model"]);
    const why = problem === undefined ? t("The model's columns are not known.") : plainText(problem.message);
    const path = problem?.path ?? ["model"];
    return [
      emptyState(
        why,
        textButton(t("Show the model in the text"), "secondary", () => post({ type: "reveal", path })),
      ),
    ];
  }
  if (state.columns.length === 0) return [emptyState(t("The model has no columns."))];
  if (state.facts !== undefined || state.restricted) return [];
  if (state.busy) return [emptyState(t("Looking at the model's rows…"))];
  return [
    emptyState(
      t(
        "Examples, empty values and live results come from the model's rows. Reading them may cost something in a remote warehouse.",
      ),
      textButton(t("Look at the model's rows"), "primary", () => post({ type: "facts" })),
    ),
  ];
}

function columnPart(): Part<ColumnItem> {
  const made = attributes(element("div.item.column-item"), {
    role: "option",
    tabindex: -1,
    draggable: "true",
    "aria-selected": "false",
  });
  return {
    element: made,
    update({ column, facts, usedBy, isKey }) {
      made.dataset.name = column.name;
      made.classList.toggle("used", usedBy.length > 0);
      made.replaceChildren(
        element(
          "div.item-line",
          icon(columnIcon(column.type), "dim"),
          element("span.item-name", plainLine(column.name)),
          isKey ? titled(icon("key", "key-mark"), t("Key of the model")) : undefined,
          element("span.stretch"),
          element("span.dim.item-type", nativeType(column)),
        ),
        ...(facts === undefined ? [] : exampleLine(facts)),
        element("div.item-facts.dim", ...(facts === undefined ? [] : numbers(facts)), useOf(usedBy, isKey)),
        attributes(element("div.item-act", t("Map to…")), { "aria-hidden": "true" }),
      );
    },
  };
}

type Facts = NonNullable<ColumnItem["facts"]>;

function useOf(usedBy: readonly string[], isKey: boolean): HTMLElement {
  if (usedBy.length === 0) return element("span.item-free", isKey ? t("key") : t("not used"));
  const made = element(
    "span.item-use",
    icon("becomes"),
    unseen(t("fills")),
    element("span", usedBy.map(plainLine).join(", ")),
  );
  made.title = t("fills {0}", usedBy.map(plainLine).join(", "));
  return made;
}

function exampleLine({ examples }: Facts): readonly HTMLElement[] {
  if (examples.length === 0) return [];
  const cells = examples.flatMap((example, index) => {
    const look = cellOf(example);
    return [
      ...(index === 0 ? [] : [element("span.dim", ", ")]),
      element(`span.${look.kind}`, plainExcerpt(look.text, 60)),
    ];
  });
  const line = element("div.item-examples.mono", ...cells);
  line.title = examples.map((example) => plainExcerpt(cellOf(example).text, 200)).join("\n");
  return [line];
}

function numbers({ nullShare, distinct }: Facts): readonly HTMLElement[] {
  const fill = element("span.share-fill");
  fill.style.width = `${nullShare * 100}%`;
  return [
    element("span.share", fill),
    element("span", nullShare === 0 ? t("no NULL") : t("{0} NULL", percent(nullShare))),
    element("span", t("{0} distinct", count(distinct))),
  ];
}

function titled(svg: SVGSVGElement, title: string): HTMLElement {
  const made = element("span.mark", svg, unseen(title));
  made.title = title;
  return made;
}
