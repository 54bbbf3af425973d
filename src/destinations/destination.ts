/**
 * The contract of a destination. Connectors describe, the engine acts: an operation is a generator that yields steps
 * and is handed responses. A connector is pure: no network, clock, file system or environment.
 */
import { type z } from "zod";
import { type Action, type Mode, type OnRemoved, type OutgoingChange, type Outcome } from "../record";
import { type Path } from "../problem";
import { type Json, type LogicalType, type Value } from "../value";
import { type Alerting } from "./alerting";
import { type DatabaseKind, type DatabaseLogin, type DatabaseResponse, type DatabaseStep } from "./database";
import { type Sandbox } from "./sandbox";

// ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Step = HttpRequest | FileStep | DatabaseStep | Pause | Checkpoint;

export interface HttpRequest {
  readonly step: "request";
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the connection's base URL, starting with "/"; already percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Never credentials: the engine adds those. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is with its content type. */
  readonly body?: { readonly json: Json } | { readonly text: string; readonly type: string };
  /** Does it change anything at the destination? A dry run refuses writes. */
  readonly effect: "read" | "write";
  /** Does sending it twice leave the same as sending it once? Decides retries after an unknown outcome. */
  readonly repeatable: boolean;
  /** Names of the limit buckets it draws from (see Destination.limits). */
  readonly limits: readonly string[];
  /** Ids of the changes it carries. */
  readonly changes?: readonly number[];
}

/** Files are the same with file operations; paths are relative to the project and the engine keeps them inside it. */
export type FileStep =
  | { readonly step: "file"; readonly operation: "read"; readonly path: string; readonly effect: "read" }
  | {
      readonly step: "file";
      /** replace: written beside and renamed, never half there. append: flushed before the outcome. */
      readonly operation: "replace" | "append";
      readonly path: string;
      readonly text: string;
      readonly effect: "write";
      readonly repeatable: boolean;
      readonly changes: readonly number[];
    };

/** Frees the conversation's slot for this long. */
export interface Pause {
  readonly step: "pause";
  readonly ms: number;
}

/** Journaled before going on; after a crash `deliver` continues with it as `ctx.resume`. */
export interface Checkpoint {
  readonly step: "checkpoint";
  readonly state: Json;
}

/** Answer to a step. A pause and a checkpoint are answered by `done`. */
export type Response =
  | HttpResponse
  | { readonly kind: "file"; /** undefined: no such file */ readonly text?: string }
  | DatabaseResponse
  | { readonly kind: "done" };

export interface HttpResponse {
  readonly kind: "http";
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body where it is JSON, else undefined. */
  readonly json: unknown;
}

/**
 * What an answer means for the engine.
 * - answer: hand it to the generator
 * - throttled: wait (Retry-After, the bucket's window, or backoff) and send again
 * - expired: authorize anew once, then send again
 * - transient: send again with backoff, if the request is repeatable or was surely not applied
 * - refused: the whole request was refused; a batch is split until the guilty record is found
 */
export type Verdict = "answer" | "throttled" | "expired" | "transient" | "refused";

// ── Schema ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export const fieldTypes = [
  "text",
  "integer",
  "number",
  "boolean",
  "date",
  "timestamp",
  "instant",
  "option",
  "options",
  "reference",
  "json",
] as const;
export type FieldType = (typeof fieldTypes)[number];

export interface FieldSchema {
  readonly name: string;
  readonly type: FieldType;
  readonly label?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  /** May serve as `match`. */
  readonly unique?: boolean;
  /** Form in which match values are compared. Default: exact. */
  readonly matchForm?: "exact" | "trimmed" | "lowercase" | "trimmed-lowercase";
  readonly format?: "email" | "url" | "phone";
  /** In characters. */
  readonly maxLength?: number;
  readonly options?: readonly { readonly value: string; readonly label?: string }[];
  /** The object a reference points at. */
  readonly references?: string;
  /** The vendor's own type, for people. */
  readonly native?: string;
}

