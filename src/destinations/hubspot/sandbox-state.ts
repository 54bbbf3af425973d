/** Everything the sandbox remembers, and its stored form. */
import { z } from "zod";
import { type Json } from "../../value";
import { customBasics, objectTypes } from "./sandbox-catalogue";
import { type Property } from "./sandbox-property";
import { type SandboxRecord, Table } from "./sandbox-table";

const option = z.object({
  value: z.string(),
  label: z.string(),
  hidden: z.boolean().default(false),
  displayOrder: z.number().default(0),
});

const property = z.object({
  name: z.string(),
  label: z.string().default(""),
  type: z.string().default("string"),
  fieldType: z.string().default("text"),
  groupName: z.string().default("custom_properties"),
  description: z.string().default(""),
  options: z.array(option).default([]),
  hasUniqueValue: z.boolean().default(false),
  calculated: z.boolean().default(false),
  externalOptions: z.boolean().default(false),
  hidden: z.boolean().default(false),
  hubspotDefined: z.boolean().default(false),
  readOnly: z.boolean().default(false),
  sensitive: z.boolean().default(false),
});

const record = z.object({
  id: z.string().optional(),
  properties: z.record(z.string(), z.string()),
  createdAt: z.number().optional(),
  updatedAt: z.number().optional(),
  archivedAt: z.number().optional(),
});

const customSchema = z.object({
  name: z.string(),
  id: z.string(),
  singular: z.string(),
  plural: z.string(),
  required: z.array(z.string()).default([]),
  display: z.string().default("hs_object_id"),
  createdAt: z.number().default(0),
});
export type CustomSchema = z.infer<typeof customSchema>;

const label = z.object({
  from: z.string(),
  to: z.string(),
  typeId: z.number(),
  label: z.string(),
  inverse: z.number(),
});
export type Label = z.infer<typeof label>;

const list = z.object({
  id: z.string(),
  name: z.string(),
  processingType: z.enum(["MANUAL", "SNAPSHOT", "DYNAMIC"]).default("MANUAL"),
  objectTypeId: z.string().default("0-1"),
  createdAt: z.number().default(0),
  /** Record ids and when they joined. */
  members: z.array(z.tuple([z.string(), z.number()])).default([]),
});

/** A seed may leave out anything; `dump` leaves out nothing. */
const stored = z.object({
  version: z.literal(1).default(1),
  portalId: z.number().default(62515),
  /** Requests answered so far, for correlation ids. */
  requests: z.number().default(0),
  nextId: z.number().default(20_001),
  limits: z
    .object({ requests: z.number(), perMs: z.number(), search: z.number(), daily: z.number() })
    .default({ requests: 100, perMs: 10_000, search: 5, daily: 250_000 }),
  /** Tokens answered with 401. */
  expired: z.array(z.string()).default(["expired-token", "revoked-token"]),
  /** OAuth access tokens given out, and until when. */
  issued: z.record(z.string(), z.number()).default({}),
  /** Custom objects. */
  schemas: z.array(customSchema).default([]),
  /** Properties beside HubSpot's own, by object. An object that is left out has what accounts usually add. */
  properties: z.record(z.string(), z.array(property)).default({}),
  records: z.record(z.string(), z.array(record)).default({}),
  /** Every direction on its own: from object, from id, to object, to id, type ids. */
  associations: z.array(z.tuple([z.string(), z.string(), z.string(), z.string(), z.array(z.number())])).default([]),
  labels: z.array(label).default([]),
  lists: z.array(list).default([
    { id: "1", name: "Newsletter", processingType: "MANUAL", objectTypeId: "0-1", createdAt: 0, members: [] },
    { id: "2", name: "All customers", processingType: "DYNAMIC", objectTypeId: "0-1", createdAt: 0, members: [] },
  ]),
});

export interface SandboxList extends Omit<z.infer<typeof list>, "members"> {
  readonly members: Map<string, number>;
}

export interface State {
  readonly portalId: number;
  requests: number;
  nextId: number;
  readonly limits: z.infer<typeof stored>["limits"];
  readonly expired: Set<string>;
  readonly issued: Map<string, number>;
  readonly schemas: CustomSchema[];
  /** By name in paths; custom objects by p_<name>. */
  readonly tables: Map<string, Table>;
  /** "contacts:1:companies" → id there → type ids. */
  readonly associations: Map<string, Map<string, Set<number>>>;
  readonly labels: Label[];
  readonly lists: Map<string, SandboxList>;
}

