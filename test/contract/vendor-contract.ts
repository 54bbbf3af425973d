/**
 * A vendor's own description of its API (OpenAPI 3 or Swagger 2), to hold what a connector asks and what a sandbox answers
 * against. The descriptions lie beside the repository and are not shipped: without them the tests are skipped, with a count.
 *
 *     const contract = vendorContract("stripe/spec3-2023-09-12.trimmed.json");
 *     before(function () { if (contract === undefined) this.skip(); });
 *     drive(conversation, contract.watched(sandboxed(sandbox)));
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { type HttpRequest, type HttpResponse } from "../../src/destinations/destination";
import { bodyText, type Responder } from "../support/drive";

type Node = Readonly<Record<string, unknown>>;

export interface ContractOptions {
  /** What the contract leaves out of its paths: "/3.0" where it says "/ping" and requests go to "/3.0/ping". */
  readonly basePath?: string;
  /**
   * What is right although the description does not have it, with the reason beside it: an operation ("GET /v1/account"), a
   * query parameter or a member of a body ("POST /v1/customers name"), an answer ("GET /x 404").
   */
  readonly known?: readonly string[];
  /** Mends the description where it is wrong or older than what is used; the reason stands beside it. */
  readonly mend?: (document: Record<string, unknown>) => void;
}

export interface VendorContract {
  /** The same responder; each request and each answer that goes through it is checked. */
  watched(respond: Responder): Responder;
  check(request: HttpRequest, response: HttpResponse): void;
  /** Exchanges that were checked, by operation as the description has it. */
  readonly checked: ReadonlyMap<string, number>;
}

/** undefined: the description is not there. */
export function vendorContract(file: string, options: ContractOptions = {}): VendorContract | undefined {
  const found = ["../shared", "../../shared"]
    .map((folder) => path.resolve(__dirname, "../..", folder, "contracts", file))
    .find((each) => existsSync(each));
  if (found === undefined) return undefined;
  const document = JSON.parse(readFileSync(found, "utf8")) as Record<string, unknown>;
  options.mend?.(document);
  return new Description(document, options);
}

interface Operation {
  /** "POST /v1/customers/{customer}", as the description has it. */
  readonly name: string;
  readonly pointer: string;
  readonly said: Node;
  readonly parameters: readonly Node[];
}

class Description implements VendorContract {
  readonly checked = new Map<string, number>();
  private readonly answers = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  private readonly bodies = new Ajv({ strict: false, validateFormats: false, allErrors: true, coerceTypes: false });
  private readonly forms = new Ajv({ strict: false, validateFormats: false, allErrors: true, coerceTypes: "array" });
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly known: ReadonlySet<string>;
  private readonly operations: readonly (Operation & { readonly pattern: RegExp; readonly literal: number })[];

  constructor(
    private readonly document: Record<string, unknown>,
    private readonly options: ContractOptions,
  ) {
    this.known = new Set(options.known ?? []);
    const plain = jsonSchema(document, "as it is") as Record<string, unknown>;
    const closed = jsonSchema(document, "closed") as Record<string, unknown>;
    this.answers.addSchema({ $id: "contract", ...plain }, "contract", false, false);
    for (const ajv of [this.bodies, this.forms])
      ajv.addSchema({ $id: "contract", ...closed }, "contract", false, false);
    this.operations = this.allOperations();
  }

  watched(respond: Responder): Responder {
    return (step) => {
      const response = respond(step);
      if (step.step === "request" && response.kind === "http") this.check(step, response);
      return response;
    };
  }

  check(request: HttpRequest, response: HttpResponse): void {
    const operation = this.operationOf(request);
    if (operation === undefined) return;
    this.checked.set(operation.name, (this.checked.get(operation.name) ?? 0) + 1);
    assert.equal(request.headers?.["authorization"], undefined, "the engine adds the credentials");
    this.checkQuery(request, operation);
    this.checkBody(request, operation);
    this.checkAnswer(response, operation);
  }

