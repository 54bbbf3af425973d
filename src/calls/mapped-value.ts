/** One value on its way to the wire, as previews show it: the destination is asked nothing. */
import { type Destination, type FieldSchema } from "../destinations/destination";
import { type FieldMapping } from "../sync/definition";
import { fromTagged } from "../value";
import { type MappedValue } from "./calls";

/** `cell`: the tagged value that the mapping gave for the row. */
export function mappedValue(
  cell: unknown,
  { nulls, source }: FieldMapping,
  to: { readonly schema: FieldSchema; readonly destination: Pick<Destination, "encode"> },
): MappedValue {
  if (typeof cell !== "string") {
    return {
      refused: "The value stands in no entry of `values`, and there is no default.",
      code: "no-matching-value",
    };
  }
  const value = fromTagged(cell);
  if (value === null && nulls === "skip") return { left: "skipped" };
  if (source.kind === "lookup") {
    // Which record it is is found while planning.
    return { wire: value === null ? null : `${source.object} where ${source.by} = ${value.text}` };
  }
  const encoded = to.destination.encode(value, to.schema, { action: "create" });
  return "refused" in encoded ? { refused: encoded.refused, code: encoded.code } : { wire: encoded.wire };
}
