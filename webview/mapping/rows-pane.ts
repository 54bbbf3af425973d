/** Middle: the mappings in the order of the file, each with what it makes of the chosen model row. */
import { count } from "../cells";
import { attributes, element } from "../dom";
import { keyedList } from "../keyed";
import { type MappingState } from "../mapping-protocol";
import { plainLine, plainText } from "../plain-text";
import { roving } from "../roving";
import { t } from "../text";
import { chooseColumnFor, chooseField, mapColumn, pickFreeField, retarget, unmap } from "./actions";
import { emptyState, iconButton, textButton } from "./controls";
import { dropTarget } from "./drag";
import { post, remember, remembered } from "./host";
import { type Pane, pane } from "./pane";
import { proposalsView } from "./proposals";
import { severityIcon } from "./marks";
import { rejectionLine } from "./rejections";
import { rowPart, type RowPart } from "./row-view";
import { type MappingRow, mappingRows, otherProblems, otherRejections, sampleRow } from "./view-model";

export interface RowsPane extends Pane {
  /** Opens the row of a field and goes there. */
  show(field: string): void;
  readonly proposals: { toggle(): void; readonly open: boolean };
}

export function rowsPane(): RowsPane {
  const list = attributes(element("ul.rows"), { "aria-label": t("Mappings") });
  const note = element("div");
  const problems = element("div.file-problems");
  const stepper = sampleStepper();
  const proposals = proposalsView();
  const add = textButton(t("Map another field…"), "link", (button) => void mapAnother(button));
  const addLine = element("div.add-line", add);
  const frame = pane("rows", t("Mappings"), problems, proposals.element, note, list, addLine);
  frame.head.append(stepper.element);

  const open = new Set(remembered().open);
  const rows = keyedList<MappingRow, RowPart>(list, {
    key: ({ field }) => field,
    create: ({ field }) =>
      rowPart(field, {
        open: open.has(field),
        onToggle(isOpen) {
          if (isOpen) open.add(field);
          else open.delete(field);
          remember({ open: [...open] });
        },
      }),
  });
  const stops = roving(list, ".row-head");
  let shown: readonly MappingRow[] = [];

  list.addEventListener("keydown", (event) => {
    const head = (event.target as Element).closest<HTMLElement>(".row-head");
    const field = head?.dataset.name;
    if (head === null || field === undefined) return;
    if (event.key === "Delete" || (event.key === "Backspace" && event.metaKey)) unmap(field);
    else if (event.key === "F2") void retarget(field, head);
    else return;
    event.preventDefault();
  });
  dropTarget(frame.element, ".row", { takes: "column", drop: (column, field) => mapColumn(field, column) });
  dropTarget(frame.element, ".add-line", { takes: "column", drop: (column) => void chooseField(column, addLine) });
  addLine.dataset.name = "";

  return {
    element: frame.element,
    name: "rows",
    proposals,
    update(state) {
      const before = shown;
      const at = before.findIndex(({ field }) => field === stops.current?.dataset.name);
      const hadFocus = stops.current !== undefined && document.activeElement === stops.current;
      shown = mappingRows(state);
      proposals.update(state);
      rows.update(shown);
      // The row under the focus was unmapped: the next one takes its place.
      if (hadFocus && stops.current?.isConnected === false) {
        const next = rows.part(shown[Math.min(at, shown.length - 1)]?.field ?? "");
        if (next === undefined) add.focus();
        else stops.focus(next.head);
      }
      stops.refresh();
      list.hidden = shown.length === 0;
      list.classList.toggle("no-live", sampleRow(state) === undefined);
      addLine.hidden = state.definition === undefined;
      note.replaceChildren(...notes(state, shown));
      problems.replaceChildren(...problemLines(state));
      stepper.update(state);
      frame.count(count(shown.length));
    },
    focus: () => (stops.current ?? add).focus(),
    show(field) {
      const row = rows.part(field);
      if (row === undefined) return;
      row.open();
      row.element.scrollIntoView({ block: "nearest" });
      stops.focus(row.head);
    },
  };
}

async function mapAnother(anchor: HTMLElement): Promise<void> {
  const field = await pickFreeField(anchor);
  if (field === undefined) return;
  await chooseColumnFor(field, anchor);
}

function notes(state: MappingState, rows: readonly MappingRow[]): readonly HTMLElement[] {
  if (rows.length > 0 || state.definition === undefined) return [];
  const proposed = state.proposals.length > 0 ? t("Accept the proposals above, or drag") : t("Drag");
  return [
    emptyState(
      t("Nothing is mapped yet. {0} a column onto a field, or press Enter on a column to choose its field.", proposed),
    ),
  ];
}

/** What is wrong with the file beside the mappings; all of it, where the file cannot be understood. */
function problemLines(state: MappingState): readonly HTMLElement[] {
  const problems = otherProblems(state).map((problem) => {
    const line = element(
      "p.problem-line",
      severityIcon(problem.severity),
      element("span", plainText(problem.message)),
      element("span.dim", plainLine(problem.code)),
      textButton(t("Line {0}", String(problem.line)), "link", () => post({ type: "reveal", path: problem.path })),
    );
    return line;
  });
  return [...problems, ...otherRejections(state).map((each) => rejectionLine("p.problem-line", each))];
}

function sampleStepper(): { readonly element: HTMLElement; update(state: MappingState): void } {
  let row = 0;
  const go = (to: number): void => post({ type: "sample", row: Math.max(0, to) });
  const previous = iconButton("left", t("Previous row of the model"), () => go(row - 1));
  const next = iconButton("open", t("Next row of the model"), () => go(row + 1));
  const label = attributes(element("span.stepper-label"), { role: "status" });
  const made = attributes(element("div.stepper", label, previous, next), {
    role: "group",
    "aria-label": t("Row whose values are shown"),
  });
  return {
    element: made,
    update(state) {
      const { sample } = state;
      const shown = sampleRow(state);
      made.hidden = sample === undefined;
      label.classList.toggle("err", sample !== undefined && "failure" in sample);
      if (sample === undefined) return;
      if ("failure" in sample) {
        label.textContent = plainText(sample.failure.message);
        label.title = plainText(sample.failure.hint);
      } else {
        label.textContent = shown?.row === undefined ? t("No such row") : t("Row {0}", count(shown.row + 1));
        label.title = t("The live values are those of this row of the model");
      }
      row = shown?.row ?? row;
      previous.disabled = row === 0;
      next.disabled = !("failure" in sample) && shown === undefined;
    },
  };
}
