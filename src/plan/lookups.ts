/**
 * Ids of related records. The diff was on the lookup's input; the distinct inputs of changed records are resolved
 * here, read-only. The input is what counts as considered, the id found is what is sent.
 */
import { type Reader } from "../destinations/connection";
import { type FieldMapping } from "../sync/definition";
import { fromTagged } from "../value";
import { sqlString } from "../warehouses/duckdb-driver";
import { part } from "./files";
import { type PlanProgress } from "./plan";
import { rejectChanges } from "./reject";
import { count, type Work } from "./work";

const inputsPerCall = 5_000;

export interface LookupInput {
  readonly reader: Pick<Reader, "lookup">;
  readonly progress: (progress: PlanProgress) => void;
}

/** Fills the found values. Gives how many records were rejected. */
export async function resolveLookups(work: Work, input: LookupInput): Promise<number> {
  let rejected = 0;
  for (const mapping of work.definition.fields) {
    if (mapping.source.kind === "lookup") rejected += await resolveField(work, mapping, mapping.source, input);
  }
  return rejected;
}

type LookupSource = Extract<FieldMapping["source"], { kind: "lookup" }>;

async function resolveField(
  work: Work,
  { field }: FieldMapping,
  source: LookupSource,
  input: LookupInput,
): Promise<number> {
  const { db, signal } = work;
  const [now, found, write, before] = [
    part("now", field),
    part("found", field),
    part("write", field),
    part("before", field),
  ];
  await db.run("create table lookup_results (input varchar, id varchar, matches integer)");
  const inputs = `select distinct ${now} as input from changes where ${write} and ${now} <> 'z:' and action <> 'delete'`;
  const total = await count(db, `select count(*) from (${inputs})`);
  let done = 0;
  for await (const page of db.pages(inputs, { pageRows: inputsPerCall, ...(signal === undefined ? {} : { signal }) })) {
    const texts = page.rows.map(([tagged]) => ({
      tagged: String(tagged),
      text: fromTagged(String(tagged))?.text ?? "",
    }));
    const { object, by } = source;
    const values = [...new Set(texts.map(({ text }) => text))];
    const ids = await input.reader.lookup({ object, by, values }, signal);
    await db.append(
      "lookup_results",
      ["input", "id", "matches"],
      texts.map(({ tagged, text }) => [tagged, ids.get(text)?.[0] ?? null, ids.get(text)?.length ?? 0]),
    );
    done += page.rows.length;
    input.progress({ phase: "reading", done, total });
  }
  await db.run(`update changes set ${found} = 'z:' where ${write} and ${now} = 'z:'`, signal);
  if (total > 0) {
    await db.run(
      `update changes set ${found} = case when r.matches = 1 then 's:' || r.id ${source.missing === "null" ? "when r.matches = 0 then 'z:'" : ""} end,
         ${write} = r.matches > 0 or ${source.missing === "skip" ? "false" : "true"}
       from lookup_results r where ${write} and ${now} = r.input and action <> 'delete'`,
      signal,
    );
  }
  const rejected = await rejectUnresolved(work, field, source);
  // Another input may lead to the same record: then there is nothing to send.
  const same = `${write} and action = 'update' and ${found} = ${before}`;
  if (work.object.whole !== true) await db.run(`update changes set ${write} = false where ${same}`, signal);
  await db.run("drop table lookup_results");
  return rejected;
}

async function rejectUnresolved(work: Work, field: string, { object, by }: LookupSource): Promise<number> {
  const { db, signal } = work;
  const none = `No record of ${object} has this ${by}. Sync it first, or set missing: "null" or skip.`;
  const several = `Several records of ${object} have this ${by}, so that none can be chosen. Look up by a field that identifies one.`;
  await db.run(
    `create or replace temp table unresolved as select c.id, ${sqlString(field)} as field,
       case when r.matches = 0 then 'no-related-record' else 'ambiguous-lookup' end as code,
       case when r.matches = 0 then ${sqlString(none)} else ${sqlString(several)} end as reason
     from changes c join lookup_results r on c.${part("now", field)} = r.input
     where c.${part("write", field)} and c.action <> 'delete' and c.${part("found", field)} is null`,
    signal,
  );
  if ((await count(db, "select count(*) from unresolved")) === 0) return 0;
  return rejectChanges(work, "mapping", "unresolved");
}
