/** A destination as one target sees it, ready to be talked to. */
import { type Exchange } from "../record";
import { type Json } from "../value";
import {
  type Config,
  type Conversation,
  type Destination,
  type FieldSchema,
  type ObjectContext,
  type ObjectSchema,
  type PresentRecord,
} from "./destination";

/** All that a dry run is given: nothing here can write. */
export interface Reader {
  readonly name: string;
  readonly destination: Destination;
  /** Keys of the connection without secrets. */
  readonly config: Config;
  readonly sandbox: boolean;
  probe(signal?: AbortSignal): Promise<{ readonly account: string; readonly label: string }>;
  describe(options?: Config, signal?: AbortSignal): Promise<readonly ObjectSchema[]>;
  /** undefined: it cannot be told. */
  fieldsNow(
    ask: { readonly object: string; readonly names: readonly string[] },
    signal?: AbortSignal,
  ): Promise<readonly FieldSchema[] | undefined>;
  /** Any number of values; asked in requests of `readSize`, concurrently, within the limits. */
  read(
    ask: { readonly by: string; readonly values: readonly string[]; readonly fields: readonly string[] },
    context: ObjectContext,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, PresentRecord>>;
  lookup(
    ask: { readonly object: string; readonly by: string; readonly values: readonly string[] },
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Requests sent so far, reads and writes apart. */
  readonly sent: { readonly reads: number; readonly writes: number; readonly retries: number };
  /** What is left of every limit bucket in its window, the tightest first. */
  readonly budgets: readonly { readonly bucket: string; readonly remaining: number; readonly of: number }[];
}

/** A reader that may also write: only a live run gets one. */
export interface Writer extends Reader {
  /** Throws what run/line.ts declares: RefusedRequest, UnknownOutcome, Unavailable; else SyncFailure or Cancelled. */
  converse<Result>(conversation: Conversation<Result>, options: ConverseOptions): Promise<Result>;
  /** The text with every secret of the connection blotted out. */
  redact(text: string): string;
  close(): Promise<void>;
}

export interface ConverseOptions {
  /** Once aborted nothing more leaves; an answer to what has left is waited for, within limits. */
  readonly signal?: AbortSignal;
  /** Called with every exchange, redacted. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Called when a write may have been applied: it was answered, or no answer came. With the changes it carried, where it names them. */
  readonly onWritten?: (changes: readonly number[] | undefined) => void;
  /** Journals a checkpoint; resolves once it is on disk. */
  readonly onCheckpoint?: (state: Json) => Promise<void>;
}
