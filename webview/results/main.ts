/** The results panel: four tabs over what the extension host sends. */
import { type Answering, emptyState, type PanelState, type Subject, type Tab, tabs, type ToWebview } from "../protocol";
import { tabStrip } from "../elements";
import { plainText } from "../plain-text";
import { element } from "../dom";
import { listen, post, remember } from "./host";
import { planTab } from "./plan-tab";
import { recordsTab } from "./records-tab";
import { rowsTab } from "./rows-tab";
import { runTab } from "./run-tab";
import "./results.css";

let state: PanelState = emptyState;
const about = element("span.about.dim");
const strip = tabStrip<Tab>(
  { rows: "Rows", records: "Records", plan: "Plan", run: "Run" },
  {
    label: "Results",
    end: about,
    onSelect(tab) {
      select(tab);
      post({ type: "tab", tab });
    },
  },
);
document.body.append(strip.element);

const pages = {
  rows: rowsTab(strip.views.rows),
  records: recordsTab(strip.views.records),
  plan: planTab(strip.views.plan),
  run: runTab(strip.views.run),
};

function select(tab: Tab): void {
  state = { ...state, tab };
  remember({ tab });
  strip.select(tab);
  const pane = state[tab];
  about.textContent = pane.state === "empty" ? "" : aboutText(pane.subject, state);
}

function aboutText(subject: Subject, { tab, run }: PanelState): string {
  const where = subject.destination === undefined ? "" : ` → ${subject.destination}`;
  const which = tab === "run" && run.state === "ready" ? ` · run ${run.result.report.id}` : "";
  return plainText(`${subject.sync}${where} · ${subject.target}${which}`);
}

function show<Name extends Tab>(tab: Name, pane: PanelState[Name]): void {
  state = { ...state, [tab]: pane };
  (pages[tab] as { show(pane: PanelState[Name]): void }).show(pane);
}

function receive(message: Exclude<ToWebview, Answering>): void {
  switch (message.type) {
    case "state":
      for (const tab of tabs) show(tab, message.state[tab]);
      return select(message.state.tab);
    case "pane":
      show(message.tab, message.pane);
      return select(state.tab);
    case "select-tab":
      return select(message.tab);
    case "progress":
      return pages[message.tab].progress(message.progress);
    case "show-group":
      return pages.run.showGroup(message.group);
  }
}

listen(receive);
