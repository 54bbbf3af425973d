/**
 * A YAML text as plain data, with the place of everything in it. Reads any text without throwing: what cannot be
 * understood becomes a problem and is left out. Anchors and aliases work, within limits; merge keys, custom tags and
 * several documents do not.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node, type Pair, type Scalar } from "yaml";
import { type Path, type Problem, type Range } from "../problem";
import { tooDeepAt } from "./yaml-depth";
import { aliasFixes, duplicateFixes, mended, tagFixes } from "./yaml-fixes";
import { sentenceOf } from "./yaml-errors";
import { scalarOf, type ScalarProblem } from "./yaml-scalar";

const longestText = 2_000_000;
const mostProblems = 200;
/** Nodes that the aliases of one file may add, so that ten lines cannot stand for a billion. */
const mostAliased = 20_000;

/** One node of the file, or of an alias's target: then its children's ranges are the target's. */
export interface Entry {
  readonly kind: "map" | "list" | "scalar" | "alias";
  /** The key, for an entry of a map. */
  readonly key?: Range;
  /** Of a null that is not written: an empty range. */
  readonly value: Range;
  readonly flow: boolean;
  readonly children: ReadonlyMap<string | number, Entry>;
  readonly node: Node | null;
}

export interface YamlText {
  readonly text: string;
  /** Maps, lists, text, numbers, booleans and null; shared where aliased. undefined: an empty file. */
  readonly data: unknown;
  readonly root: Entry | undefined;
  readonly problems: readonly Problem[];
}

export function readYaml(text: string): YamlText {
  const problems: Problem[] = [];
  if (text.length > longestText) {
    const message = "The file is larger than two million characters. Move the SQL to a file of its own.";
    return {
      text,
      data: undefined,
      root: undefined,
      problems: [problemAt("too-large", message, [], { start: 0, end: 1 })],
    };
  }
  const readable = withoutControls(text, problems);
  const deep = tooDeepAt(readable);
  if (deep !== undefined) {
    const message = "The file is nested too deeply to be read. Flatten it.";
    return {
      text,
      data: undefined,
      root: undefined,
      problems: [problemAt("too-deep", message, [], { start: deep, end: deep + 1 })],
    };
  }
  // Duplicate keys are ours to find: the library compares every key with every other.
  const document = parseDocument(readable, { keepSourceTokens: true, prettyErrors: false, uniqueKeys: false });
  for (const error of [...document.errors, ...document.warnings].slice(0, mostProblems)) {
    const { code, message } = sentenceOf(error.code);
    const problem = problemAt(code, message, [], clamp(text, error.pos));
    problems.push({ ...problem, ...tagFixes(text, problem) });
  }
  checkVersion(document, text, problems);
  const builder = new Builder(text, problems);
  const built = document.contents === null ? undefined : builder.build(document.contents, [], undefined);
  return { text, data: built?.data, root: built?.entry, problems: distinct(problems).slice(0, mostProblems) };
}

export function problemAt(code: string, message: string, path: Path, range: Range): Problem {
  return { code, severity: "error", message, path, range };
}

interface Built {
  readonly data: unknown;
  readonly entry: Entry;
  /** Nodes it stands for, aliases followed. */
  readonly size: number;
}

/** Exists for one file: anchors met so far, and what aliases have added. */
class Builder {
  readonly #anchors = new Map<string, Built | "open">();
  #aliased = 0;

  constructor(
    readonly text: string,
    readonly problems: Problem[],
  ) {}

  build(node: Node | null, path: Path, key: Range | undefined): Built {
    const built = this.#open(node, path, key);
    const anchor = node !== null && !isAlias(node) && "anchor" in node ? node.anchor : undefined;
    if (typeof anchor === "string" && anchor !== "") this.#anchors.set(anchor, built);
    return built;
  }

