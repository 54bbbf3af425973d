/** Drives a conversation without an engine: against a sandbox, files in memory, or answers from a list. */
import {
  type Conversation,
  type DeliverContext,
  type Destination,
  type FieldSchema,
  type HttpRequest,
  type HttpResponse,
  type ObjectContext,
  type ObjectSchema,
  type Response,
  type Step,
} from "../../src/destinations/destination";
import { type Sandbox } from "../../src/destinations/sandbox";
import { type OutgoingChange, type Outcome } from "../../src/record";
import { RefusedRequest } from "../../src/run/line";
import { type Json, type LogicalType } from "../../src/value";

export type Responder = (step: Step) => Response;

export interface Driven<Result> {
  readonly result: Result;
  readonly steps: readonly Step[];
}

/** Runs a conversation to its end. Past `most` steps it is taken not to end. */
export function drive<Result>(conversation: Conversation<Result>, respond: Responder, most = 10_000): Driven<Result> {
  const steps: Step[] = [];
  let turn = conversation.next();
  while (turn.done !== true) {
    if (steps.push(turn.value) > most) throw new Error(`the conversation does not end within ${most} steps`);
    turn = conversation.next(respond(turn.value));
  }
  return { result: turn.value, steps };
}

export function httpResponse(status: number, body: unknown = "", headers: Record<string, string> = {}): HttpResponse {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { kind: "http", status, headers, text, json: parsed(text) };
}

/** Delivers as the engine does where a request is refused whole: the batch is halved, and a record refused alone is rejected. */
export function deliverSplit(
  destination: Destination,
  batch: readonly OutgoingChange[],
  context: DeliverContext,
  respond: Responder,
): readonly Outcome[] {
  class Refused extends Error {
    constructor(readonly response: HttpResponse) {
      super("refused");
    }
  }
  try {
    const watched: Responder = (step) => {
      const response = respond(step);
      if (step.step !== "request" || response.kind !== "http") return response;
      if (destination.classify(step, response) === "refused") throw new Refused(response);
      return response;
    };
    return drive(destination.deliver(batch, context), watched).result;
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof RefusedRequest)) throw error;
    const [only, ...others] = batch;
    if (only === undefined) return [];
    const refusal = error instanceof Refused ? destination.refusal(error.response) : error.refusal;
    if (others.length === 0) return [{ outcome: "rejected", id: only.id, ...refusal }];
    const half = batch.length >> 1;
    const parts = [batch.slice(0, half), batch.slice(half)];
    return parts.flatMap((part) => deliverSplit(destination, part, context, respond));
  }
}

/** Answers requests in turn; past the end it throws. */
export function answers(...list: readonly HttpResponse[]): Responder {
  let next = 0;
  return (step) => {
    if (step.step !== "request") return { kind: "done" };
    const answer = list[next++];
    if (answer === undefined) throw new Error(`an answer to ${step.method} ${step.path} is missing`);
    return answer;
  };
}

/** Answers requests from a sandbox, with the credentials that `authorize` gave; as the engine does, it reauthorizes and retries nothing. */
export function sandboxed(
  sandbox: Sandbox,
  credentials: Readonly<Record<string, string>> = {},
  now = 1_800_000_000_000,
): Responder {
  return (step) => {
    if (step.step !== "request") return { kind: "done" };
    const body = bodyText(step);
    const given = sandbox.handle(
      {
        method: step.method,
        path: step.path,
        query: step.query ?? {},
        headers: lowerCased({ ...body.headers, ...step.headers, ...credentials }),
        body: body.text,
      },
      now,
    );
    return httpResponse(given.status, given.body ?? "", { ...given.headers });
  };
}

/** Files held in memory, by path. */
export function inMemory(files: Map<string, string>): Responder {
  return (step) => {
    if (step.step !== "file") return { kind: "done" };
    const text = files.get(step.path);
    if (step.operation === "read") return { kind: "file", ...(text === undefined ? {} : { text }) };
    files.set(step.path, step.operation === "append" ? (text ?? "") + step.text : step.text);
    return { kind: "file" };
  };
}

export function bodyText({ body }: HttpRequest): { text: string; headers: Record<string, string> } {
  if (body === undefined) return { text: "", headers: {} };
  if ("json" in body) return { text: JSON.stringify(body.json), headers: { "content-type": "application/json" } };
  return { text: body.text, headers: { "content-type": body.type } };
}

/** Schemas of an open object's fields, as they are made from the types of a model. */
export function openFields(types: Readonly<Record<string, LogicalType>>): readonly FieldSchema[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }));
}

export interface ContextAsk {
  readonly object?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fields: readonly FieldSchema[];
  readonly match?: string;
  readonly mode?: DeliverContext["mode"];
  readonly onRemoved?: DeliverContext["onRemoved"];
  readonly run?: string;
}

/** What `deliver` is told, with the options parsed as the engine parses them. */
export function deliverContext(
  destination: Destination,
  ask: ContextAsk,
  objects?: readonly ObjectSchema[],
): DeliverContext {
  const options = destination.options.parse(ask.options ?? {});
  const config = ask.config ?? {};
  const known = objects ?? drive(destination.describe(config, options), refuseSteps).result;
  const object = ask.object === undefined ? known[0] : known.find(({ name }) => name === ask.object);
  if (object === undefined) throw new Error("there is no such object");
  const context: ObjectContext = {
    config,
    object,
    options,
    fields: ask.fields,
    ...(ask.match === undefined ? {} : { match: ask.match }),
  };
  return {
    ...context,
    sync: "contacts",
    run: ask.run ?? "20261123-140211-4f7c",
    mode: ask.mode ?? "upsert",
    onRemoved: ask.onRemoved ?? "keep",
  };
}

function refuseSteps(step: Step): Response {
  throw new Error(`no step was expected, and here is a ${step.step}`);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
