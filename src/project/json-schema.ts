/** The JSON Schema of sluice.yaml, for editors that complete and validate YAML by one. */
import { z } from "zod";
import { type ConnectionKind, type ConnectionType, type ConnectionTypes, keysOf, registered } from "./connection-types";
import { projectSchema } from "./schema";
import { isSecret } from "./zod-walk";

export type JsonSchema = { [key: string]: unknown };

/** Made from the zod schema and every registered type's own keys. */
export function projectJsonSchema(types: ConnectionTypes = registered): JsonSchema {
  const schema = jsonSchemaOf(projectSchema);
  const kinds: readonly ConnectionKind[] = ["warehouses", "destinations"];
  for (const kind of kinds) {
    const connections = types[kind].map((type) => connectionSchema(kind, type));
    const connection = connections.length === 0 ? { type: "object", required: ["type"] } : { anyOf: connections };
    replaceConnections(propertiesOf(schema), kind, connection);
    const target = propertiesOf(schema)["targets"] as JsonSchema;
    replaceConnections(propertiesOf(target["additionalProperties"] as JsonSchema), kind, connection);
  }
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A Sluice project (sluice.yaml)",
    ...schema,
  };
}

/** Draft 7, as editors read it; `secret` is ours and left out. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const made = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      const made = jsonSchema as JsonSchema;
      delete made["secret"];
      if (!formats.has(String(made["format"]))) delete made["format"];
      // The bounds of exact integers say nothing to a person.
      if (made["minimum"] === Number.MIN_SAFE_INTEGER) delete made["minimum"];
      if (made["maximum"] === Number.MAX_SAFE_INTEGER) delete made["maximum"];
    },
  }) as JsonSchema;
  delete made["$schema"];
  return made;
}

/** Formats that JSON Schema knows; zod has more of its own. */
const formats: ReadonlySet<string> = new Set(["uri", "email", "date", "date-time", "time", "uuid", "ipv4", "ipv6"]);

export function propertiesOf(schema: JsonSchema): Record<string, JsonSchema> {
  return schema["properties"] as Record<string, JsonSchema>;
}

function replaceConnections(
  properties: Record<string, JsonSchema>,
  kind: ConnectionKind,
  connection: JsonSchema,
): void {
  const map = properties[kind];
  if (map !== undefined) map["additionalProperties"] = connection;
}

function connectionSchema(kind: ConnectionKind, type: ConnectionType): JsonSchema {
  const keys = keysOf(kind, type);
  const schema = jsonSchemaOf(keys);
  const properties: Record<string, JsonSchema> = { type: { const: type.type, description: type.label } };
  for (const [key, property] of Object.entries(propertiesOf(schema))) {
    properties[key] = key === "sandbox" ? property : referable(property);
  }
  // A sandbox needs no secrets; that a connection does is checked where it is known to be none.
  const secrets = Object.keys(keys.shape).filter((key) => isSecret(keys.shape[key] as z.ZodType));
  const required = ((schema["required"] as string[] | undefined) ?? []).filter((key) => !secrets.includes(key));
  return { title: type.label, ...schema, properties, required: ["type", ...required] };
}

/** Any key's value may be a reference to a secret or the environment instead. */
function referable(property: JsonSchema): JsonSchema {
  if (property["type"] === "string" && !("pattern" in property) && !("enum" in property) && !("format" in property)) {
    return property;
  }
  const { description, ...rest } = property;
  const reference = { type: "string", pattern: "\\$\\{(secret|env):[A-Za-z_][A-Za-z0-9_]*\\}" };
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, reference] };
}
