import assert from "node:assert/strict";
import { type FieldSchema, type ObjectSchema } from "../../../src/destinations/destination";
import { propose, type Proposal } from "../../../src/sync/propose";
import { type Json, type LogicalType } from "../../../src/value";
import { type Column } from "../../../src/warehouses/warehouse";

interface Case {
  /** Column: its type, or its values. */
  readonly columns: Readonly<Record<string, LogicalType | readonly Json[]>>;
  readonly fields: readonly (string | FieldSchema)[];
  readonly mapped?: readonly string[];
  readonly dismissed?: readonly string[];
  readonly key?: readonly string[];
}

function proposals({ columns, fields, mapped = [], dismissed = [], key }: Case): readonly Proposal[] {
  const object: ObjectSchema = {
    name: "o",
    modes: ["upsert"],
    removals: [],
    match: "optional",
    readable: true,
    fields: fields.map((field) => (typeof field === "string" ? { name: field, type: "text" } : field)),
  };
  const typeOf = (json: Json | undefined): LogicalType =>
    typeof json === "number" ? "number" : typeof json === "boolean" ? "boolean" : "text";
  const known = Object.entries(columns).map(([name, given]): Column => {
    const type = typeof given === "string" ? given : typeOf(given[0]);
    return { name, native: type, type };
  });
  const facts = Object.entries(columns).flatMap(([name, given]) =>
    typeof given === "string" ? [] : [{ name, nullShare: 0, distinct: given.length, examples: given.slice(0, 5) }],
  );
  return propose({
    columns: known,
    facts: { sampled: 10, more: false, columns: facts },
    object,
    mapped: mapped.map((field) => ({ field, source: { kind: "value", value: 1 }, nulls: "send", write: "always" })),
    dismissed,
    ...(key !== undefined && { key }),
  });
}

/** `field ← column` of each proposal, best first. */
const pairs = (given: Case): readonly string[] => proposals(given).map(({ field, column }) => `${field} ← ${column}`);
const option = (name: string, ...values: readonly string[]): FieldSchema => ({
  name,
  type: "option",
  options: values.map((each) => ({ value: each, label: each.charAt(0).toUpperCase() + each.slice(1) })),
});

