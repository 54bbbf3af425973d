/**
 * What the destination last accepted from one sync and target. It moves only on an outcome.
 *
 * Per key it keeps: remote id and match as sent, origin, state, and per field the value `considered` (diffed) and
 * `sent`, as tagged canonical text (see value.ts).
 */
import { type Outcome, type RecordKey } from "../record";

/** A record that something was sent of, and nothing tells whether the destination took it. */
export interface Doubt {
  readonly key: RecordKey;
  /** The run that sent it. */
  readonly run: string;
  /** ISO instant at which it was known to be in doubt. */
  readonly at: string;
  /** Ledgers of earlier versions do not say. */
  readonly attempted?: "create" | "update" | "clear" | "delete";
  readonly match?: string;
  readonly remoteId?: string;
}

export interface DoubtFilter {
  /** Only those that this run sent. */
  readonly run?: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** What a ledger belongs to. A mismatch stops with a remedy. */
export interface Fingerprint {
  /** From probe, or "sandbox". */
  readonly account: string;
  readonly connectionType: string;
  readonly object: string;
  readonly match?: string;
  readonly key: readonly string[];
  /** Where the rows come from: "duckdb shop.duckdb". Ledgers of old versions do not say. */
  readonly warehouse?: string;
}

/** What a field's values were made of at the last run: their type, and a hash of the mapping and model that made them. */
export interface Made {
  readonly type: string;
  readonly from: string;
}

export type Origin = "created" | "adopted";

/**
 * - live: the destination holds it as sent
 * - tombstone: removed by us; a key that returns sends everything again
 * - uncertain: owned, equal to nothing: an answer never came for a write that is harmless to repeat
 * - doubt: an answer never came for a write that is not; held out until the user settles it
 * - held: reverted; held out until its mapped values change or it is released
 * - skipped: the destination had no such record (update) or had one already (insert); looked at again after `recheck`
 */
export type RowState = "live" | "tombstone" | "uncertain" | "doubt" | "held" | "skipped";

export interface LedgerHeader {
  readonly version: 1;
  /** Tells one ledger from another that has the same name: made with it, and kept when it is moved. */
  readonly id: string;
  readonly sync: string;
  readonly target: string;
  readonly fingerprint: Fingerprint;
  /** Grows with every commit. */
  readonly revision: number;
  readonly values: boolean;
  /** By field; the key's columns as `key 1`, `key 2` …. Absent where nothing was sent since it was bound. */
  readonly made?: Readonly<Record<string, Made>>;
}

/** What whoever makes or binds a ledger says of it. */
export type LedgerBinding = Omit<LedgerHeader, "id" | "revision" | "version">;

export interface Ledger {
  /** undefined: no ledger yet. Throws SyncFailure "ledger-corrupted" for a file that cannot be read. */
  header(): Promise<LedgerHeader | undefined>;
  /** Rows by state. */
  counts(): Promise<Readonly<Record<RowState, number>>>;
  /** Make an empty ledger for this fingerprint, or bind an adopted one to it. */
  create(header: LedgerBinding): Promise<void>;
  /** Take in outcomes of a plan's changes. Idempotent by run and change: committing the same again changes nothing. */
  commit(window: {
    readonly run: string;
    /** Path of the plan database whose table `changes` holds the changes. */ readonly planFile: string;
    readonly outcomes: readonly Outcome[];
  }): Promise<void>;
  /**
   * Take in a plan's table `notes`: rows that need no request but must be remembered, in the state each names.
   * Idempotent too. Gives how many there were.
   */
  commitNotes(notes: { readonly run: string; readonly planFile: string }): Promise<number>;
  /** Records in doubt, in order of their keys. */
  doubts(filter?: DoubtFilter): Promise<readonly Doubt[]>;
  /**
   * Settle or free rows: keys in doubt become live (applied) or are sent again (resend); held ones are released;
   * any are forgotten. Gives how many rows that were.
   */
  settle(keys: readonly RecordKey[] | "all", how: "applied" | "resend" | "release" | "forget"): Promise<number>;
  /** Throws SyncFailure "ledger-locked" naming the holder and its age; a dead holder's lock is taken over. */
  lock(holder: string): Promise<{ release(): Promise<void> }>;
}
