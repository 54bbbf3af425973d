/** Present values of rows by their match, and ids of related rows. */
import { SyncFailure } from "../../failure";
import {
  type Config,
  type Conversation,
  type Destination,
  type ObjectContext,
  type PresentRecord,
} from "../destination";
import { type Rows, rowsOf, tried } from "../sql/steps";
import { schemaOf } from "./connection";
import { literal, quoted, sqlName, tableOf } from "./names";

export const readSize = 1000;

type Ask = Parameters<Destination["read"]>[0];

export function* read(ask: Ask, context: ObjectContext): Conversation<ReadonlyMap<string, PresentRecord>> {
  const found = new Map<string, PresentRecord>();
  const by = ask.by === "id" ? context.match : ask.by;
  if (by === undefined || ask.values.length === 0) return found;
  if (context.options.create === true && !(yield* exists(context))) return found;
  const table = sqlName(tableOf(context.object.name, schemaOf(context.config)));
  const id = context.match ?? by;
  const fields = [...new Set(ask.fields)];
  const columns = fields.map((name) => valueOf(name, context)).join(", ");
  const sql = `select array_position($1, t.${quoted(by)}), t.${quoted(id)}::text${columns === "" ? "" : `, ${columns}`}
from ${table} t where t.${quoted(by)} = any($1)`;
  for (const { values, rows } of yield* asked(sql, ask.values)) {
    for (const [position, remoteId, ...cells] of rows) {
      const value = values[Number(position) - 1];
      if (value === undefined) continue;
      const known = fields.map((name, index) => [name, cells[index] ?? null] as const);
      const own = by === id ? value : (remoteId ?? "");
      // Nothing can be told to a row by an id that is none.
      if (own !== "") found.set(value, { remoteId: own, fields: Object.fromEntries(known) });
    }
  }
  return found;
}

/** The primary key of each related row: what a foreign key holds. */
export function* lookup(
  ask: Parameters<Destination["lookup"]>[0],
  config: Config,
): Conversation<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  if (ask.values.length === 0) return found;
  const table = sqlName(tableOf(ask.object, schemaOf(config)));
  const keys = yield* rowsOf({
    sql: `select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
where i.indrelid = to_regclass(${literal(table)}) and i.indisprimary and i.indnkeyatts = 1`,
  });
  const key = keys[0]?.[0];
  if (key === undefined || key === null) {
    throw new SyncFailure(
      "no-primary-key",
      `The table ${ask.object} has no primary key of one column, which a lookup answers with.`,
      "Give it one, or join the related id in the model.",
    );
  }
  const sql = `select array_position($1, t.${quoted(ask.by)}), t.${quoted(key)}::text
from ${table} t where t.${quoted(ask.by)} = any($1) order by 1, 2`;
  for (const { values, rows } of yield* asked(sql, ask.values)) {
    for (const [position, id] of rows) {
      const value = values[Number(position) - 1];
      if (value === undefined || id === null || id === undefined || id === "") continue;
      found.set(value, [...(found.get(value) ?? []), id]);
    }
  }
  return found;
}

/** Is the table there yet? */
export function* exists({ config, object }: Pick<ObjectContext, "config" | "object">): Conversation<boolean> {
  const table = sqlName(tableOf(object.name, schemaOf(config)));
  const [[there] = []] = yield* rowsOf({ sql: `select to_regclass(${literal(table)})::text` });
  return there !== null && there !== undefined;
}

interface Part {
  readonly values: readonly string[];
  readonly rows: Rows;
}

/** A value that the column's type cannot be is nowhere: the list is halved until it stands alone. */
function* asked(sql: string, values: readonly string[]): Conversation<readonly Part[]> {
  const parts: Part[] = [];
  const todo: (readonly string[])[] = [values];
  for (let list = todo.pop(); list !== undefined; list = todo.pop()) {
    const answer = yield* tried({ sql, parameters: [list] });
    if ("rows" in answer) parts.push({ values: list, rows: answer.rows });
    else if (list.length > 1) todo.push(list.slice(0, list.length >> 1), list.slice(list.length >> 1));
  }
  return parts;
}

/** As text, whatever its type; a list as JSON, which can be compared. */
function valueOf(name: string, { fields, object }: ObjectContext): string {
  const field = object.fields.find((one) => one.name === name) ?? fields.find((one) => one.name === name);
  const isList = field?.native?.replace(/, domain .*$/s, "").endsWith("[]") === true;
  return isList ? `to_jsonb(t.${quoted(name)})::text` : `t.${quoted(name)}::text`;
}
