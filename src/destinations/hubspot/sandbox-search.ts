/** POST …/{object}/search: groups joined by OR, filters within one by AND, text compared without case. */
import { type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { fieldsOf, type Fields, listOf, texts, textOf } from "./api";
import { type Call } from "./sandbox-call";
import { fault } from "./sandbox-errors";
import { shown, valueOf } from "./sandbox-objects";
import { type SandboxRecord, type Table } from "./sandbox-table";

/** No search gives more, however it is paged. */
const reach = 10_000;

export function search(call: Call, table: Table): SandboxResponse {
  const body = fieldsOf(call.json);
  const groups = listOf(body["filterGroups"]).map((group) => listOf(group["filters"]));
  const limit = Number(body["limit"] ?? 10);
  const after = Number(body["after"] ?? 0);
  const invalid = (message: string) => call.refuse(fault(400, "VALIDATION_ERROR", message));
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) return invalid("limit must be between 1 and 200");
  if (!Number.isInteger(after) || after < 0 || after + limit > reach)
    return invalid(`Cannot page beyond ${reach} results`);
  for (const filter of groups.flat()) {
    const name = textOf(filter["propertyName"]) ?? "";
    if (!table.properties.has(name))
      return invalid(`There was a problem with the request: property ${name} does not exist`);
    if (!(String(filter["operator"]) in operators)) return invalid(`Unknown operator: ${String(filter["operator"])}`);
    if (texts(filter["values"] ?? []).length > 100) return invalid("IN takes at most 100 values");
  }
  const tests = groups.map((filters) => filters.map((filter) => testOf(table, filter)));
  const query = (textOf(body["query"]) ?? "").toLowerCase();
  const hits: SandboxRecord[] = [];
  for (const record of table.records.values()) {
    if (record.archivedAt !== undefined) continue;
    if (tests.length > 0 && !tests.some((group) => group.every((test) => test(record)))) continue;
    if (query !== "" && !Object.values(record.properties).some((value) => value.toLowerCase().includes(query)))
      continue;
    hits.push(record);
  }
  sort(hits, table, body["sorts"]);
  const names = texts(body["properties"] ?? []);
  const results: Json[] = hits.slice(after, after + limit).map((record) => shown(table, record, names));
  const next = after + limit < Math.min(hits.length, reach) ? String(after + limit) : undefined;
  return {
    status: 200,
    body: { total: hits.length, results, ...(next !== undefined && { paging: { next: { after: next } } }) },
  };
}

const operators: Readonly<
  Record<
    string,
    (
      value: string | undefined,
      filter: { readonly one: string; readonly high: string; readonly many: ReadonlySet<string> },
    ) => boolean
  >
> = {
  EQ: (value, { one }) => value === one,
  NEQ: (value, { one }) => value !== one,
  LT: (value, { one }) => value !== undefined && compare(value, one) < 0,
  LTE: (value, { one }) => value !== undefined && compare(value, one) <= 0,
  GT: (value, { one }) => value !== undefined && compare(value, one) > 0,
  GTE: (value, { one }) => value !== undefined && compare(value, one) >= 0,
  BETWEEN: (value, { one, high }) => value !== undefined && compare(value, one) >= 0 && compare(value, high) <= 0,
  IN: (value, { many }) => value !== undefined && many.has(value),
  NOT_IN: (value, { many }) => value !== undefined && !many.has(value),
  HAS_PROPERTY: (value) => value !== undefined,
  NOT_HAS_PROPERTY: (value) => value === undefined,
  CONTAINS_TOKEN: (value, { one }) => tokens(value).includes(one.replaceAll("*", "")),
  NOT_CONTAINS_TOKEN: (value, { one }) => !tokens(value).includes(one.replaceAll("*", "")),
};

function tokens(value: string | undefined): string[] {
  return (value ?? "").split(/[^\p{L}\p{N}]+/u);
}

function testOf(table: Table, filter: Fields): (record: SandboxRecord) => boolean {
  const name = textOf(filter["propertyName"]) ?? "";
  const lower = (value: unknown) => (textOf(value) ?? "").toLowerCase();
  const values = {
    one: lower(filter["value"]),
    high: lower(filter["highValue"]),
    // The one place where the asker must fold case: values in capitals find nothing.
    many: new Set(texts(filter["values"] ?? [])),
  };
  const operator = operators[String(filter["operator"])];
  return (record) => operator?.(valueOf(table, record, name)?.toLowerCase(), values) ?? false;
}

function compare(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By one property; by default in the order of creation. */
function sort(records: SandboxRecord[], table: Table, sorts: unknown): void {
  const first: unknown = Array.isArray(sorts) ? sorts[0] : undefined;
  const name = textOf(first) ?? textOf(fieldsOf(first)["propertyName"]);
  if (name === undefined) return;
  const sign = fieldsOf(first)["direction"] === "DESCENDING" || name.startsWith("-") ? -1 : 1;
  const property = name.replace(/^-/, "");
  records.sort((a, b) => sign * compare(valueOf(table, a, property) ?? "", valueOf(table, b, property) ?? ""));
}
