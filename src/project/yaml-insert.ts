/** A key put in where it belongs among its siblings, with blanks where only the author knows what to write. */
import { type Path } from "../problem";
import { afterEntry, layoutOf, setAt, type TextEdit, type Writable } from "./yaml-edit";
import { entryAt } from "./yaml-places";
import { type YamlText } from "./yaml-text";
import { flowText, scalarText } from "./yaml-write";

/** Text of nothing is a blank to be filled. */
export type Skeleton = Writable;

/** `order`: the keys of the map in the order in which they are usually written. */
export function insertAt(
  yaml: YamlText,
  path: Path,
  value: Skeleton,
  order: readonly string[],
): readonly TextEdit[] | undefined {
  const key = String(path.at(-1));
  const parent = entryAt(yaml.root, path.slice(0, -1));
  const [first] = parent?.children.values() ?? [];
  if (parent?.kind !== "map" || parent.flow || first?.key === undefined)
    return blanked(setAt(yaml, path, withMarks(value)));
  const layout = layoutOf(yaml.text, first);
  const pair = scalarText(key) + blockOf(value, layout);
  const before = order
    .slice(0, Math.max(order.indexOf(key), 0))
    .flatMap((each) => parent.children.get(each) ?? [])
    .sort((a, b) => a.value.end - b.value.end)
    .at(-1);
  if (before !== undefined) return [afterEntry(yaml.text, before, { pair, ...layout })];
  const at = first.key.start;
  return [{ range: { start: at, end: at }, text: pair + layout.newline + layout.indent }];
}

/** Stands for a blank until the text is written. */
const mark = "SLUICE_BLANK";

function withMarks(value: Skeleton): Skeleton {
  if (value === "") return mark;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withMarks(each as Skeleton)]));
}

function blanked(edits: readonly TextEdit[] | undefined): readonly TextEdit[] | undefined {
  return edits?.map(({ range, text }) => ({ range, text: text.replaceAll(` ${mark}`, "").replaceAll(mark, "") }));
}

/** What follows a key of a block: its colon and its value. */
function blockOf(value: Skeleton, layout: { readonly indent: string; readonly newline: string }): string {
  if (value === "") return ":";
  if (typeof value !== "object" || value === null || Array.isArray(value)) return `: ${flowText(value)}`;
  const indent = `${layout.indent}  `;
  const lines = Object.entries(value).map(
    ([key, each]) => `${layout.newline}${indent}${scalarText(key)}${blockOf(each as Skeleton, { ...layout, indent })}`,
  );
  return `:${lines.join("")}`;
}