  #open(node: Node | null, path: Path, key: Range | undefined): Built {
    if (isAlias(node)) return this.#alias(node.source, node, path, key);
    if (isMap<Node, Node | null>(node) || isSeq<Node>(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, "open");
      return isMap<Node, Node | null>(node)
        ? this.#map(node.items, node, path, key)
        : this.#list(node.items, node, path, key);
    }
    const value = rangeOfNode(this.text, node) ?? { start: key?.end ?? 0, end: key?.end ?? 0 };
    const scalar = isScalar(node) ? scalarOf(node as Scalar) : { data: null };
    if (scalar.problem !== undefined) this.#scalarProblem(scalar.problem, path, value);
    return { data: scalar.data, size: 1, entry: entryOf("scalar", node, value, key, new Map()) };
  }

  #map(pairs: readonly Pair<Node, Node | null>[], node: Node, path: Path, key: Range | undefined): Built {
    const data: Record<string, unknown> = {};
    const children = new Map<string, Entry>();
    let size = 1;
    for (const [at, pair] of pairs.entries()) {
      const name = this.#keyOf(pair.key, path);
      if (name === undefined) continue;
      const before = children.get(name.text);
      if (before !== undefined) {
        const message = `"${name.text}" is there twice. Remove one of them.`;
        const fixes = duplicateFixes(this.text, { node, pairs, at, first: before });
        this.problems.push({ ...problemAt("duplicate-key", message, [...path, name.text], name.range), fixes });
        continue;
      }
      const child = this.build(pair.value, [...path, name.text], name.range);
      size += child.size;
      data[name.text] = child.data;
      children.set(name.text, child.entry);
    }
    return {
      data,
      size,
      entry: entryOf("map", node, rangeOfNode(this.text, node) ?? { start: 0, end: 0 }, key, children),
    };
  }

  #list(items: readonly Node[], node: Node, path: Path, key: Range | undefined): Built {
    const data: unknown[] = [];
    const children = new Map<number, Entry>();
    let size = 1;
    for (const [index, item] of items.entries()) {
      const child = this.build(item, [...path, index], undefined);
      size += child.size;
      data.push(child.data);
      children.set(index, child.entry);
    }
    return {
      data,
      size,
      entry: entryOf("list", node, rangeOfNode(this.text, node) ?? { start: 0, end: 0 }, key, children),
    };
  }

  #alias(source: string, node: Node, path: Path, key: Range | undefined): Built {
    const value = rangeOfNode(this.text, node) ?? { start: 0, end: 0 };
    const target = this.#anchors.get(source);
    const nothing = { data: null, size: 1, entry: entryOf("alias", node, value, key, new Map()) };
    if (target === undefined || target === "open") {
      const why =
        target === undefined ? `There is no &${source} before it.` : "It stands inside the value it stands for.";
      const fixes = aliasFixes(this.text, value, { source, anchors: [...this.#anchors.keys()] });
      this.problems.push({ ...problemAt("bad-alias", `*${source} cannot be resolved. ${why}`, path, value), fixes });
      return nothing;
    }
    this.#aliased += target.size;
    if (this.#aliased > mostAliased) {
      this.problems.push(
        problemAt(
          "too-many-aliases",
          "The aliases of this file stand for too much. Write the values out.",
          path,
          value,
        ),
      );
      return nothing;
    }
    return { data: target.data, size: target.size, entry: entryOf("alias", node, value, key, target.entry.children) };
  }

  #keyOf(node: Node | null, path: Path): { readonly text: string; readonly range: Range } | undefined {
    const range = rangeOfNode(this.text, node);
    const bad = (message: string) => {
      this.problems.push(problemAt("bad-key", message, path, range ?? { start: 0, end: 0 }));
      return undefined;
    };
    if (range === undefined || !isScalar(node)) return bad("A key must be text. Put it in quotes.");
    const text = typeof node.value === "string" ? node.value : ((node as Scalar).source ?? "");
    if (text === "") return bad("A key is missing before the colon. Add it.");
    // As a key of an object it would change the object itself.
    if (text === "__proto__") return bad('"__proto__" cannot be a key. Choose another name.');
    if (text === "<<")
      return bad("Merge keys (<<) are not part of YAML 1.2. Write the keys out, or alias the whole value.");
    return { text, range };
  }

  #scalarProblem(problem: ScalarProblem, path: Path, range: Range): void {
    const fixes = [
      { title: "Put it in quotes", edits: [{ range, text: JSON.stringify(this.text.slice(range.start, range.end)) }] },
    ];
    this.problems.push({ ...problemAt(problem.code, problem.message, path, range), fixes });
  }
}