  private operationOf({ method, path: at }: HttpRequest): Operation | undefined {
    const base = this.options.basePath ?? "";
    const name = `${method} ${at}`;
    if ([...this.known].some((one) => one === name)) return undefined;
    assert.ok(at.startsWith(base), `${at} does not begin with ${base}`);
    const within = at.slice(base.length);
    const [found] = this.operations
      .filter((one) => one.name.startsWith(`${method} `) && one.pattern.test(within))
      .sort((a, b) => b.literal - a.literal);
    return found ?? assert.fail(`The vendor describes no ${name}.`);
  }

  private checkQuery({ query = {} }: HttpRequest, { name, parameters }: Operation): void {
    const described = parameters.filter((one) => one["in"] === "query");
    for (const key of Object.keys(query)) {
      const plain = key.replace(/\[.*$/, "");
      const isThere = described.some((one) => [key, plain].includes(String(one["name"]).replace(/\[\]$/, "")));
      assert.ok(isThere || this.known.has(`${name} ${plain}`), `${name} has no query parameter ${key}`);
    }
    const given = new Set(Object.keys(query).map((key) => key.replace(/\[.*$/, "")));
    const missing = described.filter((one) => one["required"] === true && !given.has(String(one["name"])));
    assert.deepEqual(
      missing.map((one) => one["name"]),
      [],
      `${name} lacks query parameters`,
    );
  }

  private checkBody(request: HttpRequest, operation: Operation): void {
    const { text, headers } = bodyText(request);
    const type = (request.headers?.["content-type"] ?? headers["content-type"] ?? "").split(";")[0] ?? "";
    const described = this.bodyOf(operation, type);
    if (text === "") return assert.ok(described?.required !== true, `${operation.name} needs a body`);
    if (described === undefined) return assert.fail(`${operation.name} takes no body of type ${type}`);
    if (described.pointer === undefined) return;
    const isForm = type === "application/x-www-form-urlencoded";
    if (!isForm && !type.endsWith("json")) return;
    const body: unknown = isForm ? formOf(text) : JSON.parse(text);
    for (const name of this.known) {
      const [member] = name.startsWith(`${operation.name} `) ? [name.slice(operation.name.length + 1)] : [];
      if (member !== undefined && typeof body === "object" && body !== null) Reflect.deleteProperty(body, member);
    }
    this.validate(isForm ? this.forms : this.bodies, described.pointer, body, `the body of ${operation.name}`);
  }

  private checkAnswer({ status, json, text }: HttpResponse, { name, pointer, said }: Operation): void {
    if (this.known.has(`${name} ${status}`)) return;
    const responses = said["responses"] as Readonly<Record<string, Node>>;
    const key = [String(status), `${String(status)[0]}XX`, "default"].find((one) => one in responses);
    if (key === undefined) assert.fail(`${name} is not described as answering ${status}: ${text.slice(0, 200)}`);
    const at = this.schemaAt(`${pointer}/responses/${key}`, responses[key] as Node, "application/json");
    if (at === undefined) return;
    assert.ok(json !== undefined, `${name} answers ${status} without JSON: ${text.slice(0, 200)}`);
    this.validate(this.answers, at, json, `the answer ${status} of ${name}`);
  }

  private bodyOf(
    { said, pointer, parameters }: Operation,
    type: string,
  ): { pointer?: string; required: boolean } | undefined {
    const body = this.resolved(said["requestBody"] as Node | undefined);
    if (body !== undefined) {
      const content = (body["content"] ?? {}) as Readonly<Record<string, Node>>;
      const required = body["required"] === true;
      if (type === "") return { required };
      if (!(type in content)) return undefined;
      const at =
        "$ref" in (said["requestBody"] as Node)
          ? String((said["requestBody"] as Node)["$ref"]).slice(1)
          : `${pointer}/requestBody`;
      return { required, ...("schema" in content[type]! ? { pointer: `${at}/content/${escaped(type)}/schema` } : {}) };
    }
    const index = parameters.findIndex((one) => one["in"] === "body");
    const parameter = parameters[index];
    if (parameter === undefined)
      return parameters.some((one) => one["in"] === "formData") ? { required: false } : undefined;
    return { required: parameter["required"] === true, pointer: `${pointer}/parameters/${index}/schema` };
  }

  private schemaAt(pointer: string, response: Node, type: string): string | undefined {
    const reference = response["$ref"];
    if (typeof reference === "string") {
      return this.schemaAt(reference.slice(1), this.resolved(response) ?? {}, type);
    }
    if ("schema" in response) return `${pointer}/schema`;
    const content = (response["content"] ?? {}) as Readonly<Record<string, Node>>;
    const found = [type, ...Object.keys(content).filter((one) => one.includes("json"))].find((one) => one in content);
    return found !== undefined && "schema" in content[found]!
      ? `${pointer}/content/${escaped(found)}/schema`
      : undefined;
  }

  private validate(ajv: Ajv, pointer: string, body: unknown, what: string): void {
    const id = `${[this.answers, this.bodies, this.forms].indexOf(ajv)} ${pointer}`;
    const check = this.validators.get(id) ?? ajv.compile({ $ref: `contract#${pointer}` });
    this.validators.set(id, check);
    if (check(body)) return;
    assert.fail(
      `${what}: ${ajv.errorsText((check.errors ?? []).slice(0, 8))} in ${JSON.stringify(body).slice(0, 800)}`,
    );
  }

  private resolved(node: Node | undefined): Node | undefined {
    const reference = node?.["$ref"];
    if (typeof reference !== "string") return node;
    const steps = reference
      .slice(2)
      .split("/")
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    return steps.reduce<unknown>((at, step) => (at as Node)[step], this.document) as Node;
  }

  private allOperations() {
    const paths = this.document["paths"] as Readonly<Record<string, Readonly<Record<string, Node>>>>;
    return Object.entries(paths).flatMap(([template, item]) =>
      Object.entries(item)
        .filter(([method]) => ["get", "post", "put", "patch", "delete"].includes(method))
        .map(([method, said]) => {
          const own = (said["parameters"] ?? []) as readonly Node[];
          const shared = ((item as Node)["parameters"] ?? []) as readonly Node[];
          return {
            name: `${method.toUpperCase()} ${template}`,
            pointer: `/paths/${escaped(template)}/${method}`,
            said,
            parameters: [...own, ...shared].map((one) => this.resolved(one) ?? one),
            pattern: patternOf(template),
            literal: template.replace(/\{[^}]*\}/g, "").length,
          };
        }),
    );
  }
}

function patternOf(template: string): RegExp {
  const parts = template.split(/\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]+")}$`);
}

/** A step of a JSON pointer inside a URI fragment. */
function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/**
 * OpenAPI's dialect as JSON Schema: `nullable` may stand beside anything. Closed: an object takes the members it lists and no
 * others, so that a misspelt member of a request is found; parts of an `allOf` cannot be closed each by itself.
 */
function jsonSchema(node: unknown, how: "as it is" | "closed", within = ""): unknown {
  if (Array.isArray(node)) return node.map((one) => jsonSchema(one, how, within));
  if (typeof node !== "object" || node === null) return node;
  const walked = Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== "example")
      .map(([key, value]) => [key, jsonSchema(value, how, key)]),
  );
  // A table of members is no schema, even where a member is called like a word of the dialect.
  if (within === "properties") return walked;
  const { nullable, ...schema } = walked;
  const isOpen = "additionalProperties" in schema || "allOf" in schema || within === "allOf";
  if (how === "closed" && typeof schema["properties"] === "object" && !isOpen) schema["additionalProperties"] = false;
  return nullable === true ? { anyOf: [schema, { type: "null" }] } : schema;
}

/** `a[b][c]=1&d[0]=2` as objects; names that are all numbers from 0 make a list. */
export function formOf(text: string): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const steps = [name.replace(/\[.*$/, ""), ...[...name.matchAll(/\[([^\]]*)\]/g)].map(([, step]) => step ?? "")];
    let at: Record<string, unknown> = root;
    for (const step of steps.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>;
    at[steps.at(-1) ?? ""] = value;
  }
  return listed(root) as Record<string, unknown>;
}

function listed(node: unknown): unknown {
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, listed(value)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
