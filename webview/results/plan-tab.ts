/** What a run would change: counts as filters, guards and notices, then every change, field by field. */
import { t } from "../text";
import { type Freshness } from "../../src/calls/calls";
import { type PlanHeader } from "../../src/plan/plan";
import { type Action, alteredFields, type Change, type Rejection } from "../../src/record";
import { type Subject } from "../protocol";
import { button, checkbox, searchField } from "../elements";
import { count } from "../cells";
import { attributes, element } from "../dom";
import { ask, post } from "./host";
import { type VirtualList, virtualList } from "../list";
import { type Page, page } from "./pane";
import { concat, type Pages, pages } from "../pages";
import { again, factsOf, noticesOf, obstacleOf } from "./plan-facts";
import { changeText, type PlanItem, type PlanLine, planLines } from "./plan-lines";
import { planRow } from "./plan-row";

const lineHeight = 24;
/** The plan's age goes on while it is looked at. */
const lookEvery = 60_000;

type Shown = Action | "rejected";
const kinds = ["create", "update", "delete", "rejected"] as const satisfies readonly Shown[];
const kindClass: Readonly<Record<Shown, string>> = { create: "ok", update: "warn", delete: "err", rejected: "err" };

export interface PlanTab extends Page<PlanHeader> {
  /** What the plan depends on may have changed. */
  checkFreshness(): void;
}

export function planTab(root: HTMLElement): PlanTab {
  let check = (): void => undefined;
  const tab = page<PlanHeader>({
    tab: "plan",
    root,
    invitation: t("A plan appears here: what a run would change, record by record. A dry run writes nothing."),
    draw(header, subject) {
      const drawn = drawPlan(header, subject);
      check = () => drawn.check();
      return {
        element: drawn.element,
        dispose() {
          check = () => undefined;
          drawn.dispose();
        },
      };
    },
  });
  return { ...tab, checkFreshness: () => check() };
}