export interface ObjectSchema {
  readonly name: string;
  readonly label?: string;
  readonly description?: string;
  /** None: its records can only be looked up. */
  readonly modes: readonly Mode[];
  readonly removals: readonly OnRemoved[];
  readonly fields: readonly FieldSchema[];
  /** Takes fields that are not listed (a plain endpoint, a file). */
  readonly open?: boolean;
  /** match: needed for every mode but append; optional; never. */
  readonly match: "required" | "optional" | "none";
  /** Can `read` answer for it? Without it if_empty, create_only on upsert, and update are problems. */
  readonly readable: boolean;
  /** Objects that can be listed whole, for scope: all. */
  readonly listable?: boolean;
  /**
   * An update carries every mapped field (less nulls: skip and create_only), not only those that changed: the
   * destination replaces records whole, or builds its request from any of their fields. Mode append always does.
   */
  readonly whole?: boolean;
}

// ── Operations ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type Config = Readonly<Record<string, unknown>>;

/** What every operation on one object knows. */
export interface ObjectContext {
  /** The connection's keys in sluice.yaml, secrets replaced by "" (credentials are the engine's). */
  readonly config: Config;
  readonly object: ObjectSchema;
  /** The destination's extra keys in the sync file, parsed by `options`. */
  readonly options: Config;
  /** Fields the sync maps, in file order. For open objects the schema is made from the model's types. */
  readonly fields: readonly FieldSchema[];
  readonly match?: string;
}

export interface DeliverContext extends ObjectContext {
  readonly sync: string;
  readonly run: string;
  readonly mode: Mode;
  readonly onRemoved: OnRemoved;
  /** Where to go on after a crash; undefined at the start. */
  readonly resume?: Json;
}

export interface PresentRecord {
  readonly remoteId: string;
  /** Wire values, as the destination gives them. */
  readonly fields: Readonly<Record<string, Json>>;
}

export type Conversation<Result> = Generator<Step, Result, Response>;

/** How a batch is made from changes. */
export interface Batching {
  /** Changes per call of `deliver`. */
  readonly size: number;
  /** Changes of one batch share this word; default: their action. */
  readonly by?: (change: OutgoingChange, context: DeliverContext) => string;
  /** Is sending a batch again harmless? Decides the journal's window and what a crash leaves behind. */
  readonly repeatable: boolean;
}

/** What is wrong with a sync's options, beyond what their schema can say. */
export interface OptionProblem {
  /** Below `destination:` in the sync file. */
  readonly path: Path;
  readonly code: string;
  readonly message: string;
}

export interface Bucket {
  readonly name: string;
  readonly requests: number;
  readonly perMs: number;
  /**
   * Not one bucket but one of this size for each thing of a kind: a request that draws from "channel/C1" draws from a
   * bucket of its own where "channel" is declared so.
   */
  readonly each?: true;
  /** Only reads draw from it: what is written is not slowed down by it. */
  readonly reads?: true;
}
/** What response headers say of a bucket. */
export interface BucketReading {
  readonly name: string;
  readonly requests?: number;
  readonly perMs?: number;
  readonly remaining?: number;
  readonly resetMs?: number;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds; absent: until refused. */
  readonly expiresIn?: number;
  /**
   * The account's own address, where only the answer to `authorize` tells it: requests go there from then on, over https
   * only. A base_url in sluice.yaml (a proxy, the sandbox) stays what it is.
   */
  readonly base?: string;
  /**
   * The path of the one address there is, where that address is itself the secret (an incoming webhook): it stands in for
   * the path of every request as it leaves. What is kept of an exchange shows the request's own path.
   */
  readonly address?: string;
  /** Of a database: who signs in. */
  readonly login?: DatabaseLogin;
}

/** A value on the wire, or why it cannot be. The reason is a sentence without the value. */
export type Encoded = { readonly wire: Json } | { readonly refused: string; readonly code: string };

// ── The declaration ──────────────────────────────────────────────────────────────────────────────────────────────────