describe("a proposal", () => {
  it("joins the same names, whatever their case, separators and plural", () => {
    for (const [column, field] of [
      ["first_name", "firstname"],
      ["FIRST_NAME", "FirstName"],
      ["firstName", "first-name"],
      ["Products Used", "products_used"],
      ["company", "companies"],
      ["industry", "hs_industry"],
      ["region_code", "Region_Code__c"],
      ["téléphone", "telephone"],
    ] as const) {
      const [found] = proposals({ columns: { [column]: "text" }, fields: [field] });
      assert.deepEqual(found?.reasons[0], "same-name", `${column} and ${field}`);
      assert.ok(found.score > 0.9);
    }
  });

  it("knows what customer data is called elsewhere, and by the field's label", () => {
    for (const [column, name, label] of [
      ["given_name", "firstname", "First Name"],
      ["surname", "lastname", "Last Name"],
      ["telephone", "phone", "Phone Number"],
      ["organisation", "company", "Company Name"],
      ["postal_code", "zip", "Postal Code"],
      ["title", "jobtitle", "Job Title"],
      ["headcount", "numberofemployees", "Number of Employees"],
      ["last_order", "last_order_date", "Last order"],
      ["cell_phone", "mobilephone", "Mobile Phone Number"],
      ["dob", "date_of_birth", "Date of Birth"],
      ["newsletter", "is_subscribed", "Subscribed"],
      ["account_manager", "csm__c", "Account Manager"],
      ["firstnmae", "firstname", "First Name"],
    ] as const) {
      const [found] = proposals({ columns: { [column]: "text" }, fields: [{ name, label, type: "text" }] });
      assert.equal(found?.field, name, column);
    }
  });

  it("leaves alone what only sounds alike", () => {
    for (const [column, field] of [
      ["company_domain", "company"],
      ["created_at", "closed_at"],
      ["billing_city", "billing_email"],
      ["id", "owner_id"],
      ["score", "source"],
      ["name", "firstname"],
      ["order_count", "country"],
      ["state", "status"],
    ] as const) {
      assert.deepEqual(pairs({ columns: { [column]: "text" }, fields: [field] }), [], `${column} and ${field}`);
    }
  });

  it("never proposes what cannot be written, is mapped, or was dismissed", () => {
    const columns = { email: "text", name: "text", city: "text" } as const;
    const fields = [{ name: "email", type: "text", readOnly: true } as const, "name", "city"];
    assert.deepEqual(pairs({ columns, fields, mapped: ["name"], dismissed: ["city"] }), []);
  });

  it("never proposes a value that the field's type cannot hold", () => {
    const columns = { amount: "boolean", closed: "number", flag: "date" } as const;
    const fields: FieldSchema[] = [
      { name: "amount", type: "number" },
      { name: "closed", type: "date" },
      { name: "flag", type: "boolean" },
    ];
    assert.deepEqual(pairs({ columns, fields }), []);
    const amount: FieldSchema = { name: "amount", type: "number" };
    assert.deepEqual(pairs({ columns: { amount: ["12.5", "3"] }, fields: [amount] }), ["amount ← amount"]);
    assert.deepEqual(pairs({ columns: { amount: ["12.5", "a lot"] }, fields: [amount] }), []);
  });

  it("knows an e-mail address by its form", () => {
    const email: FieldSchema = { name: "email", type: "text", format: "email" };
    const addresses = ["a@x.io", "b@y.io"];
    const [found] = proposals({ columns: { login: addresses }, fields: [email, "city"] });
    assert.deepEqual([found?.field, found?.reasons], ["email", ["same-type", "same-format"]]);
    assert.ok((found?.score ?? 1) < 0.8);
    assert.deepEqual(pairs({ columns: { city: addresses }, fields: ["city"] }).length, 1);
    const [misled] = proposals({ columns: { city: addresses }, fields: ["city"] });
    assert.ok((misled?.score ?? 1) < 0.8);
    assert.deepEqual(pairs({ columns: { email: ["yes", "no"] }, fields: [email] }), []);
  });

  it("knows options by their values, and makes a table of those that are labels", () => {
    const stage = option("stage", "lead", "customer");
    const [same] = proposals({ columns: { kind: ["customer", "lead"] }, fields: [stage] });
    assert.deepEqual([same?.mapping, same?.reasons], ["kind", ["same-type", "same-values"]]);
    const [labels] = proposals({ columns: { stage: ["Customer", "LEAD"] }, fields: [stage] });
    assert.deepEqual(labels?.mapping, { column: "stage", values: { Customer: "customer", LEAD: "lead" } });
    assert.ok((labels?.score ?? 0) > 0.9);
    assert.deepEqual(pairs({ columns: { stage: ["paid", "free"] }, fields: [stage] }), []);
  });

  it("writes the labels of every option where not every value was seen", () => {
    const letters = ["a", "b", "c", "d", "e", "f", "g"];
    const [found] = proposals({
      columns: { letter: letters.map((each) => each.toUpperCase()) },
      fields: [option("letter", ...letters)],
    });
    const table = Object.fromEntries(letters.map((each) => [each.toUpperCase(), each]));
    assert.deepEqual(found?.mapping, { column: "letter", values: table });
  });

  it("gives a column to one field, and names the others it would suit", () => {
    const found = proposals({
      columns: { phone_number: "text" },
      fields: [
        { name: "phone", label: "Phone", type: "text" },
        { name: "work_phone", label: "Work phone", type: "text" },
      ],
    });
    assert.deepEqual(
      found.map(({ field, also }) => [field, also]),
      [["phone", ["work_phone"]]],
    );
    assert.ok((found[0]?.score ?? 1) < 0.8);
    const contested = proposals({ columns: { tel: "text", telephone: "text" }, fields: ["phone"] });
    assert.equal(contested.length, 1);
    assert.ok((contested[0]?.score ?? 1) < 0.8);
  });

  it("takes the key for the destination's external id", () => {
    const field: FieldSchema = { name: "external_id", type: "text", unique: true };
    const [found] = proposals({ columns: { id: "number" }, fields: [field], key: ["id"] });
    assert.deepEqual([found?.field, found?.column, found?.reasons[0]], ["external_id", "id", "key"]);
    assert.deepEqual(pairs({ columns: { id: "number" }, fields: [field] }), []);
  });
});
