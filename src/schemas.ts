/** The JSON Schemas of the file formats and of the command line's output, by file name; written to media/schemas by the build. */
import { outputJsonSchemas } from "./cli/output-schemas";
import { projectJsonSchema } from "./project/json-schema";
import { syncJsonSchema } from "./sync/json-schema";

export function schemas(): Readonly<Record<string, unknown>> {
  return { sync: syncJsonSchema(), sluice: projectJsonSchema(), ...outputJsonSchemas() };
}
