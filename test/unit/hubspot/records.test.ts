/** The connector against the sandbox: what ends up in the account. */
import assert from "node:assert/strict";
import { hubspot } from "../../../src/destinations/hubspot";
import { type Json } from "../../../src/value";
import { Account, change, contextOf } from "./drive";

const seeded = (contacts: Record<string, string>[]) =>
  new Account(hubspot.sandbox?.({ records: { contacts: contacts.map((properties) => ({ properties })) } }));

describe("A HubSpot sync against the sandbox", () => {
  it("creates, updates and refuses record by record, in HubSpot's own words", () => {
    const account = seeded([{ email: "b@x.io", firstname: "B" }]);
    const outcomes = account.deliver(
      [
        change(1, { match: "a@x.io", fields: { email: "A@x.io", firstname: "A" } }),
        change(2, { match: "b@x.io", fields: { email: "b@x.io", firstname: "Bea" } }),
        change(3, { match: "c@x..io", fields: { email: "c@x..io" } }),
        change(4, { match: "d@x.io", fields: { email: "d@x.io", lifecyclestage: "gold" } }),
      ],
      contextOf(),
    );
    assert.deepEqual(
      outcomes.map((one) => (one.outcome === "rejected" ? [one.code, one.field] : one)),
      [
        { outcome: "applied", id: 1, remoteId: "20002", created: true },
        { outcome: "applied", id: 2, remoteId: "20001", created: false },
        ["INVALID_EMAIL", "email"],
        ["INVALID_OPTION", "lifecyclestage"],
      ],
    );
    assert.deepEqual(
      account.records("contacts").map(({ properties }) => properties),
      [
        { email: "b@x.io", firstname: "Bea" },
        { email: "a@x.io", firstname: "A" },
      ],
    );
    assert.equal(account.requests.length, 1);
  });

  it("finds the records that had the whole batch refused", () => {
    const account = new Account();
    const changes = Array.from({ length: 8 }, (_, index) =>
      change(index + 1, {
        match: `${index}@x.io`,
        fields: { email: `${index}@x.io`, ...(index === 5 && { emial: "x" }) },
      }),
    );
    const outcomes = account.deliver(changes, contextOf());
    assert.deepEqual(
      outcomes.filter((one) => one.outcome !== "applied"),
      [
        {
          outcome: "rejected",
          id: 6,
          code: "PROPERTY_DOESNT_EXIST",
          reason: 'Property "emial" does not exist',
          field: "emial",
          status: 400,
        },
      ],
    );
    assert.equal(account.records("contacts").length, 7);
  });

  it("changes an address by the remote id", () => {
    const account = seeded([{ email: "old@x.io" }, { email: "taken@x.io" }]);
    const outcomes = account.deliver(
      [
        change(1, {
          action: "update",
          remoteId: "20001",
          match: "new@x.io",
          matchBefore: "old@x.io",
          fields: { email: "new@x.io" },
        }),
        change(2, {
          action: "update",
          remoteId: "20002",
          match: "new@x.io",
          matchBefore: "taken@x.io",
          fields: { email: "new@x.io" },
        }),
      ],
      contextOf(),
    );
    assert.deepEqual(outcomes[0], { outcome: "applied", id: 1, remoteId: "20001", created: false });
    assert.deepEqual(
      outcomes[1]?.outcome === "rejected" && outcomes[1].reason,
      "Contact already exists. Existing ID: 20001",
    );
  });

  it("updates only what exists, inserts only what does not", () => {
    const account = seeded([{ email: "a@x.io" }]);
    const update = account.deliver(
      [
        change(1, { action: "update", match: "a@x.io", fields: { firstname: "A" } }),
        change(2, { action: "update", match: "z@x.io", fields: { firstname: "Z" } }),
      ],
      contextOf({ mode: "update" }),
    );
    assert.deepEqual(
      update.map(({ outcome }) => outcome),
      ["applied", "skipped"],
    );
    const insert = account.deliver(
      [
        change(1, { match: "a@x.io", fields: { email: "a@x.io", firstname: "?" } }),
        change(2, { match: "n@x.io", fields: { email: "n@x.io" } }),
      ],
      contextOf({ mode: "insert" }),
    );
    assert.deepEqual(insert, [
      { outcome: "skipped", id: 1, reason: "HubSpot already has this record, with the id 20001." },
      { outcome: "applied", id: 2, remoteId: "20002", created: true },
    ]);
    assert.equal(account.records("contacts")[0]?.properties["firstname"], "A");
  });

  it("inserts by a unique property of one's own", () => {
    const account = new Account();
    const insert = (id: number) =>
      account.deliver(
        [change(id, { match: "7", fields: { external_id: "7", name: "Acme" } })],
        contextOf({ object: "companies", mode: "insert", match: "external_id" }),
      )[0];
    assert.deepEqual(
      [insert(1)?.outcome, insert(2)],
      ["applied", { outcome: "skipped", id: 2, reason: "HubSpot already has this record, with the id 20001." }],
    );
  });

  it("archives, erases and clears", () => {
    const account = seeded([{ email: "a@x.io", firstname: "A" }, { email: "b@x.io" }, { email: "c@x.io" }]);
    const removal = (onRemoved: "archive" | "delete" | "clear", match: string, fields: Record<string, Json> = {}) =>
      account.deliver([change(1, { action: "delete", match, fields })], contextOf({ mode: "mirror", onRemoved }))[0]
        ?.outcome;
    assert.deepEqual(
      [
        removal("clear", "a@x.io", { firstname: "" }),
        removal("archive", "b@x.io"),
        removal("delete", "c@x.io"),
        removal("archive", "nobody@x.io"),
      ],
      Array(4).fill("applied"),
    );
    assert.deepEqual(
      account.records("contacts").map(({ properties, archivedAt }) => [properties, archivedAt !== undefined]),
      [
        [{ email: "a@x.io" }, false],
        [{ email: "b@x.io" }, true],
      ],
    );
  });

  it("makes an archived contact anew when its key returns", () => {
    const account = seeded([{ email: "a@x.io" }]);
    account.deliver(
      [change(1, { action: "delete", remoteId: "20001", match: "a@x.io" })],
      contextOf({ mode: "mirror", onRemoved: "archive" }),
    );
    assert.deepEqual(account.deliver([change(1, { match: "a@x.io", fields: { email: "a@x.io" } })], contextOf()), [
      { outcome: "applied", id: 1, remoteId: "20002", created: true },
    ]);
    const stale = account.deliver(
      [change(2, { action: "update", remoteId: "20001", fields: { firstname: "A" } })],
      contextOf(),
    )[0];
    assert.equal(stale?.outcome === "rejected" && stale.code, "OBJECT_NOT_FOUND");
  });

  it("tells of a lifecycle stage that does not go back", () => {
    const account = seeded([{ email: "a@x.io", lifecyclestage: "customer" }]);
    const back = () =>
      account.deliver(
        [change(1, { match: "a@x.io", fields: { email: "a@x.io", firstname: "A", lifecyclestage: "lead" } })],
        contextOf(),
      )[0];
    const outcome = back();
    assert.deepEqual(outcome?.outcome === "applied" && outcome.refused?.map(({ field }) => field), ["lifecyclestage"]);
    assert.deepEqual(account.records("contacts")[0]?.properties, {
      email: "a@x.io",
      firstname: "A",
      lifecyclestage: "customer",
    });
    account.deliver([change(1, { match: "a@x.io", fields: { lifecyclestage: "" } })], contextOf());
    assert.deepEqual(back(), { outcome: "applied", id: 1, remoteId: "20001", created: false });
  });
});

