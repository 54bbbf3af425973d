/**
 * DuckDB: a file in the project, or only the CSV, JSON and Parquet files that a model names.
 *
 *     warehouses:
 *       analytics: { type: duckdb, path: warehouse.duckdb }
 */
import { z } from "zod";
import { type WarehouseType } from "./warehouse";

const connection = z.strictObject({
  path: z
    .string()
    .min(1)
    .refine((path) => !/^(md|motherduck):/i.test(path), {
      error: 'MotherDuck needs an extension that Sluice does not load: name a DuckDB file, or ":memory:".',
    })
    .refine((path) => !/^[a-z][a-z0-9+.-]+:\/\//i.test(path), {
      error: 'Sluice reads databases on this machine only: name a DuckDB file, or ":memory:".',
    })
    .default(":memory:")
    .describe('The database file, relative to sluice.yaml; ":memory:" for a project of plain files'),
  options: z
    .record(
      z
        .string()
        .regex(/^(?!read_only$|read_write$|type$)[a-z_]+$/i, { error: "not an option of ATTACH that can be set" }),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .default({})
    .describe("Further options of DuckDB's ATTACH, as ENCRYPTION_KEY"),
  threads: z.int().min(1).max(1024).optional().describe("Threads a query may use; default: all"),
  memory_limit: z
    .string()
    .regex(/^\d+(\.\d+)? ?[KMGT]i?B$/i, { error: "write a number with its unit, as 2GB" })
    .default("512MB")
    .describe("Memory a query may use before it spills to disk, as 2GB; default: 512MB"),
});

export type DuckDbConfig = z.infer<typeof connection>;

export const duckdb: WarehouseType = {
  type: "duckdb",
  label: "DuckDB",
  local: true,
  connection,
  async open(config, place) {
    const { openDuckDbWarehouse } = await import("./duckdb");
    return openDuckDbWarehouse(connection.parse(config), place);
  },
};
