/** The layout of a ledger file: its tables, its columns, and how a value is stored where values are not kept. */
import { nullTag } from "../value";
import { sqlName, sqlString } from "../warehouses/duckdb-driver";

/** Of this layout. A later version of Sluice may read older ones. */
export const layoutVersion = 1;

export const recordColumns = [
  "key",
  "remote_id",
  "match",
  "origin",
  "state",
  "run",
  "change",
  "at",
  "attempted",
] as const;

/** What was attempted with a record in doubt: create, update, clear or delete. Ledgers of earlier versions gain it with their next commit. */
export const attemptedColumn = "attempted varchar";

/** Field columns are added as a sync gains fields. No indexes: they would slow a commit down thirtyfold. */
export const layout = [
  "create table header (name varchar, value varchar)",
  `create table records ("key" varchar, remote_id varchar, "match" varchar, origin varchar, state varchar, run varchar, change bigint, "at" timestamp, ${attemptedColumn})`,
] as const;

/** Quoted column of the value a field was last compared with. NULL: never. */
export function consideredColumn(field: string): string {
  return sqlName(`c:${field}`);
}

/** Quoted column of the value that was last sent. NULL: never. */
export function sentColumn(field: string): string {
  return sqlName(`s:${field}`);
}

/**
 * SQL that turns tagged text into what a ledger without values stores: a salted hash of the text after the tag, so
 * that a change of type alone is still no change. Null stays null, NULL stays NULL.
 */
export function hashedSql(salt: string): (tagged: string) => string {
  return (tagged) =>
    `case when ${tagged} = '${nullTag}' then '${nullTag}' else 'h:' || sha256(${sqlString(salt)} || substr(${tagged}, 3)) end`;
}
