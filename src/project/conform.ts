/** Does plain data conform to a zod schema? Every way in which it does not becomes a problem at its place. */
import { type z } from "zod";
import { type Fix, type Path, type Problem } from "../problem";
import { closest, didYouMean, listed } from "./closest";
import { adding, choosing, converting, type ConformPlaces, dropping } from "./conform-fixes";
import { keysAt, schemasAt } from "./zod-walk";

export { plainOrQuoted, replacing } from "./replacing";
export { type ConformPlaces } from "./conform-fixes";

type Issue = z.core.$ZodIssue;

/** Problems of `data`, which stands at `at` in the file. */
export function conform(schema: z.ZodType, data: unknown, places: ConformPlaces, at: Path = []): Problem[] {
  const result = schema.safeParse(data);
  if (result.success) return [];
  return result.error.issues
    .flatMap((issue) => resolved(issue))
    .flatMap((issue) => problemsOf({ issue, schema, places, at, value: valueAt(data, issue.path) }));
}

/** The value at a path of plain data. */
export function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** Of a union, the issues of the alternative that was most likely meant: the right kind of value, with the fewest issues. */
function resolved(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const ofRightKind = issue.errors.filter((issues) => !issues.some(isWrongKind));
  const [best] = [...ofRightKind].sort((a, b) => a.length - b.length);
  if (best === undefined) return [issue];
  return best.flatMap((inner) => resolved({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
}

function isWrongKind(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

interface Found {
  readonly issue: Issue;
  readonly schema: z.ZodType;
  readonly places: ConformPlaces;
  readonly at: Path;
  readonly value: unknown;
}

function problemsOf(found: Found): Problem[] {
  const { issue, at, places, value, schema } = found;
  const path: Path = [...at, ...(issue.path as (string | number)[])];
  const misfit = { schema, places, path, below: issue.path, value };
  const problem = (code: string, message: string, fixes: readonly Fix[] = []): Problem[] => {
    const base = { code, severity: "error" as const, message, path, range: places.rangeOf(path) };
    return [fixes.length === 0 ? base : { ...base, fixes }];
  };
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(found, path, key));
    case "invalid_type":
    case "invalid_union":
      if (value === undefined) return problem("missing-key", missing(path, found), adding(misfit));
      if (value === null)
        return problem(
          "missing-value",
          `${named(path)} has no value. It must be ${expected(issue)}.`,
          dropping(misfit),
        );
      return problem("wrong-type", `${named(path)} must be ${expected(issue)}.`, retyping(found, misfit));
    case "invalid_value": {
      if (value === undefined) return problem("missing-key", missing(path, found), adding(misfit));
      const values = issue.values.map(String);
      const suggestion = typeof value === "string" ? closest(value, values) : undefined;
      const converted = converting(misfit);
      const fixes = converted.length > 0 ? converted : choosing(misfit, issue.values.filter(isPlain));
      if (issue.message.endsWith(".")) return problem("invalid-value", issue.message, fixes);
      return problem(
        "invalid-value",
        `${named(path)} must be one of ${listed(values)}.${didYouMean(suggestion)}`,
        fixes,
      );
    }
    default: {
      const isSentence = issue.message.endsWith(".");
      const message = isSentence ? issue.message : `${named(path)} is not valid: ${issue.message}.`;
      const isNothing = value === "" || (Array.isArray(value) && value.length === 0);
      return problem("invalid-value", message, isNothing ? dropping(misfit) : converting(misfit));
    }
  }
}

/** A key the schema does not know, with the one that was probably meant. */
function unknownKey({ schema, issue, places }: Found, parent: Path, key: string): Problem {
  const known = [...keysAt(schema, issue.path).keys()];
  return unknownKeyProblem({ places, path: [...parent, key], known });
}

export function unknownKeyProblem(of: { places: ConformPlaces; path: Path; known: readonly string[] }): Problem {
  const { places, path, known } = of;
  const key = String(path.at(-1));
  const suggestion = closest(key, known);
  const range = places.rangeOf(path, "key");
  const remedy = suggestion === undefined ? ` Known keys are ${listed(known)}.` : didYouMean(suggestion);
  const isTaken = suggestion !== undefined && places.sourceAt?.([...path.slice(0, -1), suggestion]) !== undefined;
  const removal = places.removeAt?.(path);
  const fixes: readonly Fix[] =
    suggestion !== undefined && !isTaken
      ? [{ title: `Change to "${suggestion}"`, edits: [{ range, text: suggestion }] }]
      : removal === undefined
        ? []
        : [{ title: `Remove "${key}"`, edits: removal, preferred: false }];
  return {
    code: "unknown-key",
    severity: "error",
    message: `"${key}" is not a key here.${known.length === 0 ? " Remove it." : remedy}`,
    path,
    range,
    ...(fixes.length === 0 ? {} : { fixes }),
  };
}

/** `"key"`, or `Item 2 of "tags"`. */
export function named(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "The file";
  if (typeof last === "string") return `"${last}"`;
  const list = path.at(-2);
  return list === undefined ? `Item ${last + 1}` : `Item ${last + 1} of "${list}"`;
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function missing(path: Path, { schema, issue }: Found): string {
  const description = keysAt(schema, issue.path.slice(0, -1)).get(String(path.at(-1)))?.description;
  const where = path.length > 1 ? `${named(path.slice(0, -1))} needs` : "The file needs";
  return `${where} the key ${named(path)}${description === undefined ? "." : `: ${lowerFirst(description)}`}`;
}

function lowerFirst(sentence: string): string {
  return /^[A-Z][a-z]/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "keys with values",
  record: "keys with values",
  null: "null",
};

function expected(issue: Issue): string {
  if (issue.code === "invalid_type") return kinds[issue.expected] ?? issue.expected;
  if (issue.code !== "invalid_union") return "something else";
  const all = issue.errors.flatMap((issues) => issues.filter(isWrongKind).map(expected));
  return [...new Set(all)].join(" or ") || "something else";
}

/** Text was wanted and something else was written that quotes make text: 2024, true, {{ name }}. */
function retyping(found: Found, misfit: Parameters<typeof converting>[0]): readonly Fix[] {
  const source = found.places.sourceAt?.(misfit.path);
  const fits = schemasAt(found.schema, misfit.below).some((each) => (each as z.ZodType).safeParse(source).success);
  const quoted = fits ? quoting(found, misfit.path) : [];
  return quoted.length > 0 ? quoted : converting(misfit);
}

function quoting({ issue, places, value }: Found, path: Path): Fix[] {
  const wantsText =
    issue.code === "invalid_type"
      ? issue.expected === "string"
      : issue.code === "invalid_union" &&
        issue.errors.flat().some((each) => isWrongKind(each) && expected(each) === "text");
  const source = places.sourceAt?.(path);
  const isScalar = typeof value === "number" || typeof value === "boolean";
  if (!wantsText || source === undefined || !(isScalar || source.startsWith("{{"))) return [];
  return [{ title: "Put it in quotes", edits: [{ range: places.rangeOf(path), text: JSON.stringify(source) }] }];
}
