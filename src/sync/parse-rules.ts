/** What one key of a sync file means for another. */
import { type Path } from "../problem";
import { removals } from "../record";
import { closest } from "../project/closest";
import { unknownKeyProblem, valueAt } from "../project/conform";
import { removeAt, setAt } from "../project/yaml-edit";
import { entryAt } from "../project/yaml-places";
import { addition, fixOf, guess, type Notes, record } from "./parse-notes";
import { mappingShape } from "./schema";

export function checkKeys(data: Readonly<Record<string, unknown>>, notes: Notes): void {
  checkSource(data, notes);
  checkModeKeys(data, notes);
  checkKeyColumns(data, notes);
  checkAfter(data, notes);
  checkInterpolation(data["destination"], ["destination"], notes);
  for (const field of Object.keys(record(data["fields"]) ?? {})) mendCommas(["fields", field], notes);
}

const sources = ["sql", "file", "table", "dbt"];

function checkSource(data: Readonly<Record<string, unknown>>, notes: Notes): void {
  const model = record(data["model"]);
  if (model === undefined) return;
  const named = sources.filter((source) => source in model);
  if (named.length === 0) {
    notes.add("missing-source", "The model has no rows yet. Give it one of sql, file, table and dbt.", ["model"], {
      part: "key",
      fixes: sources.map((source) => addition(notes, ["model", source], [...sources, "key"])),
    });
  }
  for (const extra of named.slice(1)) {
    const path = ["model", extra];
    const message = `The model has one source, and here are ${named.join(" and ")}. Keep one of them.`;
    notes.add("several-sources", message, path, {
      part: "key",
      fixes: [guess(fixOf(`Remove "${extra}"`, removeAt(notes.yaml, path)))],
    });
  }
  const file = model["file"];
  if (typeof file === "string" && /^([/\\]|[A-Za-z]:)/.test(file)) {
    notes.add("absolute-path", "This path works on one machine only. Write it relative to this file.", [
      "model",
      "file",
    ]);
  }
}

/** Keys that only one mode looks at. */
export const keysOfMode = { on_removed: "mirror", remove_adopted: "mirror", scope: "mirror", on: "append" } as const;

function checkModeKeys(data: Readonly<Record<string, unknown>>, notes: Notes): void {
  const mode = data["mode"];
  if (typeof mode !== "string") return;
  for (const [key, only] of Object.entries(keysOfMode)) {
    if (!(key in data) || mode === only) continue;
    notes.add("key-not-applicable", `"${key}" goes with mode: ${only} only.`, [key], {
      part: "key",
      fixes: [
        fixOf(`Remove "${key}"`, removeAt(notes.yaml, [key])),
        fixOf(`Change to mode: ${only}`, setAt(notes.yaml, ["mode"], only)),
      ],
    });
  }
  if (mode === "mirror" && !("on_removed" in data)) {
    const message =
      "A mirror must say what becomes of records whose rows are gone: on_removed: delete, archive, clear or keep.";
    const fixes = [...removals]
      .reverse()
      .map((removal) => fixOf(`Add on_removed: ${removal}`, setAt(notes.yaml, ["on_removed"], removal)));
    notes.add("missing-key", message, ["mode"], { fixes });
  }
}

function checkKeyColumns(data: Readonly<Record<string, unknown>>, notes: Notes): void {
  const key = record(data["model"])?.["key"];
  if (!Array.isArray(key)) return;
  for (const [index, column] of key.entries()) {
    if (key.indexOf(column) === index) continue;
    notes.add("duplicate-column", "This column is in the key already. Remove it.", ["model", "key", index], {
      fixes: [fixOf("Remove it", removeAt(notes.yaml, ["model", "key", index]))],
    });
  }
}

function checkAfter(data: Readonly<Record<string, unknown>>, notes: Notes): void {
  const after = data["after"];
  if (!Array.isArray(after) || typeof data["name"] !== "string") return;
  const index = after.indexOf(data["name"]);
  if (index < 0) return;
  const fixes = [fixOf("Remove it", removeAt(notes.yaml, ["after", index]))];
  notes.add("after-itself", "A sync cannot run after itself. Remove it.", ["after", index], { fixes });
}

/** Sync files are shared and reviewed: what differs by machine or is secret belongs to a connection. */
function checkInterpolation(value: unknown, path: Path, notes: Notes): void {
  if (typeof value === "string") {
    if (!/\$\{(secret|env):/.test(value)) return;
    const message = "Secrets and environment variables belong into sluice.yaml. Move this to the connection.";
    notes.add("interpolation-in-sync", message, path);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    checkInterpolation(each, [...path, Array.isArray(value) ? Number(key) : key], notes);
  }
}

/**
 * `{ sql: round(ltv, 2) }`: inside braces the comma ends the value, and `2)` reads as a key. One problem that says so,
 * with the quotes as its fix, stands for the unknown key.
 */
function mendCommas(path: Path, notes: Notes): void {
  const entry = entryAt(notes.yaml.root, path);
  if (entry?.kind !== "map" || !entry.flow) return;
  let last: { readonly key: string; end: number } | undefined;
  const cut = new Map<string, { start: number; end: number }>();
  for (const [name, child] of entry.children) {
    const key = String(name);
    const isPiece = isPieceOfValue(key) && child.value.end === child.value.start;
    if (isPiece && last !== undefined && child.key !== undefined) {
      const start = entry.children.get(last.key)?.value.start ?? child.key.start;
      cut.set(last.key, { start, end: child.key.end });
      dropUnknown(notes, [...path, key]);
    } else {
      last = typeof valueAt(notes.yaml.data, [...path, key]) === "string" ? { key, end: child.value.end } : undefined;
    }
  }
  for (const [key, range] of cut) {
    const text = JSON.stringify(notes.yaml.text.slice(range.start, range.end));
    const message = "Inside { } a comma ends the value. Put the value in quotes.";
    notes.add("unquoted-comma", message, [...path, key], {
      range,
      fixes: [fixOf("Put it in quotes", [{ range, text }])],
    });
  }
}

/** Not a key, nor one half typed: it has an operator or a bracket in it, or resembles none. */
function isPieceOfValue(key: string): boolean {
  if (Object.hasOwn(mappingShape, key)) return false;
  return /[^\w-]/.test(key) || closest(key, Object.keys(mappingShape)) === undefined;
}

function dropUnknown(notes: Notes, path: Path): void {
  const { range } = unknownKeyProblem({ places: notes.places, path, known: [] });
  const at = notes.problems.findIndex((each) => each.code === "unknown-key" && each.range.start === range.start);
  if (at >= 0) notes.problems.splice(at, 1);
}
