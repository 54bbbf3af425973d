/** Collects what the checks find. */
import { type Fix, type Path, type Problem, type Range, type Severity } from "../problem";
import { closest, didYouMean, listed } from "../project/closest";
import { replacing } from "../project/conform";
import { type TextEdit } from "../project/yaml-edit";
import { type ParsedSync } from "./definition";

export interface Findings {
  readonly problems: readonly Problem[];
  add(code: string, message: string, path: Path, options?: FindingOptions): void;
  /** A word of the file that names nothing known: did you mean, or what there is. */
  unknown(of: Unknown): void;
}

export interface FindingOptions {
  readonly severity?: Severity;
  readonly part?: "key" | "value";
  readonly range?: Range;
  readonly fixes?: readonly (Fix | undefined)[];
}

export interface Unknown {
  readonly code: string;
  /** What is wrong, as a sentence. The remedy is added. */
  readonly message: string;
  readonly path: Path;
  readonly word: string;
  readonly known: readonly string[];
  readonly fixes?: readonly (Fix | undefined)[];
}

/** So many are offered one by one. */
const mostChoices = 4;

export function findingsOf(parsed: ParsedSync): Findings {
  const problems: Problem[] = [];
  const add: Findings["add"] = (code, message, path, options = {}) => {
    const { severity = "error", part = "value", range = parsed.rangeOf(path, part) } = options;
    const fixes = (options.fixes ?? []).filter((fix) => fix !== undefined);
    problems.push({ code, severity, message, path, range, ...(fixes.length === 0 ? {} : { fixes }) });
  };
  return {
    problems,
    add,
    unknown({ code, message, path, word, known, fixes = [] }) {
      const suggestion = closest(word, known);
      const there = known.length === 0 ? "" : ` There ${known.length === 1 ? "is" : "are"} ${listed(known)}.`;
      const renames =
        suggestion !== undefined
          ? [replacing(parsed, path, suggestion)]
          : known.length > mostChoices
            ? []
            : known.map((each) => ({ ...replacing(parsed, path, each), preferred: false }));
      add(code, `${message}${didYouMean(suggestion) || there}`, path, { fixes: [...renames, ...fixes] });
    },
  };
}

/** A fix that nobody applies unseen. */
export function guess(found: Fix | undefined): Fix | undefined {
  return found === undefined ? undefined : { ...found, preferred: false };
}

/** A fix of these edits, where they could be made. */
export function fix(title: string, edits: readonly TextEdit[] | undefined): Fix | undefined {
  return edits === undefined ? undefined : { title, edits };
}
