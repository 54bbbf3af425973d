/** The simulator: that it is as strict as the service. */
import assert from "node:assert/strict";
import { hubspot } from "../../../src/destinations/hubspot";
import { type Sandbox } from "../../../src/destinations/sandbox";
import { type Json } from "../../../src/value";
import { Account, noon } from "./drive";

const path = (operation: string, object = "contacts") => `/crm/objects/2026-03/${object}/batch/${operation}`;

function write(account: Account, operation: string, inputs: readonly Json[], object?: string) {
  const { status, body } = account.call("POST", path(operation, object), { inputs });
  const errors = (body["errors"] ?? []) as { context: Record<string, string[]>; message: string; category: string }[];
  return {
    status,
    body,
    errors,
    results: (body["results"] ?? []) as { id: string; properties: Record<string, string | null> }[],
  };
}

describe("The HubSpot sandbox", () => {
  it("answers 207 where inputs carry trace ids, and refuses the whole batch where they do not", () => {
    const account = new Account();
    const bad = { properties: { email: "no" } };
    const good = { properties: { email: "a@x.io" } };
    assert.equal(write(account, "create", [good, bad]).status, 400);
    assert.deepEqual(account.records("contacts"), []);
    const traced = write(account, "create", [
      { ...good, objectWriteTraceId: "1" },
      { ...bad, objectWriteTraceId: "2" },
    ]);
    assert.deepEqual(
      [traced.status, traced.results.length, traced.errors[0]?.context],
      [207, 1, { objectWriteTraceId: ["2"] }],
    );
    assert.equal(write(account, "create", [good]).status, 409);
    assert.match(
      String(write(account, "create", [good]).body["message"]),
      /^Contact already exists\. Existing ID: \d+$/,
    );
  });

  it("refuses what the service refuses whole", () => {
    const account = new Account();
    const upsert = (id: string, more: Record<string, Json> = {}): Json => ({
      id,
      idProperty: "email",
      properties: {},
      objectWriteTraceId: id,
      ...more,
    });
    const rows: readonly (readonly [string, readonly Json[], RegExp])[] = [
      ["upsert", [upsert("a@x.io"), upsert("A@x.io")], /^Duplicate IDs found in batch input: \[a@x\.io\]/],
      ["upsert", Array.from({ length: 101 }, (_, index) => upsert(`${index}@x.io`)), /100/],
      ["upsert", [upsert("a@x.io", { properties: { emial: "x" } })], /PROPERTY_DOESNT_EXIST/],
      ["upsert", [upsert("a", { idProperty: "firstname" })], /not a unique identifier/],
      ["upsert", [upsert("1", { idProperty: "hs_object_id" })], /not a unique identifier/],
      ["update", [{ id: "x", properties: {} }], /numeric/],
      ["update", [], /no inputs/],
    ];
    for (const [operation, inputs, message] of rows) {
      const { status, body } = write(account, operation, inputs);
      assert.deepEqual([status, body["category"]], [400, "VALIDATION_ERROR"], operation);
      assert.match(String(body["message"]), message);
    }
  });

  it("judges and keeps values as the service does", () => {
    const rows: readonly (readonly [string, Json, string])[] = [
      ["email", "A@X.io", "a@x.io"],
      ["email", "a@x", "INVALID_EMAIL"],
      ["email", ".a@x.io", "INVALID_EMAIL"],
      ["email", "a@-x.io", "INVALID_EMAIL"],
      ["email", "zoë@müller.io", "zoë@müller.io"],
      ["lifetime_value", "010.500", "10.5"],
      ["lifetime_value", "-0.0", "0"],
      ["lifetime_value", 1200, "1200"],
      ["lifetime_value", "1e3", "INVALID_LONG"],
      ["lifetime_value", "ten", "INVALID_LONG"],
      ["last_order_date", "2026-01-31", "2026-01-31"],
      ["last_order_date", "1769817600000", "2026-01-31"],
      ["last_order_date", "2026-02-30", "INVALID_DATE"],
      ["last_order_date", "2026-01-31T10:00:00Z", "INVALID_DATE"],
      ["last_seen_at", "2026-01-31T10:00:00.000Z", "2026-01-31T10:00:00Z"],
      ["last_seen_at", "2026-01-31 10:00", "INVALID_DATE"],
      ["is_subscribed", true, "true"],
      ["is_subscribed", "yes", "INVALID_OPTION"],
      ["product_plan", "team", "team"],
      ["product_plan", "Team", "INVALID_OPTION"],
      ["products_used", "api;cli", "api;cli"],
      ["products_used", "api;fax", "INVALID_OPTION"],
      ["num_associated_deals", "1", "READ_ONLY_VALUE"],
      ["firstname", "x".repeat(65_537), "INVALID_LENGTH"],
      ["firstname", "🚀 'O\"B\n", "🚀 'O\"B\n"],
    ];
    for (const [name, value, expected] of rows) {
      const { status, body } = new Account().call("POST", "/crm/v3/objects/contacts", {
        properties: { [name]: value },
      });
      const found =
        status === 201
          ? (body["properties"] as Record<string, string>)[name]
          : /"error":"(\w+)"/.exec(String(body["message"]))?.[1];
      assert.equal(found, expected, `${name} ${JSON.stringify(value).slice(0, 40)}`);
    }
  });

  it("adds to a set with a leading semicolon, and clears with an empty text", () => {
    const account = new Account();
    const patch = (value: string) =>
      account.call("PATCH", "/crm/v3/objects/contacts/20001", { properties: { products_used: value } }).body[
        "properties"
      ] as Record<string, Json>;
    account.call("POST", "/crm/v3/objects/contacts", { properties: { products_used: "api" } });
    assert.deepEqual([patch(";cli")["products_used"], patch("")["products_used"]], ["api;cli", null]);
  });

  it("gives results in another order than was asked for, and the same one every time", () => {
    const order = () =>
      write(
        new Account(),
        "create",
        [1, 2, 3, 4, 5].map((id) => ({ properties: { firstname: String(id) }, objectWriteTraceId: String(id) })),
      ).results.map(({ properties }) => properties["firstname"]);
    assert.notDeepEqual(order(), ["1", "2", "3", "4", "5"]);
    assert.deepEqual(order(), order());
  });

  it("names what it could not find", () => {
    const account = new Account();
    const read = write(account, "read", [{ id: "1" }, { id: "2" }]);
    assert.deepEqual(
      [read.status, read.errors[0]?.category, read.errors[0]?.context],
      [207, "OBJECT_NOT_FOUND", { ids: ["1", "2"] }],
    );
    assert.equal(account.call("GET", "/crm/v3/objects/contacts/1").status, 404);
    assert.equal(account.call("GET", "/crm/v3/objects/vendor/1").status, 400);
    assert.equal(account.call("GET", "/crm/nonsense").status, 404);
    assert.equal(account.call("PUT", "/crm/v3/objects/contacts").status, 405);
  });

  it("keeps a unique property of one's own unique, from the moment it is made", () => {
    const account = new Account();
    account.call("POST", "/crm/properties/2026-03/contacts", {
      name: "code",
      label: "Code",
      type: "string",
      fieldType: "text",
      groupName: "g",
      hasUniqueValue: true,
    });
    const create = () => account.call("POST", "/crm/v3/objects/contacts", { properties: { code: "x" } });
    assert.deepEqual([create().status, create().status], [201, 400]);
    assert.match(JSON.stringify(create().body), /CONFLICTING_UNIQUE_VALUE/);
    assert.equal(
      account.call("POST", "/crm/v3/properties/contacts", {
        name: "code",
        label: "C",
        type: "string",
        fieldType: "text",
        groupName: "g",
      }).status,
      409,
    );
  });

  it("frees an address once its contact has another", () => {
    const account = new Account();
    const create = () => account.call("POST", "/crm/v3/objects/contacts", { properties: { email: "a@x.io" } }).status;
    assert.deepEqual([create(), create()], [201, 409]);
    account.call("PATCH", "/crm/v3/objects/contacts/20001", { properties: { email: "b@x.io" } });
    assert.deepEqual([create(), create()], [201, 409]);
  });

  it("wants a token that has not ended", () => {
    const { sandbox } = new Account();
    const status = (authorization?: string) =>
      sandbox.handle(
        {
          method: "GET",
          path: "/account-info/v3/details",
          query: {},
          headers: authorization === undefined ? {} : { authorization },
          body: "",
        },
        noon,
      );
    assert.deepEqual(
      ["Bearer any", undefined, "Bearer ", "Basic x", "Bearer expired-token"].map((one) => status(one).status),
      [200, 401, 401, 401, 401],
    );
    assert.equal((status("Bearer expired-token").body as { category: string }).category, "EXPIRED_AUTHENTICATION");
    const form = (body: string) =>
      sandbox.handle({ method: "POST", path: "/oauth/v1/token", query: {}, headers: {}, body }, noon);
    assert.deepEqual(
      [form("refresh_token=r").status, form("client_id=c&client_secret=s&refresh_token=revoked-1").status],
      [400, 400],
    );
  });

  it("takes a hundred requests in any ten seconds, and five searches in a second", () => {
    const { sandbox } = new Account();
    const ask = (at: number, search = false) =>
      sandbox.handle(
        {
          method: search ? "POST" : "GET",
          path: search ? "/crm/v3/objects/contacts/search" : "/account-info/v3/details",
          query: {},
          headers: { authorization: "Bearer t" },
          body: "{}",
        },
        at,
      );
    for (let index = 0; index < 99; index++) ask(noon + index);
    const last = ask(noon + 5_000);
    assert.deepEqual(
      [
        last.status,
        last.headers?.["X-HubSpot-RateLimit-Remaining"],
        last.headers?.["X-HubSpot-RateLimit-Max"],
        last.headers?.["X-HubSpot-RateLimit-Interval-Milliseconds"],
      ],
      [200, "0", "100", "10000"],
    );
    const over = ask(noon + 5_001);
    assert.deepEqual([over.status, (over.body as { policyName: string }).policyName], [429, "TEN_SECONDLY_ROLLING"]);
    // The window rolls: the first request leaves it ten seconds after it came, and one place is free.
    assert.deepEqual(
      [ask(noon + 10_000).status, ask(noon + 10_000).status, ask(noon + 10_001).status],
      [200, 429, 200],
    );
    const searches = Array.from({ length: 6 }, () => ask(noon + 20_000, true));
    assert.deepEqual(
      searches.map(({ status }) => status),
      [200, 200, 200, 200, 200, 429],
    );
    assert.equal(searches[0]?.headers?.["X-HubSpot-RateLimit-Max"], undefined);
  });

  it("gives the vendor's own answers to the faults a test asks for", () => {
    const sandbox = hubspot.sandbox?.() as Sandbox;
    const statuses = (["throttled", "unavailable", "error", "expired"] as const).map(
      (kind) => sandbox.fault(kind, noon).status,
    );
    assert.deepEqual(statuses, [429, 503, 500, 401]);
  });

  it("is the same after it was stored and read again", () => {
    const account = new Account();
    write(account, "create", [
      { properties: { email: "a@x.io", hs_additional_emails: "b@x.io" } },
      { properties: { email: "c@x.io" } },
    ]);
    write(account, "create", [{ properties: { domain: "x.io" } }], "companies");
    account.call("POST", "/crm/properties/2026-03/contacts", {
      name: "code",
      label: "Code",
      type: "enumeration",
      fieldType: "select",
      options: [{ value: "1", label: "One" }],
      groupName: "g",
    });
    account.call("POST", "/crm-object-schemas/2026-03/schemas", {
      name: "car",
      labels: {},
      requiredProperties: [],
      properties: [{ name: "vin", type: "string", hasUniqueValue: true }],
    });
    account.call("POST", "/crm/v3/objects/p_car", { properties: { vin: "V1" } });
    account.call("POST", "/crm/v4/associations/contacts/companies/labels", { name: "x", label: "X" });
    account.call("PUT", "/crm/v4/objects/contacts/20001/associations/default/companies/20003");
    account.call("PUT", "/crm/v3/lists/1/memberships/add", ["20001"]);
    account.call("DELETE", "/crm/v3/objects/contacts/20002");
    const dump = JSON.parse(JSON.stringify(account.sandbox.dump())) as Json;
    const again = new Account(hubspot.sandbox?.(dump));
    assert.deepEqual(again.sandbox.dump(), dump);
    assert.equal(again.call("GET", "/crm/v3/objects/contacts/B@x.io").status, 404);
    const { call } = {
      call: (id: string, by: string) =>
        again.sandbox.handle(
          {
            method: "GET",
            path: `/crm/v3/objects/contacts/${id}`,
            query: { idProperty: by },
            headers: { authorization: "Bearer t" },
            body: "",
          },
          noon,
        ).status,
    };
    assert.deepEqual([call("b@x.io", "email"), call("c@x.io", "email")], [200, 404]);
    // What was dumped does not change with the next request.
    account.call("PATCH", "/crm/v3/objects/contacts/20001", { properties: { firstname: "later" } });
    assert.ok(!JSON.stringify(dump).includes("later"));
    const before = account.sandbox.dump();
    const frozen = JSON.stringify(before);
    account.call("PATCH", "/crm/v3/objects/contacts/20001", { properties: { firstname: "even later" } });
    assert.equal(JSON.stringify(before), frozen);
  });

  it("knows a custom object by its id, its full and its short name, and no more by its plain one", () => {
    const account = new Account();
    const { body } = account.call("POST", "/crm/v3/schemas", {
      name: "car",
      labels: { plural: "Cars" },
      requiredProperties: [],
      properties: [],
    });
    const names = ["p_car", "p62515_car", String(body["objectTypeId"]), "car", "p1_car"];
    assert.deepEqual(
      names.map((name) => account.call("GET", `/crm/v3/objects/${name}`).status),
      [200, 200, 200, 400, 400],
    );
  });

  it("takes no longer with two hundred thousand records than with two thousand", () => {
    const fastest = (records: number) => {
      const contacts = Array.from({ length: records }, (_, index) => ({ properties: { external_id: String(index) } }));
      const account = new Account(hubspot.sandbox?.({ records: { contacts } }));
      const inputs = Array.from({ length: 100 }, (_, index) => ({
        id: String(index * 7),
        idProperty: "external_id",
        properties: { firstname: "x" },
        objectWriteTraceId: String(index),
      }));
      const times = Array.from({ length: 20 }, () => {
        const start = process.hrtime.bigint();
        assert.equal(write(account, "upsert", inputs).status, 200);
        return Number(process.hrtime.bigint() - start);
      });
      return Math.min(...times);
    };
    const ratio = fastest(200_000) / fastest(2_000);
    // Looking through all records would make it a hundred.
    assert.ok(ratio < 20, String(ratio));
  });
});
