/**
 * What the connector asks and what the sandbox answers, held against Slack's own description of its Web API (Swagger 2, 2021).
 * It lies beside the repository and is not shipped: without it the tests are skipped.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { type Conversation, type HttpRequest, type HttpResponse } from "../../src/destinations/destination";
import { slack } from "../../src/destinations/slack";
import { type Json } from "../../src/value";
import { deliverContext, drive, httpResponse, openFields, type Responder, sandboxed } from "../support/drive";

const file = ["../shared", "../../shared"]
  .map((folder) => path.resolve(folder, "contracts/slack/slack_web_openapi_v2.trimmed.json"))
  .find((each) => existsSync(each));

interface Parameter {
  readonly name: string;
  readonly in: "formData" | "query" | "header";
  readonly required?: boolean;
  readonly type: string;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly schema: object }>>;
}
interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly definitions: object;
}

/** Words and members that Slack has come to use since, each as its current pages have it. */
const since = {
  errors: new Set([
    "invalid_blocks",
    "missing_scope",
    "thread_not_found",
    "token_expired",
    "token_revoked",
    "ratelimited",
  ]),
  members: ["needed", "provided", "errors", "response_metadata"],
  parameters: new Set(["metadata"]),
};

const seed = {
  channels: Array.from({ length: 250 }, (_, index) => ({
    id: `C${String(index).padStart(8, "0")}`,
    name: `c${index}`,
    is_member: true,
  })),
  users: Array.from({ length: 250 }, (_, index) => ({
    id: `U${String(index).padStart(8, "0")}`,
    name: `p${index}`,
    email: `p${index}@x.io`,
  })),
};

/** It lists alternatives as `items` of nothing, which says nothing in JSON Schema. */
function alternatives(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(alternatives);
  if (typeof node !== "object" || node === null) return node;
  const { items, ...rest } = node as Record<string, unknown>;
  const walked = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, alternatives(value)]));
  if (items === undefined) return walked;
  const isList = rest["type"] !== undefined || !Array.isArray(items);
  return { ...walked, [isList ? "items" : "anyOf"]: alternatives(items) };
}

