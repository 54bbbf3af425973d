/** What the controls of several kinds of mappings share. */
import { type MappingText } from "../../src/sync/edit";
import { type Writable } from "../../src/project/yaml-edit";
import { cellOf } from "../cells";
import { attributes, element, unseen } from "../dom";
import { icon } from "../icons";
import { plainExcerpt, plainLine } from "../plain-text";
import { t } from "../text";
import { pickColumn, pickIdentifier } from "./actions";
import { columnIcon, nativeType } from "./kinds";
import { current } from "./store";
import { type MappingRow } from "./view-model";

export interface KindBody {
  readonly element: HTMLElement;
  update(row: MappingRow): void;
  /** To the first thing that is missing. */
  focus(): void;
}

export interface BodyContext {
  readonly field: string;
  row(): MappingRow;
  give(mapping: MappingText): void;
}

/** nulls and write of the mapping, as they are written beside its source. */
export function extras({ mapping }: MappingRow): Readonly<Record<string, Writable>> {
  return {
    ...(mapping === undefined || mapping.nulls === "send" ? {} : { nulls: mapping.nulls }),
    ...(mapping === undefined || mapping.write === "always" ? {} : { write: mapping.write }),
  };
}

/** A button that shows the field a lookup compares with, and opens the list of those that identify a record. */
export function identifierChooser(onChoose: (field: string) => void): {
  readonly element: HTMLButtonElement;
  update(object: string, field: string | undefined): void;
} {
  const made = attributes(document.createElement("button"), { type: "button", "aria-haspopup": "listbox" });
  made.className = "chooser";
  let object = "";
  let chosen: string | undefined;
  made.addEventListener("click", () => {
    void pickIdentifier(made, object, chosen).then((field) => {
      if (field !== undefined && field !== chosen) onChoose(field);
    });
  });
  return {
    element: made,
    update(of, field) {
      object = of;
      chosen = field;
      const identifiers = current().objects.find(({ name }) => name === of)?.identifiers ?? [];
      const known = identifiers.find(({ name }) => name === field);
      const label = field === undefined ? t("Choose a field…") : plainLine(known?.label ?? field);
      made.replaceChildren(
        unseen(t("Field to compare with")),
        icon(known === undefined ? "text" : "key", "dim"),
        element("span.chooser-name", label),
        element("span.dim.mono.chooser-type", field === undefined || label === field ? undefined : plainLine(field)),
        icon("down", "dim"),
      );
    },
  };
}

/** A button that shows the column and opens the list of them. */
export function columnChooser(
  field: string,
  onChoose: (column: string) => void,
): { readonly element: HTMLButtonElement; update(column: string | undefined): void } {
  const made = attributes(document.createElement("button"), { type: "button", "aria-haspopup": "listbox" });
  made.className = "chooser";
  let chosen: string | undefined;
  made.addEventListener("click", () => {
    const source = chosen === undefined ? undefined : ({ kind: "column", column: chosen } as const);
    void pickColumn(made, t("Column for {0}", plainLine(field)), source).then((column) => {
      if (column !== undefined && column !== chosen) onChoose(column);
    });
  });
  return {
    element: made,
    update(column) {
      chosen = column;
      const { columns, facts } = current();
      const known = columns?.find(({ name }) => name === column);
      const examples = facts?.columns.find(({ name }) => name === column)?.examples ?? [];
      made.replaceChildren(
        unseen(t("Column:")),
        icon(known === undefined ? "column" : columnIcon(known.type), "dim"),
        element("span.chooser-name", column === undefined ? t("Choose a column…") : plainLine(column)),
        element("span.dim.chooser-type", known === undefined ? undefined : nativeType(known)),
        element(
          "span.dim.mono.chooser-examples",
          examples.map((each) => plainExcerpt(cellOf(each).text, 30)).join(", "),
        ),
        icon("down", "dim"),
      );
    },
  };
}