describe("Reading HubSpot's records", () => {
  it("finds contacts by any of their addresses, whatever the case", () => {
    const account = seeded([{ email: "a@x.io", firstname: "A", hs_additional_emails: "old@x.io;older@x.io" }]);
    const ask = {
      by: "email",
      values: ["A@x.io", "older@x.io", "nobody@x.io", " a@x.io"],
      fields: ["firstname", "lastname"],
    };
    const found = account.talk(hubspot.read(ask, contextOf({ object: account.schema("contacts") })));
    const record = { remoteId: "20001", fields: { firstname: "A", lastname: null } };
    assert.deepEqual(
      [...found],
      [
        ["A@x.io", record],
        ["older@x.io", record],
        [" a@x.io", record],
      ],
    );
    assert.equal(account.requests.filter((request) => request.path.endsWith("/batch/read")).length, 1);
  });

  it("reads by id, and leaves out what cannot be one", () => {
    const account = seeded([{ email: "a@x.io" }]);
    const found = account.talk(
      hubspot.read({ by: "id", values: ["20001", "20009", "x"], fields: ["email", "hs_object_id"] }, contextOf()),
    );
    assert.deepEqual(
      [...found],
      [["20001", { remoteId: "20001", fields: { email: "a@x.io", hs_object_id: "20001" } }]],
    );
  });

  it("asks nothing for no values", () => {
    assert.deepEqual(hubspot.read({ by: "email", values: [""], fields: [] }, contextOf()).next(), {
      done: true,
      value: new Map(),
    });
  });

  it("looks contacts up by address in batches of a hundred", () => {
    const account = seeded(Array.from({ length: 150 }, (_, index) => ({ email: `${index}@x.io` })));
    const values = [...Array.from({ length: 150 }, (_, index) => `${index}@x.io`), "nobody@x.io"];
    const found = account.talk(hubspot.lookup({ object: "contacts", by: "email", values }, {}));
    assert.deepEqual([found.size, found.get("0@x.io"), account.requests.length], [150, ["20001"], 2]);
  });

  it("looks companies up by domain, and gives all that match", () => {
    const companies = [
      ["Acme", "acme.io"],
      ["Acme II", "Acme.io"],
      ["Acme III", "acme.io"],
      ["Beta", "Beta.io"],
    ].map(([name = "", domain = ""]) => ({ properties: { name, domain } }));
    const account = new Account(hubspot.sandbox?.({ records: { companies } }));
    const found = account.talk(
      hubspot.lookup({ object: "companies", by: "domain", values: ["acme.io", "BETA.io", "none.io"] }, {}),
    );
    assert.deepEqual(
      [...found],
      [
        ["acme.io", ["20001", "20003"]],
        ["BETA.io", ["20004"]],
      ],
    );
    assert.deepEqual(account.requests.at(-1)?.limits, ["search"]);
  });

  it("reads by a unique property, and pages a search to its end", () => {
    const companies = Array.from({ length: 450 }, (_, index) => ({
      properties: { external_id: String(index), domain: `${index % 3}.io` },
    }));
    const account = new Account(hubspot.sandbox?.({ records: { companies } }));
    const unique = account.talk(hubspot.lookup({ object: "companies", by: "external_id", values: ["449"] }, {}));
    assert.deepEqual([...unique], [["449", ["20450"]]]);
    const several = account.talk(hubspot.lookup({ object: "companies", by: "domain", values: ["0.io", "1.io"] }, {}));
    assert.deepEqual([several.get("0.io")?.length, several.get("1.io")?.length], [150, 150]);
  });

  it("halves a search that would give more than HubSpot pages", () => {
    const companies = Array.from({ length: 10_300 }, (_, index) => ({ properties: { city: `C${index % 2}` } }));
    const account = new Account(hubspot.sandbox?.({ records: { companies } }));
    const found = account.talk(hubspot.lookup({ object: "companies", by: "city", values: ["C0", "C1"] }, {}));
    assert.deepEqual(
      [...found.values()].map((ids) => ids.length),
      [5_150, 5_150],
    );
  });
});

