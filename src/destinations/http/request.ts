/** Builds the request that carries a change, or a batch of them. */
import { createHash } from "node:crypto";
import { type OutgoingChange } from "../../record";
import { type Json } from "../../value";
import { type DeliverContext, type HttpRequest } from "../destination";
import { type HttpOptions } from "./options";
import { fillPath, fillTree, type Scope } from "../template";

/** What is done with a change: one of the requests the author described. */
export interface Operation {
  readonly kind: "send" | "update" | "delete";
  readonly method: HttpRequest["method"];
  readonly path: string;
  readonly body?: Json;
  /** Records go together in one request. */
  readonly together: boolean;
  readonly repeatable: boolean;
}

export function operationFor(change: OutgoingChange, options: HttpOptions, context: DeliverContext): Operation {
  if (change.action === "delete" && context.onRemoved !== "clear") return removal(options);
  if (change.action !== "create" && options.on_update !== undefined) {
    const { method, path, body } = options.on_update;
    return {
      kind: "update",
      method,
      path,
      body: body as Json,
      together: false,
      repeatable: repeatable(method, options),
    };
  }
  return sending(options);
}

export function sending(options: HttpOptions): Operation {
  const { method, path, body, batch } = options;
  const together = batch !== undefined;
  return { kind: "send", method, path, body: body as Json, together, repeatable: repeatable(method, options) };
}

export function removal({ on_delete, ...options }: HttpOptions): Operation {
  const { method, path, body } = on_delete ?? { method: "DELETE" as const, path: "/" };
  return {
    kind: "delete",
    method,
    path,
    ...(body === undefined ? {} : { body: body as Json }),
    together: false,
    repeatable: repeatable(method, options),
  };
}

/** RFC 9110 calls PUT and DELETE idempotent; of POST and PATCH only the author, or a key the endpoint honours, can say so. */
export function repeatable(
  method: HttpRequest["method"],
  options: Pick<HttpOptions, "repeatable" | "idempotency_header">,
): boolean {
  return options.repeatable ?? (method === "PUT" || method === "DELETE" || options.idempotency_header !== undefined);
}

export type Built = { readonly request: HttpRequest } | { readonly unfit: string };

/** The request, or the placeholder of its path that the record cannot fill. */
export function build(
  operation: Operation,
  changes: readonly OutgoingChange[],
  options: HttpOptions,
  context: DeliverContext,
): Built {
  const scope = operation.together ? () => undefined : scopeOf(changes[0] as OutgoingChange, context);
  const filled = fillPath(operation.path, scope);
  if ("unfit" in filled) return filled;
  const bodies = changes.map((change) => bodyOf(operation, change, context) ?? null);
  const body = operation.body === undefined ? undefined : operation.together ? wrapped(bodies, options) : bodies[0];
  const idempotency = options.idempotency_header;
  const headers = {
    ...options.headers,
    ...(idempotency === undefined ? {} : { [idempotency]: idempotencyKey(operation, changes, context) }),
  };
  return {
    request: {
      step: "request",
      method: operation.method,
      path: filled.path,
      ...(Object.keys(filled.query).length === 0 ? {} : { query: filled.query }),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      ...(body === undefined ? {} : { body: { json: body } }),
      effect: "write",
      repeatable: operation.repeatable,
      limits: context.config.rate_limit === undefined ? [] : ["requests"],
      changes: changes.map((change) => change.id),
    },
  };
}

function wrapped(bodies: readonly Json[], { batch }: HttpOptions): Json {
  return batch?.wrap === undefined ? bodies : { [batch.wrap]: bodies };
}

function bodyOf(operation: Operation, change: OutgoingChange, context: DeliverContext): Json | undefined {
  return operation.body === "fields"
    ? fieldsOf(change, context)
    : fillTree(operation.body ?? null, scopeOf(change, context));
}

/** The fields to write and, whatever changed, the one that says which record this is. */
function fieldsOf(change: OutgoingChange, { match }: DeliverContext): Json {
  if (match === undefined || change.match === undefined || Object.hasOwn(change.fields, match)) return change.fields;
  return { [match]: change.match, ...change.fields };
}

function scopeOf(change: OutgoingChange, { match }: DeliverContext): Scope {
  return (name) => {
    if (Object.hasOwn(change.fields, name)) return change.fields[name];
    if (name === match && change.match !== undefined) return change.match;
    if (name === "key") return change.key;
    return name === "remote_id" ? change.remoteId : undefined;
  };
}

/**
 * The same for the same request, in this run or, for what is sent once (a create, an event), in any later one. An
 * update's key belongs to its run: a value that goes from A to B and back to A must be written the second time too.
 */
function idempotencyKey(operation: Operation, changes: readonly OutgoingChange[], context: DeliverContext): string {
  const once =
    context.mode === "append" || context.mode === "insert" || changes.every(({ action }) => action === "create");
  const records = changes.map(({ key, fields }) => [key, Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))]);
  const subject = [context.sync, operation.kind, records, once ? null : context.run];
  return createHash("sha256").update(JSON.stringify(subject)).digest("hex");
}
