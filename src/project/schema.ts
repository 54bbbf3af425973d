/** A project file as it is written. The keys of each connection are its type's own (connection-types.ts). */
import { z } from "zod";
import { alertSchema } from "./alerts";

const connection = z.looseObject({
  type: z.string().min(1, "A connection needs a type.").describe("What it connects to."),
});

const warehouses = z.record(z.string(), connection).describe("Connections that models are selected from, by name.");
const destinations = z.record(z.string(), connection).describe("Connections that records are sent to, by name.");

const ledger = z
  .union([
    z.enum(["local", "warehouse"]),
    z.strictObject({
      store: z.enum(["local", "warehouse"]).optional().describe("local (default) or warehouse."),
      values: z
        .boolean()
        .optional()
        .describe(
          "false: keep salted hashes instead of values. Plans then show no values from before, and runs cannot be undone.",
        ),
    }),
  ])
  .describe(
    "Where Sluice remembers what it has sent: local (default), in .sluice, or warehouse, in its schema sluice.",
  );

const most = (what: string) =>
  z.strictObject({
    days: z.int().min(1).optional().describe(`${what} that are older go.`),
    count: z.int().min(1).optional().describe("Beyond the newest so many they go."),
  });

const retention = z
  .strictObject({
    runs: most("Runs").optional().describe("Reports, rejections and what a revert needs. Default: 90 days."),
    exchanges: most("Those of runs")
      .optional()
      .describe("Requests and responses of runs, redacted, with the records' values. Default: 30 days."),
    plans: most("Plans").optional().describe("Plans, with the values they would change. Default: 7 days."),
  })
  .describe(
    "How long .sluice keeps what runs leave behind. What an unfinished run, a record in doubt or a revert under way needs stays longer.",
  );

const alerts = z.array(alertSchema);

const target = z.strictObject({
  warehouses: warehouses.optional().describe("Connections that replace those of the same name."),
  destinations: destinations.optional().describe("Connections that replace those of the same name."),
  ledger: ledger.optional(),
  alerts: alerts.optional().describe("Whom to tell after a run on this target, instead of the project's."),
  confirm: z.boolean().optional().describe("true: a live run must be confirmed by naming the target."),
});

export const projectSchema = z.strictObject({
  version: z
    .literal(1, { error: "This Sluice reads project files of version 1. Write version: 1." })
    .describe("The version of this file's format: 1."),
  warehouses: warehouses.optional(),
  destinations: destinations.optional(),
  ledger: ledger.optional(),
  retention: retention.optional(),
  alerts: alerts.optional().describe("Whom to tell after a run of any sync: a Slack channel."),
  targets: z.record(z.string(), target).optional().describe("Named sets of overrides: dev, prod."),
  default_target: z.string().optional().describe("The target that is used where none is named."),
});
