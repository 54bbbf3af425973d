/** Connection types for tests, so that these say nothing of a real connector. */
import { z } from "zod";
import { type ConnectionTypes } from "../../../src/project/connection-types";

export const types: ConnectionTypes = {
  warehouses: [
    { type: "duckdb", label: "DuckDB", connection: z.object({ path: z.string().describe("The database file.") }) },
    {
      type: "snowflake",
      label: "Snowflake",
      connection: z.object({
        account: z.string(),
        password: z.string().meta({ secret: true }),
        port: z.int().min(1).optional(),
        role: z.enum(["reader", "writer"]).optional(),
      }),
    },
  ],
  destinations: [
    { type: "hubspot", label: "HubSpot", connection: z.object({ token: z.string().meta({ secret: true }) }) },
    {
      type: "http",
      label: "HTTP",
      connection: z.object({
        key: z.string().optional().meta({ secret: true }),
        headers: z.record(z.string(), z.string()).optional(),
      }),
    },
  ],
};
