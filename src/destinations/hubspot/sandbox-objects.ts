/** Records of the sandbox: batches and single ones. */
import { type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { fieldsOf, type Fields, listOf, texts, textOf } from "./api";
import { entry, type Fault, fault, invalidProperties, refused, several } from "./sandbox-errors";
import { type Call } from "./sandbox-call";
import { type State } from "./sandbox-state";
import { doesNotExist, type SandboxRecord, type Table } from "./sandbox-table";

interface Input {
  readonly id: string | undefined;
  readonly idProperty: string | undefined;
  readonly properties: Fields;
  readonly trace: string | undefined;
}

/** A record as answers show it. `names`: the properties asked for; absent ones are null. */
export function shown(table: Table, record: SandboxRecord, names: readonly string[]): { [key: string]: Json } {
  const { createdAt, updatedAt, archivedAt } = record;
  const wanted = new Set(["createdate", "hs_object_id", table.modified, ...names]);
  return {
    id: record.id,
    properties: Object.fromEntries(
      [...wanted].map((name): [string, Json] => [name, valueOf(table, record, name) ?? null]),
    ),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    archived: archivedAt !== undefined,
    ...(archivedAt !== undefined && { archivedAt: new Date(archivedAt).toISOString() }),
  };
}

/** Stored and computed properties alike. */
export function valueOf(table: Table, record: SandboxRecord, name: string): string | undefined {
  if (name === "hs_object_id") return record.id;
  if (name === "createdate") return iso(record.createdAt);
  if (name === table.modified) return iso(record.updatedAt);
  if (name === "hs_full_name_or_email") {
    return (
      [record.properties["firstname"], record.properties["lastname"]].filter(Boolean).join(" ") ||
      record.properties["email"]
    );
  }
  return record.properties[name];
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** POST …/batch/{create|update|upsert|read|archive} */
export function batch(call: Call, table: Table, operation: string): SandboxResponse {
  const body = fieldsOf(call.json);
  const inputs = listOf(body["inputs"]).map((input): Input => ({
    id: textOf(input["id"]),
    idProperty: textOf(input["idProperty"]) ?? textOf(body["idProperty"]),
    properties: fieldsOf(input["properties"]),
    trace: textOf(input["objectWriteTraceId"]),
  }));
  const wrong = unfit(table, inputs, { operation, given: Array.isArray(body["inputs"]) });
  if (wrong) return call.refuse(wrong);
  switch (operation) {
    case "read":
      return readBatch(call, table, inputs, texts(body["properties"] ?? []));
    case "archive":
      for (const { id } of inputs) {
        const record = table.find(id ?? "");
        if (record) table.archive(record, call.now);
      }
      return { status: 204 };
    default:
      return writeBatch(call, table, inputs, operation as "create" | "update" | "upsert");
  }
}

/** What has the whole batch refused, trace ids or not. */
function unfit(
  table: Table,
  inputs: readonly Input[],
  { operation, given }: { readonly operation: string; readonly given: boolean },
): Fault | undefined {
  const invalid = (message: string, context?: Record<string, readonly string[]>) =>
    fault(400, "VALIDATION_ERROR", message, context && { context });
  if (!given) return invalid("Invalid input JSON: Some required fields were not set: [inputs]");
  if (inputs.length === 0) return invalid("The batch has no inputs");
  if (inputs.length > 100)
    return invalid(`The maximum number of inputs supported in a batch request is 100; there were ${inputs.length}`);
  if (operation === "create") return unknownProperties(table, inputs);
  for (const { id, idProperty } of inputs) {
    if (id === undefined || id === "") return invalid("Invalid input JSON: Some required fields were not set: [id]");
    if (idProperty === undefined && operation !== "upsert" && !/^\d+$/.test(id))
      return invalid(`Invalid id: ${id}. Ids must be numeric, or given with an idProperty`);
  }
  const by = new Set(inputs.map(({ idProperty }) => idProperty));
  if (by.size > 1) return invalid("All inputs must have the same idProperty");
  const [idProperty] = by;
  if (operation === "upsert" && idProperty === undefined) return invalid("Upsert needs an idProperty");
  if (idProperty !== undefined && !table.isUnique(idProperty))
    return invalid(
      `Property ${idProperty} is not a unique identifier of ${table.caption} and cannot be the idProperty`,
    );
  const ids = inputs.map(({ id = "" }) => (idProperty === "email" ? id.trim().toLowerCase() : id));
  const twice = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  if (twice.length > 0)
    return invalid(`Duplicate IDs found in batch input: [${twice.join(", ")}]. IDs must be unique`, { ids: twice });
  return unknownProperties(table, inputs);
}

function unknownProperties(table: Table, inputs: readonly Input[]): Fault | undefined {
  const names = new Set(inputs.flatMap(({ properties }) => Object.keys(properties)));
  const unknown = [...names].filter((name) => !table.properties.has(name));
  return unknown.length === 0 ? undefined : invalidProperties(unknown.map(doesNotExist), table.portalId);
}

function readBatch(call: Call, table: Table, inputs: readonly Input[], names: readonly string[]): SandboxResponse {
  const found = new Map<string, SandboxRecord>();
  const missing: string[] = [];
  for (const { id = "", idProperty } of inputs) {
    const record = table.find(id, idProperty);
    if (record) found.set(record.id, record);
    else missing.push(id);
  }
  const results = [...found.values()].map((record) => shown(table, record, names));
  return several({
    status: 200,
    results,
    errors: missing.length > 0 ? [entry(gone(table, missing), [])] : [],
    now: call.now,
  });
}

function gone(table: Table, ids: readonly string[]): Fault {
  return fault(
    404,
    "OBJECT_NOT_FOUND",
    `Could not get some ${table.caption} objects, they may be deleted or not exist. Check that ids are valid.`,
    { context: { ids } },
  );
}

/** With a trace id for every input the good ones are written and the bad ones listed; without, the first bad one has all refused. */
function writeBatch(
  call: Call,
  table: Table,
  inputs: readonly Input[],
  operation: "create" | "update" | "upsert",
): SandboxResponse {
  const traced = inputs.every(({ trace }) => trace !== undefined);
  if (!traced) {
    for (const input of inputs) {
      const target = operation === "create" ? undefined : table.find(input.id ?? "", input.idProperty);
      const checked = table.check(propertiesFor(input, operation), target);
      if (isFault(checked) && (operation !== "update" || target)) return call.refuse(checked);
    }
  }
  const results: Json[] = [];
  const errors: Json[] = [];
  const missing: string[] = [];
  for (const input of inputs) {
    const record = operation === "create" ? undefined : table.find(input.id ?? "", input.idProperty);
    if (operation === "update" && !record) {
      missing.push(input.id ?? "");
      continue;
    }
    const properties = propertiesFor(input, operation);
    const checked = table.check(properties, record);
    if (isFault(checked)) {
      errors.push(entry(checked, input.trace === undefined ? [] : [input.trace]));
      continue;
    }
    const stored = save(call.state, table, { values: checked, record, now: call.now });
    results.push({
      ...shown(table, stored, Object.keys(properties)),
      ...(operation === "upsert" && { new: record === undefined }),
      ...(input.trace !== undefined && { objectWriteTraceId: input.trace }),
    });
  }
  if (missing.length > 0) errors.push(entry(gone(table, missing), []));
  return several({ status: operation === "create" ? 201 : 200, results, errors, now: call.now });
}

/** Upsert takes the id for the value of its property where that is not among the properties. */
function propertiesFor({ id, idProperty, properties }: Input, operation: string): Fields {
  return operation === "upsert" && idProperty !== undefined ? { [idProperty]: id, ...properties } : properties;
}

function isFault(checked: Readonly<Record<string, string>> | Fault): checked is Fault {
  return typeof (checked as Fault).status === "number";
}

function save(
  state: State,
  table: Table,
  what: {
    readonly values: Readonly<Record<string, string>>;
    readonly record: SandboxRecord | undefined;
    readonly now: number;
  },
): SandboxRecord {
  return table.write(what.values, {
    record: what.record,
    id: what.record?.id ?? String(state.nextId++),
    now: what.now,
  });
}

/** POST …/{object}, GET, PATCH and DELETE …/{object}/{id}, GET …/{object} */
export function single(call: Call, table: Table, id: string | undefined): SandboxResponse {
  const names = (call.query["properties"] ?? "").split(",").filter((name) => name !== "");
  if (id === undefined)
    return call.method === "POST"
      ? create(call, table)
      : call.method === "GET"
        ? page(call, table, names)
        : call.wrongMethod();
  const idProperty = call.query["idProperty"];
  if (idProperty !== undefined && !table.isUnique(idProperty))
    return call.refuse(fault(400, "VALIDATION_ERROR", `Property ${idProperty} is not a unique identifier`));
  const archived = call.query["archived"] === "true" ? table.records.get(id) : undefined;
  const record = archived?.archivedAt !== undefined ? archived : table.find(id, idProperty);
  if (call.method === "DELETE") {
    if (record) table.archive(record, call.now);
    return { status: 204 };
  }
  if (!record) return call.refuse(fault(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric."));
  if (call.method === "GET") return { status: 200, body: shown(table, record, names) };
  if (call.method !== "PATCH") return call.wrongMethod();
  const properties = fieldsOf(fieldsOf(call.json)["properties"]);
  const checked = table.check(properties, record);
  if (isFault(checked)) return call.refuse(checked);
  return {
    status: 200,
    body: shown(table, save(call.state, table, { values: checked, record, now: call.now }), Object.keys(properties)),
  };
}

function create(call: Call, table: Table): SandboxResponse {
  const properties = fieldsOf(fieldsOf(call.json)["properties"]);
  const checked = table.check(properties, undefined);
  if (isFault(checked)) return call.refuse(checked);
  const record = save(call.state, table, { values: checked, record: undefined, now: call.now });
  return { status: 201, body: shown(table, record, Object.keys(properties)) };
}

function page(call: Call, table: Table, names: readonly string[]): SandboxResponse {
  const limit = Math.min(Number(call.query["limit"] ?? 10) || 10, 100);
  const after = Number(call.query["after"] ?? 0) || 0;
  const results: Json[] = [];
  let next: string | undefined;
  const archived = call.query["archived"] === "true";
  let position = 0;
  for (const record of table.records.values()) {
    if ((record.archivedAt !== undefined) !== archived || position++ < after) continue;
    if (results.length === limit) {
      next = String(after + limit);
      break;
    }
    results.push(shown(table, record, names));
  }
  return { status: 200, body: { results, ...(next !== undefined && { paging: { next: { after: next } } }) } };
}

/** POST …/contacts/gdpr-delete: final. An address that nobody has is accepted too, and blocked. */
export function gdprDelete(call: Call, table: Table): SandboxResponse {
  const body = fieldsOf(call.json);
  const [id, idProperty] = [textOf(body["objectId"]), textOf(body["idProperty"])];
  if (id === undefined)
    return call.refuse(
      fault(400, "VALIDATION_ERROR", "Invalid input JSON: Some required fields were not set: [objectId]"),
    );
  if (idProperty !== undefined && idProperty !== "email")
    return call.refuse(fault(400, "VALIDATION_ERROR", `idProperty ${idProperty} is not supported`));
  const record = table.find(id, idProperty);
  if (!record && idProperty === undefined)
    return refused(fault(404, "OBJECT_NOT_FOUND", "resource not found"), call.correlationId);
  if (record) table.erase(record);
  return { status: 204 };
}