const seeded = Date.UTC(2026, 0, 1);

export function stateOf(seed: Json | undefined): State {
  const given = stored.parse(seed ?? {});
  const state: State = {
    portalId: given.portalId,
    requests: given.requests,
    nextId: given.nextId,
    limits: given.limits,
    expired: new Set(given.expired),
    issued: new Map(Object.entries(given.issued)),
    schemas: given.schemas,
    tables: new Map(),
    associations: new Map(),
    labels: given.labels,
    lists: new Map(given.lists.map((one) => [one.id, { ...one, members: new Map(one.members) }])),
  };
  for (const type of objectTypes) {
    const table = new Table(type, state.portalId);
    for (const one of [...type.properties, ...(given.properties[type.name] ?? type.added)]) table.define(one);
    state.tables.set(type.name, table);
  }
  for (const schema of state.schemas) addTable(state, schema, given.properties[`p_${schema.name}`] ?? []);
  for (const [object, records] of Object.entries(given.records)) {
    const table = state.tables.get(object) ?? state.tables.get(`p_${object}`);
    if (!table) throw new Error(`the sandbox's seed has records of an object it does not know: ${object}`);
    for (const one of records) table.put(recordOf(one, () => String(state.nextId++)));
  }
  for (const [from, fromId, to, toId, types] of given.associations) {
    linksOf(state, { from, id: fromId, to }).set(toId, new Set(types));
  }
  return state;
}

function recordOf(given: z.infer<typeof record>, nextId: () => string): SandboxRecord {
  return {
    id: given.id ?? nextId(),
    properties: given.properties,
    createdAt: given.createdAt ?? seeded,
    updatedAt: given.updatedAt ?? given.createdAt ?? seeded,
    ...(given.archivedAt !== undefined && { archivedAt: given.archivedAt }),
  };
}

/** The table of a custom object, which is born with HubSpot's own properties. */
export function addTable(state: State, schema: CustomSchema, properties: readonly Property[]): Table {
  const table = new Table({ ...schema, name: `p_${schema.name}` }, state.portalId);
  for (const one of [...customBasics, ...properties]) table.define(one);
  state.tables.set(`p_${schema.name}`, table);
  return table;
}

export function linksOf(
  state: State,
  side: { readonly from: string; readonly id: string; readonly to: string },
): Map<string, Set<number>> {
  const key = `${side.from}:${side.id}:${side.to}`;
  const links = state.associations.get(key) ?? new Map<string, Set<number>>();
  state.associations.set(key, links);
  return links;
}

/** The inverse of stateOf. */
export function dumpOf(state: State): Json {
  const tables = [...state.tables];
  return {
    version: 1,
    portalId: state.portalId,
    requests: state.requests,
    nextId: state.nextId,
    limits: { ...state.limits },
    expired: [...state.expired],
    issued: Object.fromEntries(state.issued),
    schemas: state.schemas.map((schema) => ({ ...schema })),
    properties: Object.fromEntries(
      tables.map(([name, table]) => [
        name,
        [...table.properties.values()].filter((one) => !one.hubspotDefined).map(propertyJson),
      ]),
    ),
    records: Object.fromEntries(tables.map(([name, table]) => [name, [...table.records.values()].map(recordJson)])),
    associations: [...state.associations].flatMap(([key, links]) => {
      const [from = "", id = "", to = ""] = key.split(":");
      return [...links].map(([toId, types]) => [from, id, to, toId, [...types]]);
    }),
    labels: state.labels.map((one) => ({ ...one })),
    lists: [...state.lists.values()].map((one) => ({ ...one, members: [...one.members] })),
  };
}

/** A copy: what is dumped must not change with the next request. */
function recordJson(record: SandboxRecord): Json {
  return { ...record, properties: { ...record.properties } };
}

function propertyJson(property: Property): Json {
  return { ...property, options: property.options.map((option) => ({ ...option })) };
}

/** The table for a name in a path: contacts, contact, 0-1; p_x, p62515_x, 2-123. */
export function tableOf(state: State, name: string): Table | undefined {
  const direct = state.tables.get(name.toLowerCase()) ?? state.tables.get(name.replace(`p${state.portalId}_`, "p_"));
  if (direct) return direct;
  return [...state.tables.values()].find(
    ({ type }) =>
      type.id === name || (!type.name.startsWith("p_") && type.singular.toLowerCase() === name.toLowerCase()),
  );
}
