/** Keys as people and programs write them: the column's value, or an array of them. */
import { keyOf, type RecordKey } from "../record";
import { type Json, type LogicalType, toJson } from "../value";

/** Texts of the key columns → JSON: numbers where they are exact, else text; one column gives a bare value. */
export function displayKey(parts: readonly (string | null)[], types: readonly LogicalType[]): Json {
  const values = parts.map((text, index) =>
    text === null ? null : toJson({ type: types[index] === "number" ? "number" : "text", text }),
  );
  return values.length === 1 ? (values[0] ?? null) : values;
}

/** Inverse of displayKey. A key with a null part identifies nothing: undefined. */
export function keyFromJson(key: Json): RecordKey | undefined {
  const parts = Array.isArray(key) ? (key as readonly Json[]) : [key];
  return parts.some((part) => part === null) ? undefined : keyOf(parts.map(String));
}
