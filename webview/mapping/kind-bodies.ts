/** The controls of each kind of mapping. They give the mapping as it is to be written, once it is whole. */
import { type Writable } from "../../src/project/yaml-edit";
import { element } from "../dom";
import { plainLine } from "../plain-text";
import { t } from "../text";
import { pickColumn, withColumn } from "./actions";
import { constantControl } from "./constant";
import { select, textBox, textButton } from "./controls";
import { type BodyContext, columnChooser, extras, identifierChooser, type KindBody } from "./kind-parts";
import { type Kind } from "./kinds";
import { mappingText, templateText } from "./mapping-text";
import { current, send } from "./store";
import { valuesBody } from "./values-table";
import { singleColumn } from "./view-model";

export function bodyOf(kind: Kind, context: BodyContext): KindBody {
  switch (kind) {
    case "column":
      return columnBody(context);
    case "values":
      return valuesBody(context);
    case "template":
      return templateBody(context);
    case "sql":
      return sqlBody(context);
    case "lookup":
      return lookupBody(context);
    case "value":
      return constantBody(context);
  }
}

function columnBody({ field, row, give }: BodyContext): KindBody {
  const chooser = columnChooser(field, (column) => give(mappingText(withColumn(row().mapping, column))));
  return {
    element: element("div.line", chooser.element),
    update: ({ mapping }) => chooser.update(mapping === undefined ? undefined : singleColumn(mapping)),
    focus: () => chooser.element.focus(),
  };
}

function templateBody({ field, row, give }: BodyContext): KindBody {
  const text = textBox(
    { label: t("Template of {0}", plainLine(field)), lines: "one", placeholder: "{{ first_name }} {{ last_name }}" },
    (template) => giveTemplate(template),
  );
  text.element.classList.add("mono");
  const giveTemplate = (template: string): void => {
    if (template.trim() === "") return;
    const isOne = row().mapping?.source.kind === "template";
    const words = t("The template of {0} is changed.", plainLine(field));
    if (isOne) send({ intent: "set", path: ["fields", field, "template"], value: template }, words);
    else give({ template, ...extras(row()) });
  };
  let caret = 0;
  text.element.addEventListener("blur", () => (caret = text.element.selectionStart ?? 0));
  const insert = textButton(t("Insert column…"), "secondary", () => {
    void pickColumn(insert, t("Insert a column")).then((column) => {
      if (column === undefined) return;
      const { value } = text.element;
      const piece = `{{ ${column} }}`;
      const next = value.slice(0, caret) + piece + value.slice(caret);
      text.element.value = next;
      caret += piece.length;
      giveTemplate(next);
      text.element.focus();
      text.element.setSelectionRange(caret, caret);
    });
  });
  return {
    element: element("div.line", text.element, insert),
    update({ mapping }) {
      if (mapping?.source.kind === "template") text.update(templateText(mapping.source.parts));
    },
    focus: () => text.element.focus(),
  };
}

function sqlBody(context: BodyContext): KindBody {
  const { field, row, give } = context;
  const text = textBox(
    { label: t("SQL of {0}", plainLine(field)), lines: "many", placeholder: "round(amount, 2)" },
    (sql) => {
      if (sql.trim() === "") return;
      const words = t("The expression of {0} is changed.", plainLine(field));
      if (row().mapping?.source.kind === "sql")
        send({ intent: "set", path: ["fields", field, "sql"], value: sql }, words);
      else give({ sql, ...extras(row()) });
    },
  );
  text.element.classList.add("mono");
  const hint = element(
    "span.dim.hint",
    t("An expression of the warehouse over the model's columns. Ctrl+Enter applies it."),
  );
  // Values of an expression can be translated like those of a column.
  const table = valuesBody(context);
  return {
    element: element("div.stack", text.element, hint, table.element),
    update(next) {
      const { mapping } = next;
      table.element.hidden = mapping?.values === undefined || mapping.source.kind !== "sql";
      if (mapping?.source.kind === "sql") text.update(mapping.source.sql);
      if (!table.element.hidden) table.update(next);
    },
    focus: () => text.element.focus(),
  };
}

function lookupBody({ field, row, give }: BodyContext): KindBody {
  const draft: { object?: string; by?: string; column?: string; missing?: string } = {};
  const change = (key: "lookup" | "by" | "column" | "missing", value: string): void => {
    if (key === "lookup") {
      draft.object = value;
      compared.update(value, draft.by);
    } else draft[key] = value;
    if (row().mapping?.source.kind === "lookup") {
      const path = ["fields", field, key];
      const words = t("The lookup of {0} is changed.", plainLine(field));
      const isStandard = key === "missing" && value === "reject";
      return send(isStandard ? { intent: "reset", path } : { intent: "set", path, value }, words);
    }
    const { object, by, column, missing } = draft;
    if (!object || !by || !column) return;
    const kept = missing === undefined || missing === "reject" ? {} : { missing };
    give({ lookup: object, by, column, ...kept, ...extras(row()) });
  };
  const object = select(t("Object to look in"), (value) => change("lookup", value));
  const compared = identifierChooser((value) => {
    compared.update(draft.object ?? "", value);
    change("by", value);
  });
  const column = columnChooser(field, (value) => {
    column.update(value);
    change("column", value);
  });
  const missing = select(t("Where none is found"), (value) => change("missing", value));
  const part = (label: string, control: HTMLElement): HTMLElement =>
    element("label.labelled", element("span.dim", label), control);
  return {
    element: element(
      "div.lookup",
      part(t("The id of"), object.element),
      element("div.labelled", element("span.dim", t("whose")), compared.element),
      element("div.labelled", element("span.dim", t("equals")), column.element),
      part(t("if none"), missing.element),
    ),
    update({ mapping, schema }) {
      const source = mapping?.source;
      if (source?.kind === "lookup") Object.assign(draft, source);
      else {
        draft.object ??= schema?.references ?? "";
        const single = mapping === undefined ? undefined : singleColumn(mapping);
        if (single !== undefined) draft.column ??= single;
      }
      const objects = current().objects.map(({ name, label }) => ({ value: name, label: label ?? name }));
      const empty = draft.object === "" ? [{ value: "", label: t("Choose an object…") }] : [];
      object.update([...empty, ...objects], draft.object ?? "");
      compared.update(draft.object ?? "", draft.by);
      column.update(draft.column);
      missing.update(
        [
          { value: "reject", label: t("reject the record") },
          { value: "null", label: t("empty the field") },
          { value: "skip", label: t("leave the field as it is") },
        ],
        draft.missing ?? "reject",
      );
    },
    focus: () => (draft.object === "" ? object.element : compared.element).focus(),
  };
}

function constantBody({ field, row, give }: BodyContext): KindBody {
  const control = constantControl(t("Constant for {0}", plainLine(field)), (value) => {
    const words = t("The constant of {0} is changed.", plainLine(field));
    if (row().mapping?.source.kind === "value")
      send({ intent: "set", path: ["fields", field, "value"], value: value as Writable }, words);
    else give({ value: value as Writable, ...extras(row()) });
  });
  return {
    element: element("div.line", control.element),
    update({ mapping, schema }) {
      control.update(schema, mapping?.source.kind === "value" ? mapping.source.value : undefined);
    },
    focus: () => control.focus(),
  };
}
