/** A destination of the tests' own, a server that answers as a test says, and clocks that jump instead of waiting. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import {
  type Batching,
  type Bucket,
  type Conversation,
  type DeliverContext,
  type Destination,
  type HttpRequest,
  type HttpResponse,
  type ObjectSchema,
  type PresentRecord,
  type Response,
} from "../../../src/destinations/destination";
import { type Change, type Outcome, type OutgoingChange, type Rejection } from "../../../src/record";
import { type AdmittedPlan } from "../../../src/plan/admit";
import { type PlanHeader, type StoredPlan } from "../../../src/plan/plan";
import { type Clock } from "../../../src/run/clock";
import { connect, type ConnectOptions } from "../../../src/run/connect";
import { type Writer } from "../../../src/destinations/connection";
import { Cancelled } from "../../../src/failure";
import { toJson } from "../../../src/value";

// ── A destination ────────────────────────────────────────────────────────────────────────────────────────────────────

export const people: ObjectSchema = {
  name: "people",
  modes: ["insert", "update", "upsert", "mirror", "append"],
  removals: ["delete", "archive", "clear", "keep"],
  fields: [
    { name: "email", type: "text", unique: true },
    { name: "name", type: "text" },
  ],
  match: "required",
  readable: true,
};

/** What the server is sent, and what it says of each record. */
export interface Sent {
  readonly inputs: readonly {
    readonly id: number;
    readonly action: string;
    readonly fields: Record<string, unknown>;
  }[];
}
export interface Said {
  readonly results: readonly Outcome[];
}

export interface TestDestination {
  readonly batching?: Partial<Batching>;
  readonly repeatable?: boolean;
  readonly limits?: readonly Bucket[];
  readonly readings?: Destination["readings"];
  readonly deliver?: Destination["deliver"];
  readonly authorize?: Destination["authorize"];
  readonly abort?: Destination["abort"];
  readonly transport?: Destination["transport"];
}

/** Batches go to POST /batch; 200 answers carry outcomes, 400 refuses the batch whole, the rest is as usual. */
export function testDestination(options: TestDestination = {}): Destination {
  const batching = { size: 100, repeatable: options.repeatable ?? true, ...options.batching };
  return {
    type: "test",
    label: "Testbed",
    version: 1,
    documentation: "",
    connection: z.object({ token: z.string() }),
    options: z.object({}),
    transport: options.transport ?? "http",
    baseUrl: () => "http://127.0.0.1:1",
    authorize:
      options.authorize ??
      function* (config) {
        return { headers: { Authorization: `Bearer ${String(config.token)}` } };
      },
    *probe() {
      const answer = http(yield request({ method: "GET", path: "/account", effect: "read" }));
      return { account: String((answer.json as { account: unknown }).account), label: "Account" };
    },
    *describe() {
      return [people];
    },
    *read({ by, values }): Conversation<ReadonlyMap<string, PresentRecord>> {
      const answer = http(
        yield request({ method: "POST", path: "/read", effect: "read", body: { json: { by, values: [...values] } } }),
      );
      return new Map(Object.entries(answer.json as Record<string, PresentRecord>));
    },
    readSize: 10,
    *lookup({ values }) {
      return new Map(values.map((value) => [value, [`id-${value}`]]));
    },
    batching: () => batching,
    deliver: options.deliver ?? deliverBatch(batching.repeatable),
    ...(options.abort === undefined ? {} : { abort: options.abort }),
    classify: (_request, { status }) =>
      status === 401
        ? "expired"
        : status === 429
          ? "throttled"
          : status >= 500
            ? "transient"
            : status === 400
              ? "refused"
              : "answer",
    refusal: (response) => {
      const { code, reason } = (response.json ?? {}) as { code?: string; reason?: string };
      return { code: code ?? `http-${response.status}`, reason: reason ?? `Status ${response.status}.` };
    },
    limits: () => options.limits ?? [],
    ...(options.readings === undefined ? {} : { readings: options.readings }),
    encode: (value) =>
      value?.text === "unspeakable"
        ? { refused: "The value cannot be said.", code: "unspeakable" }
        : { wire: toJson(value) },
    normal: (wire) => (wire === null ? null : String(wire)),
  };
}

