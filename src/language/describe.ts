/** What a hover or a completion says of things, a line each. Plain text: names and values come from elsewhere. */
import { type FieldSchema, type ObjectSchema } from "../destinations/destination";
import { type Mode, type OnRemoved } from "../record";
import { type Json } from "../value";
import { type Column } from "../warehouses/warehouse";
import { type ColumnKnowledge, type KnownConnection } from "./knowledge";

const mostOptions = 12;

export function aboutColumn(column: Column, facts: ColumnKnowledge | undefined): readonly string[] {
  return [
    `Column of the model: ${column.native}${column.type === undefined ? ", which cannot be synced" : ""}`,
    ...aboutFacts(facts),
  ];
}

export function aboutFacts(facts: ColumnKnowledge | undefined): readonly string[] {
  if (facts === undefined) return [];
  const share = facts.nullShare === 0 ? "Never NULL" : `${percent(facts.nullShare)} NULL`;
  const examples = facts.examples.map(shown).join(" · ");
  return [
    `${share}; ${facts.distinct.toLocaleString("en-US")} different ${facts.distinct === 1 ? "value" : "values"}`,
    ...(examples === "" ? [] : [`For example ${examples}`]),
  ];
}

export function aboutField(field: FieldSchema, object: ObjectSchema): readonly string[] {
  const title = field.label === undefined || field.label === field.name ? field.name : `${field.label} (${field.name})`;
  const options = field.options ?? [];
  const more = options.length > mostOptions ? ` and ${options.length - mostOptions} more` : "";
  return [
    `${title}, a field of ${object.label ?? object.name}`,
    [typeOf(field), ...traits(field)].join(", "),
    ...(field.description === undefined || field.description === "" ? [] : [field.description]),
    ...(options.length === 0 ? [] : [`Options: ${options.slice(0, mostOptions).map(optionText).join(" · ")}${more}`]),
  ];
}

export function typeOf({ type, native }: FieldSchema): string {
  return native === undefined || native === type ? type : `${type} (${native})`;
}

export function traits(field: FieldSchema): readonly string[] {
  return [
    ...(field.required === true ? ["required"] : []),
    ...(field.unique === true ? ["identifies a record"] : []),
    ...(field.readOnly === true ? ["read-only"] : []),
    ...(field.format === undefined ? [] : [field.format]),
    ...(field.maxLength === undefined ? [] : [`at most ${field.maxLength.toLocaleString("en-US")} characters`]),
    ...(field.references === undefined ? [] : [`the id of a record of ${field.references}`]),
  ];
}

function optionText({ value, label }: { readonly value: string; readonly label?: string }): string {
  return label === undefined || label === value ? value : `${value} (${label})`;
}

export function aboutConnection({ name, kind, type, label, sandbox }: KnownConnection): readonly string[] {
  return [
    `${name}: ${label === type ? type : `${label} (${type})`}`,
    kind === "warehouse"
      ? "A warehouse connection"
      : sandbox
        ? "A destination: the simulator on this machine"
        : "A destination: the service itself",
  ];
}

export function aboutObject(object: ObjectSchema): readonly string[] {
  const writable = object.fields.filter(({ readOnly }) => readOnly !== true).length;
  return [
    object.label === undefined || object.label === object.name ? object.name : `${object.label} (${object.name})`,
    ...(object.description === undefined || object.description === "" ? [] : [object.description]),
    `Modes: ${object.modes.join(", ")}${object.removals.length === 0 ? "" : `; removed records: ${object.removals.join(", ")}`}`,
    ...(object.open === true ? ["Takes any field"] : [`${writable} fields to write`]),
  ];
}

export const aboutMode: Readonly<Record<Mode, string>> = {
  insert: "Sends rows whose key was never sent. Records that exist are left alone.",
  update: "Changes records that exist there. Rows without a record are skipped.",
  upsert: "Creates the records that are missing and changes those that exist.",
  mirror: "Like upsert; records whose rows left the model are removed as on_removed says.",
  append: "Sends each row as a message or an event. Nothing is changed afterwards.",
};

export const aboutRemoval: Readonly<Record<OnRemoved, string>> = {
  delete: "The record is deleted.",
  archive: "The record is archived: it can be restored there.",
  clear: "The record stays; its mapped fields are emptied, but for match, required and create_only ones.",
  keep: "The record stays as it is.",
};

/** What a value of an enumeration means, by its key. */
export const aboutValues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mode: aboutMode,
  on_removed: aboutRemoval,
  nulls: { send: "A NULL empties the field. The default.", skip: "A NULL leaves the field as it is." },
  write: {
    always: "With every create and update. The default.",
    create_only: "Only when the record is created.",
    if_empty: "Only while the destination has no value.",
  },
  missing: {
    reject: "The record is rejected. The default.",
    null: "The field is sent empty.",
    skip: "The field is left as it is.",
  },
  scope: {
    ledger: "Compares with what this sync sent. The default.",
    all: "Compares with everything the destination holds.",
  },
  on: { new: "Once for each key. The default.", changed: "Again when a row's values changed." },
};

export function shown(value: Json): string {
  const text = value === null ? "NULL" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 1 ? "less than 1%" : `${Math.round(value)}%`;
}
