/** What a wizard asks of a new connection or sync: derived from the registries' declarations, as completion and checks are. */
import { type z } from "zod";
import { type Destination } from "../destinations/destination";
import { destinations } from "../destinations/index";
import { SyncFailure } from "../failure";
import { jsonSchemaOf } from "../project/json-schema";
import { isSecret } from "../project/zod-walk";
import { warehouseTypes } from "../warehouses/index";
import { type ConnectionKindSummary, type SettingSummary } from "./calls";

export function connectionKinds(): readonly ConnectionKindSummary[] {
  return [
    ...warehouseTypes.map(({ type, label, connection }) => ({
      kind: "warehouse" as const,
      type,
      label,
      sandbox: false,
      settings: settingsOf(connection),
      options: [],
    })),
    ...destinations.map((destination) => ({
      kind: "destination" as const,
      type: destination.type,
      label: destination.label,
      sandbox: destination.sandbox !== undefined,
      settings: [...addressOf(destination), ...settingsOf(destination.connection)],
      options: settingsOf(destination.options),
    })),
  ];
}

/** A service without an address of its own needs one in the connection. */
function addressOf(destination: Destination): readonly SettingSummary[] {
  if (destination.transport !== "http") return [];
  try {
    destination.baseUrl({});
    return [];
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    const description = "The endpoint's address: https://api.example.com.";
    return [{ name: "base_url", description, required: true, secret: false, form: "text" }];
  }
}

function settingsOf(schema: z.ZodObject): readonly SettingSummary[] {
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, setting]) => {
    const { type, enum: choices, description, default: preset } = jsonSchemaOf(setting);
    return {
      name,
      description: typeof description === "string" ? description : "",
      required: !setting.safeParse(undefined).success,
      secret: isSecret(setting),
      form: formOf(type, choices),
      ...(Array.isArray(choices) && { choices: choices.map(String) }),
      ...(typeof preset === "string" && { preset }),
    };
  });
}

function formOf(type: unknown, choices: unknown): SettingSummary["form"] {
  if (Array.isArray(choices)) return "choice";
  switch (type) {
    case "string":
      return "text";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "flag";
    default:
      return "other";
  }
}
