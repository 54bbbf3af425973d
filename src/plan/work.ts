/** What every step of planning works on: one database connection that has the plan open and the staged rows attached. */
import { type ObjectSchema } from "../destinations/destination";
import { type SyncDefinition } from "../sync/definition";
import { type DuckDb, sqlString } from "../warehouses/duckdb-driver";
import { keyColumn, type Mapping } from "./compile";
import { jsonText, part } from "./files";
import { stagedTable } from "./stage";

export interface Work {
  /** The plan's database is the current one. */
  readonly db: DuckDb;
  readonly definition: SyncDefinition;
  readonly mapping: Mapping;
  readonly object: ObjectSchema;
  /** Names of the fields, in file order. */
  readonly fields: readonly string[];
  readonly lookups: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/** The name the staged rows' database is attached under. */
export const stageName = "sluice_stage";

/** Staged rows with their key and match: a temporary view `model_rows(rid, key, match, "k0"…, "c:<field>"…)`. */
export async function viewRows({ db, definition, mapping, object }: Work): Promise<void> {
  const { match } = definition.destination;
  const form = object.fields.find(({ name }) => name === match)?.matchForm ?? "exact";
  await db.run(
    `create temp view model_rows as select rowid as rid, ${keyExpression(mapping.keys.length)} as key, ` +
      `${match === undefined ? "null::varchar" : matchExpression(part("now", match), form)} as match, * ` +
      `from ${stageName}.${stagedTable}`,
  );
}

/** The text of keyOf(record.ts) of the staged key columns; NULL where any part is. */
export function keyExpression(columns: number): string {
  if (columns === 1) return keyColumn(0);
  const names = Array.from({ length: columns }, (_, index) => keyColumn(index));
  // Concatenation by || gives NULL where any part is NULL.
  return `('[' || ${names.map(jsonText).join(" || ',' || ")} || ']')`;
}

/** JSON of a row's key for a rejection, with null where a part is NULL. */
export function rejectedKey(columns: number): string {
  const names = Array.from({ length: columns }, (_, index) => keyColumn(index));
  const parts = names.map((name) => `coalesce(${jsonText(name)}, 'null')`);
  return columns === 1 ? (parts[0] as string) : `('[' || ${parts.join(" || ',' || ")} || ']')`;
}

/** JSON of a stored key. */
export function storedKey(columns: number): string {
  return columns === 1 ? jsonText("key") : "key";
}

/** What JavaScript's trim takes away. */
export const blanks = [
  "\t\n\v\f\r \u00a0\u1680",
  "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a",
  "\u2028\u2029\u202f\u205f\u3000\ufeff",
].join("");

/** The normalised match of a tagged field; NULL where there is nothing to match by. */
function matchExpression(field: string, form: "exact" | "trimmed" | "lowercase" | "trimmed-lowercase"): string {
  const text = `substr(${field}, 3)`;
  const trimmed = `trim(${text}, ${sqlString(blanks)})`;
  const normal = { exact: text, trimmed, lowercase: `lower(${text})`, "trimmed-lowercase": `lower(${trimmed})` }[form];
  return `case when ${field} = 'z:' then null else nullif(${normal}, '') end`;
}

/** A count, from a query that gives one number. */
export async function count(db: DuckDb, sql: string, signal?: AbortSignal): Promise<number> {
  const [row = {}] = await db.rows<Record<string, number>>(sql, signal);
  return Number(Object.values(row)[0] ?? 0);
}
