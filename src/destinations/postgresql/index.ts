/**
 * PostgreSQL: records as rows of a table.
 *
 *     destination: { connection: postgres, object: contacts, match: email }
 *     fields: { email: email, first_name: first_name }
 */
import { z } from "zod";
import { type Destination, type ObjectContext, type OptionProblem } from "../destination";
import { address, authorize, baseUrl, connection, probe } from "./connection";
import { batching, deliver } from "./deliver";
import { describe, fieldsNow } from "./describe";
import { documentation } from "./documentation";
import { judge } from "./errors";
import { lookup, read, readSize } from "./read";
import { canRefuse, encode, normal } from "./values";

const options = z.object({
  create: z
    .boolean()
    .optional()
    .describe(
      "Make the table where it is not there yet, from the mapped fields and their types; match becomes its primary key.",
    ),
});

/** Numbers of transactions go on with the timeline: a standby that took over may give the same one to another. */
const timeline = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";
const receipt = {
  take: `select ${timeline} || '/' || txid_current()`,
  ask: `select txid_status(split_part($1, '/', 2)::bigint) where split_part($1, '/', 1) = ${timeline}`,
};

export const postgresql: Destination = {
  type: "postgresql",
  label: "PostgreSQL",
  version: 1,
  documentation,
  connection,
  options,
  transport: "database",
  database: {
    driver: "postgresql",
    address,
    judge,
    receipt,
  },
  baseUrl,
  authorize,
  probe,
  describe,
  fieldsNow,
  check,
  read,
  readSize,
  lookup,
  batching,
  deliver,
  classify: () => "answer",
  refusal: () => ({ code: "refused", reason: "The database refused the statement." }),
  limits: () => [],
  encode,
  canRefuse,
  normal,
};

/** A table that is not known is made only where the sync says so: a wrong letter in its name must not make another. */
function check({ object, options: given }: ObjectContext): readonly OptionProblem[] {
  if (object.open !== true || given.create === true) return [];
  const message = `There is no table "${object.name}". Run \`sluice describe\` if it is new, or say create: true to have it made.`;
  return [{ path: ["object"], code: "unknown-object", message }];
}
