/** HubSpot's addresses and answers: paths of one API version, request builders, and a careful reader of JSON. */
import { type Bucket, type Config, type HttpRequest, type HttpResponse, type Response } from "../destination";
import { SyncFailure } from "../../failure";
import { type Json } from "../../value";

/** The date version of the CRM endpoints. Bodies are those of v3; only the paths tell them apart. */
export const apiVersion = "2026-03";

/** Records in one batch request. */
export const batchSize = 100;

/** Names of the limit buckets. Search has a budget of its own. */
export const bucket = { requests: "requests", search: "search" } as const;

/** The property that holds a record's id. HubSpot refuses it as `idProperty`, so it is left out there. */
export const recordId = "hs_object_id";

export const standardObjects = ["contacts", "companies", "deals", "tickets"] as const;

/**
 * The object's name in a path. Custom objects are known by their schema's name here and as `p_<name>` there: the plain
 * name was switched off on 2025-06-24, the short form is the same in every account.
 */
export function objectPath(object: string): string {
  const known = (standardObjects as readonly string[]).includes(object) || /^(p\d*_|\d+-\d+$)/.test(object);
  return encodeURIComponent(known ? object : `p_${object}`);
}

export const paths = {
  batch: (object: string, operation: "create" | "update" | "upsert" | "archive" | "read") =>
    `/crm/objects/${apiVersion}/${objectPath(object)}/batch/${operation}`,
  gdprDelete: (object: string) => `/crm/objects/${apiVersion}/${objectPath(object)}/gdpr-delete`,
  search: (object: string) => `/crm/objects/${apiVersion}/${objectPath(object)}/search`,
  properties: (object: string) => `/crm/properties/${apiVersion}/${objectPath(object)}`,
  property: (object: string, name: string) =>
    `/crm/properties/${apiVersion}/${objectPath(object)}/${encodeURIComponent(name)}`,
  schemas: `/crm-object-schemas/${apiVersion}/schemas`,
  schema: (object: string) => `/crm-object-schemas/${apiVersion}/schemas/${objectPath(object)}`,
  associations: (from: string, to: string, operation: string) =>
    `/crm/associations/${apiVersion}/${objectPath(from)}/${objectPath(to)}/${operation}`,
  list: (list: string) => `/crm/lists/${apiVersion}/${encodeURIComponent(list)}`,
  memberships: (list: string) => `/crm/lists/${apiVersion}/${encodeURIComponent(list)}/memberships/add-and-remove`,
  account: "/account-info/v3/details",
  token: "/oauth/v1/token",
} as const;

/** A request that changes nothing. */
export function reading(
  method: "GET" | "POST",
  path: string,
  extra: { readonly json?: Json; readonly query?: Readonly<Record<string, string>>; readonly limit?: string } = {},
): HttpRequest {
  return {
    step: "request",
    method,
    path,
    ...(extra.query && { query: extra.query }),
    ...(extra.json !== undefined && { body: { json: extra.json } }),
    effect: "read",
    repeatable: true,
    limits: [extra.limit ?? bucket.requests],
  };
}

/** A request that writes the given changes. */
export function writing(
  method: "POST" | "PUT",
  path: string,
  json: Json,
  extra: { readonly changes: readonly number[]; readonly repeatable: boolean },
): HttpRequest {
  return {
    step: "request",
    method,
    path,
    body: { json },
    effect: "write",
    repeatable: extra.repeatable,
    limits: [bucket.requests],
    changes: extra.changes,
  };
}

/** The answer to a request. Anything else is a bug of whoever drives the conversation. */
export function http(response: Response): HttpResponse {
  if (response.kind !== "http") throw new Error("a request was answered by something that is no HTTP response");
  return response;
}

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(json: unknown): Fields {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Fields) : {};
}

export function listOf(json: unknown): readonly Fields[] {
  return Array.isArray(json) ? json.map(fieldsOf) : [];
}

/** Records of an answer. One that lists none is not HubSpot's: nothing is missing because it does not name it. */
export function resultsOf(body: Fields): readonly Fields[] {
  if (!Array.isArray(body["results"])) throw notHubspot();
  return listOf(body["results"]);
}

/** A record's id, which HubSpot gives of every record. */
export function idOf(record: Fields): string {
  const id = wordsOf(record["id"]);
  if (id === undefined) throw notHubspot();
  return id;
}

export function notHubspot(): SyncFailure {
  return new SyncFailure(
    "not-hubspot",
    "The address answered, but not as HubSpot does.",
    "Check the connection's base_url, and what stands between: a proxy, a gateway.",
  );
}

/** Text of a JSON scalar; undefined for null, objects and arrays. */
export function textOf(json: unknown): string | undefined {
  return typeof json === "string"
    ? json
    : typeof json === "number" || typeof json === "boolean"
      ? String(json)
      : undefined;
}

/** Text that says something; blank is as good as none. */
export function wordsOf(json: unknown): string | undefined {
  const text = textOf(json);
  return text?.trim() === "" ? undefined : text;
}

/** Texts of a list of scalars, or of one. */
export function texts(json: unknown): string[] {
  return (Array.isArray(json) ? json : [json]).map(textOf).filter((text) => text !== undefined);
}

/** Cursor of the next page, where there is one. */
export function nextPage(body: Fields): string | undefined {
  return textOf(fieldsOf(fieldsOf(body["paging"])["next"])["after"]);
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let start = 0; start < items.length; start += size) result.push(items.slice(start, start + size));
  return result;
}

/** Requests per ten seconds by subscription; HubSpot's usage guidelines, 2026. */
const burst: Readonly<Record<string, number>> = { free: 100, starter: 100, professional: 190, enterprise: 190 };

/** What one account may send. The response headers correct the first figure. */
export function limits(config: Config): readonly Bucket[] {
  return [
    { name: bucket.requests, requests: burst[String(config["tier"])] ?? 100, perMs: 10_000 },
    { name: bucket.search, requests: 5, perMs: 1_000 },
  ];
}
