/** The opened mapping: its kind, the controls of that kind, and what holds for every kind. */
import { type FieldMapping } from "../../src/sync/definition";
import { type MappingText } from "../../src/sync/edit";
import { attributes, element } from "../dom";
import { icon } from "../icons";
import { plainLine, plainText } from "../plain-text";
import { roving } from "../roving";
import { t } from "../text";
import { select } from "./controls";
import { bodyOf } from "./kind-bodies";
import { type KindBody } from "./kind-parts";
import { type Kind, kindIcon, kindName, kindOf, kinds } from "./kinds";
import { fitIcon } from "./marks";
import { columnExpression, mappingText, templateText } from "./mapping-text";
import { send } from "./store";
import { type MappingRow, singleColumn } from "./view-model";

export interface RowEditor {
  readonly element: HTMLElement;
  update(row: MappingRow): void;
}

export function rowEditor(field: string): RowEditor {
  const name = plainLine(field);
  const tabs = attributes(element("div.kinds"), { role: "radiogroup", "aria-label": t("How {0} is filled", name) });
  const box = element("div.kind-body");
  const about = element("div.editor-about.dim");
  const nulls = select(t("What a NULL does"), (value) => setting("nulls", value, "send"));
  const write = select(t("When it is written"), (value) => setting("write", value, "always"));
  const nullsBox = labelled(t("NULL"), nulls.element);
  const made = element(
    "div.editor",
    tabs,
    box,
    element("div.editor-settings", nullsBox, labelled(t("Write"), write.element)),
    about,
  );
  let row: MappingRow | undefined;
  let kind: Kind | undefined;
  let body: KindBody | undefined;
  /** A kind that was chosen and is not in the file yet, and the mapping it will replace. */
  let draft: { readonly kind: Kind; readonly replaces: string } | undefined;

  function setting(key: "nulls" | "write", value: string, standard: string): void {
    const path = ["fields", field, key];
    const words = t("The settings of {0} are changed.", name);
    send(value === standard ? { intent: "reset", path } : { intent: "set", path, value }, words);
  }

  function give(mapping: MappingText): void {
    if (kind === undefined) return;
    send({ intent: "map", field, mapping }, t("{0} is now filled by: {1}.", name, kindName(kind)));
  }

  function choose(next: Kind): void {
    if (next === kind || row === undefined) return;
    const mapping = turned(row, next);
    draft = { kind: next, replaces: JSON.stringify(row.mapping) };
    show(next);
    if (mapping === undefined) body?.focus();
    else give(mapping);
  }

  function show(next: Kind): void {
    if (row === undefined) return;
    if (next !== kind) {
      kind = next;
      body = bodyOf(next, { field, row: () => row as MappingRow, give });
      box.replaceChildren(body.element);
    }
    body?.update(row);
    for (const tab of tabs.querySelectorAll<HTMLElement>("[role=radio]"))
      tab.setAttribute("aria-checked", String(tab.dataset.kind === kind));
    nullsBox.hidden = (kind === "value" || kind === "template") && row.mapping?.nulls !== "skip";
  }

  tabs.append(
    ...kinds.map((each) => {
      const tab = attributes(element("button.kind", icon(kindIcon(each)), kindName(each)), {
        type: "button",
        role: "radio",
        "aria-checked": "false",
        tabindex: -1,
        "data-kind": each,
      });
      tab.addEventListener("click", () => choose(each));
      return tab;
    }),
  );
  const stops = roving(tabs, ".kind", undefined, "both");

  return {
    element: made,
    update(next) {
      row = next;
      if (draft !== undefined && JSON.stringify(next.mapping) !== draft.replaces) draft = undefined;
      show(draft?.kind ?? (next.mapping === undefined ? (kind ?? "column") : kindOf(next.mapping)));
      nulls.update(
        [
          { value: "send", label: t("empties the field") },
          { value: "skip", label: t("leaves the field as it is") },
        ],
        next.mapping?.nulls ?? "send",
      );
      write.update(
        [
          { value: "always", label: t("always") },
          { value: "create_only", label: t("only when the record is created") },
          { value: "if_empty", label: t("only while the field is empty there") },
        ],
        next.mapping?.write ?? "always",
      );
      about.replaceChildren(...aboutLines(next));
      const checked = tabs.querySelector<HTMLElement>("[aria-checked=true]");
      stops.refresh(checked ?? undefined);
    },
  };
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  return element("label.labelled", element("span.dim", text), control);
}

function aboutLines({ schema, fit, problems }: MappingRow): readonly HTMLElement[] {
  const shown = fit !== undefined && (fit.level === "fits" || problems.length > 0) ? fit : undefined;
  const lines = shown === undefined ? [] : [element("p", fitIcon(shown.level), element("span", shown.message))];
  if (schema?.description !== undefined && schema.description !== "")
    lines.push(element("p", icon("information"), element("span", plainText(schema.description))));
  return lines;
}

/** The mapping as another kind, where all it needs is known; undefined: the user has to say more. */
function turned({ mapping }: MappingRow, kind: Kind): MappingText | undefined {
  if (mapping === undefined) return undefined;
  const column = singleColumn(mapping);
  const { nulls, write } = mapping;
  const as = (source: FieldMapping["source"]): MappingText => mappingText({ source, nulls, write });
  switch (kind) {
    case "column":
      return column === undefined ? undefined : as({ kind, column });
    case "template":
      return column === undefined ? undefined : as({ kind, parts: [{ column }] });
    case "sql":
      if (column !== undefined) return as({ kind, sql: columnExpression(column) });
      return mapping.source.kind === "template" ? as({ kind, sql: concatenation(mapping.source.parts) }) : undefined;
    case "values":
    case "lookup":
    case "value":
      return undefined;
  }
}

type Parts = Extract<FieldMapping["source"], { readonly kind: "template" }>["parts"];

/** A template in SQL: what it would be for columns of text. */
function concatenation(parts: Parts): string {
  const pieces = parts.map((part) =>
    "column" in part ? `coalesce(${columnExpression(part.column)}, '')` : `'${part.text.replaceAll("'", "''")}'`,
  );
  return pieces.join(" || ") || `'${templateText(parts)}'`;
}
