/** What is known of the world around a sync file. Everything may be missing: then less is offered, never something wrong. */
import { type FieldSchema, type ObjectSchema } from "../destinations/destination";
import { type Column } from "../warehouses/warehouse";
import { type Json } from "../value";

export interface Knowledge {
  /** Of the model; undefined: it could not be described. */
  readonly columns?: readonly Column[];
  /** What the columns hold, where it may be looked at. */
  readonly facts?: readonly ColumnKnowledge[];
  /** Objects of the destination's connection; undefined: no schema snapshot. */
  readonly objects?: readonly ObjectSchema[];
  readonly connections: readonly KnownConnection[];
  readonly syncs: readonly KnownSync[];
}

export interface ColumnKnowledge {
  readonly name: string;
  /** 0 to 1. */
  readonly nullShare: number;
  /** Approximate above 1,000. */
  readonly distinct: number;
  /** The most frequent first. */
  readonly examples: readonly Json[];
}

export interface KnownConnection {
  readonly name: string;
  readonly kind: "warehouse" | "destination";
  readonly type: string;
  readonly label: string;
  readonly sandbox: boolean;
  /** Names of the secrets its keys refer to. */
  readonly secrets: readonly string[];
}

export interface KnownSync {
  readonly name: string;
  readonly file: string;
  readonly description?: string;
  readonly tags: readonly string[];
}

export const nothingKnown: Knowledge = { connections: [], syncs: [] };

export function objectNamed(knowledge: Knowledge, name: unknown): ObjectSchema | undefined {
  return (
    knowledge.objects?.find((object) => object.name === name) ??
    knowledge.objects?.find((object) => object.name === "*")
  );
}

/** `First Name`, `first_name` and `firstname` are one. */
export function folded(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

/** The column whose name is a field's, or its label. */
export function columnFor(field: Pick<FieldSchema, "name" | "label">, columns: readonly Column[]): Column | undefined {
  const names = [field.name, field.label ?? field.name].map(folded);
  return columns.find(({ name }) => name === field.name) ?? columns.find(({ name }) => names.includes(folded(name)));
}

export function factsOf(knowledge: Knowledge, column: string): ColumnKnowledge | undefined {
  return knowledge.facts?.find(({ name }) => name === column);
}