function drawPlan(header: PlanHeader, subject: Subject) {
  const error = attributes(element("span.err"), { role: "status" });
  const shown = new Set<Shown>(kinds);
  let drifted = false;
  let text = "";
  /** Whether all are open; `turned` are the others. */
  let allOpen = false;
  const turned = new Set<number>();
  let chosen = -1;
  let items = source();

  function source(): Pages<PlanItem> {
    const onLoad = (): void => list.refresh();
    const onError = (message: string): void => void (error.textContent = message);
    const wanted = kinds.filter((kind): kind is Action => kind !== "rejected" && shown.has(kind));
    const filter = { ...(text === "" ? {} : { text }), ...(drifted ? { drifted: true as const } : {}) };
    const changes = pages<Change>({
      count: wanted.reduce((sum, action) => sum + header.counts[action], 0),
      fetch: (offset, limit) => ask("changes", { plan: header.id, actions: wanted, offset, limit, ...filter }),
      onLoad,
      onError,
    });
    const rejections = pages<Rejection>({
      count: shown.has("rejected") && !drifted ? header.counts.rejected : 0,
      fetch: (offset, limit) => ask("planRejections", { plan: header.id, offset, limit, ...(text !== "" && { text }) }),
      onLoad,
      onError,
    });
    return concat<PlanItem, PlanItem>(changes, rejections);
  }

  const showField = (field: string): void => post({ type: "show-field", result: header.id, field });
  const isOpen = (index: number): boolean => turned.has(index) !== allOpen;
  const lines = (index: number): readonly PlanLine[] => {
    const item = items.at(index);
    return item === undefined
      ? []
      : planLines(item, {
          keyColumns: header.keyTypes.length,
          open: isOpen(index),
          ...(header.revert && { removed: t("this run created it") }),
        });
  };
  const list: VirtualList = virtualList({
    label: t("Changes of the plan"),
    columns: "28px minmax(70px, 160px) minmax(80px, 200px) minmax(80px, 1fr) minmax(80px, 1fr) minmax(60px, 1fr)",
    header: [
      "",
      t("key"),
      t("field"),
      header.readBack > 0 ? t("at the destination") : t("last sent"),
      t("will be"),
      "",
    ],
    count: () => items.count,
    size: (index) => Math.max(1, lines(index).length) * lineHeight,
    render(index) {
      const row = planRow(lines(index), showField);
      if (index === chosen) attributes(row, { "aria-selected": "true" }).classList.add("chosen");
      return row;
    },
    onChoose(index) {
      // A first choice selects, the next one opens and closes.
      if (index === chosen && !turned.delete(index)) turned.add(index);
      chosen = index;
      drawActions();
      list.refresh();
    },
  });

  // They are there before a change is chosen: a toolbar that grows by a click moves the list away under the pointer.
  const compare = button(
    t("Compare"),
    "secondary",
    () => {
      const item = items.at(chosen);
      if (item !== undefined && !("stage" in item))
        post({ type: "open-diff", plan: header.id, key: item.key, change: item.id });
    },
    { title: t("Open the record before and after in the diff editor") },
  );
  const copy = button(t("Copy as JSON"), "secondary", () => {
    const item = items.at(chosen);
    if (item !== undefined) post({ type: "copy", text: changeText(item, header) });
  });
  const map = button(t("Show in mapping"), "secondary", () => {
    const field = mappedField(items.at(chosen));
    if (field !== undefined) showField(field);
  });

  function drawActions(): void {
    const item = items.at(chosen);
    compare.toggleAttribute("disabled", item === undefined || "stage" in item);
    copy.toggleAttribute("disabled", item === undefined);
    map.toggleAttribute("disabled", mappedField(item) === undefined);
  }
  drawActions();

  const refilter = (): void => {
    items = source();
    turned.clear();
    chosen = -1;
    drawActions();
    list.refresh();
  };
  const choices = kinds.map((kind) => {
    const box = checkbox(kindLabel(kind, header), true, (checked) => {
      if (checked) shown.add(kind);
      else shown.delete(kind);
      refilter();
    });
    box.classList.add(kindClass[kind]);
    return box;
  });
  const others = checkbox(t("▲ {0} changed by others", count(header.drifted ?? 0)), false, (checked) => {
    drifted = checked;
    refilter();
  });
  others.classList.add("warn");
  others.title = t("Only records that someone else changed at the destination since our last write");
  const search = searchField(t("Filter…"), (typed) => {
    text = typed;
    refilter();
  });
  const expand = button(t("Expand all"), "secondary", () => {
    allOpen = !allOpen;
    turned.clear();
    expand.textContent = allOpen ? t("Collapse all") : t("Expand all");
    list.refresh();
  });

  const run = button(t("Run this plan"), "primary", () => post({ type: "run-plan", plan: header.id }));
  const facts = element("div");
  const notices = element("div.notices");
  let freshness: Freshness = {};
  function drawState(): void {
    facts.replaceChildren(factsOf(header, Date.now()));
    const obstacle = obstacleOf(header, freshness);
    run.title =
      obstacle ?? t("Send the changes to {0} ({1})", subject.destination ?? t("the destination"), subject.target);
    run.toggleAttribute("disabled", obstacle !== undefined);
    const serious = freshness.stale !== undefined || header.guards.some(({ tripped }) => tripped);
    notices.replaceChildren(
      ...(obstacle !== undefined && serious
        ? [
            attributes(
              element(
                "p.err",
                `${obstacle} `,
                button(t("Plan again"), "secondary", () => again(header)),
              ),
              { role: "alert" },
            ),
          ]
        : []),
      ...noticesOf(header),
    );
  }
  async function check(): Promise<void> {
    try {
      freshness = await ask("freshness", { plan: header.id });
    } catch (failure) {
      error.textContent = (failure as Error).message;
    }
    drawState();
  }
  drawState();
  void check();
  const timer = setInterval(() => void check(), lookEvery);

  const total = kinds.reduce((sum, kind) => sum + header.counts[kind], 0);
  return {
    element: element(
      "div.filled",
      element(
        "div.toolbar",
        ...choices,
        (header.drifted ?? 0) > 0 ? others : undefined,
        search,
        expand,
        error,
        element("span.stretch"),
        element("span.actions", compare, copy, map),
        run,
      ),
      facts,
      notices,
      total === 0
        ? element(
            "p.invitation",
            header.revert === undefined
              ? t("Nothing to do: the destination has what the model says.")
              : t("There is nothing left to take back."),
          )
        : list.element,
    ),
    check: () => void check(),
    dispose() {
      clearInterval(timer);
      list.dispose();
    },
  };
}

/** The field that a choice of this item leads to in the mapping. */
function mappedField(item: PlanItem | undefined): string | undefined {
  if (item === undefined) return undefined;
  if (!("stage" in item)) return alteredFields(item)[0];
  return item.stage === "model" ? undefined : item.field;
}

function kindLabel(kind: Shown, { counts, revert }: PlanHeader): string {
  const number = counts[kind];
  switch (kind) {
    case "create":
      return t("+ {0} create", count(number));
    case "update":
      return t("~ {0} update", count(number));
    case "delete":
      return t("− {0} delete", count(number));
    case "rejected":
      return revert === undefined ? t("✕ {0} rejected", count(number)) : t("✕ {0} left as they are", count(number));
  }
}