function deliverBatch(repeatable: boolean): Destination["deliver"] {
  return function* (batch) {
    const answer = http(yield batchRequest(batch, repeatable));
    return (answer.json as Said).results;
  };
}

export function batchRequest(batch: readonly OutgoingChange[], repeatable: boolean): HttpRequest {
  const inputs = batch.map(({ id, action, fields }) => ({ id, action, fields }));
  return request({
    method: "POST",
    path: "/batch",
    effect: "write",
    body: { json: { inputs } },
    repeatable,
    changes: batch.map(({ id }) => id),
  });
}

export function request(given: Pick<HttpRequest, "method" | "path" | "effect"> & Partial<HttpRequest>): HttpRequest {
  return { step: "request", repeatable: given.effect === "read", limits: ["requests"], ...given };
}

export function http(response: Response): HttpResponse {
  if (response.kind !== "http") throw new Error("not an HTTP answer");
  return response;
}

// ── A server ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Received {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly json: unknown;
  /** From 1. */
  readonly number: number;
}
export type Reply =
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly json?: unknown;
      readonly text?: string;
    }
  | ((response: ServerResponse) => void)
  | "reset";

export interface TestServer {
  readonly url: string;
  readonly received: Received[];
  /** Most requests that were open at one time. */
  readonly together: () => number;
  close(): Promise<void>;
}

