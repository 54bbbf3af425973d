import assert from "node:assert/strict";
import { type HttpRequest, type Verdict } from "../../../src/destinations/destination";
import { hubspot } from "../../../src/destinations/hubspot";
import { paths, reading, writing } from "../../../src/destinations/hubspot/api";
import { type Json } from "../../../src/value";
import { Account, answer } from "./drive";

const batch = writing("POST", paths.batch("contacts", "upsert"), {}, { changes: [1, 2], repeatable: true });
const single = writing("POST", paths.batch("contacts", "create"), {}, { changes: [1], repeatable: false });

describe("HubSpot's answers", () => {
  it("are told apart by status and body", () => {
    const rows: readonly (readonly [HttpRequest, number, Json | undefined, Verdict])[] = [
      [batch, 200, { results: [] }, "answer"],
      [batch, 201, { results: [] }, "answer"],
      [batch, 207, { results: [], errors: [] }, "answer"],
      [batch, 204, undefined, "answer"],
      // A proxy's page is no answer of HubSpot's.
      [batch, 200, undefined, "transient"],
      [batch, 429, { category: "RATE_LIMITS", policyName: "TEN_SECONDLY_ROLLING" }, "throttled"],
      [batch, 429, { category: "RATE_LIMITS", policyName: "DAILY" }, "throttled"],
      [batch, 400, { category: "RATE_LIMITS" }, "throttled"],
      [batch, 401, { category: "EXPIRED_AUTHENTICATION" }, "expired"],
      [batch, 400, { category: "VALIDATION_ERROR" }, "refused"],
      [batch, 403, { category: "MISSING_SCOPES" }, "expired"],
      [batch, 403, { category: "FORBIDDEN" }, "refused"],
      [batch, 404, { category: "OBJECT_NOT_FOUND" }, "refused"],
      [batch, 409, { category: "CONFLICT" }, "refused"],
      [batch, 302, undefined, "refused"],
      [single, 409, { category: "CONFLICT" }, "answer"],
      [single, 400, { category: "VALIDATION_ERROR" }, "answer"],
      [single, 403, { category: "MISSING_SCOPES" }, "expired"],
      [reading("GET", paths.properties("tickets")), 403, {}, "answer"],
      [reading("GET", paths.schemas), 404, {}, "answer"],
      [reading("GET", paths.account), 403, {}, "refused"],
      [reading("POST", paths.batch("contacts", "read")), 400, {}, "refused"],
      ...[408, 423, 425, 477, 500, 502, 503, 504, 524].map((status) => [batch, status, {}, "transient"] as const),
    ];
    for (const [request, status, body, verdict] of rows) {
      assert.equal(hubspot.classify(request, answer(status, body)), verdict, `${status} ${JSON.stringify(body)}`);
    }
  });

  it("give the reason and the field, wherever HubSpot has put them", () => {
    const rows: readonly (readonly [number, Json | undefined, unknown])[] = [
      [
        409,
        { category: "CONFLICT", message: "Contact already exists. Existing ID: 1" },
        { code: "CONFLICT", reason: "Contact already exists. Existing ID: 1" },
      ],
      [
        400,
        {
          category: "VALIDATION_ERROR",
          message:
            'Property values were not valid: [{"isValid":false,"message":"Property \\"emial\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"emial"}]',
        },
        { code: "PROPERTY_DOESNT_EXIST", reason: 'Property "emial" does not exist', field: "emial" },
      ],
      [
        400,
        {
          category: "VALIDATION_ERROR",
          message:
            'Property values were not valid: [{"isValid":false,"message":"bad [x]","error":"A","name":"a"},{"isValid":false,"message":"worse","error":"B","name":"b"}]',
        },
        { code: "A", reason: "bad [x]; worse", field: "a" },
      ],
      [
        400,
        { category: "VALIDATION_ERROR", message: "Property values were not valid: [{cut" },
        { code: "VALIDATION_ERROR", reason: "Property values were not valid: [{cut" },
      ],
      [
        400,
        {
          category: "VALIDATION_ERROR",
          message: "no",
          errors: [{ message: "taken", code: "CONFLICTING_UNIQUE_VALUE", context: { propertyName: ["external_id"] } }],
        },
        { code: "CONFLICTING_UNIQUE_VALUE", reason: "taken", field: "external_id" },
      ],
      [
        400,
        {
          category: "VALIDATION_ERROR",
          message: "Some required properties were not set.",
          context: { properties: ["dealname"] },
        },
        { code: "VALIDATION_ERROR", reason: "Some required properties were not set.", field: "dealname" },
      ],
      [
        400,
        { error: "invalid_grant", error_description: "refresh token is gone" },
        { code: "invalid_grant", reason: "refresh token is gone" },
      ],
      [
        400,
        { status: "BAD_REFRESH_TOKEN", message: "missing or invalid refresh token" },
        { code: "BAD_REFRESH_TOKEN", reason: "missing or invalid refresh token" },
      ],
      [404, { status: "error", message: "resource not found" }, { code: "HTTP_404", reason: "resource not found" }],
      [418, undefined, { code: "HTTP_418", reason: "HubSpot answered with status 418 and no explanation." }],
      [400, [1, 2], { code: "HTTP_400", reason: "HubSpot answered with status 400 and no explanation." }],
    ];
    for (const [status, body, expected] of rows) assert.deepEqual(hubspot.refusal(answer(status, body)), expected);
  });

  it("correct the limit of requests, and not that of searches", () => {
    const headers = {
      "x-hubspot-ratelimit-max": "190",
      "x-hubspot-ratelimit-interval-milliseconds": "10000",
      "x-hubspot-ratelimit-remaining": "3",
    };
    assert.deepEqual(hubspot.readings?.(batch, answer(200, {}, headers)), [
      { name: "requests", requests: 190, perMs: 10_000, remaining: 3 },
    ]);
    assert.deepEqual(hubspot.readings?.(batch, answer(200, {}, { "x-hubspot-ratelimit-daily": "1" })), []);
    const search = reading("POST", paths.search("companies"), { limit: "search" });
    assert.deepEqual(hubspot.readings?.(search, answer(200, {}, headers)), []);
  });

  it("are expected within the limits of the subscription", () => {
    const first = (config: Record<string, unknown>) => hubspot.limits(config)[0];
    assert.deepEqual(
      [first({}), first({ tier: "starter" }), first({ tier: "enterprise" })].map((bucket) => bucket?.requests),
      [100, 100, 190],
    );
    assert.deepEqual(hubspot.limits({})[1], { name: "search", requests: 5, perMs: 1_000 });
  });
});

