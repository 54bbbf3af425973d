/** Contacts as a HubSpot account has them, and what other objects share with them. */
import { type ObjectType, type Property, property } from "./sandbox-property";

export const stages = [
  ["subscriber", "Subscriber"],
  ["lead", "Lead"],
  ["marketingqualifiedlead", "Marketing Qualified Lead"],
  ["salesqualifiedlead", "Sales Qualified Lead"],
  ["opportunity", "Opportunity"],
  ["customer", "Customer"],
  ["evangelist", "Evangelist"],
  ["other", "Other"],
] as const;

/** Later stages win: HubSpot ignores a step back unless the value is cleared first. */
export const stageOrder: readonly string[] = stages.map(([value]) => value);

const owner = property("hubspot_owner_id", "Owner", "enumeration", { external: true });
export function common(modified: string): Property[] {
  return [
    property("hs_object_id", "Record ID", "number", { readOnly: true, unique: true }),
    property("createdate", "Create Date", "datetime", { readOnly: true }),
    property(modified, "Last Modified Date", "datetime", { readOnly: true }),
    property("hs_object_source", "Record source", "string", { readOnly: true }),
    owner,
  ];
}

export const externalId = property("external_id", "External ID", "string", { unique: true, custom: true });

export const contacts: ObjectType = {
  name: "contacts",
  id: "0-1",
  singular: "Contact",
  plural: "Contacts",
  required: [],
  display: "email",
  properties: [
    ...common("lastmodifieddate"),
    property("email", "Email"),
    property("hs_additional_emails", "Additional email addresses", "enumeration", {
      fieldType: "checkbox",
      external: true,
    }),
    property("firstname", "First Name"),
    property("lastname", "Last Name"),
    property("salutation", "Salutation"),
    property("jobtitle", "Job Title"),
    property("company", "Company Name"),
    property("phone", "Phone Number", "string", { fieldType: "phonenumber" }),
    property("mobilephone", "Mobile Phone Number", "string", { fieldType: "phonenumber" }),
    property("fax", "Fax Number"),
    property("website", "Website URL"),
    property("address", "Street Address"),
    property("city", "City"),
    property("state", "State/Region"),
    property("zip", "Postal Code"),
    property("country", "Country/Region"),
    property("lifecyclestage", "Lifecycle Stage", "enumeration", { fieldType: "radio", options: stages }),
    property("hs_lead_status", "Lead Status", "enumeration", {
      fieldType: "radio",
      options: [
        ["NEW", "New"],
        ["OPEN", "Open"],
        ["IN_PROGRESS", "In Progress"],
        ["OPEN_DEAL", "Open Deal"],
        ["UNQUALIFIED", "Unqualified"],
        ["CONNECTED", "Connected"],
        ["BAD_TIMING", "Bad Timing"],
      ],
    }),
    property("hs_language", "Preferred language", "enumeration", {
      options: [
        ["en", "English"],
        ["de", "German"],
        ["fr", "French"],
        ["es", "Spanish"],
        ["ja", "Japanese"],
      ],
    }),
    property("hs_persona", "Persona", "enumeration", {
      options: [
        ["persona_1", "Champion"],
        ["persona_2", "Decision maker"],
      ],
    }),
    property("hs_buying_role", "Buying Role", "enumeration", {
      fieldType: "checkbox",
      options: [
        ["BLOCKER", "Blocker"],
        ["BUDGET_HOLDER", "Budget Holder"],
        ["CHAMPION", "Champion"],
        ["DECISION_MAKER", "Decision Maker"],
        ["END_USER", "End User"],
        ["INFLUENCER", "Influencer"],
        ["OTHER", "Other"],
      ],
      hidden: ["OTHER"],
    }),
    property("date_of_birth", "Date of Birth"),
    property("closedate", "Close Date", "datetime"),
    property("annualrevenue", "Annual Revenue"),
    property("numemployees", "Number of Employees", "enumeration", {
      options: ["1-5", "5-25", "25-50", "50-100", "100-500", "500-1000", "1000+"],
    }),
    property("hs_legal_basis", "Legal basis for processing contact's data", "enumeration", {
      fieldType: "checkbox",
      options: [
        "Legitimate interest – existing customer",
        "Legitimate interest – prospect/lead",
        "Freely given consent from contact",
        "Not applicable",
      ],
    }),
    property("hs_email_optout", "Unsubscribed from all email", "bool", { readOnly: true }),
    property("num_associated_deals", "Number of Associated Deals", "number", { calculated: true }),
    property("hs_full_name_or_email", "Full name or email", "string", { calculated: true }),
  ],
  added: [
    externalId,
    property("lifetime_value", "Lifetime value", "number", { custom: true }),
    property("last_order_date", "Last order", "date", { custom: true }),
    property("last_seen_at", "Last seen", "datetime", { custom: true }),
    property("is_subscribed", "Subscribed", "bool", { custom: true }),
    property("product_plan", "Plan", "enumeration", {
      custom: true,
      options: [
        ["free", "Free"],
        ["team", "Team"],
        ["business", "Business"],
      ],
    }),
    property("products_used", "Products used", "enumeration", {
      custom: true,
      fieldType: "checkbox",
      options: [
        ["editor", "Editor"],
        ["api", "API"],
        ["cli", "Command line"],
      ],
    }),
    property("tax_number", "Tax number", "string", { custom: true, sensitive: true }),
  ],
};
