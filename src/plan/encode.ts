/** Ask the connector whether it can carry each value; a record with one it cannot is left out, with the reason. */
import { type Destination, type FieldSchema } from "../destinations/destination";
import { type Action } from "../record";
import { fromTagged, type LogicalType } from "../value";
import { part, sendable } from "./files";
import { type FieldTypes } from "./fields";
import { rejectChanges } from "./reject";
import { count, type Work } from "./work";

export interface EncodeInput {
  readonly destination: Pick<Destination, "encode" | "canRefuse">;
  readonly schemas: readonly FieldSchema[];
  readonly types: FieldTypes;
  /** Only these fields. */
  readonly only: "lookups" | "others";
}

/**
 * Each distinct value of a field is asked about once, and only where the field can refuse one of its type. The first
 * refused field of a record, in file order, is the one named. Gives how many records were rejected.
 */
export async function checkValues(work: Work, input: EncodeInput): Promise<number> {
  const { db, signal } = work;
  await db.run(
    "create table refused_values (field integer, action varchar, value varchar, code varchar, reason varchar)",
  );
  for (const [index, schema] of input.schemas.entries()) {
    if (work.lookups.has(schema.name) !== (input.only === "lookups")) continue;
    const type = input.types[index]?.type ?? "mixed";
    const value = sendable(schema.name, work.lookups);
    const some = canRefuse(input.destination, schema, type) ? "" : ` and ${value} = 'z:'`;
    const values = `select distinct action, ${value} as value from changes where ${part("write", schema.name)} and action <> 'delete' and ${value} is not null${some}`;
    for await (const page of db.pages(values, { pageRows: 20_000, ...(signal === undefined ? {} : { signal }) })) {
      const refused = page.rows.flatMap(([action, tagged]) => {
        const encoded = input.destination.encode(fromTagged(String(tagged)), schema, { action: action as Action });
        return "wire" in encoded ? [] : [[index, String(action), String(tagged), encoded.code, encoded.refused]];
      });
      if (refused.length > 0)
        await db.append("refused_values", ["field", "action", "value", "code", "reason"], refused);
    }
  }
  const rejected = await rejectRefused(work, input.schemas);
  await db.run("drop table refused_values");
  return rejected;
}

async function rejectRefused(work: Work, schemas: readonly FieldSchema[]): Promise<number> {
  const { db, lookups, signal } = work;
  const fields = await db.rows<{ field: number }>("select distinct field from refused_values order by field");
  if (fields.length === 0) return 0;
  const each = fields.map(({ field }) => {
    const { name } = schemas[field] as FieldSchema;
    return `select c.id, r.field, r.code, r.reason from changes c join refused_values r
      on r.field = ${field} and r.action = c.action and r.value = c.${sendable(name, lookups)} where c.${part("write", name)}`;
  });
  const names = schemas.map(({ name }) => `'${name.replaceAll("'", "''")}'`);
  await db.run(
    `create or replace temp table refused_changes as select id, [${names.join(", ")}][field + 1] as field, code, reason
     from (${each.join(" union all ")}) qualify row_number() over (partition by id order by field) = 1`,
    signal,
  );
  if ((await count(db, "select count(*) from refused_changes")) === 0) return 0;
  return rejectChanges(work, "mapping", "refused_changes");
}

function canRefuse(destination: EncodeInput["destination"], schema: FieldSchema, type: LogicalType | "mixed"): boolean {
  return type === "mixed" || (destination.canRefuse?.(schema, type) ?? true);
}
