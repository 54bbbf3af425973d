/** The lines of one change or rejection in the plan: one a field, the key on the first only. */
import { t } from "../text";
import { type PlanHeader } from "../../src/plan/plan";
import { alteredFields, type Change, type Rejection } from "../../src/record";
import { type Json, type Value } from "../../src/value";
import { plainText } from "../plain-text";
import { type CellLook, keyText, valueCell } from "../cells";

export type PlanItem = Change | Rejection;

export interface PlanLine {
  readonly sign: "+" | "~" | "−" | "✕" | "";
  readonly key: string;
  readonly field: string;
  /** undefined: not known. */
  readonly before?: CellLook;
  readonly after?: CellLook;
  readonly note?: string;
  readonly tone?: "warning" | "error" | "dim";
}

const signs = { create: "+", update: "~", delete: "−" } as const;

/** `open`: all fields of a create or a removal, of which one is shown else; `removed`: why a record is removed. */
export function planLines(
  item: PlanItem,
  options: { readonly keyColumns: number; readonly open: boolean; readonly removed?: string },
): readonly PlanLine[] {
  if ("stage" in item) return [rejectionLine(item)];
  const key = keyText(item.key, options.keyColumns);
  const { removed = t("left the model") } = options;
  const names = alteredFields(item);
  if (names.length === 0) return [{ sign: signs[item.action], key, field: "", ...wordsFor(item, removed) }];
  const shown = item.action === "update" || options.open ? names : names.slice(0, 1);
  const hidden = names.length - shown.length;
  return shown.map((field, index) => fieldLine(item, { field, index, key, hidden, removed }));
}

/** A change or rejection as JSON, for the clipboard: what it is and what it changes. */
export function changeText(item: PlanItem, { keyTypes }: Pick<PlanHeader, "keyTypes">): string {
  if ("stage" in item) return JSON.stringify(item, undefined, 2);
  const key: Json = keyTypes.length > 1 ? (JSON.parse(item.key) as Json) : item.key;
  const fields = Object.fromEntries(
    Object.entries(item.fields).map(([name, { before, after, drifted }]) => [
      name,
      { ...(before === undefined ? {} : { before: plain(before) }), after: plain(after), ...(drifted && { drifted }) },
    ]),
  );
  return JSON.stringify({ action: item.action, key, fields }, undefined, 2);
}

/** Numbers stay text: none loses a digit. */
function plain(value: Value): Json {
  return value === null ? null : value.type === "boolean" ? value.text === "true" : value.text;
}

function fieldLine(
  change: Change,
  line: {
    readonly field: string;
    readonly index: number;
    readonly key: string;
    readonly hidden: number;
    readonly removed: string;
  },
): PlanLine {
  const value = change.fields[line.field];
  const first = line.index === 0;
  return {
    sign: first ? signs[change.action] : "",
    key: first ? line.key : "",
    field: plainText(line.field),
    ...(value?.before !== undefined && { before: valueCell(value.before) }),
    ...(value !== undefined && { after: valueCell(value.after) }),
    ...(value?.drifted
      ? { note: t("▲ changed by someone else since our last write"), tone: "warning" as const }
      : first && line.hidden > 0
        ? { note: line.hidden === 1 ? t("+ 1 field") : t("+ {0} fields", line.hidden), tone: "dim" as const }
        : first && change.action === "delete"
          ? wordsFor(change, line.removed)
          : {}),
  };
}

function wordsFor(change: Change, removed: string): { readonly note?: string; readonly tone?: "dim" } {
  return change.action === "delete" ? { note: removed, tone: "dim" } : {};
}

function rejectionLine(rejection: Rejection): PlanLine {
  return {
    sign: "✕",
    key: keyText(rejection.key, 1),
    field: plainText(rejection.field ?? ""),
    note: plainText(rejection.reason),
    tone: "error",
  };
}
