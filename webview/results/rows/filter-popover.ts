/** Which rows of a column are shown: a test that suits its type, and a value. */
import { type RowFilter } from "../../../src/calls/calls";
import { type Column } from "../../../src/warehouses/warehouse";
import { type LogicalType } from "../../../src/value";
import { button } from "../../elements";
import { plainLine } from "../../plain-text";
import { attributes, element } from "../../dom";
import { t } from "../../text";
import { popover } from "./popover";

type Test = RowFilter["test"];

/** The first is the one that is offered. */
const testsOf: Readonly<Record<LogicalType, readonly Test[]>> = {
  text: ["contains", "excludes", "equals", "differs", "less", "greater", "null", "not-null"],
  number: ["equals", "differs", "greater", "less", "contains", "null", "not-null"],
  boolean: ["equals", "null", "not-null"],
  date: ["equals", "differs", "greater", "less", "contains", "null", "not-null"],
  timestamp: ["equals", "differs", "greater", "less", "contains", "null", "not-null"],
  instant: ["equals", "differs", "greater", "less", "contains", "null", "not-null"],
  json: ["contains", "excludes", "equals", "null", "not-null"],
};

export function testName(test: Test): string {
  switch (test) {
    case "contains":
      return t("contains");
    case "excludes":
      return t("does not contain");
    case "equals":
      return t("equals");
    case "differs":
      return t("differs from");
    case "less":
      return t("is less than");
    case "greater":
      return t("is greater than");
    case "null":
      return t("is NULL");
    case "not-null":
      return t("is not NULL");
  }
}

export function showFilter(options: {
  readonly column: Column;
  readonly index: number;
  readonly present: RowFilter | undefined;
  readonly at: { readonly x: number; readonly y: number };
  /** undefined: every row. */
  onFilter(filter: RowFilter | undefined): void;
}): void {
  const { column, index, present } = options;
  const name = plainLine(column.name);
  const tests = element("select.choice") as HTMLSelectElement;
  attributes(tests, { "aria-label": t("How {0} is compared", name) });
  for (const test of testsOf[column.type ?? "text"]) {
    const option = document.createElement("option");
    option.value = test;
    option.textContent = testName(test);
    tests.append(option);
  }
  if (present !== undefined) tests.value = present.test;
  const value = attributes(element("input.entry") as HTMLInputElement, {
    type: "text",
    "aria-label": t("Value"),
    placeholder: hint(column.type),
    spellcheck: "false",
  });
  value.value = present !== undefined && "value" in present ? present.value : "";
  const needsValue = (): boolean => tests.value !== "null" && tests.value !== "not-null";
  const adapt = (): void => void (value.hidden = !needsValue());
  tests.addEventListener("change", adapt);
  const apply = (): void => {
    const test = tests.value as Test;
    shown.close();
    options.onFilter(
      test === "null" || test === "not-null" ? { column: index, test } : { column: index, test, value: value.value },
    );
  };
  const clear = (): void => {
    shown.close();
    options.onFilter(undefined);
  };
  const form = element(
    "div.filter",
    element("div.filter-title", element("span.mono", name), element("span.dim", plainLine(column.native))),
    tests,
    value,
    element(
      "div.actions",
      button(t("Apply"), "primary", apply),
      ...(present === undefined ? [] : [button(t("Clear"), "secondary", clear)]),
    ),
  );
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target === tests || (event.target as HTMLElement).closest("vscode-button"))
      return;
    event.preventDefault();
    apply();
  });
  adapt();
  const shown = popover(form, options.at, t("Filter {0}", name), "dialog");
  (needsValue() ? value : tests).focus();
}

function hint(type: LogicalType | undefined): string {
  switch (type) {
    case "number":
      return "12.5";
    case "boolean":
      return "true";
    case "date":
      return "2026-01-31";
    case "timestamp":
    case "instant":
      return "2026-01-31 10:00:00";
    default:
      return t("text; empty finds empty text");
  }
}
