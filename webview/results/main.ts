/** The results panel: four tabs over what the extension host sends; or, in an editor of its own, one result alone. */
import { t } from "../text";
import {
  type Answering,
  emptyState,
  type PanelState,
  type Pane,
  type Pinned,
  type Single,
  type Subject,
  type Tab,
  tabs,
  type ToWebview,
} from "../protocol";
import { tabStrip } from "../elements";
import { plainText } from "../plain-text";
import { attributes, element } from "../dom";
import { quietButton } from "../quiet";
import { listen, post, remember, remembered } from "./host";
import { type Page } from "./pane";
import { pinsBar } from "./pins-bar";
import { planTab } from "./plan-tab";
import { recordsTab } from "./records-tab";
import { rowsTab } from "./rows/rows-tab";
import { runTab } from "./run-tab";
import "../shared.css";
import "./results.css";

let state: PanelState = emptyState;
/** Which pinned result a tab shows in place of its newest. */
const viewing = new Map<Tab, string>(remembered().viewing ?? []);
const about = element("span.about.dim");
const pin = quietButton(t("Pin"), () => actOn("pin"), { title: t("Keep this result while newer ones open") });
const apart = quietButton(t("Open in editor"), () => actOn("open-in-editor"), {
  title: t("Show this result as a page of its own"),
});
const strip = tabStrip<Tab>(
  { rows: t("Rows"), records: t("Records"), plan: t("Plan"), run: t("Run") },
  {
    label: t("Results"),
    end: element("div.strip-end", about, pin, apart),
    onSelect(tab) {
      select(tab);
      post({ type: "tab", tab });
    },
  },
);

const bars = new Map<Tab, HTMLElement>();
const pages = {
  rows: rowsTab(rootOf("rows")),
  records: recordsTab(rootOf("records")),
  plan: planTab(rootOf("plan")),
  run: runTab(rootOf("run")),
};

/** Above a tab's page stands the list of its pinned results. */
function rootOf(tab: Tab): HTMLElement {
  const bar = element("div.pins");
  const root = element("div.tab-content");
  bars.set(tab, bar);
  strip.views[tab].append(element("div.tab-body", bar, root));
  return root;
}

function select(tab: Tab): void {
  state = { ...state, tab };
  remember({ tab });
  strip.select(tab);
  const pane = shownPane(tab);
  about.textContent = pane.state === "empty" ? "" : aboutText(pane.subject, pane);
  about.title = about.textContent ?? "";
  pin.hidden = apart.hidden = pane.state !== "ready";
}

function aboutText(subject: Subject, pane: PanelState[Tab]): string {
  const where = subject.destination === undefined ? "" : ` → ${subject.destination}`;
  const which =
    pane.state === "ready" && typeof pane.result === "object" && "report" in pane.result ? ` · ${pane.id}` : "";
  return plainText(`${subject.sync}${where} · ${subject.target}${which}`);
}

function pinnedIn(tab: Tab): readonly Pinned[] {
  return state.pinned.filter((one) => one.tab === tab);
}

function shownPane(tab: Tab): PanelState[Tab] {
  const wanted = viewing.get(tab);
  return pinnedIn(tab).find(({ pane }) => pane.id === wanted)?.pane ?? state[tab];
}

function show(tab: Tab): void {
  (pages[tab] as Page<unknown>).show(shownPane(tab) as Pane<unknown>, state.active);
  drawPins(tab);
}

function drawPins(tab: Tab): void {
  const newest = state[tab];
  bars.get(tab)?.replaceChildren(
    ...pinsBar({
      pinned: pinnedIn(tab),
      shown: shownPane(tab),
      newest,
      view: (id) => view(tab, id),
    }),
  );
}

/** undefined: the newest. */
function view(tab: Tab, id: string | undefined): void {
  if (id === undefined) viewing.delete(tab);
  else viewing.set(tab, id);
  remember({ viewing: [...viewing] });
  show(tab);
  select(state.tab);
}

function actOn(type: "pin" | "open-in-editor"): void {
  const pane = shownPane(state.tab);
  if (pane.state === "ready") post({ type, result: pane.id });
}

/** Of the page of one result. */
let alone: Single | undefined;

function showAlone(single: Single, pane: PanelState[Tab]): void {
  alone = single;
  remember({ single });
  const { tab } = single;
  document.body.classList.add("alone");
  document.body.replaceChildren(
    attributes(
      element(
        "div.tab-body",
        attributes(element("div.alone-head.dim", aboutText(single.subject, pane)), { role: "note" }),
        strip.views[tab].querySelector(".tab-content") ?? undefined,
      ),
      { role: "main" },
    ),
  );
  (pages[tab] as Page<unknown>).show(pane as Pane<unknown>);
}

function receive(message: Exclude<ToWebview, Answering>): void {
  if (message.type === "single") return showAlone(message.single, message.pane);
  if (message.type === "plans-changed") return pages.plan.checkFreshness();
  if (alone !== undefined) return;
  switch (message.type) {
    case "state":
      if (!strip.element.isConnected) document.body.append(strip.element);
      state = message.state;
      for (const tab of tabs) show(tab);
      return select(message.state.tab);
    case "pane":
      // What is new is what is wanted.
      viewing.delete(message.tab);
      state = { ...state, [message.tab]: message.pane };
      show(message.tab);
      return select(state.tab);
    case "select-tab":
      return select(message.tab);
    case "progress":
      if (state[message.tab].state === "working" && !viewing.has(message.tab))
        pages[message.tab].progress(message.progress);
      return;
    case "show-group":
      return pages.run.showGroup(message.group);
    case "pinned": {
      state = { ...state, pinned: message.pinned };
      for (const tab of tabs) {
        const gone = viewing.has(tab) && !pinnedIn(tab).some(({ pane }) => pane.id === viewing.get(tab));
        if (gone) view(tab, undefined);
        else drawPins(tab);
      }
      return;
    }
    case "active": {
      const { active: _active, ...rest } = state;
      state = { ...rest, ...(message.sync === undefined ? {} : { active: message.sync }) };
      for (const tab of tabs) if (shownPane(tab).state === "empty") show(tab);
      return;
    }
  }
}

listen(receive);
