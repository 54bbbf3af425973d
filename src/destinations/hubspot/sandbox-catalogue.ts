/** The properties that every HubSpot account has, as far as a sync meets them, and some that accounts usually add. */

import { common, contacts, externalId, stages } from "./sandbox-contacts";
import { type ObjectType, type Property, property } from "./sandbox-property";

const industries = [
  "ACCOUNTING",
  "BANKING",
  "BIOTECHNOLOGY",
  "COMPUTER_SOFTWARE",
  "CONSTRUCTION",
  "CONSUMER_GOODS",
  "EDUCATION_MANAGEMENT",
  "FINANCIAL_SERVICES",
  "GOVERNMENT_ADMINISTRATION",
  "HOSPITALITY",
  "HOSPITAL_HEALTH_CARE",
  "INFORMATION_TECHNOLOGY_AND_SERVICES",
  "INSURANCE",
  "INTERNET",
  "LOGISTICS_AND_SUPPLY_CHAIN",
  "MANAGEMENT_CONSULTING",
  "MARKETING_AND_ADVERTISING",
  "MEDIA_PRODUCTION",
  "REAL_ESTATE",
  "RETAIL",
  "TELECOMMUNICATIONS",
  "TRANSPORTATION_TRUCKING_RAILROAD",
  "UTILITIES",
].map((value) => [value, sentence(value)] as const);

