/** The account's objects and properties as Sluice knows them. */
import {
  type Config,
  type Conversation,
  type FieldSchema,
  type FieldType,
  type HttpResponse,
  type ObjectSchema,
} from "../destination";
import { SyncFailure } from "../../failure";
import { type Mode, type OnRemoved } from "../../record";
import {
  fieldsOf,
  type Fields,
  http,
  listOf,
  nextPage,
  paths,
  reading,
  recordId,
  standardObjects,
  textOf,
} from "./api";
import { refusal } from "./answers";
import { maxText } from "./fields";

const recordModes: readonly Mode[] = ["insert", "update", "upsert", "mirror"];

/** Objects that the token may not see are left out; a token that may see none cannot be of use. */
export function* describe(_config: Config, options: Config = {}): Conversation<readonly ObjectSchema[]> {
  const objects: ObjectSchema[] = [];
  let refused: HttpResponse | undefined;
  const custom = yield* customSchemas();
  for (const schema of [...standardObjects.map((name) => ({ name }) as Fields), ...custom]) {
    const name = objectName(schema, objects);
    const properties = yield* propertiesOf(name);
    if ("status" in properties) {
      refused = properties;
      continue;
    }
    const required = custom.includes(schema) ? schema["requiredProperties"] : yield* requiredOf(name);
    objects.push(recordObject(name, schema, properties, new Set(Array.isArray(required) ? required.map(String) : [])));
  }
  if (objects.length === 0 && refused) {
    throw new SyncFailure(
      "scopes-missing",
      `HubSpot lets this token see no object: ${refusal(refused).reason}`,
      "Give the private app or OAuth app the scopes crm.objects.*.read and write and crm.schemas.*.read.",
    );
  }
  return [...objects, association(options), list];
}

/** What is mapped is rarely sensitive: the second request is only made where something is missing from the first. */
export function* fieldsNow(
  _config: Config,
  { object, names }: { readonly object: string; readonly names: readonly string[] },
): Conversation<readonly FieldSchema[] | undefined> {
  if (object === "association" || object === "list") return undefined;
  const found = yield* propertiesOf(object, names);
  return "status" in found ? undefined : found.map((property) => fieldOf(property, object, new Set()));
}

/** The schema's own name is the same in every account; it gives way where another object has it already. */
function objectName(schema: Fields, taken: readonly ObjectSchema[]): string {
  const name = textOf(schema["name"]) ?? "";
  const clash = ["association", "list"].includes(name) || taken.some((object) => object.name === name);
  return clash ? (textOf(schema["fullyQualifiedName"]) ?? `p_${name}`) : name;
}

/** None where the subscription has no custom objects, or the token no scope for them. */
function* customSchemas(): Conversation<readonly Fields[]> {
  const response = http(yield reading("GET", paths.schemas, { query: { archived: "false" } }));
  return response.status === 200 ? listOf(fieldsOf(response.json)["results"]) : [];
}

function* requiredOf(object: string): Conversation<unknown> {
  const response = http(yield reading("GET", paths.schema(object)));
  return response.status === 200 ? fieldsOf(response.json)["requiredProperties"] : [];
}

/** Properties of every sensitivity, or until all of `names` are found; or the refusal, where the token has no scope for the object. */
function* propertiesOf(object: string, names?: readonly string[]): Conversation<readonly Fields[] | HttpResponse> {
  const found = new Map<string, Fields>();
  for (const sensitivity of ["non_sensitive", "sensitive"]) {
    if (names?.every((name) => found.has(name)) === true) break;
    let after: string | undefined;
    do {
      const query = { archived: "false", dataSensitivity: sensitivity, ...(after !== undefined && { after }) };
      const response = http(yield reading("GET", paths.properties(object), { query }));
      if (response.status !== 200) {
        if (sensitivity === "non_sensitive") return response;
        break;
      }
      const body = fieldsOf(response.json);
      for (const property of listOf(body["results"])) found.set(textOf(property["name"]) ?? "", property);
      after = nextPage(body);
    } while (after !== undefined);
  }
  found.delete("");
  return [...found.values()].filter((property) => property["archived"] !== true);
}

