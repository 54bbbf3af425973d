/** One mapping: its field, its source, what the chosen model row becomes, what is wrong; opened, its editor. */
import { type Json } from "../../src/value";
import { cellOf } from "../cells";
import { attributes, element, unseen } from "../dom";
import { icon } from "../icons";
import { type Part } from "../keyed";
import { plainExcerpt, plainLine, plainText } from "../plain-text";
import { t } from "../text";
import { retarget, unmap } from "./actions";
import { iconButton } from "./controls";
import { post } from "./host";
import { kindIcon, kindName, kindOf, sourceSummary } from "./kinds";
import { fitIcon, severityIcon } from "./marks";
import { rejectionLine } from "./rejections";
import { rowEditor, type RowEditor } from "./row-editor";
import { type Live, type MappingRow } from "./view-model";

export interface RowPart extends Part<MappingRow> {
  /** What has the focus when the row has it. */
  readonly head: HTMLElement;
  open(): void;
}

let lastId = 0;

export function rowPart(field: string, options: { readonly open: boolean; onToggle(isOpen: boolean): void }): RowPart {
  const id = `row-${++lastId}`;
  const head = attributes(element("div.row-head"), {
    role: "button",
    tabindex: -1,
    "aria-controls": id,
    "aria-describedby": `${id}-problems`,
  });
  head.dataset.name = field;
  const body = attributes(element("div.row-body"), { id });
  const lines = attributes(element("div.row-lines"), { id: `${id}-problems` });
  const actions = element(
    "div.row-actions",
    iconButton("file", t("Show in the text"), () => post({ type: "reveal", path: ["fields", field] })),
    iconButton("pencil", t("Fill another field (F2)"), () => void retarget(field, head)),
    iconButton("close", t("Unmap (Delete)"), () => unmap(field)),
  );
  const made = element("li.row", element("div.row-line", head, actions), lines, body);
  made.dataset.name = field;
  let isOpen = options.open;
  let editor: RowEditor | undefined;
  let shown: MappingRow | undefined;

  // The buttons of one row only are on the way of the Tab key.
  const reachable = (isReachable: boolean): void => {
    for (const button of actions.querySelectorAll("button")) button.tabIndex = isReachable ? 0 : -1;
  };
  reachable(false);
  made.addEventListener("focusin", () => reachable(true));
  made.addEventListener("focusout", (event) => {
    if (!made.contains(event.relatedTarget as Node | null)) reachable(false);
  });

  function draw(): void {
    head.setAttribute("aria-expanded", String(isOpen));
    made.classList.toggle("open", isOpen);
    body.hidden = !isOpen;
    if (!isOpen || shown === undefined) return;
    editor ??= rowEditor(field);
    if (!editor.element.isConnected) body.replaceChildren(editor.element);
    editor.update(shown);
  }
  function toggle(): void {
    isOpen = !isOpen;
    options.onToggle(isOpen);
    draw();
  }
  head.addEventListener("click", toggle);
  head.addEventListener("keydown", (event) => {
    if (event.target !== head) return;
    if (event.key === "Enter" || event.key === " ") toggle();
    else if (event.key === "Escape" && isOpen) toggle();
    else return;
    event.preventDefault();
  });
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    toggle();
    head.focus();
  });

  return {
    element: made,
    head,
    open() {
      if (!isOpen) toggle();
    },
    update(row) {
      shown = row;
      head.replaceChildren(...headCells(row));
      lines.replaceChildren(...problemLines(row));
      lines.hidden = lines.childElementCount === 0;
      draw();
    },
  };
}

