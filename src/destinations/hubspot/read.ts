/** Reading records back, and finding related records by a field. */
import {
  type Config,
  type Conversation,
  type FieldSchema,
  type ObjectContext,
  type PresentRecord,
} from "../destination";
import { type Json } from "../../value";
import {
  batchSize,
  bucket,
  chunks,
  fieldsOf,
  type Fields,
  http,
  idOf,
  nextPage,
  paths,
  reading,
  recordId,
  resultsOf,
  textOf,
} from "./api";
import { normal } from "./fields";

interface Ask {
  readonly by: string;
  readonly values: readonly string[];
  readonly fields: readonly string[];
}

/** Present values by id or by a unique property. Records that HubSpot does not have are left out. */
export function* read(ask: Ask, context: ObjectContext): Conversation<ReadonlyMap<string, PresentRecord>> {
  const by = ask.by === "id" ? recordId : ask.by;
  const field = context.object.fields.find((one) => one.name === by) ?? { name: by, type: "text" };
  const found = new Map<string, PresentRecord>();
  for (const [value, record] of yield* recordsBy({
    object: context.object.name,
    by,
    values: ask.values,
    fields: ask.fields,
    field,
  })) {
    const properties = fieldsOf(record["properties"]);
    const remoteId = idOf(record);
    const wanted = ask.fields.map((name): [string, Json] => [name, (properties[name] ?? null) as Json]);
    found.set(value, { remoteId, fields: Object.fromEntries(wanted) });
  }
  return found;
}

/**
 * Records by id or unique property, in batches. Answers are matched by value, since they come in any order; a contact
 * also answers to its secondary addresses.
 */
export function* recordsBy(
  ask: Ask & { readonly object: string; readonly field: FieldSchema },
): Conversation<Map<string, Fields>> {
  const byId = ask.by === recordId;
  const byEmail = ask.by === "email";
  const form = (value: string) => (byEmail ? value.trim().toLowerCase() : (normal(value, ask.field) ?? ""));
  // One malformed id would have the whole batch refused, and cannot be a record's.
  const usable = ask.values.filter((value) => form(value) !== "" && (!byId || /^\d+$/.test(value)));
  const records = new Map<string, Fields>();
  for (const chunk of chunks([...new Set(usable.map(form))], batchSize)) {
    const properties = [...new Set([...ask.fields, ask.by, ...(byEmail ? ["hs_additional_emails"] : [])])];
    const json = {
      properties: properties.filter((name) => name !== recordId || ask.fields.includes(name)),
      propertiesWithHistory: [],
      ...(byId ? {} : { idProperty: ask.by }),
      inputs: chunk.map((id) => ({ id })),
    };
    const body = fieldsOf(http(yield reading("POST", paths.batch(ask.object, "read"), { json })).json);
    for (const record of resultsOf(body)) {
      for (const value of byId ? [idOf(record)] : answersTo(record, ask.by).map(form)) {
        if (!records.has(value)) records.set(value, record);
      }
    }
  }
  const found = new Map<string, Fields>();
  for (const value of usable) {
    const record = records.get(form(value));
    if (record) found.set(value, record);
  }
  return found;
}

function answersTo(record: Fields, by: string): string[] {
  const properties = fieldsOf(record["properties"]);
  const others = by === "email" ? (textOf(properties["hs_additional_emails"]) ?? "").split(";") : [];
  return [textOf(properties[by]) ?? "", ...others].filter((value) => value.trim() !== "");
}

/** Ids of the records whose field holds each value. Unique properties are read in batches, others searched for. */
export function* lookup(
  ask: { readonly object: string; readonly by: string; readonly values: readonly string[] },
  _config: Config,
): Conversation<ReadonlyMap<string, readonly string[]>> {
  if (ask.values.length === 0) return new Map();
  const by = ask.by === "id" ? recordId : ask.by;
  const field: FieldSchema = { name: by, type: "text" };
  if (!(yield* isUnique(ask.object, by))) return yield* searchFor({ ...ask, by });
  const records = yield* recordsBy({ object: ask.object, by, values: ask.values, fields: [], field });
  return new Map([...records].map(([value, record]) => [value, [idOf(record)]]));
}

function* isUnique(object: string, by: string): Conversation<boolean> {
  if (by === recordId || (object === "contacts" && by === "email")) return true;
  const response = http(yield reading("GET", paths.property(object, by)));
  return response.status === 200 && fieldsOf(response.json)["hasUniqueValue"] === true;
}

const searchPage = 200;
/** A search gives no more than this many records, however it is paged. */
const searchLimit = 10_000;

/**
 * Search by one property with IN. HubSpot wants lower-case values there and compares without case, so an exact match is
 * preferred here. Where more match than a search can give, the values are asked for in halves.
 */
function* searchFor(ask: {
  readonly object: string;
  readonly by: string;
  readonly values: readonly string[];
}): Conversation<Map<string, readonly string[]>> {
  const found: { readonly id: string; readonly value: string }[] = [];
  const wanted = [...new Set(ask.values.map((value) => value.trim().toLowerCase()))].filter((value) => value !== "");
  const pending = chunks(wanted, batchSize);
  for (let values = pending.pop(); values; values = pending.pop()) {
    const { records, complete } = yield* search(ask.object, ask.by, values);
    if (complete || values.length === 1) found.push(...records);
    else pending.push(...chunks(values, Math.ceil(values.length / 2)));
  }
  const exact = grouped(found, (value) => value);
  const folded = grouped(found, (value) => value.trim().toLowerCase());
  const pairs = ask.values.map((value) => [value, exact.get(value) ?? folded.get(value.trim().toLowerCase())] as const);
  return new Map(pairs.filter((pair): pair is readonly [string, string[]] => pair[1] !== undefined));
}

function* search(
  object: string,
  by: string,
  values: readonly string[],
): Conversation<{ readonly records: { id: string; value: string }[]; readonly complete: boolean }> {
  const records: { id: string; value: string }[] = [];
  let after: string | undefined;
  do {
    const json = {
      filterGroups: [{ filters: [{ propertyName: by, operator: "IN", values }] }],
      properties: [by],
      sorts: [recordId],
      limit: searchPage,
      ...(after !== undefined && { after }),
    };
    const body = fieldsOf(http(yield reading("POST", paths.search(object), { json, limit: bucket.search })).json);
    for (const record of resultsOf(body)) {
      records.push({ id: idOf(record), value: textOf(fieldsOf(record["properties"])[by]) ?? "" });
    }
    if (Number(body["total"]) > searchLimit) return { records, complete: false };
    after = nextPage(body);
  } while (after !== undefined && records.length < searchLimit);
  return { records, complete: true };
}

function grouped(records: readonly { readonly id: string; readonly value: string }[], form: (value: string) => string) {
  const groups = new Map<string, string[]>();
  for (const { id, value } of records) {
    const group = groups.get(form(value));
    if (group) group.push(id);
    else groups.set(form(value), [id]);
  }
  return groups;
}