export async function serve(answer: (received: Received) => Reply | Promise<Reply>): Promise<TestServer> {
  const received: Received[] = [];
  let open = 0;
  let most = 0;
  const server: Server = createServer((incoming, outgoing) => {
    open += 1;
    most = Math.max(most, open);
    outgoing.on("close", () => (open -= 1));
    void receive(incoming).then(async (body) => {
      const one: Received = {
        at: performance.now(),
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: incoming.headers,
        body,
        json: body === "" ? undefined : (JSON.parse(body) as unknown),
        number: received.length + 1,
      };
      received.push(one);
      const reply = await answer(one);
      if (reply === "reset") incoming.socket.resetAndDestroy();
      else if (typeof reply === "function") reply(outgoing);
      else {
        const text = reply.text ?? JSON.stringify(reply.json ?? {});
        outgoing.writeHead(reply.status, { "content-type": "application/json", ...reply.headers }).end(text);
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    together: () => most,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function receive(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}

/** Everything of a batch applied, as created. */
export function allApplied({ json }: Pick<Received, "json">): Reply {
  const results = (json as Sent).inputs.map(({ id }) => ({ outcome: "applied", id, created: true }));
  return { status: 200, json: { results } };
}

// ── Clocks ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface TestClock extends Clock {
  /** Every wait that was asked for, in ms. */
  readonly waits: number[];
  advance(ms: number): Promise<void>;
}

/** Time stands still until it is advanced. */
export function stillClock(start = Date.UTC(2026, 0, 1)): TestClock {
  return makeClock(start);
}

/** Every wait is over at once, and time has passed by it. */
export function jumpingClock(start = Date.UTC(2026, 0, 1)): TestClock {
  const clock = makeClock(start);
  return {
    ...clock,
    async wait(ms, signal) {
      const waiting = clock.wait(ms, signal);
      waiting.catch(() => undefined);
      setImmediate(() => void clock.advance(Math.max(0, ms)));
      return waiting;
    },
  };
}

function makeClock(start: number): TestClock {
  let now = start;
  const waits: number[] = [];
  let due: { readonly at: number; readonly go: () => void }[] = [];
  return {
    waits,
    now: () => now,
    wait(ms, signal) {
      waits.push(ms);
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(new Cancelled());
          return;
        }
        const stop = () => {
          due = due.filter((one) => one !== mine);
          reject(new Cancelled());
        };
        const mine = {
          at: now + Math.max(0, ms),
          go: () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        signal?.addEventListener("abort", stop, { once: true });
        due.push(mine);
      });
    },
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        const next = due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due = due.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.go();
        await new Promise((done) => setImmediate(done));
      }
      now = Math.max(now, until);
    },
  };
}

// ── Connections, plans, folders ──────────────────────────────────────────────────────────────────────────────────────

export const secret = "tok/en+5ecret&1=ü";

export function writerTo(url: string, options: Partial<ConnectOptions> = {}): Writer {
  return connect(connectOptions(url, options));
}

export function connectOptions(url: string, options: Partial<ConnectOptions> = {}): ConnectOptions {
  return {
    name: "people-tool",
    destination: testDestination(),
    config: { token: secret },
    publicConfig: { token: "" },
    secrets: [secret],
    baseUrl: url,
    sandbox: false,
    projectRoot: tmpdir(),
    clock: jumpingClock(),
    random: () => 0.5,
    ...options,
  };
}

export function context(given: Partial<DeliverContext> = {}): DeliverContext {
  return {
    config: {},
    object: people,
    options: {},
    fields: people.fields,
    match: "email",
    sync: "people",
    run: "run-1",
    mode: "upsert",
    onRemoved: "keep",
    ...given,
  };
}

export function changes(count: number, given: (id: number) => Partial<Change> = () => ({})): Change[] {
  return Array.from({ length: count }, (_, index) => {
    const id = index + 1;
    return {
      id,
      action: "create",
      key: String(id),
      match: `p${id}@x.io`,
      fields: { email: { after: { type: "text", text: `p${id}@x.io` } } },
      ...given(id),
    };
  });
}

/** A plan in memory, with pages as small as a test needs. */
export function planOf(
  all: readonly Change[],
  given: Partial<PlanHeader> = {},
  rejected: readonly Rejection[] = [],
): AdmittedPlan {
  const count = (action: Change["action"]) => all.filter((change) => change.action === action).length;
  const plan: StoredPlan = {
    header: {
      version: 1,
      id: "plan-1",
      sync: "people",
      target: "dev",
      mode: "upsert",
      createdAt: "2026-01-01T00:00:00Z",
      definitionDigest: "d".repeat(64),
      digest: "e".repeat(64),
      ledgerRevision: 0,
      fingerprint: { account: "a", connectionType: "test", object: "people", match: "email", key: ["id"] },
      fields: people.fields.map(({ name }) => ({ name, type: "text" })),
      keyTypes: ["number"],
      counts: {
        rows: all.length,
        create: count("create"),
        update: count("update"),
        delete: count("delete"),
        unchanged: 0,
        rejected: rejected.length,
        held: 0,
        skipped: 0,
      },
      guards: [],
      basis: { rows: 0, live: 0, removals: 0, rejected: 0, repeated: 0, firstMirror: false, drifted: [] },
      made: {},
      estimate: { requests: 0, seconds: 0 },
      notices: [],
      readBack: 0,
      ...given,
    },
    file: path.resolve("plan.duckdb"),
    async *changes() {
      for (let start = 0; start < all.length; start += 1000) yield all.slice(start, start + 1000);
    },
    async rejections(page = { offset: 0, limit: Infinity }) {
      return rejected.slice(page.offset, page.offset + page.limit);
    },
    close: async () => undefined,
  };
  return plan as AdmittedPlan;
}

/** A folder that is gone when the work is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-run-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Closes what the work opened, whatever happens. */
export async function withServer<T>(
  answer: (received: Received) => Reply | Promise<Reply>,
  work: (server: TestServer) => Promise<T>,
): Promise<T> {
  const server = await serve(answer);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}
