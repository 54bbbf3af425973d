/**
 * A recorder of JSON documents, standing in for any endpoint: POST, PUT, PATCH, DELETE and GET below any path.
 *
 * | request                         | does                                                                          |
 * |---------------------------------|-------------------------------------------------------------------------------|
 * | POST /things                    | stores a document; by its `id` if it has one, else by a new one               |
 * | POST, PUT, PATCH /things        | stores an array of documents, bare or as { records: […] }, the same way       |
 * | PUT, PATCH, DELETE /things/:id  | replaces, merges, removes one document                                        |
 * | GET /things, GET /things/:id    | gives them                                                                    |
 *
 * Refuses a malformed `email` with 422 and errors by index, id and field, storing nothing of that request, or with
 * `?partial=true` the other records. Honours Idempotency-Key.
 */
import { createHash } from "node:crypto";
import { type Json } from "../../value";
import { type Sandbox, type SandboxRequest, type SandboxResponse } from "../sandbox";

type Document = Readonly<Record<string, Json>>;
interface State {
  /** Documents by path and id. */
  readonly collections: Map<string, Map<string, Document>>;
  /** Answers given under an Idempotency-Key, with a digest of the request they answered. */
  readonly answers: Map<string, { readonly request: string; readonly response: SandboxResponse }>;
  nextId: number;
}

export function sandbox(seed?: Json): Sandbox {
  const state = load(seed);
  return {
    handle: (request) => once(state, request, () => answer(state, request)),
    dump: () => ({
      collections: Object.fromEntries([...state.collections].map(([path, held]) => [path, Object.fromEntries(held)])),
      answers: Object.fromEntries(state.answers) as unknown as Json,
      nextId: state.nextId,
    }),
    fault: (kind) => faults[kind],
  };
}

const faults: Readonly<Record<Parameters<Sandbox["fault"]>[0], SandboxResponse>> = {
  throttled: { status: 429, headers: { "retry-after": "1" }, body: { error: "Too many requests" } },
  unavailable: { status: 503, headers: { "retry-after": "1" }, body: { error: "Service unavailable" } },
  error: { status: 500, body: { error: "Internal server error" } },
  expired: { status: 401, body: { error: "The token has expired" } },
};

/** The answer that was given before under the same key, or the one given now. */
function once(state: State, request: SandboxRequest, give: () => SandboxResponse): SandboxResponse {
  const key = request.headers["idempotency-key"];
  if (key === undefined || request.method === "GET") return give();
  const asked = createHash("sha256")
    .update(JSON.stringify([request.method, request.path, request.body]))
    .digest("hex");
  const before = state.answers.get(key);
  if (before !== undefined) {
    if (before.request === asked) return { ...before.response, headers: { "idempotent-replayed": "true" } };
    return problem(422, "This Idempotency-Key was used for another request.");
  }
  const response = give();
  state.answers.set(key, { request: asked, response });
  return response;
}

function answer(state: State, request: SandboxRequest): SandboxResponse {
  const path = request.path.replace(/\/+$/, "") || "/";
  const cut = path.lastIndexOf("/");
  const collection = path.slice(0, cut) || "/";
  const id = decode(path.slice(cut + 1));
  if (id === undefined) return problem(400, "The path is not well encoded.");
  switch (request.method) {
    case "GET":
      return get(state, path, collection, id);
    case "DELETE": {
      const gone = state.collections.get(collection)?.delete(id) === true;
      return gone ? { status: 204 } : problem(404, "There is no such document.");
    }
    case "POST":
    case "PUT":
    case "PATCH":
      return store(state, request, { path, collection, id });
    default:
      return problem(405, "This method is not known here.");
  }
}

function get(state: State, path: string, collection: string, id: string): SandboxResponse {
  const document = state.collections.get(collection)?.get(id);
  if (document !== undefined) return { status: 200, body: document };
  const all = state.collections.get(path);
  if (all === undefined && state.collections.has(collection)) return problem(404, "There is no such document.");
  return { status: 200, body: { records: [...(all?.values() ?? [])] } };
}

function store(
  state: State,
  request: SandboxRequest,
  place: { readonly path: string; readonly collection: string; readonly id: string },
): SandboxResponse {
  const sent = parse(request.body);
  if (sent === undefined) return problem(400, "The body is not JSON.");
  const list = listIn(sent);
  const documents = list ?? [sent];
  if (!documents.every(isDocument)) return problem(400, "A record is a JSON object.");
  const known = state.collections.get(place.collection)?.get(place.id);
  const single = list === undefined && (request.method !== "POST" || known !== undefined);
  if (single && known === undefined && request.method === "PATCH") return problem(404, "There is no such document.");
  const errors = documents.flatMap((document, index) => invalid(document, index));
  if (errors.length > 0 && (list === undefined || request.query.partial !== "true")) {
    return { status: 422, body: { message: "Some records are invalid.", errors } };
  }
  const bad = new Set(errors.map(({ index }) => index));
  const ids = documents.flatMap((document, index) => {
    if (bad.has(index)) return [];
    const [at, id] = single ? [place.collection, place.id] : [place.path, idOf(state, document)];
    const held = state.collections.get(at) ?? new Map<string, Document>();
    const before = held.get(id);
    held.set(id, { ...(request.method === "PATCH" ? before : {}), ...document, id: document.id ?? before?.id ?? id });
    state.collections.set(at, held);
    return [id];
  });
  if (list !== undefined) return { status: 200, body: { ok: errors.length === 0, stored: ids.length, errors } };
  return { status: single && known !== undefined ? 200 : 201, body: { ok: true, id: ids[0] ?? "" } };
}

function invalid(document: Document, index: number) {
  const { email, id } = document;
  if (email === undefined || email === null || (typeof email === "string" && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)))
    return [];
  return [{ index, id: id ?? null, field: "email", code: "invalid-email", message: "This is not an e-mail address." }];
}

function idOf(state: State, { id }: Document): string {
  return typeof id === "string" || typeof id === "number" ? String(id) : `d${state.nextId++}`;
}

function listIn(sent: Json): readonly Json[] | undefined {
  if (Array.isArray(sent)) return sent as readonly Json[];
  const records = isDocument(sent) ? sent.records : undefined;
  return Array.isArray(records) ? (records as readonly Json[]) : undefined;
}

function isDocument(json: Json): json is Document {
  return json !== null && typeof json === "object" && !Array.isArray(json);
}

function problem(status: number, message: string): SandboxResponse {
  return { status, body: { message } };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function load(seed: Json | undefined): State {
  const { collections, answers, nextId } = (seed ?? {}) as unknown as {
    collections?: Record<string, Record<string, Document>>;
    answers?: Record<string, { request: string; response: SandboxResponse }>;
    nextId?: number;
  };
  return {
    collections: new Map(
      Object.entries(collections ?? {}).map(([path, held]) => [path, new Map(Object.entries(held))]),
    ),
    answers: new Map(Object.entries(answers ?? {})),
    nextId: nextId ?? 1,
  };
}
