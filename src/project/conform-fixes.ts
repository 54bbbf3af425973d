/** What a program can do about data that does not conform to its schema. */
import { z } from "zod";
import { type Fix, type Path } from "../problem";
import { closest } from "./closest";
import { replacing } from "./replacing";
import { type TextEdit, type Writable } from "./yaml-edit";
import { type Skeleton } from "./yaml-insert";
import { type Places } from "./yaml-places";
import { isSecret, keysAt, schemasAt } from "./zod-walk";

/** Where things stand, and, for fixes that quote or add, how they are written. */
export type ConformPlaces = Pick<Places, "rangeOf"> & Partial<Pick<Places, "sourceAt">> & Partial<ConformEdits>;

export interface ConformEdits {
  setAt(path: Path, value: Writable): readonly TextEdit[] | undefined;
  removeAt(path: Path): readonly TextEdit[] | undefined;
  insertAt(path: Path, value: Skeleton, order: readonly string[]): readonly TextEdit[] | undefined;
  /** The reference to be written for a secret. */
  secretAt(path: Path): string;
}

export interface Misfit {
  readonly schema: z.ZodType;
  readonly places: ConformPlaces;
  /** In the file. */
  readonly path: Path;
  /** In the data that the schema is of. */
  readonly below: readonly PropertyKey[];
  readonly value: unknown;
}

/** A choice is offered word by word up to this many. */
const mostChoices = 6;

/** The key is put in: with its value where there is but one, with each of a few, else with blanks. */
export function adding({ schema, places, path, below }: Misfit): readonly Fix[] {
  const key = String(path.at(-1));
  const keys = keysAt(schema, below.slice(0, -1));
  const wanted = keys.get(key);
  if (wanted === undefined || places.insertAt === undefined) return [];
  const add = (title: string, value: Skeleton, isWhole: boolean): readonly Fix[] => {
    const edits = places.insertAt?.(path, value, [...keys.keys()]);
    return edits === undefined ? [] : [{ title, edits, ...(isWhole ? {} : { preferred: false }) }];
  };
  if (isSecret(wanted) && places.secretAt !== undefined)
    return add(`Add "${key}" as a secret`, places.secretAt(path), true);
  const choices = choicesOf(wanted);
  if (choices.length > 0 && choices.length <= mostChoices)
    return choices.flatMap((choice) => add(`Add ${key}: ${String(choice)}`, choice, choices.length === 1));
  return add(`Add "${key}"`, skeletonOf(wanted), false);
}

/** The keys that a value needs, with blanks for their values. */
export function skeletonOf(schema: z.ZodType): Skeleton {
  const object = schemasAt(schema, []).find((each) => each instanceof z.ZodObject);
  if (object === undefined) return choicesOf(schema).length === 1 ? (choicesOf(schema)[0] ?? "") : "";
  const shape = object.shape as Readonly<Record<string, z.ZodType>>;
  const needed = Object.entries(shape).filter(([, each]) => !each.safeParse(undefined).success);
  return Object.fromEntries(needed.map(([key, each]) => [key, skeletonOf(each)]));
}

/** A key that may be left out has no value: it goes, unless somebody is about to write one. */
export function dropping({ schema, places, path, below, value }: Misfit): readonly Fix[] {
  const step = path.at(-1);
  const own = typeof step === "string" ? keysAt(schema, below.slice(0, -1)).get(step) : undefined;
  const isNeeded = own === undefined ? typeof step === "string" : !own.safeParse(undefined).success;
  const edits = isNeeded ? undefined : places.removeAt?.(path);
  return edits === undefined
    ? []
    : [{ title: typeof step === "number" ? "Remove it" : `Remove "${step}"`, edits, preferred: value === "" }];
}

/** The same in the type that is wanted: 5 for "5", [crm] for crm, upsert for [upsert]. */
export function converting(misfit: Misfit): readonly Fix[] {
  const { schema, places, path, below, value } = misfit;
  const fits = (other: unknown): other is Writable =>
    schemasAt(schema, below).some((each) => (each as z.ZodType).safeParse(other).success);
  const others = candidates(value).filter(fits).slice(0, 1);
  return others.flatMap((other) => {
    const edits = places.setAt?.(path, other);
    return edits === undefined ? [] : [{ title: `Change to ${shown(other)}`, edits }];
  });
}

function candidates(value: unknown): readonly Writable[] {
  if (Array.isArray(value)) return value.length === 1 ? [value[0] as Writable] : [];
  const list: readonly Writable[] =
    typeof value === "string" || typeof value === "number" ? [[value], [String(value)]] : [];
  if (typeof value === "number") {
    const share = value > 0 && value < 1 ? [`${Number((value * 100).toPrecision(12))}%`] : [];
    return [...share, ...(Number.isInteger(value) ? [] : [Math.round(value)]), ...list];
  }
  if (typeof value === "boolean") return [];
  if (typeof value !== "string") return [];
  const word = value.trim();
  const bare = word.replace(/[,_\s](?=\d{3}\b)/g, "");
  const [, digits] = /^(\d+(?:\.\d+)?)\s*(?:%|d|days?|rows?|records?)?\.?$/i.exec(bare) ?? [];
  const number = digits === undefined ? [] : [Number(digits)];
  const share = /^(\d+(?:\.\d+)?)\s*(?:percent|pct|per cent)\.?$/i.exec(word)?.[1];
  const truth = /^(true|yes|on)$/i.test(word) ? [true] : /^(false|no|off)$/i.test(word) ? [false] : [];
  return [...(share === undefined ? [] : [`${share}%`]), ...number, ...truth, ...list];
}

function shown(value: Writable): string {
  return Array.isArray(value) ? `a list: [${value.map(String).join(", ")}]` : String(value);
}

/** A word that is none of those offered: the one that is meant, else each of a few. */
export function choosing(
  { places, path, value }: Pick<Misfit, "places" | "path" | "value">,
  choices: readonly (string | number | boolean | null)[],
): readonly Fix[] {
  const suggestion = typeof value === "string" ? closest(value, choices.map(String)) : undefined;
  if (suggestion !== undefined) return [replacing(places, path, suggestion)];
  if (choices.length > mostChoices) return [];
  return choices.flatMap((choice) => {
    const edits = places.setAt?.(path, choice);
    return edits === undefined ? [] : [{ title: `Change to "${String(choice)}"`, edits, preferred: false }];
  });
}

function choicesOf(schema: z.ZodType): readonly (string | number | boolean)[] {
  return schemasAt(schema, []).flatMap((each) => {
    if (each instanceof z.ZodEnum) return each.options as readonly string[];
    return each instanceof z.ZodLiteral ? ([...each.values] as readonly (string | number | boolean)[]) : [];
  });
}
