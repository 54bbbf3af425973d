/**
 * What the fault matrix writes to each destination of the registry: a sync whose writes are harmless to repeat and one whose
 * writes are not, derived from the sample of the contract suite. A sample file that exports `shapes` says what else is needed.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { type Destination, type FieldSchema } from "../../src/destinations/destination";
import { destinations } from "../../src/destinations/index";
import { type Mode } from "../../src/record";
import { type Json } from "../../src/value";
import { contextOf } from "../contract/context";
import { type Sample, sampleOf } from "../contract/sample";

export const kinds = ["repeatable", "once"] as const;
export type Kind = (typeof kinds)[number];

/** What a sample file may say of one kind of sync; `match: ""` is none. */
export type Shape = Partial<Sample> & { readonly mode?: Mode };

export interface Subject {
  readonly name: string;
  readonly kind: Kind;
  readonly destination: Destination;
  readonly sample: Sample;
  readonly mode: Mode;
  /** Records in one batch. */
  readonly batch: number;
  /** A new token is asked for by a request, so that it can be counted. */
  readonly renewable: boolean;
  /** The field whose value tells a record from all others. */
  readonly marker: FieldSchema;
}

/** Destinations that can be made to fail. */
export const simulated: readonly Destination[] = destinations.filter(({ sandbox }) => sandbox !== undefined);

/** undefined: the destination has no such writes. */
export async function subjectOf(destination: Destination, kind: Kind): Promise<Subject | undefined> {
  const base = await sampleOf(destination);
  const { mode: wanted, ...parts } = (await shapesOf(destination.type))[kind] ?? {};
  const merged: Sample = { ...base, ...parts };
  const sample: Sample = { ...merged, options: destination.options.parse(merged.options) };
  const modes: readonly Mode[] = wanted === undefined ? ["upsert", "insert", "append"] : [wanted];
  for (const mode of modes) {
    if (!sample.object.modes.includes(mode)) continue;
    const { size, repeatable } = destination.batching(contextOf(destination, sample, mode));
    if (repeatable !== (kind === "repeatable")) continue;
    const marker = sample.fields.find(({ name }) => name === sample.match) ?? sample.fields.find(isText);
    if (marker === undefined) throw new Error(`the sample of ${destination.type} has no text to tell records apart`);
    const renewable = destination.authorize(sample.config).next().done !== true;
    const name = `${destination.type} ${mode}`;
    return { name, kind, destination, sample, mode, batch: size, renewable, marker };
  }
  return undefined;
}

/** The field by which the second record is made one that the destination refuses, and its value; undefined: it takes anything. */
export function badField({ sample }: Subject): { readonly name: string; readonly value: string } | undefined {
  const [found] = Object.entries(sample.bad ?? {}).filter(([name]) =>
    sample.fields.some((field) => field.name === name),
  );
  return found === undefined || typeof found[1] !== "string" ? undefined : { name: found[0], value: found[1] };
}

/** A value of the n-th record as SQL over `i`, in the type that the destination wants; undefined: the field is left out. */
export function sqlOf(field: FieldSchema, subject: Subject): string | undefined {
  if (field.name === subject.marker.name || field.format === "email" || field.name === "email") {
    return field.format === "email" || field.name === "email" ? "'p' || i || '@x.io'" : "'p' || i";
  }
  switch (field.type) {
    case "text":
      return "'text ' || i";
    case "integer":
    case "number":
      return "i";
    case "boolean":
      return "i % 2 = 0";
    case "date":
      return "date '2026-01-31'";
    case "option":
      return literal(field.options?.[0]?.value);
    default:
      return field.required === true ? literal("") : undefined;
  }
}

/** The number of the record that a marker belongs to. */
export function numberIn(marker: string): number {
  return Number(/^p(\d+)/.exec(marker)?.[1] ?? Number.NaN);
}

/** Markers of all records that a sandbox holds: members of that name, wherever they lie in its state. */
export function held(state: Json, marker: string): readonly string[] {
  if (Array.isArray(state)) return (state as readonly Json[]).flatMap((one) => held(one, marker));
  if (typeof state !== "object" || state === null) return [];
  return Object.entries(state).flatMap(([name, value]) =>
    name === marker && typeof value === "string" && !Number.isNaN(numberIn(value))
      ? [value]
      : held(value as Json, marker),
  );
}

function isText({ type, options }: FieldSchema): boolean {
  return type === "text" && options === undefined;
}

export function literal(value: string): string;
export function literal(value: string | undefined): string | undefined;
export function literal(value: string | undefined): string | undefined {
  return value === undefined ? undefined : `'${value.replaceAll("'", "''")}'`;
}

async function shapesOf(type: string): Promise<Partial<Record<Kind, Shape>>> {
  const file = path.join(__dirname, "../contract/samples", `${type}.ts`);
  if (!existsSync(file)) return {};
  return ((await import(file)) as { shapes?: Partial<Record<Kind, Shape>> }).shapes ?? {};
}
