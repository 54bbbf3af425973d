/** A property of the sandbox, and a short way to write one down. */

/** A property as the sandbox keeps it; its wire form is made in sandbox-schema.ts. */
export interface Property {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly fieldType: string;
  readonly groupName: string;
  readonly description: string;
  readonly options: readonly Option[];
  readonly hasUniqueValue: boolean;
  readonly calculated: boolean;
  readonly externalOptions: boolean;
  readonly hidden: boolean;
  readonly hubspotDefined: boolean;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
}
export interface Option {
  readonly label: string;
  readonly value: string;
  readonly hidden: boolean;
  readonly displayOrder: number;
}

export interface ObjectType {
  /** Name in paths. */
  readonly name: string;
  readonly id: string;
  readonly singular: string;
  readonly plural: string;
  readonly required: readonly string[];
  readonly display: string;
  readonly properties: readonly Property[];
  /** What a fresh account of the sandbox has added itself. */
  readonly added: readonly Property[];
}

interface Extra {
  readonly options?: readonly (string | readonly [value: string, label: string])[];
  readonly fieldType?: string;
  readonly hidden?: readonly string[];
  readonly unique?: true;
  readonly readOnly?: true;
  readonly calculated?: true;
  readonly external?: true;
  readonly sensitive?: true;
  readonly custom?: true;
}

const usual: Readonly<Record<string, string>> = {
  string: "text",
  number: "number",
  date: "date",
  datetime: "date",
  enumeration: "select",
  bool: "booleancheckbox",
  phone_number: "phonenumber",
};

export function property(name: string, label: string, type = "string", extra: Extra = {}): Property {
  const options =
    type === "bool"
      ? ([
          ["true", "Yes"],
          ["false", "No"],
        ] as const)
      : (extra.options ?? []);
  return {
    name,
    label,
    type,
    fieldType: extra.fieldType ?? usual[type] ?? "text",
    groupName: extra.custom ? "custom_properties" : "information",
    description: "",
    options: options.map((option, displayOrder) => {
      const [value, text] = typeof option === "string" ? [option, option] : option;
      return { value, label: text, hidden: extra.hidden?.includes(value) ?? false, displayOrder };
    }),
    hasUniqueValue: extra.unique ?? false,
    calculated: extra.calculated ?? false,
    externalOptions: extra.external ?? false,
    hidden: false,
    hubspotDefined: !extra.custom,
    readOnly: extra.readOnly ?? extra.calculated ?? false,
    sensitive: extra.sensitive ?? false,
  };
}
