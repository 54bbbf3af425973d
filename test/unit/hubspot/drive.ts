/** Drives a connector's conversations: by a list of answers, or against the sandbox. */
import assert from "node:assert/strict";
import { hubspot } from "../../../src/destinations/hubspot";
import {
  type Config,
  type Conversation,
  type DeliverContext,
  type FieldSchema,
  type HttpRequest,
  type HttpResponse,
  type ObjectSchema,
} from "../../../src/destinations/destination";
import { type Sandbox, type SandboxResponse } from "../../../src/destinations/sandbox";
import { type OutgoingChange, type Outcome } from "../../../src/record";
import { type Json } from "../../../src/value";

export const noon = Date.UTC(2026, 10, 22, 12);

export function answer(status: number, body?: Json, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  const text = body === undefined ? "" : JSON.stringify(body);
  return { kind: "http", status, headers, text, json: body === undefined ? undefined : (JSON.parse(text) as unknown) };
}

/** Hands the answers to the conversation one by one; gives its result and the requests it made. */
export function play<Result>(
  conversation: Conversation<Result>,
  answers: readonly HttpResponse[],
): { result: Result; requests: HttpRequest[] } {
  const requests: HttpRequest[] = [];
  let step = conversation.next();
  for (const one of answers) {
    assert.ok(!step.done, "the conversation ended before every answer was used");
    requests.push(requestOf(step.value));
    step = conversation.next(one);
  }
  assert.ok(step.done, `the conversation asks for more: ${step.done ? "" : JSON.stringify(step.value)}`);
  return { result: step.value, requests };
}

function requestOf(step: unknown): HttpRequest {
  const request = step as HttpRequest;
  assert.equal(request.step, "request");
  return request;
}

export function bodyOf(request: HttpRequest | undefined): unknown {
  return request?.body && "json" in request.body ? request.body.json : undefined;
}

export class Refused extends Error {
  constructor(
    readonly request: HttpRequest,
    readonly response: HttpResponse,
  ) {
    super(`refused: ${response.text}`);
  }
}

/** An account: the sandbox with a clock that never lets a limit bite. */
export class Account {
  now = noon;
  readonly requests: HttpRequest[] = [];
  constructor(readonly sandbox: Sandbox = hubspot.sandbox?.() as Sandbox) {}

  send(request: HttpRequest): HttpResponse {
    this.requests.push(request);
    this.now += 250;
    const body =
      request.body === undefined ? "" : "json" in request.body ? JSON.stringify(request.body.json) : request.body.text;
    return toHttp(
      this.sandbox.handle(
        {
          method: request.method,
          path: request.path,
          query: request.query ?? {},
          headers: { authorization: "Bearer t" },
          body,
        },
        this.now,
      ),
    );
  }

  /** A conversation against the sandbox; throws Refused where the engine would split the batch. */
  talk<Result>(conversation: Conversation<Result>): Result {
    let step = conversation.next();
    while (!step.done) {
      const request = requestOf(step.value);
      const response = this.send(request);
      const verdict = hubspot.classify(request, response);
      if (verdict !== "answer") throw new Refused(request, response);
      step = conversation.next(response);
    }
    return step.value;
  }

  /** As the engine does: batches by their word, refused ones split until the guilty record is found. */
  deliver(changes: readonly OutgoingChange[], context: DeliverContext): Outcome[] {
    const batching = hubspot.batching(context);
    const groups = new Map<string, OutgoingChange[]>();
    for (const change of changes) {
      const word = batching.by?.(change, context) ?? change.action;
      groups.set(word, [...(groups.get(word) ?? []), change]);
    }
    const outcomes = [...groups.values()].flatMap((group) => {
      const batches: OutgoingChange[][] = [];
      for (let at = 0; at < group.length; at += batching.size) batches.push(group.slice(at, at + batching.size));
      return batches.flatMap((batch) => this.#batch(batch, context));
    });
    return changes.map(({ id }) => outcomes.find((outcome) => outcome.id === id) as Outcome);
  }

  #batch(batch: readonly OutgoingChange[], context: DeliverContext): Outcome[] {
    try {
      return [...this.talk(hubspot.deliver(batch, context))];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const [only] = batch;
      if (only && batch.length === 1) return [{ outcome: "rejected", id: only.id, ...hubspot.refusal(error.response) }];
      const half = Math.ceil(batch.length / 2);
      return [...this.#batch(batch.slice(0, half), context), ...this.#batch(batch.slice(half), context)];
    }
  }

  /** A plain call with the official paths' bodies. */
  call(method: HttpRequest["method"], path: string, json?: Json): { status: number; body: Record<string, Json> } {
    const response = this.send({
      step: "request",
      method,
      path,
      ...(json !== undefined && { body: { json } }),
      effect: "read",
      repeatable: true,
      limits: [],
    });
    return { status: response.status, body: (response.json ?? {}) as Record<string, Json> };
  }

  schema(name: string, options: Config = {}): ObjectSchema {
    const found = this.talk(hubspot.describe({}, options)).find((object) => object.name === name);
    assert.ok(found, `no object ${name}`);
    return found;
  }

  records(object: string): { id: string; properties: Record<string, string>; archivedAt?: number }[] {
    const dump = this.sandbox.dump() as unknown as {
      records: Record<string, { id: string; properties: Record<string, string> }[]>;
    };
    return dump.records[object] ?? [];
  }
}

export function toHttp(response: SandboxResponse): HttpResponse {
  const headers = Object.fromEntries(
    Object.entries(response.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return answer(response.status, response.body, headers);
}

/** A context with as little schema as the case needs. */
export function contextOf(
  parts: Partial<Omit<DeliverContext, "object">> & { object?: string | ObjectSchema } = {},
): DeliverContext {
  const { object = "contacts", ...rest } = parts;
  const schema: ObjectSchema =
    typeof object === "string"
      ? {
          name: object,
          modes: ["insert", "update", "upsert", "mirror"],
          removals: ["archive", "delete", "clear", "keep"],
          fields: [],
          match: "optional",
          readable: true,
        }
      : object;
  return {
    config: {},
    object: schema,
    options: {},
    fields: schema.fields,
    sync: "s",
    run: "r",
    mode: "upsert",
    onRemoved: "keep",
    ...(rest.match === undefined && schema.name === "contacts" && { match: "email" }),
    ...rest,
  };
}

export function change(id: number, parts: Partial<OutgoingChange> = {}): OutgoingChange {
  return { id, action: "create", key: String(id), fields: {}, ...parts };
}

export function field(parts: Partial<FieldSchema> = {}): FieldSchema {
  return { name: "f", type: "text", ...parts };
}