export interface Destination {
  readonly type: string;
  readonly label: string;
  /** Enters the definition digest: raise it when the same record is sent differently. */
  readonly version: number;
  /** Two or three sentences and the traps, in Markdown, for hovers and the generated page. */
  readonly documentation: string;
  /** Keys of the connection in sluice.yaml but for type, base_url and sandbox. Secrets carry `.meta({ secret: true })`, each key a description. */
  readonly connection: z.ZodObject;
  /** Extra keys of `destination:` in a sync file, each with a description. */
  readonly options: z.ZodObject;
  /** "http" destinations have a base URL; "file" ones yield file steps only, one batch at a time; "database" ones statements. */
  readonly transport: "http" | "file" | "database";
  /** Of transport "database": its driver and its errors. */
  readonly database?: DatabaseKind;
  /**
   * The object is what the sync's options say (a plain endpoint, a file): told them, `describe` yields no steps and needs
   * no snapshot. "with choices": asked without options it tells what there is to choose from, so that a snapshot helps.
   */
  readonly selfDescribing?: true | "with choices";
  /**
   * What the sync's options add to the object's name to say where its records are: a file's path, a list's id. Two syncs
   * with different places never speak of the same record, and a ledger belongs to one place. Default: nothing.
   */
  place?(options: Config): string;
  baseUrl(config: Config): string;
  /** Credentials from the connection's resolved secrets. The only operation that sees them. `now`, in ms since the epoch, is for assertions that expire. */
  authorize(config: Config, now?: number): Conversation<Credentials>;
  /** Which account this is; proves the credentials work. */
  probe(config: Config): Conversation<{ readonly account: string; readonly label: string }>;
  /** Every object and its fields. For open destinations: what the options say. */
  describe(config: Config, options?: Config): Conversation<readonly ObjectSchema[]>;
  /**
   * Fields of one object as they are now, at least those of these names that it still has, in a request or two: asked
   * before a run sends something. undefined: it cannot be told. Default: that.
   */
  fieldsNow?(
    config: Config,
    ask: { readonly object: string; readonly names: readonly string[] },
  ): Conversation<readonly FieldSchema[] | undefined>;
  /** Present values of records, by remote id ("id") or by a match field. Absent ones are left out. Keys are as asked. */
  read(
    ask: { readonly by: string; readonly values: readonly string[]; readonly fields: readonly string[] },
    context: ObjectContext,
  ): Conversation<ReadonlyMap<string, PresentRecord>>;
  /** How many values one `read` takes. */
  readonly readSize: number;
  /** Ids of the related records of `object` whose field `by` holds each value; several where several match. */
  lookup(
    ask: { readonly object: string; readonly by: string; readonly values: readonly string[] },
    config: Config,
  ): Conversation<ReadonlyMap<string, readonly string[]>>;
  /** Problems of the options beside the fields and the mode. Default: none. */
  check?(context: ObjectContext & { readonly mode: Mode }): readonly OptionProblem[];
  batching(context: DeliverContext): Batching;
  /** Carry out one batch; gives exactly one outcome for every change in it. */
  deliver(batch: readonly OutgoingChange[], context: DeliverContext): Conversation<readonly Outcome[]>;
  /** Clean up after a cancel, given the last checkpoint. */
  abort?(state: Json, context: DeliverContext): Conversation<void>;
  classify(request: HttpRequest, response: HttpResponse): Verdict;
  /** Why a request was refused, in the vendor's own words. */
  refusal(response: HttpResponse): { readonly code: string; readonly reason: string; readonly field?: string };
  limits(config: Config): readonly Bucket[];
  readings?(request: HttpRequest, response: HttpResponse): readonly BucketReading[];
  encode(value: Value, field: FieldSchema, context: { readonly action: Action }): Encoded;
  /** Can `encode` refuse a non-null value of this type for this field? Default: yes. Spares reading what always fits. */
  canRefuse?(field: FieldSchema, type: LogicalType): boolean;
  /** The form in which wire values of this field are compared (what the destination would store). */
  normal(wire: Json, field: FieldSchema): string | null;
  /** Absent: it cannot carry alerts. */
  readonly alerting?: Alerting;
  /** A fresh simulator; absent where there is nothing to simulate. */
  sandbox?(seed?: Json): Sandbox;
}
