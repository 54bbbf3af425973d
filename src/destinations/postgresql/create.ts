/** Makes the table that a sync with `create: true` names, where it is not there yet. */
import { type Conversation, type DeliverContext } from "../destination";
import { columnType } from "./columns";
import { schemaOf } from "./connection";
import { quoted, sqlName, tableOf } from "./names";
import { exists } from "./read";

/** Several batches may come to it at once: they wait for each other, and the first makes it. */
export function* makeTable(context: DeliverContext): Conversation<void> {
  if (yield* exists(context)) return;
  const name = tableOf(context.object.name, schemaOf(context.config));
  const columns = context.fields.map((field) => `${quoted(field.name)} ${columnType(field)}`);
  const key =
    context.match === undefined || context.mode === "append" ? [] : [`primary key (${quoted(context.match)})`];
  yield {
    step: "transaction",
    effect: "write",
    object: context.object.name,
    statements: [
      { sql: "select pg_advisory_xact_lock(7359211845)" },
      { sql: `create table if not exists ${sqlName(name)} (${[...columns, ...key].join(", ")})` },
    ],
    repeatable: true,
    changes: [],
  };
}
