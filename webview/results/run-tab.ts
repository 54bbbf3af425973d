/** What a run did: counts, rejections grouped by reason, and behind each the records with request and response. */
import { type Rejection } from "../../src/record";
import { type RunReport } from "../../src/run/report";
import { type RunResult, type Subject } from "../protocol";
import { button } from "../elements";
import { plainText } from "../plain-text";
import { count, keyText, plural } from "../cells";
import { attributes, element } from "../dom";
import { exchangeView } from "./exchange-view";
import { ask, post, remember, remembered } from "./host";
import { type VirtualList, virtualList } from "../list";
import { type Page, page } from "./pane";
import { pages } from "../pages";

const rowHeight = 24;

export interface RunTab extends Page<RunResult> {
  /** Opens a group's records, once the report is here. */
  showGroup(group: number): void;
}

export function runTab(root: HTMLElement): RunTab {
  let choose: ((group: number) => void) | undefined;
  let wanted: number | undefined = remembered().group;
  const tab = page<RunResult>({
    tab: "run",
    root,
    invitation: "A run's report appears here, with every rejected record's request and response.",
    draw(result, subject) {
      const drawn = drawRun(result, subject);
      choose = drawn.choose;
      if (wanted !== undefined) choose(wanted);
      wanted = undefined;
      return drawn;
    },
  });
  return {
    progress: tab.progress,
    show(pane) {
      choose = undefined;
      if (pane.state === "working") wanted = undefined;
      tab.show(pane);
    },
    showGroup(group) {
      if (choose) choose(group);
      else wanted = group;
    },
  };
}

function drawRun({ report, firstSeen }: RunResult, subject: Subject) {
  const details = element("div.details");
  // What can be done with the group that is chosen.
  const actions = element("span.actions");
  let records: VirtualList | undefined;
  let chosen: number | undefined;
  const groups = virtualList({
    label: "Rejections by reason",
    columns: "28px minmax(120px, 1fr) minmax(70px, 180px) 90px 130px",
    header: ["", "reason", "field", "records", "first seen"],
    count: () => report.groups.length,
    size: () => rowHeight,
    render: (index) => drawGroup(report, firstSeen, index, index === chosen),
    onChoose: (index) => choose(index),
  });

  function choose(index: number): void {
    const group = report.groups[index];
    if (group === undefined) return;
    chosen = index;
    remember({ group: index });
    groups.refresh();
    groups.reveal(index);
    records?.dispose();
    const view = groupRecords(report, index);
    actions.replaceChildren(
      button("Show mapping", "secondary", () => post({ type: "open-mapping", run: report.id, group: index })),
      button("Retry these records", "secondary", () => post({ type: "retry", run: report.id, group: index })),
    );
    records = view.list;
    details.replaceChildren(view.element);
  }

  const rejected = report.counts.rejected;
  const element_ = element(
    "div.filled",
    element(
      "div.toolbar",
      element(`span.${statusClass[report.status]}`, statusName[report.status]),
      ...countsOf(report),
      element(
        "span.dim",
        `${plural(report.counts.requests, "request")} · ${plural(report.counts.retries, "retry")} · ${duration(report)}`,
      ),
      element("span.stretch"),
      actions,
      rejected > 0
        ? button(`Retry ${count(rejected)}`, "secondary", () => post({ type: "retry", run: report.id }), {
            title: `Plan and send today's rows of the rejected records to ${subject.destination ?? "the destination"}`,
          })
        : undefined,
    ),
    failureOf(report),
    report.groups.length === 0
      ? element("p.invitation", report.failure ? "" : "No record was rejected.")
      : splitView(groups.element, details, report.groups.length),
  );
  return {
    element: element_,
    choose,
    dispose() {
      groups.dispose();
      records?.dispose();
    },
  };
}

/** The groups get what they need, up to a third; the records the rest. */
function splitView(groups: HTMLElement, details: HTMLElement, count: number): HTMLElement {
  const view = element("div.split", groups, details);
  view.style.gridTemplateRows = `min(35%, ${(count + 1) * rowHeight + 4}px) 1fr`;
  return view;
}

