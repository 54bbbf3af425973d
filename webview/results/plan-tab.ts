/** What a run would change: counts, guards and notices, then every change, field by field. */
import { type PlanHeader } from "../../src/plan/plan";
import { type Action, type Change, type Rejection } from "../../src/record";
import { type Subject } from "../protocol";
import { button, checkbox, searchField } from "../elements";
import { plainText } from "../plain-text";
import { count, plural, type CellLook } from "../cells";
import { attributes, element } from "../dom";
import { ask, post } from "./host";
import { type VirtualList, virtualList } from "../list";
import { type Page, page } from "./pane";
import { concat, type Pages, pages } from "../pages";
import { type PlanItem, type PlanLine, planLines } from "./plan-lines";

const lineHeight = 24;

type Shown = Action | "rejected";
const kinds = ["create", "update", "delete", "rejected"] as const satisfies readonly Shown[];
const kindClass: Readonly<Record<Shown, string>> = { create: "ok", update: "warn", delete: "err", rejected: "err" };
const kindSign: Readonly<Record<Shown, string>> = { create: "+ ", update: "~ ", delete: "− ", rejected: "✕ " };

export function planTab(root: HTMLElement): Page<PlanHeader> {
  return page({
    tab: "plan",
    root,
    invitation: "A plan appears here: choose Dry run in a sync file. A dry run writes nothing.",
    draw: drawPlan,
  });
}

function drawPlan(header: PlanHeader, subject: Subject): { element: HTMLElement; dispose(): void } {
  const error = element("span.err");
  const shown = new Set<Shown>(kinds);
  const opened = new Set<number>();
  let text = "";
  let items = source();

  function source(): Pages<PlanItem> {
    const onLoad = (): void => list.refresh();
    const onError = (message: string): void => void (error.textContent = message);
    const actions = kinds.filter((kind): kind is Action => kind !== "rejected" && shown.has(kind));
    const changes = pages<Change>({
      count: actions.reduce((sum, action) => sum + header.counts[action], 0),
      fetch: (offset, limit) =>
        ask("changes", { plan: header.id, actions, offset, limit, ...(text === "" ? {} : { text }) }),
      onLoad,
      onError,
    });
    const rejections = pages<Rejection>({
      // The filter looks into changes; rejections are grouped and few.
      count: shown.has("rejected") && text === "" ? header.counts.rejected : 0,
      fetch: (offset, limit) => ask("planRejections", { plan: header.id, offset, limit }),
      onLoad,
      onError,
    });
    return concat<PlanItem, PlanItem>(changes, rejections);
  }

  const lines = (index: number): readonly PlanLine[] => {
    const item = items.at(index);
    const open = opened.has(index);
    return item === undefined ? [] : planLines(item, { keyColumns: header.keyTypes.length, open });
  };
  const list: VirtualList = virtualList({
    label: "Changes of the plan",
    columns: "28px minmax(70px, 160px) minmax(80px, 200px) minmax(80px, 1fr) minmax(80px, 1fr) minmax(60px, 1fr)",
    header: ["", "key", "field", header.readBack > 0 ? "at the destination" : "last sent", "will be", ""],
    count: () => items.count,
    size: (index) => Math.max(1, lines(index).length) * lineHeight,
    render: (index) => drawItem(lines(index)),
    onChoose(index) {
      if (opened.has(index)) opened.delete(index);
      else opened.add(index);
      list.refresh();
    },
  });
  const again = (): void => {
    items = source();
    opened.clear();
    list.refresh();
  };

  const choices = kinds.map((kind) => {
    const box = checkbox(`${kindSign[kind]}${count(header.counts[kind])} ${kind}`, true, (checked) => {
      if (checked) shown.add(kind);
      else shown.delete(kind);
      again();
    });
    box.classList.add(kindClass[kind]);
    return box;
  });
  const search = searchField("Filter…", (typed) => {
    text = typed;
    again();
  });
  const total = kinds.reduce((sum, kind) => sum + header.counts[kind], 0);
  return {
    element: element(
      "div.filled",
      element(
        "div.toolbar",
        ...choices,
        attributes(element("span.summary.dim", summary(header)), { title: summary(header) }),
        error,
        search,
        runButton(header, subject),
      ),
      notices(header),
      total === 0 ? element("p.invitation", "Nothing to do: the destination has what the model says.") : list.element,
    ),
    dispose: () => list.dispose(),
  };
}

function runButton(header: PlanHeader, subject: Subject): HTMLElement {
  const run = button("Run this plan", "primary", () => post({ type: "run-plan", plan: header.id }), {
    title: `Send the changes to ${subject.destination ?? "the destination"} (${subject.target})`,
  });
  if (header.guards.some((guard) => guard.tripped)) run.setAttribute("disabled", "");
  return run;
}

function summary(header: PlanHeader): string {
  const { counts, estimate } = header;
  const parts = [
    `${count(counts.unchanged)} unchanged`,
    ...(counts.held > 0 ? [`${count(counts.held)} held`] : []),
    ...(counts.skipped > 0 ? [`${count(counts.skipped)} skipped`] : []),
    ...(header.readBack > 0 ? [`read back ${count(header.readBack)}`] : []),
    `${plural(estimate.requests, "request")}, about ${count(Math.ceil(estimate.seconds))} s`,
    `digest ${header.digest.slice(0, 8)}`,
  ];
  return parts.join(" · ");
}

function notices(header: PlanHeader): HTMLElement {
  const tripped = header.guards.filter((guard) => guard.tripped);
  return element(
    "div.notices",
    ...tripped.map((guard) =>
      attributes(
        element(
          "p.err",
          `The guard ${guard.name} (${guard.limit}) would stop this run: the plan has ${count(guard.value)}.`,
        ),
        { role: "alert" },
      ),
    ),
    ...header.notices.map((notice) => element("p.warn", plainText(notice.message))),
  );
}

function drawItem(lines: readonly PlanLine[]): HTMLElement {
  if (lines.length === 0) return element("div", element("div.cell.loading", "…"));
  const row = element("div.plan-item");
  for (const line of lines) {
    row.append(
      cell(`div.cell.sign.${toneOfSign[line.sign]}`, line.sign),
      cell("div.cell.mono", line.key),
      cell("div.cell.mono", line.field),
      valueElement(line.before, "del"),
      valueElement(line.after, "add"),
      cell(`div.cell.${toneClass[line.tone ?? "dim"]}`, line.note ?? ""),
    );
  }
  return row;
}

const toneOfSign: Readonly<Record<PlanLine["sign"], string>> = {
  "+": "ok",
  "~": "warn",
  "−": "err",
  "✕": "err",
  "": "dim",
};
const toneClass = { warning: "warn", error: "err", dim: "dim" } as const;

function cell(shape: string, text: string): HTMLElement {
  const made = attributes(element(shape, text), { role: "gridcell" });
  if (text.length > 20) made.title = text;
  return made;
}

function valueElement(look: CellLook | undefined, side: "add" | "del"): HTMLElement {
  if (look === undefined) return cell("div.cell.mono.dim", "—");
  return cell(`div.cell.mono.${look.kind}.${side}`, look.text);
}
