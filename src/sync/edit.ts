/**
 * Edits of a sync file for the mapping editor and for programs: the smallest that do what is asked, so that comments,
 * order and every other byte stay. Each is read back before it is given: undefined means that it cannot be made with
 * certainty (the place is an alias, or the file does not read as YAML).
 */
import { isDeepStrictEqual } from "node:util";
import { type Path } from "../problem";
import {
  addBlock,
  applyEdits,
  inSteps,
  removeAt,
  renameAt,
  setAt,
  type TextEdit,
  type Writable,
} from "../project/yaml-edit";
import { readYaml } from "../project/yaml-text";

export { applyEdits, type TextEdit };

/** A column's name, or the keys of a mapping: `{ column: last_name, nulls: "skip" }`. */
export type MappingText = string | Readonly<Record<string, Writable>>;

/** Map a destination field, in place of its mapping or after the last one. */
export function setField(text: string, field: string, mapping: MappingText): readonly TextEdit[] | undefined {
  return setScalar(text, ["fields", field], mapping);
}

/** Several at once, as one set of edits. */
export function setFields(
  text: string,
  mappings: readonly { readonly field: string; readonly mapping: MappingText }[],
): readonly TextEdit[] | undefined {
  const yaml = readYaml(text);
  if (isBroken(yaml)) return undefined;
  const all = Object.fromEntries(mappings.map(({ field, mapping }) => [field, mapping]));
  const present = isMap(yaml.data) ? yaml.data["fields"] : undefined;
  const isEmpty = present === undefined || present === null || (isMap(present) && Object.keys(present).length === 0);
  const edits = isEmpty
    ? addBlock(yaml, "fields", all)
    : inSteps(
        yaml,
        mappings.map(
          ({ field, mapping }) =>
            (now) =>
              setAt(now, ["fields", field], mapping),
        ),
      );
  const expected = mappings.reduce(
    (data: unknown, { field, mapping }) => withValue(data, ["fields", field], mapping),
    yaml.data,
  );
  return verified(text, edits, expected);
}

/** Let a mapping fill another field: only its key changes. */
export function renameField(text: string, field: string, to: string): readonly TextEdit[] | undefined {
  const yaml = readYaml(text);
  const fields = isMap(yaml.data) ? yaml.data["fields"] : undefined;
  if (isBroken(yaml) || !isMap(yaml.data) || !isMap(fields)) return undefined;
  const renamed = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key === field ? to : key, value]));
  return verified(text, renameAt(yaml, ["fields", field], to), { ...yaml.data, fields: renamed });
}

export function removeField(text: string, field: string): readonly TextEdit[] | undefined {
  return removeKey(text, ["fields", field]);
}

/** Write a value at a path; missing maps on the way are made. */
export function setScalar(text: string, path: Path, value: Writable): readonly TextEdit[] | undefined {
  const yaml = readYaml(text);
  if (isBroken(yaml)) return undefined;
  return verified(text, setAt(yaml, path, value), withValue(yaml.data, path, value));
}

/** Take a key out. Nothing is there to take: no edits. */
export function removeKey(text: string, path: Path): readonly TextEdit[] | undefined {
  const yaml = readYaml(text);
  if (isBroken(yaml)) return undefined;
  const without = withoutKey(yaml.data, path);
  return without === unchanged ? [] : verified(text, removeAt(yaml, path), without);
}

type Read = ReturnType<typeof readYaml>;

function isBroken({ problems, data }: Read): boolean {
  return problems.length > 0 || (data !== undefined && data !== null && !isMap(data));
}

function verified(
  text: string,
  edits: readonly TextEdit[] | undefined,
  expected: unknown,
): readonly TextEdit[] | undefined {
  if (edits === undefined) return undefined;
  const after = readYaml(applyEdits(text, edits));
  return after.problems.length === 0 && isDeepStrictEqual(settled(after.data), settled(expected)) ? edits : undefined;
}

/** A map that lost its last key reads as null. */
function settled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settled);
  if (!isMap(value)) return value ?? null;
  const entries = Object.entries(value).map(([key, each]) => [key, settled(each)] as const);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function withValue(data: unknown, path: Path, value: Writable): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(data)) {
    return data.map((each: unknown, index) => (index === step ? withValue(each, rest, value) : each));
  }
  const map = isMap(data) ? data : {};
  return { ...map, [step]: withValue(Object.hasOwn(map, step) ? map[step] : undefined, rest, value) };
}

const unchanged = Symbol("unchanged");

function withoutKey(data: unknown, path: Path): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof data !== "object" || data === null || !Object.hasOwn(data, step)) return unchanged;
  const child = (data as Record<string | number, unknown>)[step];
  if (rest.length === 0) {
    const { [step]: _gone, ...others } = data as Record<string | number, unknown>;
    return Array.isArray(data) ? unchanged : others;
  }
  const below = withoutKey(child, rest);
  if (below === unchanged) return unchanged;
  return Array.isArray(data)
    ? data.map((each: unknown, index) => (index === step ? below : each))
    : { ...data, [step]: below };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