function headCells(row: MappingRow): readonly HTMLElement[] {
  const { field, schema, mapping, isMatch } = row;
  const name = element("span.row-name", plainLine(schema?.label ?? field));
  name.title = plainLine(schema?.label === undefined ? field : `${schema.label} (${field})`);
  const kind = mapping === undefined ? undefined : kindOf(mapping);
  const summary =
    mapping === undefined
      ? element("span.row-source-text.err", t("cannot be understood"))
      : element(
          `span.row-source-text${kind === "sql" || kind === "template" || kind === "value" ? ".mono" : ""}`,
          sourceSummary(mapping),
        );
  if (mapping !== undefined && kind !== undefined) summary.title = `${kindName(kind)}: ${sourceSummary(mapping)}`;
  return [
    element("span.row-twist", icon("open")),
    element(
      "span.row-field",
      name,
      schema?.required === true ? sign(element("span.err", "*"), t("Required")) : undefined,
      isMatch ? sign(icon("key", "key-mark"), t("Records are matched by this field")) : undefined,
      schema?.label !== undefined && schema.label !== field
        ? element("span.row-api.dim.mono", plainLine(field))
        : undefined,
    ),
    element("span.row-arrow.dim", icon("arrow"), unseen(t("from"))),
    element(
      "span.row-source",
      icon(kind === undefined ? "error" : kindIcon(kind), kind === undefined ? "err" : "dim"),
      summary,
      ...(mapping === undefined ? [] : settingBadges(mapping)),
    ),
    element("span.row-live", ...liveCells(row.live)),
    element("span.row-fit", ...fitMark(row)),
  ];
}

function settingBadges({ nulls, write }: NonNullable<MappingRow["mapping"]>): readonly HTMLElement[] {
  return [
    ...(nulls === "skip" ? [element("span.badge", t("skips NULL"))] : []),
    ...(write === "create_only" ? [element("span.badge", t("on create"))] : []),
    ...(write === "if_empty" ? [element("span.badge", t("if empty"))] : []),
  ];
}

/** Source value → wire value; one of them where the value is sent as it is. */
function liveCells(live: Live | undefined): readonly HTMLElement[] {
  if (live === undefined) return [];
  const { source, result } = live;
  const before = source === undefined ? undefined : valueSpan(source);
  const arrow = element("span.dim.live-arrow", icon("becomes"), unseen(t("becomes")));
  if ("wire" in result) {
    const after = valueSpan(result.wire);
    const isSame = source === undefined || cellOf(source).text === cellOf(result.wire).text;
    return isSame || before === undefined ? [after] : [dimmed(before), arrow, after];
  }
  const why =
    "left" in result
      ? element("span.live-skipped.dim", t("not sent"))
      : element("span.live-refused.err", icon("error"), plainText(result.refused));
  if ("refused" in result) why.title = `${plainText(result.refused)} (${plainLine(result.code)})`;
  return before === undefined ? [why] : [dimmed(before), arrow, why];
}

function valueSpan(json: Json): HTMLElement {
  const look = cellOf(json);
  const made = element(`span.live-value.mono.${look.kind}`, plainExcerpt(look.text, 120));
  made.title = plainExcerpt(look.text, 500);
  return made;
}

function dimmed(made: HTMLElement): HTMLElement {
  made.classList.add("dim");
  return made;
}

/** The type fit, unless a problem says worse. */
function fitMark({ fit, problems, rejections }: MappingRow): readonly HTMLElement[] {
  if (problems.length > 0 || rejections.length > 0) return [];
  if (fit === undefined) return [];
  return [sign(fitIcon(fit.level), fit.message)];
}

function problemLines({ problems, rejections, fit }: MappingRow): readonly HTMLElement[] {
  const lines = problems.map((problem) =>
    element(
      "p.row-problem",
      severityIcon(problem.severity),
      element("span", plainText(problem.message)),
      element("span.dim.row-code", plainLine(problem.code)),
    ),
  );
  if (rejections.length > 0) return [...lines, ...rejections.map((each) => rejectionLine("p.row-problem", each))];
  const isWorse = problems.length === 0 && fit !== undefined && fit.level !== "fits";
  return isWorse ? [element("p.row-problem", fitIcon(fit.level), element("span", fit.message))] : lines;
}

/** Something seen that is also said, with its words as a tooltip. */
function sign(seen: Element, words: string): HTMLElement {
  seen.setAttribute("aria-hidden", "true");
  const made = element("span.mark", seen, unseen(words));
  made.title = words;
  return made;
}
