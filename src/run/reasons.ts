/** Groups rejections by what they say, so that ten thousand of one kind are one line. Memory stays flat. */
import { type Rejection } from "../record";
import { type GroupIdentity, type RejectionGroup } from "./report";

export interface Groups {
  add(rejection: Rejection): void;
  /** Largest first. */
  all(): readonly RejectionGroup[];
}

const examplesKept = 5;
/** Beyond so many kinds, reasons of one stage, field and code count as one. */
const kindsKept = 500;

/** `names`: words that are the same for all records although they stand in quotes: the fields of the sync. */
export function createGroups(names: readonly string[]): Groups {
  const kept = new Set(names);
  const groups = new Map<string, { first: Rejection; count: number; examples: Rejection[] }>();
  return {
    add(rejection) {
      const { stage, field, code, reason } = rejection;
      const kind = [stage, field, code];
      let name = JSON.stringify([...kind, pattern(reason, kept)]);
      if (!groups.has(name) && groups.size >= kindsKept) name = JSON.stringify(kind);
      const group = groups.get(name);
      if (group === undefined) {
        groups.set(name, { first: rejection, count: 1, examples: [rejection] });
        return;
      }
      group.count += 1;
      if (group.examples.length < examplesKept) group.examples.push(rejection);
    },
    all() {
      return [...groups.values()]
        .map(({ first: { stage, field, code, reason }, count, examples }) => ({
          stage,
          ...(field === undefined ? {} : { field }),
          code,
          reason,
          count,
          examples,
        }))
        .sort((a, b) => b.count - a.count);
    },
  };
}

/** Tells the rejections of a group. `names`: as they were when the groups were made. */
export function groupTest(group: GroupIdentity, names: readonly string[]): (rejection: Rejection) => boolean {
  const kept = new Set(names);
  const said = pattern(group.reason, kept);
  return ({ stage, field, code, reason }) =>
    stage === group.stage &&
    field === group.field &&
    code === group.code &&
    (reason === group.reason || pattern(reason, kept) === said);
}

/** Which of a report's groups a rejection is in. `names`: as they were when the groups were made. */
export function groupFinder(
  groups: readonly GroupIdentity[],
  names: readonly string[],
): (rejection: GroupIdentity) => number | undefined {
  const kept = new Set(names);
  const nameOf = ({ stage, field, code, reason }: GroupIdentity): string =>
    JSON.stringify([stage, field, code, pattern(reason, kept)]);
  const kindOf = ({ stage, field, code }: GroupIdentity): string => JSON.stringify([stage, field, code]);
  const byName = new Map(groups.map((group, index) => [nameOf(group), index]));
  const byKind = new Map(groups.map((group, index) => [kindOf(group), index]));
  return (rejection) => byName.get(nameOf(rejection)) ?? byKind.get(kindOf(rejection));
}

/** Sentences in which vendors repeat a value without quotes. */
const repeated = [/^.+(?= was not (?:one of the allowed|a valid)\b)/s, /(?<=^Email address ).+(?= is invalid)/s];
const variable = [
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi,
  /\bhttps?:\/\/[^\s"']+/gi,
  /\b\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?/g,
  /\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/gi,
  /\b(?=\w*\d)[A-Za-z0-9]{15,}\b/g,
  /-?\b\d+(?:[.,]\d+)*\b/g,
];
const quoted = /"(?:[^"\\]|\\.)*"|“[^”]*”|‘[^’]*’|`[^`]*`|(?<![\p{L}\p{N}])'(?:[^'\\]|\\.)*'(?![\p{L}\p{N}])/gu;

/** What a vendor's sentence says when the values of one record are taken out. */
function pattern(reason: string, names: ReadonlySet<string>): string {
  const spared = repeated.reduce((text, expression) => text.replace(expression, "…"), reason);
  const unquoted = spared.replace(quoted, (text) => (names.has(text.slice(1, -1)) ? text : "…"));
  return variable.reduce((text, expression) => text.replace(expression, "…"), unquoted).replace(/(?:…[\s,;]*)+/g, "… ");
}
