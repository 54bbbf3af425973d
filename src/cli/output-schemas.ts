/**
 * What `--format json` prints, for programs that read it. Version 1: keys may be added, none is taken away or gets
 * another meaning. Values are JSON; integers and decimals that JSON readers would round are texts.
 */
import { z } from "zod";
import { guardNames } from "../plan/plan";
import { modes } from "../record";

const version = z.literal(1).describe("The version of this output's form.");
const value = z.unknown().describe("A value as JSON; big integers and decimals as text, dates in ISO 8601.");
const key = z
  .union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.unknown())])
  .describe("The key column's value, or of a composite key an array of them; null where a row has none.");
const count = z.int().min(0);

const problem = z.object({
  file: z.string().describe("Relative to the project, with forward slashes."),
  line: z.int().min(1),
  column: z.int().min(1).describe("From 1, in UTF-16 units."),
  severity: z.enum(["error", "warning", "information"]),
  code: z.string(),
  message: z.string(),
});

const failure = z.object({
  code: z.string().describe("Stable, in kebab-case."),
  message: z.string().describe("What happened."),
  hint: z.string().describe("What to do."),
});

const rejection = z.object({
  key,
  stage: z.enum(["model", "mapping", "destination"]),
  field: z.string().optional().describe("The destination's field, or at stage model a column of the model."),
  code: z.string(),
  reason: z.string().describe("At stage destination the vendor's own words."),
  status: z.int().optional().describe("HTTP status of the answer."),
  exchange: z.string().optional().describe("Id of the request and response that show it, for `sluice show`."),
});

const failures = z
  .array(failure.extend({ sync: z.string() }))
  .describe("Syncs that could not be planned or run: credentials, network, a lock, a decision that is missing.");

/** Instead of a result, where the command ended before it had one. */
const stopped = z.object({ version, failure });
const broken = z.object({ version, problems: z.array(problem) });

const held = z
  .object({
    inDoubt: count.describe("Nothing tells whether the destination has them; `sluice retry --in-doubt` settles them."),
    reverted: count,
    waiting: count.describe("Skipped before, and not due for a recheck."),
  })
  .optional()
  .describe("Why `counts.held` records were held out.");
const doubts = z
  .array(z.object({ run: z.string(), records: count }))
  .optional()
  .describe("Runs that left records in doubt which nobody has settled, the latest first.");

const plan = z.object({
  version,
  command: z.literal("plan"),
  syncs: z.array(
    z.object({
      name: z.string(),
      id: z.string().describe("Of the stored plan: `sluice run --plan`."),
      target: z.string(),
      mode: z.enum(modes),
      digest: z.string().describe("Of the definition, the ledger's revision and the changes."),
      definitionDigest: z.string().describe("Of the sync, its target and the connector: `sluice run --approve`."),
      counts: z.object({
        rows: count.describe("Rows of the model."),
        create: count,
        update: count,
        delete: count,
        unchanged: count,
        rejected: count,
        held: count.describe("In doubt, reverted, or skipped before."),
        skipped: count.describe("update: absent there; insert: there already."),
      }),
      held,
      doubts,
      changes: z
        .array(
          z.object({
            action: z.enum(["create", "update", "delete"]),
            key,
            fields: z.record(z.string(), z.object({ before: value.optional(), after: value })),
          }),
        )
        .describe("All, or the first --sample n."),
      rejections: z.array(rejection),
      guards: z.array(
        z.object({
          name: z.enum(guardNames),
          limit: z.string(),
          value: z.number(),
          tripped: z.boolean(),
          message: z.string().optional(),
          hint: z.string().optional(),
        }),
      ),
      estimate: z.object({ requests: count, seconds: z.number().min(0) }),
      notices: z.array(z.object({ code: z.string(), message: z.string() })),
      revertOf: z.string().optional().describe("The run that the plan takes back; its rejections are what it leaves."),
    }),
  ),
  problems: z.array(problem),
  failures,
});

const run = z.object({
  version,
  command: z.literal("run"),
  runs: z.array(
    z.object({
      id: z.string(),
      sync: z.string(),
      target: z.string(),
      status: z.enum(["succeeded", "rejected", "guarded", "stopped", "cancelled"]),
      plan: z.string().describe("Digest of the plan that was carried out."),
      counts: z.object({
        created: count,
        updated: count,
        deleted: count,
        unchanged: count,
        skipped: count,
        held: count,
        rejected: count,
        inDoubt: count,
        requests: count,
        retries: count,
      }),
      held,
      doubts,
      rejections: z.array(rejection),
      failure: failure.optional().describe("Why it ended early."),
      revertOf: z.string().optional().describe("The run that it took back."),
      verification: z
        .object({
          at: z.string().describe("ISO 8601."),
          verified: count,
          mismatched: count.describe("Accepted, and not as they were written: among the rejections, by their codes."),
          unverifiable: count,
          why: z.string().optional().describe("Why records could not be verified."),
        })
        .optional()
        .describe("With --verify: what was found when it was read back."),
      alerts: z
        .array(
          z.object({
            connection: z.string(),
            channel: z.string().optional(),
            status: z.enum(["sent", "failed"]),
            message: z.string().optional().describe("Why it was not sent."),
          }),
        )
        .optional()
        .describe("What became of the alerts about it."),
    }),
  ),
  problems: z.array(problem),
  failures,
});

const retry = z.object({
  version,
  command: z.literal("retry"),
  settled: z
    .object({
      run: z.string(),
      sync: z.string(),
      target: z.string(),
      how: z.literal("applied"),
      records: count,
      left: count.describe("Records of the run that are still in doubt."),
    })
    .describe("With --in-doubt applied: nothing was sent, and the ledger holds the records as they were sent."),
});

const preview = z.union([
  z.object({
    version,
    command: z.literal("preview"),
    columns: z.array(z.object({ name: z.string(), type: z.string().describe("As the warehouse calls it.") })),
    rows: z.array(z.array(value)),
    truncated: z.boolean().describe("There are more rows than were asked for."),
  }),
  z.object({
    version,
    command: z.literal("preview"),
    records: z
      .array(z.object({ key, fields: z.record(z.string(), value), rejection: rejection.optional() }))
      .describe("With --records: what each row becomes at the destination."),
  }),
  z.object({ version, command: z.literal("preview"), problems: z.array(problem) }),
]);

/** By command. `retry` prints what `run` does, but for `--in-doubt applied`, which sends nothing. */
export const outputSchemas = {
  plan: z.union([plan, stopped, broken]),
  run: z.union([run, stopped, broken]),
  retry: z.union([run, retry, stopped, broken]),
  preview: z.union([preview, stopped, broken]),
} as const;

/** JSON Schemas of the same, for the files in media/schemas. Readers must let keys pass that they do not know. */
export function outputJsonSchemas(): Readonly<Record<keyof typeof outputSchemas, unknown>> {
  return {
    plan: jsonSchema("plan"),
    run: jsonSchema("run"),
    retry: jsonSchema("retry"),
    preview: jsonSchema("preview"),
  };
}

function jsonSchema(command: keyof typeof outputSchemas): unknown {
  const { $schema, ...schema } = z.toJSONSchema(outputSchemas[command], { target: "draft-7", io: "input" });
  return { $schema, title: `sluice ${command} --format json`, ...schema };
}
