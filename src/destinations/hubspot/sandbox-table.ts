/** The records of one object, found by id and by every unique property without looking through them all. */
import { stageOrder } from "./sandbox-contacts";
import { type ObjectType, type Property } from "./sandbox-property";
import { type Fault, fault, invalidProperties, type InvalidProperty } from "./sandbox-errors";
import { checkValue } from "./sandbox-values";

export interface SandboxRecord {
  readonly id: string;
  properties: Record<string, string>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  updatedAt: number;
  archivedAt?: number;
}

export class Table {
  readonly properties = new Map<string, Property>();
  readonly records = new Map<string, SandboxRecord>();
  /** property → value → id, of records that are not archived. */
  readonly #unique = new Map<string, Map<string, string>>();
  readonly #secondary = new Map<string, string>();

  constructor(
    readonly type: Omit<ObjectType, "properties" | "added">,
    readonly portalId: number,
  ) {}

  /** HubSpot's name for the type in its messages. */
  get caption(): string {
    return this.type.singular.toUpperCase();
  }

  get modified(): string {
    return this.type.name === "contacts" ? "lastmodifieddate" : "hs_lastmodifieddate";
  }

  define(property: Property): void {
    this.properties.set(property.name, property);
    if (this.isUnique(property.name) && !this.#unique.has(property.name)) {
      this.#unique.set(property.name, new Map());
      for (const record of this.records.values()) if (record.archivedAt === undefined) this.#index(record);
    }
  }

  isUnique(name: string): boolean {
    return (
      name !== "hs_object_id" &&
      ((this.type.name === "contacts" && name === "email") || this.properties.get(name)?.hasUniqueValue === true)
    );
  }

  /** By id, or by a unique property; a contact also by its secondary addresses. Archived records are not found. */
  find(value: string, idProperty?: string): SandboxRecord | undefined {
    const id = idProperty === undefined ? value : this.#idOf(idProperty, value);
    const record = id === undefined ? undefined : this.records.get(id);
    return record?.archivedAt === undefined ? record : undefined;
  }

  #idOf(name: string, value: string): string | undefined {
    const form = formOf(name, value);
    return this.#unique.get(name)?.get(form) ?? (name === "email" ? this.#secondary.get(form) : undefined);
  }

  /** What writing these properties to this record (undefined: a new one) would store, or why not. Changes nothing. */
  check(
    given: Readonly<Record<string, unknown>>,
    record: SandboxRecord | undefined,
  ): Readonly<Record<string, string>> | Fault {
    const values: Record<string, string> = {};
    const invalid: InvalidProperty[] = [];
    for (const [name, value] of Object.entries(given)) {
      const property = this.properties.get(name);
      const checked = property ? checkValue(property, value, record?.properties[name]) : undefined;
      if (checked && "value" in checked) values[name] = checked.value;
      else invalid.push(checked?.invalid ?? doesNotExist(name));
    }
    if (invalid.length > 0) return invalidProperties(invalid, this.portalId);
    const missing = this.type.required.filter((name) => (record ? values[name] === "" : !values[name]));
    if (missing.length > 0) {
      const verb = record ? "updating" : "creating";
      return fault(400, "VALIDATION_ERROR", `Error ${verb} ${this.caption}. Some required properties were not set.`, {
        context: { properties: missing },
      });
    }
    return this.#conflict(values, record) ?? values;
  }

  #conflict(values: Readonly<Record<string, string>>, record: SandboxRecord | undefined): Fault | undefined {
    for (const [name, value] of Object.entries(values)) {
      if (value === "" || !this.isUnique(name)) continue;
      const other = this.#idOf(name, value);
      if (other === undefined || other === record?.id) continue;
      if (name === "email") return fault(409, "CONFLICT", `Contact already exists. Existing ID: ${other}`);
      const message = `Cannot set PropertyValueCoordinates{portalId=${this.portalId}, objectTypeId=${this.type.id}, propertyName=${name}, value=${value}} on ${record?.id ?? "a new record"}. ${other} already has that value.`;
      return fault(400, "VALIDATION_ERROR", message, {
        errors: [{ message, code: "CONFLICTING_UNIQUE_VALUE", context: { propertyName: [name] } }],
      });
    }
    return undefined;
  }

  /** Stores checked values. */
  write(
    values: Readonly<Record<string, string>>,
    place: { readonly record?: SandboxRecord | undefined; readonly id: string; readonly now: number },
  ): SandboxRecord {
    const record = place.record ?? { id: place.id, properties: {}, createdAt: place.now, updatedAt: place.now };
    if (place.record) this.#unindex(record);
    for (const [name, value] of Object.entries(values)) {
      if (name === "lifecyclestage" && isStepBack(record.properties[name], value)) continue;
      if (value === "") delete record.properties[name];
      else record.properties[name] = value;
    }
    if (this.type.name === "deals") record.properties["pipeline"] ??= "default";
    if (this.type.name === "tickets") record.properties["hs_pipeline"] ??= "0";
    record.updatedAt = place.now;
    this.put(record);
    return record;
  }

  /** Takes a record in as it is: from a seed, or just written. */
  put(record: SandboxRecord): void {
    this.records.set(record.id, record);
    if (record.archivedAt === undefined) this.#index(record);
  }

  archive(record: SandboxRecord, now: number): void {
    this.#unindex(record);
    record.archivedAt = now;
  }

  /** For good, as a GDPR deletion does. */
  erase(record: SandboxRecord): void {
    this.#unindex(record);
    this.records.delete(record.id);
  }

  #index(record: SandboxRecord): void {
    for (const [name, ids] of this.#unique) {
      const value = record.properties[name];
      if (value !== undefined) ids.set(formOf(name, value), record.id);
    }
    for (const address of secondary(record)) this.#secondary.set(address, record.id);
  }

  #unindex(record: SandboxRecord): void {
    for (const [name, ids] of this.#unique) {
      const value = record.properties[name];
      if (value !== undefined && ids.get(formOf(name, value)) === record.id) ids.delete(formOf(name, value));
    }
    for (const address of secondary(record)) this.#secondary.delete(address);
  }
}

export function doesNotExist(name: string): InvalidProperty {
  return { name, error: "PROPERTY_DOESNT_EXIST", message: `Property "${name}" does not exist` };
}

function formOf(name: string, value: string): string {
  return name === "email" ? value.trim().toLowerCase() : value;
}

function secondary(record: SandboxRecord): string[] {
  return (record.properties["hs_additional_emails"] ?? "")
    .split(";")
    .map((address) => address.trim().toLowerCase())
    .filter(Boolean);
}

function isStepBack(present: string | undefined, next: string): boolean {
  return present !== undefined && next !== "" && stageOrder.indexOf(next) < stageOrder.indexOf(present);
}
