/** The table of values: what is sent for each value of the column, and for all others. */
import { type Writable } from "../../src/project/yaml-edit";
import { type FieldSchema } from "../../src/destinations/destination";
import { type Json } from "../../src/value";
import { attributes, element } from "../dom";
import { icon } from "../icons";
import { keyedList, type Part } from "../keyed";
import { plainLine } from "../plain-text";
import { t } from "../text";
import { withColumn } from "./actions";
import { constantControl } from "./constant";
import { iconButton, textBox, textButton } from "./controls";
import { type BodyContext, columnChooser, extras, type KindBody } from "./kind-parts";
import { mappingText } from "./mapping-text";
import { current, send } from "./store";
import { type MappingRow, singleColumn } from "./view-model";

interface Entry {
  readonly id: number;
  from: string;
  to: Json | undefined;
}

export function valuesBody(context: BodyContext): KindBody {
  const { field, row } = context;
  const name = plainLine(field);
  const chooser = columnChooser(field, (column) => {
    const before = row().mapping;
    if (before?.values !== undefined) context.give(mappingText(withColumn(before, column)));
    else {
      drafted = column;
      chooser.update(column);
    }
  });
  const list = attributes(element("div.values"), { role: "group", "aria-label": t("Values of {0}", name) });
  const rest = constantControl(t("For every other value"), (value) => {
    const path = ["fields", field, "default"];
    const words = t("The default of {0} is changed.", name);
    send(value === undefined ? { intent: "reset", path } : { intent: "set", path, value: value as Writable }, words);
  });
  const add = textButton(t("Add a value"), "secondary", () => {
    entries.push({ id: ++lastId, from: "", to: undefined });
    draw();
    list.lastElementChild?.querySelector("input")?.focus();
  });
  const fill = textButton(t("Fill from examples"), "secondary", fillFromExamples);
  const restLine = element(
    "div.value-rest",
    element("span.dim", t("anything else")),
    icon("becomes", "dim"),
    rest.element,
  );
  let entries: Entry[] = [];
  let drafted: string | undefined;
  let lastId = 0;
  const lines = keyedList<Entry>(list, { key: ({ id }) => String(id), create: entryPart });

  const stored = (): ReadonlyMap<string, Json> =>
    new Map(row().mapping?.values?.table.map(({ from, to }) => [from, to] as const));

  function entryPart(first: Entry): Part<Entry> {
    const entry = (): Entry => entries.find(({ id }) => id === first.id) ?? first;
    const from = textBox({ label: t("Value of the model"), lines: "one" }, (text) => change(entry(), { from: text }));
    const to = constantControl(t("What is sent for it"), (value) => change(entry(), { to: value }));
    const gone = iconButton("close", t("Take the value out"), () => remove(entry()));
    return {
      element: element("div.value-line", from.element, icon("becomes", "dim"), to.element, gone),
      update(next) {
        from.update(next.from);
        to.update(row().schema, next.to);
      },
    };
  }

  function change(entry: Entry, by: { readonly from?: string; readonly to?: Json | undefined }): void {
    const before = entry.from;
    Object.assign(entry, by);
    const table = stored();
    if (entry.from === "" || entry.to === undefined) return;
    if (table.size > 0 && (before === entry.from || !table.has(before))) {
      const path = ["fields", field, "values", entry.from];
      const words = t("{0} is now sent as {1}.", plainLine(entry.from), plainLine(String(entry.to)));
      return send({ intent: "set", path, value: entry.to as Writable }, words);
    }
    giveAll();
  }

  function remove(entry: Entry): void {
    const at = entries.indexOf(entry);
    entries = entries.filter((each) => each !== entry);
    const table = stored();
    if (table.has(entry.from)) {
      const words = t("{0} is taken out.", plainLine(entry.from));
      const isLast = table.size === 1;
      if (isLast) giveAll();
      else send({ intent: "reset", path: ["fields", field, "values", entry.from] }, words);
    }
    draw();
    const next = list.children[Math.min(at, list.children.length - 1)];
    (next?.querySelector<HTMLElement>("button:last-of-type") ?? add).focus();
  }

  /** Everything that is whole, as one mapping. */
  function giveAll(): void {
    const { mapping } = row();
    const whole = entries.filter(({ from, to }) => from !== "" && to !== undefined);
    const values = Object.fromEntries(whole.map(({ from, to }) => [from, to as Writable]));
    const source = sourceOf(mapping, drafted);
    if (source === undefined) return;
    const rests = mapping?.values?.default === undefined ? {} : { default: mapping.values.default as Writable };
    context.give(
      whole.length === 0 ? { ...source, ...extras(row()) } : { ...source, values, ...rests, ...extras(row()) },
    );
  }

  function fillFromExamples(): void {
    const column = drafted ?? single(row());
    const examples = current().facts?.columns.find((each) => each.name === column)?.examples ?? [];
    const listed = new Set(entries.map(({ from }) => from));
    for (const example of examples) {
      const from = typeof example === "string" ? example : JSON.stringify(example);
      if (!listed.has(from)) entries.push({ id: ++lastId, from, to: alike(from, row().schema) });
    }
    draw();
    if (entries.some(({ from, to }) => to !== undefined && !stored().has(from))) giveAll();
  }

  function draw(): void {
    lines.update(entries);
    const column = drafted ?? single(row());
    const examples = current().facts?.columns.find((each) => each.name === column)?.examples ?? [];
    const listed = new Set(entries.map(({ from }) => from));
    const fresh = examples.filter((each) => !listed.has(typeof each === "string" ? each : JSON.stringify(each)));
    fill.hidden = fresh.length === 0;
  }

  return {
    element: element("div.stack", element("div.line", chooser.element), list, restLine, element("div.line", add, fill)),
    update(next) {
      const table = next.mapping?.values?.table ?? [];
      const present = new Map(table.map(({ from, to }) => [from, to]));
      const kept = entries.filter(({ from, to }) => present.has(from) || from === "" || to === undefined);
      for (const entry of kept) if (present.has(entry.from)) entry.to = present.get(entry.from);
      const listed = new Set(kept.map(({ from }) => from));
      const fresh = table.filter(({ from }) => !listed.has(from)).map((each) => ({ id: ++lastId, ...each }));
      entries = [
        ...kept.filter(({ from }) => present.has(from)),
        ...fresh,
        ...kept.filter(({ from }) => !present.has(from)),
      ];
      if (next.mapping !== undefined && next.mapping.values !== undefined) drafted = undefined;
      chooser.element.hidden = next.mapping?.source.kind === "sql";
      chooser.update(drafted ?? single(next));
      rest.update(next.schema, next.mapping?.values?.default, t("is rejected"));
      restLine.hidden = table.length === 0;
      draw();
    },
    focus() {
      if (single(row()) === undefined) chooser.element.focus();
      else if (!fill.hidden) fill.focus();
      else add.focus();
    },
  };
}

function single({ mapping }: MappingRow): string | undefined {
  return mapping === undefined ? undefined : singleColumn(mapping);
}

function sourceOf(
  mapping: MappingRow["mapping"],
  drafted: string | undefined,
): Readonly<Record<string, Writable>> | undefined {
  if (drafted !== undefined) return { column: drafted };
  if (mapping?.source.kind === "sql") return { sql: mapping.source.sql };
  const column = mapping === undefined ? undefined : singleColumn(mapping);
  return column === undefined ? undefined : { column };
}

/** The option that reads like the value, where there is one. */
function alike(from: string, schema: FieldSchema | undefined): Json | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[\s_-]+/g, "");
  const found = schema?.options?.find(({ value, label = "" }) => [plain(value), plain(label)].includes(plain(from)));
  return found?.value;
}
