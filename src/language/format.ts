/**
 * Formatting that keeps comments: two spaces a level, one after a colon, none at the end of a line, one line break at
 * the end. The text in block scalars moves as a whole. Only white space changes, and only where the result is proven to
 * mean the same.
 */
import { isDeepStrictEqual } from "node:util";
import { isScalar } from "yaml";
import { applyEdits, type TextEdit } from "../project/yaml-edit";
import { type Entry, readYaml } from "../project/yaml-text";

/** undefined: the file does not read, or its form cannot be changed with certainty. */
export function format(text: string): readonly TextEdit[] | undefined {
  const once = formatted(text);
  if (once === undefined || once === text) return once === undefined ? undefined : [];
  return editsBetween(text, once);
}

/** The whole text. */
export function formatted(text: string): string | undefined {
  const before = readYaml(text);
  if (before.problems.length > 0 || before.root === undefined) return undefined;
  let now = text;
  // Moving one level settles where the next stands: a form that does not come to rest is left as it is.
  for (let round = 0; round < 6; round += 1) {
    const next = applyEdits(now, oneRound(now));
    if (next === now) return means(text, now) ? now : undefined;
    now = next;
  }
  return undefined;
}

function means(text: string, now: string): boolean {
  const [before, after] = [readYaml(text), readYaml(now)];
  const isSame = after.problems.length === 0 && isDeepStrictEqual(before.data, after.data);
  return (
    isSame && text.replace(/\s+/g, "") === now.replace(/\s+/g, "") && isDeepStrictEqual(comments(text), comments(now))
  );
}

function comments(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|\s)#.*$/gm)].map(([comment]) => comment.trim()).sort();
}

interface Plan {
  readonly text: string;
  readonly edits: TextEdit[];
  /** By line: the column its content gets. */
  readonly columns: Map<number, number>;
  /** Lines whose inside is not ours: texts over several lines. */
  readonly held: Set<number>;
  readonly lineOf: (offset: number) => number;
  readonly starts: readonly number[];
}

function oneRound(text: string): readonly TextEdit[] {
  const { root } = readYaml(text);
  if (root === undefined) return [];
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const lineOf = (offset: number): number => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const plan: Plan = { text, edits: [], columns: new Map(), held: new Set(), lineOf, starts };
  place(plan, root, 0);
  return [...plan.edits, ...indentation(plan)].sort((a, b) => a.range.start - b.range.start);
}

/** Says at which column each child of a block starts, and tightens what stands on its line. */
function place(plan: Plan, entry: Entry, column: number): void {
  if (entry.kind === "alias") return;
  if (entry.kind === "scalar") return hold(plan, entry, column);
  if (entry.flow) {
    if (plan.lineOf(entry.value.start) === plan.lineOf(entry.value.end)) tighten(plan, entry);
    else shift(plan, entry, column);
    return;
  }
  for (const child of entry.children.values()) {
    const start = child.key?.start ?? dashBefore(plan.text, child.value.start);
    if (start === undefined) continue;
    const line = plan.lineOf(start);
    const isFirst = /^[ \t]*$/.test(plan.text.slice(plan.starts[line], start));
    if (isFirst) plan.columns.set(line, column);
    if (child.key !== undefined) afterColon(plan, child, child.key.end);
    const below = child.key === undefined || !isFirst ? column : column + 2;
    const isOnLine = plan.lineOf(child.value.start) === line;
    // The keys of an item stand behind its dash.
    place(
      plan,
      child,
      child.key === undefined ? column + 2 : isOnLine && child.kind !== "scalar" && !child.flow ? below : column + 2,
    );
  }
}

function dashBefore(text: string, at: number): number | undefined {
  const before = /-[ \t]+$/.exec(text.slice(Math.max(0, at - 200), at));
  return before === null ? undefined : at - before[0].length;
}

/** A text over several lines moves with its key, all its lines alike. */
function hold(plan: Plan, entry: Entry, column: number): void {
  const { text, lineOf } = plan;
  const [from, to] = [lineOf(entry.value.start) + 1, lineOf(Math.max(entry.value.start, entry.value.end - 1))];
  if (from > to) return;
  const isBlock = isScalar(entry.node) && (entry.node.type === "BLOCK_LITERAL" || entry.node.type === "BLOCK_FOLDED");
  const header = text.slice(entry.value.start, entry.value.start + 3);
  const isFixed = !isBlock || /^[|>][-+]?\d/.test(header);
  for (let line = from; line <= to; line += 1) plan.held.add(line);
  if (isFixed) return;
  const content = lines(plan, from, to).filter(({ body }) => body !== "");
  const least = Math.min(...content.map(({ indent }) => indent));
  if (!Number.isFinite(least)) return;
  for (const { line, indent } of content) plan.columns.set(line, column + indent - least);
}

function shift(plan: Plan, entry: Entry, column: number): void {
  const [from, to] = [
    plan.lineOf(entry.value.start) + 1,
    plan.lineOf(Math.max(entry.value.start, entry.value.end - 1)),
  ];
  for (let line = from; line <= to; line += 1) {
    if (/^[ \t]*[}\]]/.test(plan.text.slice(plan.starts[line]))) plan.columns.set(line, Math.max(0, column - 2));
    else plan.columns.set(line, column);
  }
}

