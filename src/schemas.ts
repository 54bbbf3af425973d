/** The JSON Schemas of the file formats, by file name; written to media/schemas by the build. */
import { projectJsonSchema } from "./project/json-schema";
import { syncJsonSchema } from "./sync/json-schema";

export function schemas(): Readonly<Record<string, unknown>> {
  return { sync: syncJsonSchema(), sluice: projectJsonSchema() };
}
