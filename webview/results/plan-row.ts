/** One change or rejection of a plan, drawn line by line; in changed texts the changed words stand out. */
import { t } from "../text";
import { type CellLook } from "../cells";
import { attributes, element } from "../dom";
import { quietButton } from "../quiet";
import { type PlanLine } from "./plan-lines";
import { type Piece, wordDiff } from "./word-diff";

/** Longer texts are compared when they are opened in an editor. */
const longest = 2000;

export function planRow(lines: readonly PlanLine[], showField: (field: string) => void): HTMLElement {
  if (lines.length === 0) return element("div", cell("div.cell.loading", "…"));
  const row = element("div.plan-item");
  for (const line of lines) {
    const { before, after } = line;
    const pieces = before && after && compared(before, after);
    row.append(
      cell(`div.cell.sign.${toneOfSign[line.sign]}`, line.sign),
      cell("div.cell.mono", line.key),
      fieldCell(line.field, showField),
      valueCell(before, "del", pieces?.before),
      valueCell(after, "add", pieces?.after),
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

function fieldCell(field: string, showField: (field: string) => void): HTMLElement {
  if (field === "") return cell("div.cell", "");
  const link = quietButton(field, () => showField(field), { shape: "button.link.mono", title: t("Show in mapping") });
  // Reached by the toolbar's button; the list itself is one stop of the keyboard.
  link.tabIndex = -1;
  return attributes(element("div.cell", link), { role: "gridcell" });
}

function compared(before: CellLook, after: CellLook) {
  const texts = before.kind === "value" && after.kind === "value" && before.text !== after.text;
  return texts && before.text.length + after.text.length <= longest ? wordDiff(before.text, after.text) : undefined;
}

function valueCell(look: CellLook | undefined, side: "add" | "del", pieces?: readonly Piece[]): HTMLElement {
  if (look === undefined) return cell("div.cell.mono.dim", "—");
  const made = cell(`div.cell.mono.${look.kind}.${side}`, pieces ? "" : look.text);
  if (pieces !== undefined) {
    made.title = look.text;
    made.append(...pieces.map(({ text, changed }) => (changed ? element("span.word", text) : text)));
  }
  return made;
}

function cell(shape: string, text: string): HTMLElement {
  const made = attributes(element(shape, text), { role: "gridcell" });
  if (text.length > 20) made.title = text;
  return made;
}