function lines({ text, starts }: Plan, from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const line = from + index;
    const written = text.slice(starts[line], (starts[line + 1] ?? text.length + 1) - 1).replace(/\r$/, "");
    const body = written.trimStart();
    return { line, indent: written.length - body.length, body };
  });
}

/** One space between a colon and what stands behind it on its line. */
function afterColon({ text, edits }: Plan, { value }: Entry, keyEnd: number): void {
  const gap = /^([ \t]*):([ \t]*)/.exec(text.slice(keyEnd, keyEnd + 400));
  if (gap === null) return;
  const [whole, before = "", after = ""] = gap;
  if (before !== "") edits.push({ range: { start: keyEnd, end: keyEnd + before.length }, text: "" });
  const start = keyEnd + whole.length;
  if (start === value.start && value.end > value.start && after.length > 1)
    edits.push({ range: { start: start - after.length, end: start }, text: " " });
}

/** `{a: b,  c: d}` becomes `{ a: b, c: d }`. */
function tighten(plan: Plan, entry: Entry): void {
  const { text, edits } = plan;
  const pad = entry.kind === "map" ? " " : "";
  const children = [...entry.children.values()];
  let end = entry.value.start + 1;
  for (const [index, child] of children.entries()) {
    const start = child.key?.start ?? child.value.start;
    const gap = text.slice(end, start);
    if (index === 0 && /^[ \t]*$/.test(gap) && gap !== pad)
      edits.push({ range: { start: end, end: start }, text: pad });
    if (index > 0 && /^[ \t]*,[ \t]*$/.test(gap) && gap !== ", ")
      edits.push({ range: { start: end, end: start }, text: ", " });
    if (child.key !== undefined) afterColon(plan, child, child.key.end);
    if (child.flow) tighten(plan, child);
    end = Math.max(child.value.end, child.key?.end ?? 0);
  }
  const close = entry.value.end - 1;
  const gap = text.slice(end, close);
  if (children.length > 0 && /^[ \t]*$/.test(gap) && gap !== pad)
    edits.push({ range: { start: end, end: close }, text: pad });
}

/** The lines' first and last blanks. A comment goes with the line below it that stood at its column, else with the next. */
function indentation(plan: Plan): readonly TextEdit[] {
  const { text, columns, held, starts } = plan;
  const edits: TextEdit[] = [];
  const all = lines(plan, 0, starts.length - 1);
  for (const { line, indent, body } of all) {
    const start = starts[line] ?? 0;
    const isContent = held.has(line);
    const column = body.startsWith("#") && !isContent ? columnOfComment(plan, all, line) : columns.get(line);
    if (body.trim() !== "" && column !== undefined && column !== indent)
      edits.push({ range: { start, end: start + indent }, text: " ".repeat(column) });
    if (isContent) continue;
    const trailing = body.trim() === "" ? indent + body.length : body.length - body.trimEnd().length;
    const end = start + indent + body.length;
    if (trailing > 0) edits.push({ range: { start: end - trailing, end }, text: "" });
  }
  const last = /\s*$/.exec(text)?.index ?? text.length;
  const ending = text.slice(last);
  const wanted = text.includes("\r\n") ? "\r\n" : "\n";
  if (ending !== wanted && !held.has(starts.length - 1) && !held.has(starts.length - 2)) {
    return [
      ...edits.filter(({ range }) => range.end <= last),
      { range: { start: last, end: text.length }, text: wanted },
    ];
  }
  return edits;
}

function columnOfComment(
  { columns }: Plan,
  all: readonly { line: number; indent: number; body: string }[],
  at: number,
) {
  const own = all[at]?.indent ?? 0;
  const below = all
    .slice(at + 1)
    .find(({ body, line }) => body.trim() !== "" && !body.startsWith("#") && columns.has(line));
  const above = all
    .slice(0, at)
    .reverse()
    .find(({ line, indent }) => columns.has(line) && indent === own);
  if (below !== undefined && (below.indent === own || above === undefined)) return columns.get(below.line);
  return above === undefined ? undefined : columns.get(above.line);
}

/** Lines that differ, each replaced. Formatting never changes how many there are, but at the end. */
function editsBetween(text: string, now: string): readonly TextEdit[] {
  const [before, after] = [text.split("\n"), now.split("\n")];
  const edits: TextEdit[] = [];
  let offset = 0;
  const count = Math.min(before.length, after.length) - 1;
  for (let line = 0; line < count; line += 1) {
    const [old = "", fresh = ""] = [before[line], after[line]];
    if (old !== fresh) edits.push({ range: { start: offset, end: offset + old.length }, text: fresh });
    offset += old.length + 1;
  }
  const rest = after.slice(count).join("\n");
  if (text.slice(offset) !== rest) edits.push({ range: { start: offset, end: text.length }, text: rest });
  return edits;
}