describe("Slack's own description of its Web API", () => {
  const contract = file === undefined ? undefined : (alternatives(JSON.parse(readFileSync(file, "utf8"))) as Contract);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validators = new Map<object, ValidateFunction>();
  const validate = (schema: object, body: unknown): void => {
    const check = validators.get(schema) ?? ajv.compile({ ...schema, definitions: contract!.definitions });
    validators.set(schema, check);
    assert.ok(check(body), `${ajv.errorsText(check.errors)} in ${JSON.stringify(body).slice(0, 500)}`);
  };
  let checked = 0;
  before(function () {
    if (contract === undefined) this.skip();
  });
  after(() => {
    if (contract !== undefined) assert.ok(checked >= 20, `only ${checked} exchanges were looked at`);
  });

  function operationOf({ method, path: at }: HttpRequest): Operation {
    const operation = contract!.paths[at.replace(/^\/api/, "")]?.[method.toLowerCase()];
    return operation ?? assert.fail(`${method} ${at} is not described`);
  }

  function checkRequest(request: HttpRequest, { parameters = [] }: Operation): void {
    const body =
      request.body !== undefined && "json" in request.body ? (request.body.json as Record<string, Json>) : {};
    const given: Record<string, Json> = { ...request.query, ...body };
    for (const [name, value] of Object.entries(given)) {
      if (since.parameters.has(name)) continue;
      const parameter = parameters.find((one) => one.name === name) ?? assert.fail(`${request.path} has no ${name}`);
      // A list or an object is a text in a form, and itself in JSON.
      const text = typeof value === "object" ? "string" : typeof value;
      const isFit =
        text === parameter.type || (text === "string" && ["number", "integer", "boolean"].includes(parameter.type));
      assert.ok(isFit, `${name} is ${text}, not ${parameter.type}`);
    }
    const needed = parameters.filter((one) => one.required === true && one.name !== "token").map(({ name }) => name);
    assert.deepEqual(
      needed.filter((name) => given[name] === undefined),
      [],
      request.path,
    );
    assert.equal(request.headers?.["authorization"], undefined, "the engine adds the token");
  }

  function checkAnswer({ json, status }: HttpResponse, { responses }: Operation): void {
    if (status !== 200) return;
    const body = json as Record<string, unknown>;
    if (body["ok"] === true) return validate(responses["200"]!.schema, body);
    const old = Object.fromEntries(Object.entries(body).filter(([name]) => !since.members.includes(name)));
    const isNew = since.errors.has(String(body["error"]));
    validate(responses["default"]!.schema, isNew ? { ...old, error: "invalid_auth" } : old);
  }

  const watched =
    (respond: Responder): Responder =>
    (step) => {
      const response = respond(step);
      if (step.step !== "request" || response.kind !== "http") return response;
      checked++;
      const operation = operationOf(step);
      checkRequest(step, operation);
      checkAnswer(response, operation);
      return response;
    };
  const asked = <Result>(conversation: Conversation<Result>, more: object = {}): Result =>
    drive(conversation, watched(sandboxed(slack.sandbox!({ ...seed, ...more }), { authorization: "Bearer xoxb-1" })))
      .result;

  it("has each question, and the sandbox answers as it says", () => {
    asked(slack.probe({}));
    asked(slack.describe({}));
    asked(slack.lookup({ object: "user", by: "email", values: ["p1@x.io", "no@x.io"] }, {}));
    asked(slack.lookup({ object: "user", by: "email", values: seed.users.slice(0, 60).map(({ email }) => email) }, {}));
    asked(slack.lookup({ object: "channel", by: "name", values: ["c1"] }, {}));
    asked(slack.describe({}, undefined), { scopes: ["chat:write"] });
  });

  for (const [what, options, fields, outcome] of [
    ["text", { text: "Hi {{ name }}", unfurl: false }, { name: "a" }, "applied"],
    [
      "blocks",
      { blocks: [{ type: "section", text: { type: "mrkdwn", text: "{{ name }}" } }] },
      { name: "a" },
      "applied",
    ],
    ["a name and a picture", { text: "x", username: "Data", icon_emoji: ":tada:" }, { name: "a" }, "applied"],
    ["a digest", { digest: { line: "{{ name }}" } }, { name: "a" }, "applied"],
    ["a person", { text: "x" }, { email: "p1@x.io" }, "applied"],
    ["a person there is not", { text: "x" }, { email: "no@x.io" }, "rejected"],
    ["a channel there is not", { text: "x" }, { channel: "C0NOWHERE" }, "rejected"],
    ["no words", {}, { text: "" }, "rejected"],
    ["empty blocks", { blocks: [{ type: "section" }] }, { name: "a" }, "rejected"],
    ["a thread there is not", { text: "x" }, { thread_ts: "1800000000.000001" }, "rejected"],
  ] as const) {
    it(`has a message with ${what}`, () => {
      const context = deliverContext(slack, {
        object: "message",
        mode: "append",
        options: { channel: "#c0", ...options },
        fields: openFields(Object.fromEntries(Object.keys(fields).map((name) => [name, "text"] as const))),
      });
      const [result] = asked(slack.deliver([{ id: 1, action: "create", key: "k", fields: { ...fields } }], context), {
        scopes: ["chat:write", "chat:write.customize", "users:read.email"],
      });
      assert.equal(result?.outcome, outcome);
    });
  }

  it("has an alert", () => {
    asked(slack.alerting!.send({ event: "failed", channel: "#c0", title: "a & b", lines: ["<c>"] }, {}));
  });

  it("knows every refusal that the connector tells by name, or Slack's pages do", () => {
    for (const error of ["channel_not_found", "is_archived", "no_text", "msg_too_long", "invalid_auth"]) {
      const response = httpResponse(200, { ok: false, error });
      checkAnswer(response, contract!.paths["/chat.postMessage"]!["post"]!);
      assert.notEqual(slack.refusal(response).reason, "");
    }
  });
});