describe("A HubSpot connection", () => {
  it("sends a private app's token as it is", () => {
    const step = hubspot.authorize({ token: "pat-1" }).next();
    assert.deepEqual(step, { done: true, value: { headers: { authorization: "Bearer pat-1" } } });
  });

  it("renews an OAuth token before it ends, and works with it until then", () => {
    const account = new Account();
    const credentials = account.talk(hubspot.authorize({ client_id: "c", client_secret: "s", refresh_token: "r&=" }));
    assert.equal(credentials.expiresIn, 1_800);
    const request = account.requests[0];
    assert.deepEqual([request?.path, request?.effect, request?.limits], ["/oauth/v1/token", "read", []]);
    const ask = (now: number) =>
      account.sandbox.handle(
        { method: "GET", path: "/account-info/v3/details", query: {}, headers: credentials.headers, body: "" },
        now,
      );
    assert.deepEqual([ask(account.now).status, ask(account.now + 1_800_000).status], [200, 401]);
  });

  it("says what is missing", () => {
    assert.throws(() => hubspot.authorize({ client_id: "c" }).next(), { code: "credentials-missing" });
    assert.throws(() => hubspot.authorize({ token: "" }).next(), { code: "credentials-missing" });
    assert.deepEqual(hubspot.authorize({ sandbox: true }).next().done, true);
  });

  it("names its account", () => {
    assert.deepEqual(new Account().talk(hubspot.probe({})), {
      account: "62515",
      label: "HubSpot account 62515 (developer test)",
    });
  });

  it("marks its secrets, and describes every key", () => {
    const secret = Object.entries(hubspot.connection.shape).filter(
      ([, key]) => (key.meta() as { secret?: boolean } | undefined)?.secret,
    );
    assert.deepEqual(
      secret.map(([name]) => name),
      ["token", "client_secret", "refresh_token"],
    );
    for (const key of [...Object.values(hubspot.connection.shape), ...Object.values(hubspot.options.shape)])
      assert.ok(key.description);
  });
});