describe("HubSpot's objects", () => {
  it("are described with what a mapping must know", () => {
    const account = new Account();
    const contacts = account.schema("contacts");
    const field = (name: string) => contacts.fields.find((one) => one.name === name);
    assert.deepEqual(field("email"), {
      name: "email",
      type: "text",
      label: "Email",
      unique: true,
      matchForm: "trimmed-lowercase",
      format: "email",
      native: "string (text)",
    });
    assert.deepEqual(
      [field("createdate")?.readOnly, field("external_id")?.unique, field("firstname")?.maxLength],
      [true, true, 65_536],
    );
    assert.deepEqual(field("hs_buying_role")?.type, "options");
    // Hidden options cannot be chosen any more; owners are kept elsewhere.
    assert.ok(!field("hs_buying_role")?.options?.some(({ value }) => value === "OTHER"));
    assert.deepEqual([field("hubspot_owner_id")?.type, field("hubspot_owner_id")?.options], ["option", undefined]);
    assert.deepEqual(
      ["last_seen_at", "last_order_date", "is_subscribed", "lifetime_value", "phone"].map((name) => field(name)?.type),
      ["instant", "date", "boolean", "number", "text"],
    );
    assert.deepEqual([field("phone")?.format, field("tax_number")?.label], ["phone", "Tax number"]);
    assert.deepEqual(
      [contacts.match, account.schema("companies").removals],
      ["required", ["archive", "clear", "keep"]],
    );
    const deals = account.schema("deals").fields.filter(({ required }) => required);
    assert.deepEqual(
      deals.map(({ name }) => name),
      ["dealname", "dealstage"],
    );
  });

  it("include the account's own", () => {
    const account = new Account();
    const made = account.call("POST", "/crm-object-schemas/2026-03/schemas", {
      name: "subscription",
      labels: { singular: "Subscription", plural: "Subscriptions" },
      requiredProperties: ["code"],
      primaryDisplayProperty: "code",
      associatedObjects: [],
      properties: [{ name: "code", label: "Code", type: "string", fieldType: "text", hasUniqueValue: true }],
    });
    assert.equal(made.status, 201);
    const schema = account.schema("subscription");
    assert.deepEqual(
      [schema.label, schema.fields.find(({ name }) => name === "code")],
      [
        "Subscriptions",
        {
          name: "code",
          type: "text",
          label: "Code",
          required: true,
          unique: true,
          maxLength: 65_536,
          native: "string (text)",
        },
      ],
    );
    const context = contextOf({ object: schema, match: "code" });
    assert.deepEqual(account.deliver([change(1, { match: "S1", fields: { code: "S1" } })], context), [
      { outcome: "applied", id: 1, remoteId: "20001", created: true },
    ]);
    const missing = account.deliver(
      [change(2, { fields: { hs_object_source: "x" } }), change(3, { fields: {} })],
      contextOf({ object: schema, mode: "insert" }),
    );
    assert.deepEqual(
      missing.map((one) => one.outcome === "rejected" && [one.code, one.field]),
      [
        ["READ_ONLY_VALUE", "hs_object_source"],
        ["VALIDATION_ERROR", "code"],
      ],
    );
  });

  it("leave out those that the token may not see, and say so when it sees none", () => {
    const account = new Account();
    const limited = (allowed: readonly string[]) => {
      const conversation = hubspot.describe({});
      let step = conversation.next();
      while (!step.done) {
        assert.ok(step.value.step === "request");
        const { path } = step.value;
        const refused = { category: "MISSING_SCOPES", message: "This app hasn't been granted all required scopes" };
        const open = path.includes("/properties/") && allowed.some((object) => path.endsWith(object));
        step = conversation.next(
          open ? account.send(step.value) : { kind: "http", status: 403, headers: {}, text: "", json: refused },
        );
      }
      return step.value.map(({ name }) => name);
    };
    assert.deepEqual(limited(["contacts"]), ["contacts", "association", "list"]);
    assert.throws(() => limited([]), { code: "scopes-missing" });
  });

  it("need their options", () => {
    const account = new Account();
    const problems = (name: string, options: Record<string, unknown>) =>
      hubspot
        .check?.({ ...contextOf({ object: account.schema(name) }), options, mode: "mirror" })
        .map(({ path }) => path[0]);
    assert.deepEqual(
      [
        problems("association", { from: "contacts" }),
        problems("list", {}),
        problems("list", { list: "1" }),
        problems("contacts", {}),
      ],
      [["to"], ["list"], [], []],
    );
  });
});
