/**
 * A sync file as it is written. Types, completion texts and the JSON Schema come from here; what one key means for
 * another is in parse-rules.ts.
 */
import { z } from "zod";
import { modes, removals } from "../record";
import { alertSchema } from "../project/alerts";

const word = z.string().min(1, "This text is empty. Write a name, or remove the key.");

const limit = z.union([
  z.int("A limit must be a whole number.").min(0, "A limit cannot be negative. 0 allows none."),
  z
    .string()
    .regex(/^\s*(100(\.0+)?|\d{1,2}(\.\d+)?)\s*%\s*$/, "A limit is a whole number of records, or a share like 5%."),
]);

export const mappingShape = {
  column: word.optional().describe("A column of the model."),
  sql: word.optional().describe("An expression in the warehouse's SQL, over the model's columns."),
  value: z.unknown().optional().describe("The same value for every record."),
  template: z
    .string()
    .optional()
    .describe('Text with columns in it: "{{ first_name }} {{ last_name }}". NULL becomes nothing; \\{{ is two braces.'),
  lookup: word.optional().describe("The id of a related record: the object it is looked up in. Needs by and column."),
  by: word.optional().describe("lookup: the field of the related object that is compared."),
  missing: z
    .union([z.enum(["reject", "null", "skip"]), z.null()])
    .optional()
    .describe("lookup: what to do where no related record is found: reject (default), null or skip."),
  values: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      "Column or expression: the value to send for each value of the model. Others are rejected without default.",
    ),
  default: z.unknown().optional().describe("values: what to send for a value that is not listed."),
  nulls: z
    .enum(["send", "skip"])
    .optional()
    .describe("What a NULL does: send (default) empties the field, skip leaves it as it is."),
  write: z
    .enum(["always", "create_only", "if_empty"])
    .optional()
    .describe("When to write: always (default), create_only, or if_empty: only while the destination has no value."),
};

export const mappingSchema = z.strictObject(mappingShape).meta({
  description: "Where the field's value comes from: exactly one of column, sql, value, template and lookup.",
  oneOf: [
    { required: ["column"], not: { required: ["lookup"] } },
    { required: ["sql"] },
    { required: ["value"] },
    { required: ["template"] },
    { required: ["lookup", "by", "column"] },
  ],
});

export const modelSchema = z
  .strictObject({
    warehouse: word.optional().describe("A warehouse connection of sluice.yaml. Default: the project's only one."),
    sql: word.optional().describe("The SELECT whose rows are synced."),
    file: word.optional().describe("A .sql file with the SELECT, relative to this file."),
    table: word.optional().describe("A table or view of the warehouse."),
    dbt: word.optional().describe("A model of the dbt project."),
    key: z
      .union([word, z.array(word).min(1, "A key needs at least one column.")])
      .describe("The column that identifies a row, or a list of them."),
  })
  .meta({ oneOf: [{ required: ["sql"] }, { required: ["file"] }, { required: ["table"] }, { required: ["dbt"] }] });

/** The destination's own options follow these keys; check.ts compares them with the connector's declaration. */
export const destinationSchema = z.looseObject({
  connection: word.describe("A destination connection of sluice.yaml."),
  object: word.describe("What the rows become there: contacts, companies, message."),
  match: word.optional().describe("The destination's field that identifies a record: an e-mail, an external id."),
});

export const guardsSchema = z.strictObject({
  max_removed: limit.optional().describe("Most records a plan may remove: a number, or a share of those synced."),
  max_changes: limit.optional().describe("Most changes a plan may hold: a number, or a share of those synced."),
  max_rejected: limit
    .optional()
    .describe("Most records that may be rejected: a number, or a share of the model's rows."),
  min_rows: z
    .int("A number of rows must be whole.")
    .min(0, "A number of rows cannot be negative.")
    .optional()
    .describe("Fewest rows the model may give."),
});

export const syncSchema = z.strictObject({
  name: word.optional().describe("The sync's name. Default: the file's name. What was synced is kept under it."),
  description: z.string().optional().describe("What the sync is for, in a sentence."),
  after: z.array(word).optional().describe("Syncs that run before this one."),
  model: modelSchema.describe(
    "The SELECT whose rows are synced: exactly one of sql, file, table and dbt, and its key.",
  ),
  destination: destinationSchema.describe("Where the records go, and the connector's own options."),
  mode: z
    .enum(modes)
    .describe(
      "insert sends new rows only; update changes records that exist; upsert does both; mirror also removes what left the model; append sends rows as messages or events.",
    ),
  on_removed: z
    .enum(removals)
    .optional()
    .describe("mirror: what becomes of a record whose row is gone: delete, archive, clear its fields, or keep."),
  remove_adopted: z
    .boolean()
    .optional()
    .describe("mirror: also remove records that this sync found there and did not create."),
  scope: z
    .enum(["ledger", "all"])
    .optional()
    .describe(
      "mirror: compare with what this sync sent (ledger, the default) or with all the destination holds (all).",
    ),
  on: z
    .enum(["new", "changed"])
    .optional()
    .describe("append: send a row once (new, the default), or again when it changed."),
  fields: z
    .record(z.string(), z.union([word, mappingSchema]))
    .describe("Destination field: model column. Instead of a column: { column, sql, value, template or lookup }."),
  guards: guardsSchema.optional().describe("Limits a plan must keep before anything is written."),
  alerts: z.array(alertSchema).optional().describe("Whom to tell after a run, beside those that sluice.yaml names."),
  tags: z.array(word).optional().describe("Words to choose syncs by: sluice run tag:crm."),
  recheck: z
    .union([
      z.int("recheck is a whole number of days.").min(0, "recheck cannot be negative."),
      z.string().regex(/^\s*\d{1,6}\s*(d|day|days)\s*$/, 'recheck is a number of days: 7, or "7 days".'),
    ])
    .optional()
    .describe("Days after which skipped records are looked at again. Default: 7."),
  undo: z
    .boolean()
    .optional()
    .describe(
      "true: runs read what each record holds before they write it, and keep that, so that `sluice revert` brings back exactly what was there. Without it a revert brings back what this sync sent before.",
    ),
});
