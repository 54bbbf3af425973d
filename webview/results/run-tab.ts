/** What a run did: counts, rejections grouped by reason, and behind each the records with request and response. */
import { t } from "../text";
import { type notAsWritten, type RunReport } from "../../src/run/report";
import { type RunResult, type Subject } from "../protocol";
import { button, searchField } from "../elements";
import { plainText } from "../plain-text";
import { count } from "../cells";
import { attributes, element } from "../dom";
import { post, remember, remembered } from "./host";
import { virtualList } from "../list";
import { type Page, page } from "./pane";
import { type Details, exchangesOf, groupRecords, hitsOf } from "./run-details";
import { countsOf, costOf, failureOf, statusOf, unverifiedOf, untoldOf, verificationOf } from "./run-summary";

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
    invitation: t("A run's report appears here, with every rejected record's request and response."),
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
    show(pane, active) {
      choose = undefined;
      if (pane.state === "working") wanted = undefined;
      tab.show(pane, active);
    },
    showGroup(group) {
      if (choose) choose(group);
      else wanted = group;
    },
  };
}

function drawRun({ report, firstSeen, earlier, later }: RunResult, subject: Subject) {
  const below = element("div.details");
  let acting: number | undefined;
  // What can be done with the group that is chosen. It is there before one is:
  // a toolbar that grows by a click moves the list away under the pointer.
  const withGroup = (type: "open-mapping" | "retry") => (): void => {
    if (acting !== undefined) post({ type, run: report.id, group: acting });
  };
  const actions = [
    button(t("Show mapping"), "secondary", withGroup("open-mapping")),
    button(t("Retry these records"), "secondary", withGroup("retry")),
  ];
  function actOn(group: number | undefined): void {
    acting = group;
    const [map, retry] = actions;
    map?.toggleAttribute("disabled", group === undefined);
    retry?.toggleAttribute("disabled", group === undefined || !canRetry(report, group));
  }
  actOn(undefined);
  let details: Details | undefined;
  let chosen: number | undefined;
  /** After the groups stands the list of exchanges that were kept. */
  const sample = report.groups.length;
  const groups = virtualList({
    label: t("Rejections by reason"),
    columns: "28px minmax(120px, 1fr) minmax(70px, 180px) 90px 130px",
    header: ["", t("reason"), t("field"), t("records"), t("first seen")],
    count: () => sample + 1,
    size: () => rowHeight,
    render: (index) => (index === sample ? drawSample(index === chosen) : drawGroup(index)),
    onChoose: (index) => choose(index),
  });

  function show(next: Details): void {
    details?.dispose();
    details = next;
    below.replaceChildren(next.element);
  }

  function choose(index: number): void {
    const group = report.groups[index];
    if (group === undefined && index !== sample) return;
    chosen = index;
    remember({ group: index });
    groups.refresh();
    groups.reveal(index);
    actOn(group === undefined ? undefined : index);
    show(group === undefined ? exchangesOf(report.id) : groupRecords(report, index));
  }

  function drawGroup(index: number): HTMLElement {
    const group = report.groups[index];
    const row = element(
      "div",
      cell("div.cell.sign.err", "✕"),
      cell("div.cell", plainText(group?.reason ?? "")),
      cell("div.cell.mono", plainText(group?.field ?? "")),
      cell("div.cell.right", count(group?.count ?? 0)),
      cell("div.cell.dim", day(firstSeen[index] ?? report.startedAt)),
    );
    if (index === chosen) attributes(row, { "aria-selected": "true" }).classList.add("chosen");
    row.title = plainText(group?.reason ?? "");
    return row;
  }

  const search = searchField(t("Search all that was sent and answered…"), (text) => {
    if (text.trim() === "") {
      if (chosen !== undefined) choose(chosen);
      return;
    }
    actOn(undefined);
    show(hitsOf(report, text.trim()));
  });
  search.classList.add("wide");

  const { created, updated, deleted, rejected } = report.counts;
  const wrote = created + updated + deleted > 0;
  const other = (label: string, title: string, run: string | undefined): HTMLElement => {
    const made = button(label, "secondary", () => run && post({ type: "open-run", run: report.id, other: run }), {
      title,
    });
    made.setAttribute("aria-label", title);
    if (run === undefined) made.setAttribute("disabled", "");
    return made;
  };
  return {
    element: element(
      "div.filled",
      element(
        "div.toolbar",
        other("‹", t("Open the earlier run of this sync"), earlier),
        other("›", t("Open the later run of this sync"), later),
        statusOf(report),
        ...countsOf(report),
        ...verificationOf(report),
        costOf(report),
        search,
        element("span.stretch"),
        sample > 0 ? element("span.actions", ...actions) : undefined,
        wrote ? element("span.actions", ...ofTheRun(report.id)) : undefined,
        rejected > 0 && report.revertOf === undefined
          ? button(t("Retry {0}", count(rejected)), "secondary", () => post({ type: "retry", run: report.id }), {
              title: t(
                "Plan and send today's rows of the rejected records to {0}",
                subject.destination ?? t("the destination"),
              ),
            })
          : undefined,
      ),
      failureOf(report),
      unverifiedOf(report),
      untoldOf(report),
      splitView(groups.element, below, sample + 1),
    ),
    choose,
    dispose() {
      groups.dispose();
      details?.dispose();
    },
  };
}

function ofTheRun(run: string): readonly HTMLElement[] {
  return [
    button(t("Verify"), "secondary", () => post({ type: "verify", run }), {
      title: t("Read back what this run wrote, and report what is not as it was sent"),
    }),
    button(t("Take back…"), "secondary", () => post({ type: "revert", run }), {
      title: t("Plan how to put back what the records held before this run. Nothing is sent before you run the plan"),
    }),
  ];
}

const written: Readonly<Record<(typeof notAsWritten)[keyof typeof notAsWritten], true>> = {
  "not-as-written": true,
  "not-found": true,
  "not-removed": true,
};

/** What a revert left it left on purpose, and what was accepted was not refused. */
function canRetry({ groups, revertOf }: RunReport, index: number): boolean {
  return revertOf === undefined && !((groups[index]?.code ?? "") in written);
}

/** The groups get what they need, up to a third; the records the rest. */
function splitView(groups: HTMLElement, details: HTMLElement, rows: number): HTMLElement {
  const view = element("div.split", groups, details);
  view.style.gridTemplateRows = `min(35%, ${(rows + 1) * rowHeight + 4}px) 1fr`;
  return view;
}

function drawSample(chosen: boolean): HTMLElement {
  const row = element(
    "div",
    cell("div.cell.sign.dim", "⇄"),
    cell("div.cell.dim", t("Requests and responses that were kept: all of rejected records, a sample of the others")),
    cell("div.cell", ""),
    cell("div.cell", ""),
    cell("div.cell", ""),
  );
  if (chosen) attributes(row, { "aria-selected": "true" }).classList.add("chosen");
  return row;
}

function cell(shape: string, text: string): HTMLElement {
  return attributes(element(shape, text), { role: "gridcell" });
}

function day(iso: string): string {
  return new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