function entryOf(
  kind: Entry["kind"],
  node: Node | null,
  value: Range,
  key: Range | undefined,
  children: Entry["children"],
): Entry {
  const flow = (isMap(node) || isSeq(node)) && node.flow === true;
  return { kind, node, value, flow, children, ...(key === undefined ? {} : { key }) };
}

export function rangeOfNode(text: string, node: Node | null | undefined): Range | undefined {
  if (!node?.range) return undefined;
  const [start, end] = node.range;
  // A block's range runs to the start of the next line: what a person sees ends before the line break.
  let shown = Math.min(end, text.length);
  if (!isScalar(node)) while (shown > start && /\s/.test(text.charAt(shown - 1))) shown -= 1;
  return { start: Math.min(start, shown), end: shown };
}

function clamp(text: string, [from, to]: readonly [number, number]): Range {
  const start = Math.max(0, Math.min(from, text.length));
  const end = Math.max(start, Math.min(to, text.length));
  // An error at the very end is shown on the last character.
  return start === end && start > 0 && start === text.length ? { start: start - 1, end } : { start, end };
}

/** The characters YAML forbids are replaced one for one, so that every offset stays, and named once. */
function withoutControls(text: string, problems: Problem[]): string {
  const controls = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/g;
  const first = text.search(controls);
  if (first < 0) return text;
  const message = "The file holds a control character that YAML forbids. Remove it; is this a text file in UTF-8?";
  const edits = [...text.matchAll(controls)]
    .slice(0, mostProblems)
    .map(({ index }) => ({ range: { start: index, end: index + 1 }, text: "" }));
  const fixes = [{ title: "Remove the control characters", edits }];
  problems.push({ ...problemAt("control-character", message, [], { start: first, end: first + 1 }), fixes });
  return text.replace(controls, "\ufffd");
}

function checkVersion(document: Document, text: string, problems: Problem[]): void {
  const version = document.directives?.yaml;
  if (version?.explicit !== true || version.version === "1.2") return;
  const start = Math.max(0, text.indexOf("%YAML"));
  const end = /$/m.exec(text.slice(start))?.index ?? 0;
  const message = "Sluice reads YAML 1.2, in which words like yes and on are text. Remove the line.";
  const line = /^[^\n]*\n?/.exec(text.slice(start))?.[0].length ?? 0;
  const fixes = [{ title: "Remove the line", edits: [{ range: { start, end: start + line }, text: "" }] }];
  problems.push({ ...problemAt("yaml-version", message, [], { start, end: start + end }), fixes });
}

/**
 * All problems of a file, in its order. What does not even read as YAML explains what else seems wrong, so that is
 * left out until it does; and nothing is said twice of one place.
 */
export function allProblems(yaml: YamlText, others: readonly Problem[]): readonly Problem[] {
  const isSyntax = yaml.problems.some(({ code }) => code === "yaml-syntax");
  const taken = new Set(yaml.problems.map(({ range }) => `${range.start} ${range.end}`));
  const kept = isSyntax ? [] : others.filter(({ range }) => !taken.has(`${range.start} ${range.end}`));
  return distinct([...mended(yaml.text, yaml.problems, (text) => readYaml(text).problems), ...kept])
    .sort((a, b) => a.range.start - b.range.start)
    .slice(0, mostProblems);
}

/** An alias shows its target's problems once. */
export function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ code, range, message }) => {
    const identity = `${code} ${range.start} ${range.end} ${message}`;
    return seen.size < seen.add(identity).size;
  });
}
