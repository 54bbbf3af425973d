/** Properties and object schemas of the sandbox: read, and made. */
import { type SandboxResponse } from "../sandbox";
import { type Json } from "../../value";
import { fieldsOf, type Fields, listOf, texts, textOf } from "./api";
import { type Call } from "./sandbox-call";
import { type Property } from "./sandbox-property";
import { fault } from "./sandbox-errors";
import { addTable, type CustomSchema } from "./sandbox-state";
import { type Table } from "./sandbox-table";

function propertyJson(property: Property): Json {
  const { readOnly, sensitive, options, ...rest } = property;
  return {
    ...rest,
    options: options.map((option) => ({ ...option, description: "" })),
    formField: !readOnly,
    displayOrder: -1,
    archived: false,
    dataSensitivity: sensitive ? "sensitive" : "non_sensitive",
    modificationMetadata: {
      archivable: !property.hubspotDefined,
      readOnlyDefinition: property.hubspotDefined,
      readOnlyOptions: property.hubspotDefined && property.type !== "enumeration",
      readOnlyValue: readOnly,
    },
  };
}

/** GET and POST …/properties/{object}, GET and DELETE …/{object}/{name} */
export function properties(call: Call, table: Table, name: string | undefined): SandboxResponse {
  if (name === undefined) {
    if (call.method === "POST") return createProperty(call, table);
    if (call.method !== "GET") return call.wrongMethod();
    const sensitive = call.query["dataSensitivity"] === "sensitive";
    const all =
      call.query["archived"] === "true"
        ? []
        : [...table.properties.values()].filter((property) => property.sensitive === sensitive);
    return { status: 200, body: { results: all.map(propertyJson) } };
  }
  const property = table.properties.get(name);
  if (!property) return call.refuse(fault(404, "OBJECT_NOT_FOUND", `Property "${name}" does not exist`));
  if (call.method === "GET") return { status: 200, body: propertyJson(property) };
  if (call.method !== "DELETE") return call.wrongMethod();
  if (property.hubspotDefined)
    return call.refuse(
      fault(400, "VALIDATION_ERROR", `Property "${name}" is defined by HubSpot and cannot be archived`),
    );
  table.properties.delete(name);
  return { status: 204 };
}

const kinds = new Set(["string", "number", "date", "datetime", "enumeration", "bool", "phone_number"]);

function createProperty(call: Call, table: Table): SandboxResponse {
  const property = propertyOf(fieldsOf(call.json));
  const invalid = !/^[a-z][a-z0-9_]{0,99}$/.test(property.name)
    ? "The name of a property has lower-case letters, digits and underscores"
    : !kinds.has(property.type)
      ? `Invalid property type: ${property.type}`
      : property.type === "enumeration" && property.options.length === 0
        ? "An enumeration needs options"
        : undefined;
  if (invalid !== undefined) return call.refuse(fault(400, "VALIDATION_ERROR", invalid));
  if (table.properties.has(property.name))
    return call.refuse(fault(409, "OBJECT_ALREADY_EXISTS", `A property named '${property.name}' already exists.`));
  table.define(property);
  return { status: 201, body: propertyJson(property) };
}

function propertyOf(given: Fields): Property {
  const type = textOf(given["type"]) ?? "string";
  const options = listOf(given["options"]).map((option, index) => ({
    value: textOf(option["value"]) ?? "",
    label: textOf(option["label"]) ?? "",
    hidden: option["hidden"] === true,
    displayOrder: Number(option["displayOrder"] ?? index),
  }));
  const yesNo = [
    { value: "true", label: "Yes", hidden: false, displayOrder: 0 },
    { value: "false", label: "No", hidden: false, displayOrder: 1 },
  ];
  return {
    name: textOf(given["name"]) ?? "",
    label: textOf(given["label"]) ?? textOf(given["name"]) ?? "",
    type,
    fieldType: textOf(given["fieldType"]) ?? "text",
    groupName: textOf(given["groupName"]) ?? "custom_properties",
    description: textOf(given["description"]) ?? "",
    options: type === "bool" && options.length === 0 ? yesNo : options,
    hasUniqueValue: given["hasUniqueValue"] === true,
    calculated: false,
    externalOptions: given["externalOptions"] === true,
    hidden: given["hidden"] === true,
    hubspotDefined: false,
    readOnly: false,
    sensitive: given["dataSensitivity"] === "sensitive",
  };
}

/** GET and POST …/schemas, GET …/schemas/{object}. The list has custom objects only. */
export function schemas(call: Call, table: Table | undefined): SandboxResponse {
  const { state } = call;
  if (table) return call.method === "GET" ? { status: 200, body: schemaJson(call, table) } : call.wrongMethod();
  if (call.method === "POST") return createSchema(call);
  if (call.method !== "GET") return call.wrongMethod();
  const tables = state.schemas.map((schema) => state.tables.get(`p_${schema.name}`)).filter((one) => one !== undefined);
  return {
    status: 200,
    body: { results: call.query["archived"] === "true" ? [] : tables.map((one) => schemaJson(call, one)) },
  };
}

function schemaJson({ state }: Call, table: Table): Json {
  const { type } = table;
  const custom = state.schemas.find((schema) => type.name === `p_${schema.name}`);
  return {
    id: type.id.replace(/^2-/, ""),
    objectTypeId: type.id,
    name: custom?.name ?? type.singular.toUpperCase(),
    fullyQualifiedName: custom ? `p${state.portalId}_${custom.name}` : type.singular.toUpperCase(),
    labels: { singular: type.singular, plural: type.plural },
    requiredProperties: type.required,
    searchableProperties: [type.display],
    primaryDisplayProperty: type.display,
    secondaryDisplayProperties: [],
    properties: [...table.properties.values()].map(propertyJson),
    associations: [],
    archived: false,
    ...(custom && {
      createdAt: new Date(custom.createdAt).toISOString(),
      updatedAt: new Date(custom.createdAt).toISOString(),
    }),
  };
}

function createSchema(call: Call): SandboxResponse {
  const { state } = call;
  const body = fieldsOf(call.json);
  const name = textOf(body["name"]) ?? "";
  const labels = fieldsOf(body["labels"]);
  const given = listOf(body["properties"]).map(propertyOf);
  const required = texts(body["requiredProperties"] ?? []);
  const invalid = !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)
    ? "The name of an object has letters, digits and underscores"
    : required.find((one) => !given.some((property) => property.name === one)) !== undefined
      ? "requiredProperties names a property that is not among the properties"
      : undefined;
  if (invalid !== undefined) return call.refuse(fault(400, "VALIDATION_ERROR", invalid));
  if (state.schemas.some((schema) => schema.name === name))
    return call.refuse(fault(409, "OBJECT_ALREADY_EXISTS", `Object type '${name}' already exists.`));
  const schema: CustomSchema = {
    name,
    id: `2-${3_400_000 + state.schemas.length}`,
    singular: textOf(labels["singular"]) ?? name,
    plural: textOf(labels["plural"]) ?? name,
    required,
    display: textOf(body["primaryDisplayProperty"]) ?? given[0]?.name ?? "hs_object_id",
    createdAt: call.now,
  };
  state.schemas.push(schema);
  return { status: 201, body: schemaJson(call, addTable(state, schema, given)) };
}

export const noSuchObject = (name: string) =>
  fault(400, "VALIDATION_ERROR", `Unable to infer object type from: ${name}`);
