/** A database destination at a real server, driven by the engine's own parts: connect, prepare, deliver, split. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { type Writer } from "../../src/destinations/connection";
import {
  type Config,
  type DeliverContext,
  type Destination,
  type FieldSchema,
  type ObjectSchema,
} from "../../src/destinations/destination";
import { type Action, type Exchange, type OutgoingChange, type Outcome } from "../../src/record";
import { createBreaker } from "../../src/run/breaker";
import { connect, type ConnectOptions } from "../../src/run/connect";
import { deliverBatch, type Delivered } from "../../src/run/deliver";
import { batches, prepare } from "../../src/run/outgoing";
import { fromJson, type Json, type Value } from "../../src/value";

export interface WorldOptions {
  readonly destination: Destination;
  readonly config: Config;
  readonly secrets?: readonly string[];
  readonly connect?: Partial<ConnectOptions>;
}

/** One record as a test writes it: a plain value stands for the model's value of its type. */
export interface Given {
  readonly fields: Readonly<Record<string, Json | { readonly value: Value }>>;
  readonly action?: Action;
  readonly match?: string;
  readonly matchBefore?: string;
  readonly remoteId?: string;
}

export interface Sending {
  readonly object: string;
  readonly match?: string;
  readonly mode?: DeliverContext["mode"];
  readonly onRemoved?: DeliverContext["onRemoved"];
  readonly options?: Config;
  /** Default: those of the first record. */
  readonly fields?: readonly FieldSchema[];
  readonly signal?: AbortSignal;
}

export interface DatabaseWorld {
  readonly writer: Writer;
  objects(): Promise<readonly ObjectSchema[]>;
  object(name: string): Promise<ObjectSchema>;
  context(sending: Sending, given: readonly Given[]): Promise<DeliverContext>;
  /** In the order of the records; what cannot be on the wire is told like a rejection. */
  send(sending: Sending, given: readonly Given[]): Promise<readonly Outcome[]>;
  deliver(sending: Sending, given: readonly Given[]): Promise<Delivered>;
  readonly exchanges: readonly Exchange[];
  close(): Promise<void>;
}

export function databaseWorld({ destination, config, secrets = [], connect: more }: WorldOptions): DatabaseWorld {
  const clock = {
    now: () => Date.now(),
    // Waits are short here: what is waited for is the server's own doing.
    wait: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, Math.min(ms, 20));
        signal?.addEventListener("abort", () => (clearTimeout(timer), reject(new Error("aborted"))), { once: true });
      }),
  };
  const writer = connect({
    name: "there",
    destination,
    config,
    publicConfig: { ...config, password: "" },
    secrets,
    sandbox: false,
    projectRoot: tmpdir(),
    clock,
    random: () => 0,
    ...more,
  });
  const exchanges: Exchange[] = [];
  let known: readonly ObjectSchema[] | undefined;

  async function objects(): Promise<readonly ObjectSchema[]> {
    return (known ??= await writer.describe());
  }
  async function object(name: string): Promise<ObjectSchema> {
    const all = await objects();
    const star = all.find((one) => one.name === "*");
    const found = all.find((one) => one.name === name) ?? (star && { ...star, name });
    assert.ok(found !== undefined, `there is no ${name}`);
    return found;
  }
  async function context(sending: Sending, given: readonly Given[]): Promise<DeliverContext> {
    const schema = await object(sending.object);
    const names = [...new Set(given.flatMap(({ fields }) => Object.keys(fields)))];
    const first = (name: string): Value => given.map(({ fields }) => valueOf(fields[name])).find((one) => one) ?? null;
    const open = (name: string): FieldSchema => ({ name, type: first(name)?.type ?? "text" });
    return {
      config: writer.config,
      object: schema,
      options: destination.options.parse(sending.options ?? {}),
      fields: sending.fields ?? names.map((name) => schema.fields.find((one) => one.name === name) ?? open(name)),
      ...(sending.match === undefined ? {} : { match: sending.match }),
      sync: "test",
      run: "20261126-070000000-0001",
      mode: sending.mode ?? "upsert",
      onRemoved: sending.onRemoved ?? "keep",
    };
  }
  async function prepared(sending: Sending, given: readonly Given[]) {
    const how = await context(sending, given);
    const schemas = new Map(how.fields.map((field) => [field.name, field]));
    const outgoing: OutgoingChange[] = [];
    const refused: Outcome[] = [];
    for (const [index, one] of given.entries()) {
      const fields = Object.entries(one.fields).map(([name, value]) => [name, { after: valueOf(value) }] as const);
      const match = one.match ?? valueOf(one.fields[sending.match ?? ""])?.text;
      const change = {
        ...{ id: index + 1, action: one.action ?? "create", key: `k${index + 1}`, fields: Object.fromEntries(fields) },
        ...(match === undefined ? {} : { match }),
        ...(one.matchBefore === undefined ? {} : { matchBefore: one.matchBefore }),
        ...(one.remoteId === undefined ? {} : { remoteId: one.remoteId }),
      };
      const made = prepare(change, destination, schemas);
      if ("outgoing" in made) outgoing.push(made.outgoing);
      else refused.push({ outcome: "rejected", id: change.id, ...made.refused });
    }
    return { how, outgoing, refused };
  }
  async function deliver(sending: Sending, given: readonly Given[]): Promise<Delivered> {
    const { how, outgoing, refused } = await prepared(sending, given);
    const batching = destination.batching(how);
    const halt = new AbortController();
    const signal = sending.signal ?? halt.signal;
    const settled: Delivered["settled"][number][] = refused.map((outcome) => ({ outcome }));
    for (const batch of batches(outgoing, batching, how).flat()) {
      const done = await deliverBatch(batch, {
        ...{ writer, context: how, repeatable: batching.repeatable, clock, signal },
        breaker: createBreaker(() => undefined),
        onCheckpoint: () => Promise.resolve(),
        log: () => undefined,
      });
      exchanges.push(...done.exchanges);
      settled.push(...done.settled);
      if (done.failure !== undefined) return { settled, exchanges, failure: done.failure };
    }
    return { settled, exchanges };
  }
  return {
    writer,
    objects,
    object,
    context,
    deliver,
    exchanges,
    async send(sending, given) {
      const { settled, failure } = await deliver(sending, given);
      if (failure !== undefined) throw failure;
      return settled.map(({ outcome }) => outcome).sort((a, b) => a.id - b.id);
    },
    close: () => writer.close(),
  };
}

function valueOf(given: Given["fields"][string] | undefined): Value {
  if (given === undefined) return null;
  const typed = given as { readonly value?: Value } | null;
  if (typeof typed === "object" && typed?.value !== undefined) return typed.value;
  return fromJson(given as Json);
}
