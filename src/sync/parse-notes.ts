/** What the parts of the parser share: the text, its places, and the problems found so far. */
import { type z } from "zod";
import { type Fix, type Path, type Problem } from "../problem";
import { editable } from "../project/editable";
import { type ConformEdits } from "../project/conform-fixes";
import { type TextEdit } from "../project/yaml-edit";
import { type Places } from "../project/yaml-places";
import { type YamlText } from "../project/yaml-text";

export interface Notes {
  readonly yaml: YamlText;
  readonly places: Places;
  readonly edits: Places & ConformEdits;
  readonly problems: Problem[];
  add(code: string, message: string, path: Path, options?: NoteOptions): void;
}

export interface NoteOptions {
  readonly part?: "key" | "value";
  readonly range?: Problem["range"];
  readonly fixes?: readonly (Fix | undefined)[];
}

export function notesOf(yaml: YamlText, places: Places): Notes {
  const problems: Problem[] = [];
  return {
    yaml,
    places,
    edits: editable(yaml, places),
    problems,
    add(code, message, path, { part = "value", range = places.rangeOf(path, part), fixes = [] } = {}) {
      const found = fixes.filter((fix) => fix !== undefined);
      problems.push({ code, severity: "error", message, path, range, ...(found.length === 0 ? {} : { fixes: found }) });
    },
  };
}

/** A fix of these edits, where they could be made. */
export function fixOf(title: string, edits: readonly TextEdit[] | undefined): Fix | undefined {
  return edits === undefined ? undefined : { title, edits };
}

/** The value, if it conforms. What does not conform has been reported by the schema as a whole. */
export function picked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}

export function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** A remedy that nobody applies unseen: it takes out what somebody wrote, or leaves a blank to be filled. */
export function guess(fix: Fix | undefined): Fix | undefined {
  return fix === undefined ? undefined : { ...fix, preferred: false };
}

/** A fix that adds a key whose value only the author knows. */
export function addition({ edits }: Notes, path: Path, order: readonly string[]): Fix | undefined {
  return guess(fixOf(`Add "${String(path.at(-1))}"`, edits.insertAt(path, "", order)));
}
