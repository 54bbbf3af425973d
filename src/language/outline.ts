/** The parts of a YAML file: its outline, and what of it can be folded. */
import { type Range } from "../problem";
import { type Entry, readYaml } from "../project/yaml-text";
import { endOfEntry } from "../project/yaml-places";
import { sourceOf } from "./hover";
import { recordAt, recordOf } from "./plain";

export interface Part {
  readonly name: string;
  /** What stands beside the name in an outline. */
  readonly detail: string;
  readonly kind: "map" | "list" | "text" | "field";
  readonly range: Range;
  /** Of the name. */
  readonly selection: Range;
  readonly children: readonly Part[];
}

/** Never throws: what reads of a broken file is there. */
export function outline(text: string): readonly Part[] {
  const { root, data } = readYaml(text);
  const fields = recordAt(data, ["fields"]);
  const parts = root === undefined ? [] : partsOf(text, root);
  return parts.map((part) =>
    part.name !== "fields"
      ? part
      : {
          ...part,
          children: part.children.map((child) => ({
            ...child,
            kind: "field" as const,
            detail: sourceOf(fields[child.name]) ?? child.detail,
            children: recordOf(fields[child.name]) === undefined ? [] : child.children,
          })),
        },
  );
}

function partsOf(text: string, entry: Entry): readonly Part[] {
  if (entry.kind === "alias") return [];
  return [...entry.children].flatMap(([step, child]): readonly Part[] => {
    const start = child.key?.start ?? child.value.start;
    const end = Math.max(endOfEntry(child), start);
    const inside = { start: Math.min(start, end), end };
    if (child.key === undefined && child.kind === "scalar" && child.value.end === child.value.start) return [];
    const selection = child.key ?? { start, end: Math.max(start, Math.min(end, lineEnd(text, start))) };
    return [
      {
        name: typeof step === "number" ? firstLine(text, child.value) || String(step + 1) : step || '""',
        detail: child.kind === "scalar" && typeof step === "string" ? firstLine(text, child.value) : "",
        kind: child.kind === "map" ? "map" : child.kind === "list" ? "list" : "text",
        range: inside,
        selection,
        children: partsOf(text, child),
      },
    ];
  });
}

function firstLine(text: string, { start, end }: Range): string {
  const [line = ""] = text
    .slice(start, Math.min(end, start + 200))
    .split(/\r?\n/)
    .filter((each) => !/^[|>][-+\d]*\s*$/.test(each));
  const shown = line.trim();
  return shown.length > 60 ? `${shown.slice(0, 59)}…` : shown;
}

function lineEnd(text: string, from: number): number {
  const found = /\r?\n|$/.exec(text.slice(from))?.index ?? 0;
  return from + found;
}

/** Lines from 0, both ends included. */
export interface Fold {
  readonly start: number;
  readonly end: number;
  readonly kind?: "comment";
}

export function folds(text: string): readonly Fold[] {
  const lines = text.split("\n");
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  const lineAt = (at: number): number => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const found: Fold[] = [];
  const visit = (parts: readonly Part[]): void => {
    for (const { range, children } of parts) {
      const start = lineAt(range.start);
      let end = lineAt(Math.max(range.start, range.end - 1));
      while (end > start && /^\s*$/.test(lines[end] ?? "")) end -= 1;
      if (end > start) found.push({ start, end });
      visit(children);
    }
  };
  visit(outline(text));
  for (let line = 0; line < lines.length; line += 1) {
    const start = line;
    while (/^\s*#/.test(lines[line] ?? "")) line += 1;
    if (line - 1 > start) found.push({ start, end: line - 1, kind: "comment" });
  }
  return found;
}

/** From the smallest part around an offset to the largest. */
export function around(text: string, offset: number): readonly Range[] {
  const ranges: Range[] = [];
  let parts = outline(text);
  for (;;) {
    const part = parts.find(({ range }) => range.start <= offset && offset <= range.end);
    if (part === undefined) return ranges;
    const value = { start: part.selection.start, end: part.selection.end };
    ranges.unshift(part.range);
    if (value.start <= offset && offset <= value.end && value.end < part.range.end) return [value, ...ranges];
    parts = part.children;
  }
}
