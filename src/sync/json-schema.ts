/** The JSON Schema of *.sync.yaml, for editors that complete and validate YAML by one. */
import { type Destination } from "../destinations/destination";
import { destinations } from "../destinations/index";
import { type JsonSchema, jsonSchemaOf, propertiesOf } from "../project/json-schema";
import { syncSchema } from "./schema";

type Connector = Pick<Destination, "type" | "label" | "options">;

/** Made from the zod schema and the options of every connector: which of these apply depends on the connection. */
export function syncJsonSchema(connectors: readonly Connector[] = destinations): JsonSchema {
  const schema = jsonSchemaOf(syncSchema);
  const destination = propertiesOf(schema)["destination"] as JsonSchema;
  const properties = propertiesOf(destination);
  const options = new Map<string, JsonSchema[]>();
  for (const { label, options: declared } of connectors) {
    for (const [key, option] of Object.entries(propertiesOf(jsonSchemaOf(declared)) ?? {})) {
      if (key in properties) continue;
      const { description, ...rest } = option;
      const described = typeof description === "string" ? `${label}: ${description}` : label;
      options.set(key, [...(options.get(key) ?? []), { description: described, ...rest }]);
    }
  }
  for (const [key, alternatives] of options) {
    const [only] = alternatives;
    if (alternatives.length === 1 && only !== undefined) properties[key] = only;
    else
      properties[key] = {
        description: alternatives.map((each) => each["description"]).join("\n\n"),
        anyOf: alternatives,
      };
  }
  destination["additionalProperties"] = false;
  return { $schema: "http://json-schema.org/draft-07/schema#", title: "A sync (*.sync.yaml)", ...schema };
}
