/** Every table and view that can be written or looked up, with its columns, from the catalogue. */
import { type Mode, type OnRemoved } from "../../record";
import { type Cell } from "../database";
import { type Config, type Conversation, type FieldSchema, type ObjectSchema } from "../destination";
import { parseJson } from "../sql/json-form";
import { rowsOf } from "../sql/steps";
import { schemaOf } from "./connection";
import { fieldType, lengthOf } from "./columns";
import { literal, objectName, sqlName, tableOf } from "./names";

/** Partitions are written through their table. */
const catalogue = `
select n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class'),
  pg_relation_is_updatable(c.oid, true),
  concat(case when has_any_column_privilege(c.oid, 'select') then 's' end,
         case when has_any_column_privilege(c.oid, 'insert') then 'i' end,
         case when has_any_column_privilege(c.oid, 'update') then 'u' end,
         case when has_table_privilege(c.oid, 'delete') then 'd' end),
  a.attname,
  case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) else format_type(a.atttypid, a.atttypmod) end,
  case when t.typtype = 'd' then t.typname end,
  case when a.attnotnull or (t.typtype = 'd' and t.typnotnull) then 't' end,
  case when a.atthasdef or (t.typtype = 'd' and t.typdefault is not null) then 't' end,
  a.attidentity, a.attgenerated,
  (select json_agg(e.enumlabel order by e.enumsortorder)::text from pg_enum e
    where e.enumtypid = case when t.typtype = 'd' then t.typbasetype else t.oid end),
  col_description(c.oid, a.attnum),
  case when exists (select from pg_index i where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate
    and i.indpred is null and i.indnkeyatts = 1 and i.indkey[0] = a.attnum) then 't' end,
  (select json_build_array(rn.nspname, rc.relname)::text from pg_constraint k
    join pg_class rc on rc.oid = k.confrelid join pg_namespace rn on rn.oid = rc.relnamespace
    where k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum] limit 1),
  concat(case when has_column_privilege(c.oid, a.attnum, 'insert') then 'i' end,
         case when has_column_privilege(c.oid, a.attnum, 'update') then 'u' end)
from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
where c.relkind in ('r', 'p', 'v', 'f') and not c.relispartition
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and has_schema_privilege(n.oid, 'usage')
`;
const inOrder = "order by n.nspname, c.relname, a.attnum";

export function* describe(config: Config): Conversation<readonly ObjectSchema[]> {
  const rows = yield* rowsOf({ sql: `${catalogue} ${inOrder}` });
  const home = schemaOf(config);
  const tables = new Map<string, (readonly Cell[])[]>();
  for (const row of rows) {
    const name = objectName({ schema: row[0] ?? "", table: row[1] ?? "" }, home);
    const columns = tables.get(name);
    if (columns === undefined) tables.set(name, [row]);
    else columns.push(row);
  }
  const objects = [...tables].map(([name, columns]) => objectOf(name, columns, home));
  return [...objects.filter(({ modes, readable }) => modes.length > 0 || readable), made];
}

/** Columns of one table; undefined: there is none, and it may be that it is still to be made. */
export function* fieldsNow(
  config: Config,
  { object }: { readonly object: string },
): Conversation<readonly FieldSchema[] | undefined> {
  const home = schemaOf(config);
  const table = literal(sqlName(tableOf(object, home)));
  const rows = yield* rowsOf({ sql: `${catalogue} and c.oid = to_regclass(${table}) ${inOrder}` });
  return rows.length === 0 ? undefined : rows.map((column) => fieldOf(column, column[2] ?? "", home));
}

/** A table that is not there yet: its columns are what the sync maps. */
const made: ObjectSchema = {
  name: "*",
  label: "New table",
  description: "A table that is not there yet. With create: true it is made from the mapped fields.",
  modes: ["insert", "update", "upsert", "mirror", "append"],
  removals: ["delete", "clear", "keep"],
  fields: [],
  open: true,
  match: "required",
  readable: true,
  whole: true,
};

function objectOf(name: string, columns: readonly (readonly Cell[])[], home: string): ObjectSchema {
  const [, , kind, comment, updatable, rights] = columns[0] ?? [];
  const fields = columns.map((column) => fieldOf(column, kind ?? "", home));
  const can = rightsOf(rights ?? "", kind ?? "", Number(updatable ?? 0));
  const isFound = fields.some(({ unique, readOnly }) => unique === true && readOnly !== true) && can.read;
  const modes = modesOf(can, isFound);
  const clears = modes.includes("mirror");
  const removals: OnRemoved[] = clears ? [...(can.remove ? (["delete"] as const) : []), "clear", "keep"] : [];
  return {
    name,
    label: name,
    ...(comment === null || comment === undefined || comment === "" ? {} : { description: comment }),
    modes,
    removals,
    fields,
    match: modes.some((mode) => mode !== "append") ? "required" : "none",
    readable: isFound,
    whole: true,
  };
}

interface Rights {
  readonly read: boolean;
  readonly insert: boolean;
  readonly update: boolean;
  readonly remove: boolean;
}

/** What the role may do and the table can: a view only where PostgreSQL writes through it (2^2 update, 2^3 insert, 2^4 delete). */
function rightsOf(rights: string, kind: string, updatable: number): Rights {
  const takes = (bit: number): boolean => kind === "r" || kind === "p" || (updatable & bit) !== 0;
  return {
    read: rights.includes("s"),
    insert: rights.includes("i") && takes(8),
    update: rights.includes("u") && takes(4),
    remove: rights.includes("d") && takes(16),
  };
}

/** Rows are loaded into a table that is made like this one, for which the server wants the right to read it. */
function modesOf({ read, insert, update }: Rights, isFound: boolean): readonly Mode[] {
  const modes: Mode[] = [];
  if (insert && isFound) modes.push("insert");
  if (update && isFound) modes.push("update");
  if (insert && update && isFound) modes.push("upsert", "mirror");
  if (insert && read) modes.push("append");
  return modes;
}

function fieldOf(column: readonly Cell[], kind: string, home: string): FieldSchema {
  const [name, base, domain, notNull, hasDefault, identity, generated, labels, comment, unique, reference, rights] =
    column.slice(6);
  const native = base ?? "";
  const options = textsIn(labels);
  const maxLength = lengthOf(native);
  const isMade = identity === "a" || (generated ?? "") !== "" || rights === "";
  const isFilled = hasDefault === "t" || (identity ?? "") !== "";
  const [schema, table] = textsIn(reference) ?? [];
  return {
    name: name ?? "",
    type: options === undefined ? fieldType(native) : "option",
    ...(comment === null || comment === undefined || comment === "" ? {} : { description: comment }),
    native: domain === null || domain === undefined ? native : `${native}, domain ${domain}`,
    ...(notNull === "t" && !isFilled && !isMade ? { required: true } : {}),
    ...(isMade ? { readOnly: true } : {}),
    ...(unique === "t" && (kind === "r" || kind === "p") ? { unique: true } : {}),
    ...(native === "citext" ? { matchForm: "lowercase" as const } : {}),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(options === undefined ? {} : { options: options.map((value) => ({ value })) }),
    ...(table === undefined ? {} : { references: objectName({ schema: schema ?? "", table }, home) }),
  };
}

/** A list that the catalogue gives as JSON. */
function textsIn(cell: Cell | undefined): readonly string[] | undefined {
  const list = parseJson(cell ?? "");
  return Array.isArray(list) ? list.filter((one) => typeof one === "string") : undefined;
}
