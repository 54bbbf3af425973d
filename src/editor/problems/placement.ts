/** Where a run's rejections stand in the sync file: on the mapping line that caused them. */
import { createHash } from "node:crypto";
import { type Path, type Range } from "../../problem";
import { type RejectionGroup } from "../../run/report";
import { type ParsedSync } from "../../sync/definition";

/** The part of the definition that decides a group's records: its field's mapping, or how rows are identified. */
export function mappingPath({ definition }: ParsedSync, group: RejectionGroup): Path {
  const { field } = group;
  if (group.stage !== "model") return field === undefined ? ["destination", "object"] : ["fields", field];
  const keys = definition?.model.key ?? [];
  if (group.code.includes("match")) return ["destination", "match"];
  if (field === undefined || keys.includes(field) || group.code.includes("key")) return ["model", "key"];
  return definition?.fields.some((mapping) => mapping.field === field) ? ["fields", field] : ["model"];
}

/** The first line of the entry, from its key to where its value ends on that line. */
export function mappingRange(parsed: ParsedSync, text: string, path: Path): Range {
  const { start } = parsed.rangeOf(path, "key");
  const value = parsed.rangeOf(path, "value");
  const lineEnd = /\r?\n/.exec(text.slice(start))?.index;
  const end = Math.min(Math.max(value.end, start), lineEnd === undefined ? text.length : start + lineEnd);
  return { start, end };
}

/** The text of a file beside the sync; undefined: there is none. */
export type ReadBeside = (relative: string) => string | undefined;

/**
 * Fingerprint of the entry and of the model, its .sql file included: while it is the same, the rejections still speak
 * of what is written here.
 */
export function mappingHash(
  parsed: ParsedSync,
  text: string,
  { path, beside }: { readonly path: Path; readonly beside: ReadBeside },
): string {
  const slice = (part: Path): string => {
    const { start, end } = parsed.rangeOf(part, "value");
    return plain(text.slice(start, end));
  };
  const source = parsed.definition?.model.source;
  const sql = source?.kind === "file" ? plain(beside(source.file) ?? "") : "";
  const parts = JSON.stringify([path, slice(path), slice(["model"]), sql]);
  return createHash("sha256").update(parts).digest("hex").slice(0, 16);
}

function plain(text: string): string {
  return text.replace(/\r\n/g, "\n").trim();
}
