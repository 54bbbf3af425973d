import { SyncFailure } from "../../failure";
import { type Mode } from "../../record";
import { type Config, type Destination, type ObjectSchema } from "../destination";
import { exactJson } from "../exact-json";
import { authorize, probe } from "./account";
import { checkOptions } from "./check";
import { deliver } from "./deliver";
import { classify, refusal } from "./judge";
import { connection, options, readOptions } from "./options";
import { operationFor, removal, sending } from "./request";
import { sandbox } from "./sandbox";

/**
 * HTTP: records as JSON requests to any endpoint.
 *
 *     destination: { connection: crm, object: record, match: id, method: PUT, path: "/contacts/{{ id }}" }
 *     mode: upsert
 *     fields: { id: id, email: email }
 */
export const http: Destination = {
  type: "http",
  label: "HTTP endpoint",
  version: 1,
  documentation: `Sends each record, or each batch of records, as JSON to an endpoint of your own or of a service that Sluice has no
connector for. The connection's \`base_url\` names the host; its one object, \`record\`, takes any fields.

\`\`\`yaml
name: contacts
model:
  sql: select id, email, plan from contacts
  key: id
destination:
  connection: crm
  object: record
  match: id
  path: /contacts
  body: { id: "{{ id }}", attributes: { email: "{{ email }}", plan: "{{ plan }}" } }
  batch: { size: 100, wrap: records }
  errors: { path: errors, index: index, message: message, field: field }
  on_delete: { path: "/contacts/{{ id }}" }
  repeatable: true
mode: mirror
on_removed: delete
guards: { max_removed: 5% }
fields:
  id: id
  email: email
  plan: plan
\`\`\`

- **Repeats.** POST and PATCH are taken not to be repeatable: when an answer never comes, the record is *in doubt* and is not
  sent again until you settle it. Say \`repeatable: true\` where the endpoint upserts, or name an \`idempotency_header\`; its key is
  derived from the sync, the record's key and its values, so that a create or an event sent again by a later run is recognised too.
  With \`batch\` the key is the batch's, and only repeats within a run are.
- **Success.** Every 2xx counts, unless \`success\` says otherwise. A batch that is refused whole (400, 409, 413, 422) is sent again
  without the records that \`errors\` names, or halved until the guilty ones are found. 404 on a removal means it is gone.
- **Numbers** that JSON readers commonly round (beyond 2^53, long decimals) are sent as text. \`null\` is sent as null.`,
  connection,
  options,
  transport: "http",
  selfDescribing: true,
  place: ({ path }) => (typeof path === "string" ? path : ""),
  baseUrl,
  authorize,
  probe,
  // The requests of an endpoint are what the sync's options say, so there is nothing to ask it.
  *describe(_config, extra) {
    return [recordSchema(extra)];
  },
  *read() {
    return new Map();
  },
  readSize: 1,
  *lookup() {
    return new Map();
  },
  check: checkOptions,
  batching(context) {
    const read = readOptions(context.options);
    const operations = context.mode === "mirror" ? [sending(read), removal(read)] : [sending(read)];
    // A key of a whole batch is not recognised when a later run batches the same records differently.
    const repeatable = operations.every((operation) => operation.repeatable);
    const keyed = read.batch === undefined || read.repeatable === true || read.method === "PUT";
    return {
      size: read.batch?.size ?? 1,
      // A request of its own is answered on its own: what becomes of the next says nothing of it.
      by: (change) => {
        const { kind, together } = operationFor(change, read, context);
        return together ? kind : `${kind} ${change.id}`;
      },
      repeatable: repeatable && keyed,
    };
  },
  deliver,
  classify,
  refusal,
  limits(config) {
    const limit = connection.shape.rate_limit.safeParse(config.rate_limit).data;
    return limit === undefined ? [] : [{ name: "requests", requests: limit.requests, perMs: limit.per_seconds * 1000 }];
  },
  ...exactJson,
  sandbox,
};

function recordSchema(extra: Config | undefined): ObjectSchema {
  const { on_delete, on_update, method, body } = readOptions(extra);
  const modes: Mode[] = ["insert", "upsert", ...(on_delete === undefined ? [] : ["mirror" as const]), "append"];
  const update = on_update ?? { method, body };
  return {
    name: "record",
    label: "Record",
    description: "One JSON request a record, or a batch of them.",
    modes,
    removals: on_delete === undefined ? ["keep"] : ["delete", "clear", "keep"],
    fields: [],
    open: true,
    match: "optional",
    readable: false,
    // A PATCH of plain fields takes the changed ones; anything else stands for the whole record.
    whole: update.method !== "PATCH" || update.body !== "fields",
  };
}

function baseUrl(config: Config): string {
  if (typeof config.base_url === "string" && URL.canParse(config.base_url)) return config.base_url;
  throw new SyncFailure(
    "base-url-missing",
    "The HTTP connection has no usable base_url.",
    "Add base_url: https://… to the connection in sluice.yaml.",
  );
}
