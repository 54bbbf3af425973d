/** What the registries say of a connection's keys, with the keys that every connection has. */
import { z } from "zod";
import { destinations } from "../destinations/index";
import { warehouseTypes } from "../warehouses/index";

export type ConnectionKind = "warehouses" | "destinations";

export interface ConnectionType {
  readonly type: string;
  readonly label: string;
  /** The keys but for `type` (and, of a destination, base_url and sandbox). */
  readonly connection: z.ZodObject;
}

export type ConnectionTypes = Readonly<Record<ConnectionKind, readonly ConnectionType[]>>;

export const registered: ConnectionTypes = { warehouses: warehouseTypes, destinations };

const commonKeys: Readonly<Record<ConnectionKind, z.ZodRawShape>> = {
  warehouses: {},
  destinations: {
    base_url: z
      .url({ protocol: /^https?$/, error: "base_url must be a web address: http://127.0.0.1:8080." })
      .refine(
        (url) => !/^https?:\/\/[^/]*@/i.test(url),
        "base_url cannot hold a user or a password. Use the connection's own keys.",
      )
      .optional()
      .describe("Another address for the service: a proxy, a sandbox of your own."),
    allow_http: z
      .boolean()
      .optional()
      .describe("true: send secrets to a base_url that begins with http://, where the network between is trusted."),
    sandbox: z
      .boolean()
      .optional()
      .describe("true: talk to the bundled simulator of the service on this machine instead of the service."),
  },
};

/** Every key of a connection but `type`; others are refused. */
export function keysOf(kind: ConnectionKind, { connection }: ConnectionType): z.ZodObject {
  return connection.safeExtend(commonKeys[kind]).strict();
}

export function typesNamed(type: string, types: ConnectionTypes = registered): readonly ConnectionType[] {
  return [...types.warehouses, ...types.destinations].filter((each) => each.type === type);
}
