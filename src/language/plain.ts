/** Plain data of a file that may hold anything. */
import { type Path } from "../problem";
import { valueAt } from "../project/conform";

export type PlainRecord = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): PlainRecord | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as PlainRecord) : undefined;
}

export function recordAt(data: unknown, path: Path): PlainRecord {
  return recordOf(valueAt(data, path)) ?? {};
}

/** The model's column that a mapping reads, if it is one. */
export function columnOf(mapping: unknown): string | undefined {
  if (typeof mapping === "string") return mapping;
  const column = recordOf(mapping)?.["column"];
  return typeof column === "string" ? column : undefined;
}
