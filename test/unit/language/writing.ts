/** Texts with a mark where the cursor is, and a world around them. */
import { type Knowledge } from "../../../src/language/knowledge";
import { type FieldSchema, type ObjectSchema } from "../../../src/destinations/destination";

/** `mode: ‸` gives the text and the place of the mark. */
export function marked(text: string): { readonly text: string; readonly offset: number } {
  const offset = text.indexOf("‸");
  return { text: text.replace("‸", ""), offset: offset < 0 ? text.length : offset };
}

const contactFields: readonly FieldSchema[] = [
  { name: "email", type: "text", label: "E-mail", unique: true, required: true, format: "email" },
  { name: "firstname", type: "text", label: "First name", maxLength: 40 },
  {
    name: "lifecyclestage",
    type: "option",
    label: "Lifecycle stage",
    options: [
      { value: "lead", label: "Lead" },
      { value: "customer", label: "Customer" },
    ],
  },
  { name: "newsletter", type: "boolean", label: "Newsletter" },
  { name: "createdate", type: "instant", label: "Create date", readOnly: true },
];

const object = (name: string, label: string, fields: readonly FieldSchema[]): ObjectSchema => ({
  name,
  label,
  fields,
  modes: ["insert", "update", "upsert", "mirror"],
  removals: ["archive", "clear"],
  match: "required",
  readable: true,
});

export const known: Knowledge = {
  columns: [
    { name: "id", native: "INTEGER", type: "number" },
    { name: "email", native: "VARCHAR", type: "text" },
    { name: "first_name", native: "VARCHAR", type: "text" },
    { name: "plan", native: "VARCHAR", type: "text" },
  ],
  facts: [{ name: "plan", nullShare: 0.25, distinct: 2, examples: ["paid", "trial"] }],
  objects: [
    object("contacts", "Contacts", contactFields),
    object("companies", "Companies", [{ name: "domain", type: "text", label: "Domain", unique: true }]),
  ],
  connections: [
    { name: "analytics", kind: "warehouse", type: "duckdb", label: "DuckDB", sandbox: false, secrets: [] },
    {
      name: "hubspot",
      kind: "destination",
      type: "hubspot",
      label: "HubSpot",
      sandbox: true,
      secrets: ["HUBSPOT_TOKEN"],
    },
    { name: "hook", kind: "destination", type: "http", label: "HTTP", sandbox: false, secrets: [] },
    { name: "chat", kind: "destination", type: "slack", label: "Slack", sandbox: false, secrets: [] },
  ],
  syncs: [
    { name: "companies", file: "syncs/companies.sync.yaml", tags: ["crm", "daily"], description: "Firms" },
    { name: "nps", file: "syncs/nps.sync.yaml", tags: ["crm"] },
  ],
};

/** A file up to its fields. */
export const head = `model:
  sql: select * from customers
  key: id
destination:
  connection: hubspot
  object: contacts
  match: email
mode: upsert
`;