function sentence(value: string): string {
  const words = value.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const priority = [
  ["low", "Low"],
  ["medium", "Medium"],
  ["high", "High"],
] as const;

export const objectTypes: readonly ObjectType[] = [
  contacts,
  {
    name: "companies",
    id: "0-2",
    singular: "Company",
    plural: "Companies",
    required: [],
    display: "name",
    properties: [
      ...common("hs_lastmodifieddate"),
      property("name", "Company name"),
      property("domain", "Company Domain Name"),
      property("website", "Website URL"),
      property("phone", "Phone Number", "string", { fieldType: "phonenumber" }),
      property("description", "Description", "string", { fieldType: "textarea" }),
      property("industry", "Industry", "enumeration", { options: industries }),
      property("type", "Type", "enumeration", {
        options: [
          ["PROSPECT", "Prospect"],
          ["PARTNER", "Partner"],
          ["RESELLER", "Reseller"],
          ["VENDOR", "Vendor"],
          ["OTHER", "Other"],
        ],
      }),
      property("lifecyclestage", "Lifecycle Stage", "enumeration", { fieldType: "radio", options: stages }),
      property("numberofemployees", "Number of Employees", "number"),
      property("annualrevenue", "Annual Revenue", "number"),
      property("address", "Street Address"),
      property("address2", "Street Address 2"),
      property("city", "City"),
      property("state", "State/Region"),
      property("zip", "Postal Code"),
      property("country", "Country/Region"),
      property("timezone", "Time Zone"),
      property("founded_year", "Year Founded"),
      property("is_public", "Is Public", "bool"),
      property("closedate", "Close Date", "datetime"),
      property("linkedin_company_page", "LinkedIn Company Page"),
      property("num_associated_contacts", "Number of Associated Contacts", "number", { calculated: true }),
    ],
    added: [externalId, property("contract_end", "Contract end", "date", { custom: true })],
  },
  {
    name: "deals",
    id: "0-3",
    singular: "Deal",
    plural: "Deals",
    required: ["dealname", "dealstage"],
    display: "dealname",
    properties: [
      ...common("hs_lastmodifieddate"),
      property("dealname", "Deal Name"),
      property("pipeline", "Pipeline", "enumeration", { options: [["default", "Sales Pipeline"]] }),
      property("dealstage", "Deal Stage", "enumeration", {
        fieldType: "radio",
        options: [
          ["appointmentscheduled", "Appointment Scheduled"],
          ["qualifiedtobuy", "Qualified To Buy"],
          ["presentationscheduled", "Presentation Scheduled"],
          ["decisionmakerboughtin", "Decision Maker Bought-In"],
          ["contractsent", "Contract Sent"],
          ["closedwon", "Closed Won"],
          ["closedlost", "Closed Lost"],
        ],
      }),
      property("amount", "Amount", "number"),
      property("closedate", "Close Date", "datetime"),
      property("dealtype", "Deal Type", "enumeration", {
        fieldType: "radio",
        options: [
          ["newbusiness", "New Business"],
          ["existingbusiness", "Existing Business"],
        ],
      }),
      property("description", "Deal Description", "string", { fieldType: "textarea" }),
      property("deal_currency_code", "Currency", "enumeration", { options: ["USD", "EUR", "GBP"] }),
      property("hs_priority", "Priority", "enumeration", { options: priority }),
      property("hs_next_step", "Next step"),
      property("hs_is_closed", "Is Closed", "bool", { calculated: true }),
    ],
    added: [externalId],
  },
  {
    name: "tickets",
    id: "0-5",
    singular: "Ticket",
    plural: "Tickets",
    required: ["hs_pipeline_stage"],
    display: "subject",
    properties: [
      ...common("hs_lastmodifieddate"),
      property("subject", "Ticket name"),
      property("content", "Ticket description", "string", { fieldType: "textarea" }),
      property("hs_pipeline", "Pipeline", "enumeration", { options: [["0", "Support Pipeline"]] }),
      property("hs_pipeline_stage", "Ticket status", "enumeration", {
        options: [
          ["1", "New"],
          ["2", "Waiting on contact"],
          ["3", "Waiting on us"],
          ["4", "Closed"],
        ],
      }),
      property("hs_ticket_priority", "Priority", "enumeration", {
        options: [
          ["LOW", "Low"],
          ["MEDIUM", "Medium"],
          ["HIGH", "High"],
          ["URGENT", "Urgent"],
        ],
      }),
      property("hs_ticket_category", "Category", "enumeration", {
        fieldType: "checkbox",
        options: [
          ["PRODUCT_ISSUE", "Product Issue"],
          ["BILLING_ISSUE", "Billing Issue"],
          ["FEATURE_REQUEST", "Feature Request"],
          ["GENERAL_INQUIRY", "General Inquiry"],
        ],
      }),
      property("source_type", "Source", "enumeration", {
        options: [
          ["CHAT", "Chat"],
          ["EMAIL", "Email"],
          ["FORM", "Form"],
          ["PHONE", "Phone"],
        ],
      }),
      property("closed_date", "Close date", "datetime"),
      property("hs_resolution", "Resolution", "enumeration", {
        options: ["ISSUE_FIXED", "PASSED_TO_ENGINEERING", "SELF_SERVICE"],
      }),
    ],
    added: [externalId],
  },
];

/** The properties that a custom object is born with. */
export const customBasics: readonly Property[] = common("hs_lastmodifieddate");

/** Default association types, from → to, as HubSpot numbers them. */
export const defaultAssociations: Readonly<Record<string, number>> = {
  "contacts:companies": 279,
  "companies:contacts": 280,
  "deals:contacts": 3,
  "contacts:deals": 4,
  "companies:deals": 342,
  "deals:companies": 341,
  "contacts:tickets": 15,
  "tickets:contacts": 16,
  "tickets:companies": 339,
  "companies:tickets": 340,
  "deals:tickets": 27,
  "tickets:deals": 28,
  "contacts:contacts": 449,
  "companies:companies": 450,
  "deals:deals": 451,
  "tickets:tickets": 452,
};

/** Labelled types that HubSpot brings along. */
export const primaryAssociations: Readonly<Record<string, number>> = {
  "contacts:companies": 1,
  "companies:contacts": 2,
  "deals:companies": 5,
  "companies:deals": 6,
  "tickets:companies": 26,
  "companies:tickets": 25,
};
