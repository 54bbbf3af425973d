/** Plain data as YAML text that fits on one line, and long text as a block. */
import { parseDocument } from "yaml";
import { type Writable } from "./yaml-edit";

/** Flow form: usable in a block and between braces. */
export function flowText(value: Writable): string {
  if (typeof value === "string") return scalarText(value);
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Writable[]).map(flowText).join(", ")}]`;
  const pairs = Object.entries(value as Record<string, Writable>);
  if (pairs.length === 0) return "{}";
  return `{ ${pairs.map(([key, each]) => `${scalarText(key)}: ${flowText(each)}`).join(", ")} }`;
}

/** Text as a scalar: plain where that reads back the same, else quoted, in the style it had. */
export function scalarText(text: string, styleBefore = ""): string {
  const printable = /^[\p{L}\p{N}\p{P}\p{S}\p{Zs}]*$/u.test(text) && !/[\ufeff\u2028\u2029]/.test(text);
  if (styleBefore === "'" && printable) return `'${text.replaceAll("'", "''")}'`;
  if (styleBefore === '"' || !isPlain(text))
    return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, escaped);
  return text;
}

/**
 * What follows the colon of a block's key, for a value with text of several lines in it: the text as a block, maps
 * around it as blocks too. undefined: it fits on one line, or a block cannot hold it.
 */
export function blockText(
  value: Writable,
  layout: { readonly indent: string; readonly newline: string },
): string | undefined {
  const indent = `${layout.indent}  `;
  if (typeof value === "string") {
    if (!value.includes("\n") || !fitsBlock(value)) return undefined;
    const lines = value.replace(/\n$/, "").split("\n");
    return [` |${value.endsWith("\n") ? "" : "-"}`, ...lines.map((line) => (line === "" ? "" : indent + line))].join(
      layout.newline,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const pairs = Object.entries(value as Record<string, Writable>).map(
    ([key, each]) => [key, each, blockText(each, { ...layout, indent })] as const,
  );
  if (pairs.every(([, , block]) => block === undefined)) return undefined;
  return pairs
    .map(([key, each, block]) => `${layout.newline}${indent}${scalarText(key)}:${block ?? ` ${flowText(each)}`}`)
    .join("");
}

/** A block literal's new text, with the header and the indentation it had; undefined where a block cannot hold it. */
export function blockLiteral(file: string, before: string, value: string): string | undefined {
  const [header = ""] = before.split(/\r?\n/, 1);
  const indent = /\n( +)\S/.exec(before)?.[1];
  if (indent === undefined || !header.startsWith("|") || /\d/.test(header)) return undefined;
  if (!fitsBlock(value)) return undefined;
  const chomp = value.endsWith("\n") ? "|" : "|-";
  const newline = file.includes("\r\n") ? "\r\n" : "\n";
  const lines = value.replace(/\n$/, "").split("\n");
  const comment = header.replace(/^\|[-+]?/, "");
  return [chomp + comment, ...lines.map((line) => (line === "" ? "" : indent + line)), ""].join(newline);
}

function fitsBlock(value: string): boolean {
  return /^[\t\n\x20-\x7e\xa0-\ud7ff\u{10000}-\u{10ffff}]*$/u.test(value) && !/^[ \t\n]|\n\n$/.test(value);
}

function isPlain(text: string): boolean {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N} _./@+*()%-]*$/u.test(text) || text !== text.trim() || text.length > 200) return false;
  return parseDocument(text).contents?.toJSON() === text;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