function recordObject(
  name: string,
  schema: Fields,
  properties: readonly Fields[],
  required: ReadonlySet<string>,
): ObjectSchema {
  const label = textOf(fieldsOf(schema["labels"])["plural"]) ?? name.charAt(0).toUpperCase() + name.slice(1);
  const description = textOf(schema["description"]);
  const removals: readonly OnRemoved[] =
    name === "contacts" ? ["archive", "delete", "clear", "keep"] : ["archive", "clear", "keep"];
  return {
    name,
    label,
    ...(description ? { description } : {}),
    modes: recordModes,
    removals,
    fields: properties.map((property) => fieldOf(property, name, required)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    match: name === "contacts" ? "required" : "optional",
    readable: true,
  };
}

const types: Readonly<Record<string, FieldType>> = {
  string: "text",
  number: "number",
  bool: "boolean",
  date: "date",
  datetime: "instant",
  phone_number: "text",
};

function fieldOf(property: Fields, object: string, required: ReadonlySet<string>): FieldSchema {
  const name = textOf(property["name"]) ?? "";
  const [native, fieldType, text] = [
    textOf(property["type"]) ?? "string",
    textOf(property["fieldType"]),
    textOf(property["description"]),
  ];
  const isId = name === recordId;
  const isEmail = object === "contacts" && name === "email";
  const enumeration = native === "enumeration" ? (fieldType === "checkbox" ? "options" : "option") : undefined;
  const type = isId ? "reference" : (enumeration ?? types[native] ?? "text");
  const metadata = fieldsOf(property["modificationMetadata"]);
  const locked = metadata["readOnlyValue"] === true || property["calculated"] === true;
  const format =
    isEmail || fieldType === "email"
      ? "email"
      : native === "phone_number" || fieldType === "phonenumber"
        ? "phone"
        : undefined;
  // Options kept elsewhere (owners) are not listed: HubSpot alone can judge such a value.
  const options =
    enumeration && property["externalOptions"] !== true
      ? listOf(property["options"]).filter((one) => one["hidden"] !== true)
      : [];
  return {
    name,
    type,
    label: textOf(property["label"]) ?? name,
    ...(text ? { description: text } : {}),
    ...(required.has(name) && { required: true }),
    // The record's id may be mapped, as the match: it is never sent as a property.
    ...(locked && !isId && { readOnly: true }),
    ...((property["hasUniqueValue"] === true || isEmail || isId) && { unique: true }),
    ...(isEmail && { matchForm: "trimmed-lowercase" }),
    ...(format && { format }),
    ...(type === "text" && !isEmail && { maxLength: maxText }),
    ...(options.length > 0 && {
      options: options.map((one) => ({ value: textOf(one["value"]) ?? "", label: textOf(one["label"]) ?? "" })),
    }),
    ...(isId && { references: object }),
    native: fieldType === undefined ? native : `${native} (${fieldType})`,
  };
}

/** A pair of records. Its id here is "from:to", so that a removal knows the pair. */
function association(options: Config): ObjectSchema {
  const [from, to] = [textOf(options["from"]), textOf(options["to"])];
  const side = (name: string, label: string, references: string | undefined): FieldSchema => ({
    name,
    type: "reference",
    label,
    description: "A record's id: a column of ids, or a lookup (`{ lookup: contacts, by: email, column: email }`).",
    required: true,
    ...(references !== undefined && { references }),
    native: "record id",
  });
  return {
    name: "association",
    label: "Association",
    description: "A link between two records, given by their ids. Options: from, to and, if wanted, label or type.",
    modes: ["insert", "upsert", "mirror"],
    removals: ["delete", "keep"],
    fields: [side("from_id", "From record", from), side("to_id", "To record", to)],
    match: "none",
    readable: false,
    whole: true,
  };
}

const list: ObjectSchema = {
  name: "list",
  label: "List membership",
  description: "A record's place in a manual or snapshot list. Option: list, the list's id.",
  modes: ["insert", "upsert", "mirror"],
  removals: ["delete", "keep"],
  fields: [
    {
      name: "record_id",
      type: "reference",
      label: "Record",
      description: "The id of the contact (or whatever the list holds). It wins over the e-mail address.",
      native: "record id",
    },
    {
      name: "email",
      type: "text",
      format: "email",
      label: "E-mail",
      description: "A contact's address, instead of its id.",
      native: "email",
    },
  ],
  match: "none",
  readable: false,
  whole: true,
};