function groupRecords(report: RunReport, group: number): { readonly element: HTMLElement; readonly list: VirtualList } {
  const shown = report.groups[group];
  const side = element("div.exchange-box", element("p.invitation", "Choose a record to see its request and response."));
  const note = element("span.err");
  let chosen = -1;
  let opened = false;
  const records = pages<Rejection>({
    count: shown?.count ?? 0,
    fetch: (offset, limit) => ask("rejections", { run: report.id, group, offset, limit }),
    onLoad() {
      list.refresh();
      if (!opened && records.at(0) !== undefined) open(0);
    },
    onError: (message) => (note.textContent = message),
  });

  function open(index: number): void {
    const rejection = records.at(index);
    if (rejection === undefined) return;
    opened = true;
    chosen = index;
    list.refresh();
    void showExchange(report.id, rejection, side, () => chosen === index);
  }

  const list: VirtualList = virtualList({
    label: "Rejected records",
    columns: "minmax(60px, 140px) 1fr",
    header: ["key", "reason"],
    count: () => records.count,
    size: () => rowHeight,
    render(index) {
      const rejection = records.at(index);
      const row = element(
        "div",
        element("div.cell.mono", rejection ? keyText(rejection.key, 1) : "…"),
        element("div.cell", rejection ? plainText(rejection.reason) : ""),
      );
      if (index === chosen) row.classList.add("chosen");
      return row;
    },
    onChoose: open,
  });
  return { element: element("div.filled", note, element("div.records", list.element, side)), list };
}

async function showExchange(
  run: string,
  rejection: Rejection,
  side: HTMLElement,
  current: () => boolean,
): Promise<void> {
  const say = (text: string): void => {
    if (current()) side.replaceChildren(element("p.invitation", text));
  };
  if (rejection.exchange === undefined) {
    return say(
      rejection.stage === "destination" ? "No request was kept for this record." : "Nothing was sent for this record.",
    );
  }
  try {
    const exchange = await ask("exchange", { run, exchange: rejection.exchange });
    if (exchange === undefined) return say("The request was kept, but is no longer there.");
    if (current()) side.replaceChildren(exchangeView(exchange, rejection));
  } catch (error) {
    say((error as Error).message);
  }
}

function drawGroup(report: RunReport, firstSeen: readonly string[], index: number, chosen: boolean): HTMLElement {
  const group = report.groups[index];
  const row = element(
    "div",
    element("div.cell.sign.err", "✕"),
    element("div.cell", plainText(group?.reason ?? "")),
    element("div.cell.mono", plainText(group?.field ?? "")),
    element("div.cell.right", count(group?.count ?? 0)),
    element("div.cell.dim", day(firstSeen[index] ?? report.startedAt)),
  );
  if (chosen) attributes(row, { "aria-selected": "true" }).classList.add("chosen");
  row.title = plainText(group?.reason ?? "");
  return row;
}

const statusName: Readonly<Record<RunReport["status"], string>> = {
  succeeded: "✓ Succeeded",
  rejected: "Some records were rejected",
  guarded: "Stopped by a guard",
  stopped: "Stopped",
  cancelled: "Cancelled",
};
const statusClass: Readonly<Record<RunReport["status"], string>> = {
  succeeded: "ok",
  rejected: "warn",
  guarded: "err",
  stopped: "err",
  cancelled: "warn",
};

function countsOf({ counts }: RunReport): readonly HTMLElement[] {
  const shown: readonly (readonly [string, number, string])[] = [
    ["ok", counts.created, "created"],
    ["ok", counts.updated, "updated"],
    ["ok", counts.deleted, "removed"],
    ["dim", counts.unchanged, "unchanged"],
    ["dim", counts.skipped, "skipped"],
    ["dim", counts.held, "held"],
    ["err", counts.rejected, "rejected"],
    ["err", counts.inDoubt, "in doubt"],
  ];
  return shown
    .filter(([, value]) => value > 0)
    .map(([tone, value, word]) => element(`span.${tone}`, `${count(value)} ${word}`));
}

function failureOf(report: RunReport): HTMLElement | undefined {
  if (report.failure === undefined) return undefined;
  const { message, hint } = report.failure;
  return attributes(element("div.notices", element("p.err", plainText(message)), element("p", plainText(hint))), {
    role: "alert",
  });
}

function duration(report: RunReport): string {
  const ms = Date.parse(report.finishedAt) - Date.parse(report.startedAt);
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function day(iso: string): string {
  return new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
