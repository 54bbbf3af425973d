/** The mapping editor: columns left, mappings in the middle, fields right, settings above. */
import { type Answering } from "../protocol";
import { attributes, element } from "../dom";
import { icon } from "../icons";
import { type MappingState, type ToMapping } from "../mapping-protocol";
import { plainLine, plainText } from "../plain-text";
import { t } from "../text";
import { columnsPane } from "./columns-pane";
import { textButton } from "./controls";
import { fieldsPane } from "./fields-pane";
import { listen, post, remember, remembered } from "./host";
import { type PaneName } from "./pane";
import { rowsPane } from "./rows-pane";
import { settingsBar } from "./settings-bar";
import { keep, refused, settled } from "./store";
import "../shared.css";
import "./mapping.css";

const rows = rowsPane();
const columns = columnsPane();
const fields = fieldsPane((field) => {
  showPane("rows");
  rows.show(field);
});
const panes = [columns, rows, fields] as const;
const banners = attributes(element("div.banners"), { role: "alert" });
const refusal = element("div.banner.refusal");
const waiting = element("p.waiting.dim", t("Reading the file…"));
const tabs = paneTabs();
const bar = settingsBar(tabs.element, rows.proposals);
const main = element("main.panes", ...panes.map((each) => each.element));
const page = element("div.page", bar.element, banners, main);
page.hidden = true;
banners.append(refusal);
refusal.hidden = true;
document.body.append(page, waiting);
showPane(remembered().pane ?? "rows");

main.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (!(event.target as Element).matches(".item, .row-head")) return;
  const at = panes.findIndex((each) => each.element.contains(event.target as Node));
  const next = panes[at + (event.key === "ArrowRight" ? 1 : -1)];
  if (next === undefined) return;
  event.preventDefault();
  showPane(next.name);
  next.focus();
});

function receive(message: Exclude<ToMapping, Answering>): void {
  switch (message.type) {
    case "state":
      return show(message.state);
    case "refused":
      refused(message.reason);
      refusal.replaceChildren(icon("error", "err"), element("span", plainText(message.reason)));
      refusal.hidden = false;
      return;
    case "settled":
      return settled();
  }
}

/** What the file said when it could last be read: shown, but not to be changed, while it cannot. */
let lastRead: MappingState["definition"];

function show(given: MappingState): void {
  lastRead = given.definition ?? lastRead;
  const isBroken = given.definition === undefined;
  const state = isBroken && lastRead !== undefined ? { ...given, definition: lastRead } : given;
  keep(state);
  rows.element.inert = isBroken;
  waiting.hidden = true;
  page.hidden = false;
  refusal.hidden = true;
  banners.replaceChildren(...notices(given), refusal);
  for (const pane of panes) pane.update(state);
  bar.update(state);
}

function notices(state: MappingState): readonly HTMLElement[] {
  const made: HTMLElement[] = [];
  if (state.definition === undefined) {
    const [first] = state.problems;
    const why = first === undefined ? "" : ` ${plainText(first.message)}`;
    const line =
      first === undefined
        ? []
        : [textButton(t("Line {0}", String(first.line)), "link", () => post({ type: "reveal", path: first.path }))];
    made.push(
      element(
        "div.banner.broken",
        icon("error", "err"),
        element(
          "span",
          lastRead === undefined
            ? t("{0} cannot be read, so its mappings are not shown.", plainLine(state.file))
            : t("{0} cannot be read now: the mappings are those of before.", plainLine(state.file)) + why,
        ),
        ...line,
      ),
    );
  }
  if (state.failure !== undefined)
    made.push(
      element(
        "div.banner.broken",
        icon("error", "err"),
        element("span", `${plainText(state.failure.message)} ${plainText(state.failure.hint)}`),
      ),
    );
  if (state.restricted)
    made.push(
      element(
        "div.banner",
        icon("lock"),
        element(
          "span",
          t("The workspace is not trusted: neither the warehouse nor the destination is asked for anything."),
        ),
      ),
    );
  return made;
}

function showPane(name: PaneName): void {
  main.dataset.pane = name;
  main.dataset.side = name === "rows" ? (main.dataset.side ?? "columns") : name;
  tabs.mark();
  remember({ pane: name });
}

/** Where the window is narrow: which of the side columns stands beside the mappings, or which of the three alone. */
function paneTabs(): { readonly element: HTMLElement; mark(): void } {
  const names: Readonly<Record<PaneName, string>> = {
    columns: t("Columns"),
    rows: t("Mappings"),
    fields: t("Fields"),
  };
  const buttons = Object.entries(names).map(([name, label]) => {
    const made = attributes(element(`button.pane-tab.tab-${name}`, label), { type: "button" });
    made.addEventListener("click", () => showPane(name as PaneName));
    // What is dragged finds its way to a column that is out of sight.
    made.addEventListener("dragenter", () => showPane(name as PaneName));
    return [name, made] as const;
  });
  const hasSide = window.matchMedia("(min-width: 640px)");
  const mark = (): void => {
    const { pane, side } = main.dataset;
    for (const [name, made] of buttons)
      made.setAttribute("aria-pressed", String(name === (hasSide.matches ? side : pane)));
  };
  hasSide.addEventListener("change", mark);
  return {
    element: attributes(element("nav.pane-tabs", ...buttons.map(([, made]) => made)), { "aria-label": t("View") }),
    mark,
  };
}

listen(receive);
