/** What a plan is: all changes of one sync, with what was left out and why; complete before the first write. */
import { type Fingerprint, type Made } from "../ledger/ledger";
import { type Path } from "../problem";
import { type Action, type Change, type Mode, type OnRemoved, type RecordKey, type Rejection } from "../record";
import { type Limit } from "../sync/definition";
import { type Json, type LogicalType } from "../value";

export interface PlanOptions {
  /** Records to read back from the destination; default: up to 1,000. */
  readonly readBack?: "none" | "default" | "all";
  /** Keys (a composite one as a JSON array) whose changes to plan. */
  readonly only?: readonly RecordKey[];
  /** Plan at most this many changes. */
  readonly limit?: number;
  /** What to do with the records of a model that has no ledger yet. */
  readonly firstRun?: FirstRun;
  /** Compare nothing: every row is sent as if never sent. */
  readonly full?: boolean;
}

/**
 * - send: every record is new; those the destination already has are updated
 * - adopt: what the destination already has is taken as ours to update, and only differences are sent
 * - baseline: the model as it stands counts as sent; nothing is sent
 */
export const firstRuns = ["send", "adopt", "baseline"] as const;
export type FirstRun = (typeof firstRuns)[number];

/** How far planning has come. `total` is undefined where it is not known. */
export interface PlanProgress {
  readonly phase: "describing" | "staging" | "comparing" | "reading";
  readonly done: number;
  readonly total?: number;
}

/** A problem that only the warehouse or the destination can show. The caller knows the file and adds the range. */
export interface PlanProblem {
  readonly code: string;
  readonly message: string;
  /** Path in the sync file. */
  readonly path: Path;
  /** 0-based UTF-16 offset into the text at the path: a block of SQL, or the .sql file that the model names. */
  readonly position?: number;
}

/** The author must mend the sync before it can be planned. */
export class PlanProblems extends Error {
  override readonly name = "PlanProblems";
  constructor(
    readonly problems: readonly PlanProblem[],
    options?: ErrorOptions,
  ) {
    super("The sync has problems", options);
  }
}

export interface PlanCounts {
  /** Rows of the raw model. */
  readonly rows: number;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** Held out: in doubt, reverted, or skipped and not due for a recheck. */
  readonly held: number;
  /** mode update: absent there; mode insert: exists (known from reading). They are no changes. */
  readonly skipped: number;
}

/** Why records are held out. */
export interface HeldCounts {
  readonly inDoubt: number;
  readonly reverted: number;
  /** Skipped before, and not due for a recheck. */
  readonly waiting: number;
}

/** A run that left records in doubt which nobody has settled yet. */
export interface DoubtfulRun {
  readonly run: string;
  readonly records: number;
}

export const guardNames = [
  "max_removed",
  "max_changes",
  "max_rejected",
  "min_rows",
  "unique_key",
  "same_types",
] as const;

export interface GuardResult {
  readonly name: (typeof guardNames)[number];
  /** As the author wrote it: 5%, 100000. */
  readonly limit: string;
  readonly value: number;
  readonly tripped: boolean;
  /** What happened and what to do, where name, limit and value do not say it. */
  readonly message?: string;
  readonly hint?: string;
}

/** The numbers that guards are judged by, of the whole model, whatever `only` and `limit` say. */
export interface GuardBasis {
  /** Rows of the raw model. */
  readonly rows: number;
  /** Rows of the ledger that the destination holds. */
  readonly live: number;
  /** Records that left the model and would be removed. */
  readonly removals: number;
  /** Rejected rows. */
  readonly rejected: number;
  /** Keys of the ledger that the model returns more than once. */
  readonly repeated: number;
  /** Is this how a mirror that removes begins? */
  readonly firstMirror: boolean;
  /** Fields whose type changed although neither model nor mapping did, and how many records that alters. */
  readonly drifted: readonly {
    readonly field: string;
    readonly was: string;
    readonly is: string;
    readonly records: number;
  }[];
}

/** The limit of a guard that must be stated and is not. */
export const unstated = "not stated";

/** Everything about a plan but its changes; stored as JSON beside them. */
export interface PlanHeader {
  readonly version: 1;
  readonly id: string;
  readonly sync: string;
  readonly target: string;
  readonly mode: Mode;
  /** ISO instants. A stored plan is valid for 24 hours. */
  readonly createdAt: string;
  /** sha256 hex of sync, resolved target and connector version. */
  readonly definitionDigest: string;
  /** sha256 hex of definition digest, ledger revision and the order-independent hash of the changes. */
  readonly digest: string;
  readonly ledgerRevision: number;
  /** Id of the ledger it was compared with; absent: there was none. */
  readonly ledger?: string;
  /** Revisions of the ledgers that were asked whether they claim a record that goes. */
  readonly claims?: Readonly<Record<string, number>>;
  readonly basis: GuardBasis;
  /** What the values of each field were made of. */
  readonly made: Readonly<Record<string, Made>>;
  readonly fingerprint: Fingerprint;
  /** Destination fields in file order, with the type their values have. */
  readonly fields: readonly { readonly name: string; readonly type: LogicalType | "mixed" }[];
  readonly keyTypes: readonly LogicalType[];
  readonly counts: PlanCounts;
  readonly guards: readonly GuardResult[];
  readonly estimate: { readonly requests: number; readonly seconds: number };
  /** What `counts.held` is made of. Plans of old versions do not say. */
  readonly held?: HeldCounts;
  /** The latest first. */
  readonly doubts?: readonly DoubtfulRun[];
  /** Sentences for people: removals withheld and why, keys taken over, drift found. */
  readonly notices: readonly { readonly code: string; readonly message: string }[];
  /** How many records were read back from the destination; 0: the before values are the ledger's. */
  readonly readBack: number;
  /** Changes with a field that someone else changed since our last write. Plans of old versions do not say. */
  readonly drifted?: number;
  /** How the first run begins, where this plan is of one. */
  readonly firstRun?: FirstRun;
  /** The plan is of so many keys alone. */
  readonly only?: number;
  /** The plan takes a run back: what it left is among its rejections, what it reverts is held. */
  readonly revert?: Revert;
}

export interface Revert {
  /** The run that is taken back. */
  readonly run: string;
  /** How its changes are sent, whatever the sync's mode is. */
  readonly mode: Mode;
  /** What becomes of records that the run created. */
  readonly removal: OnRemoved;
  /** Records that are as they were before already: carrying the plan out holds them. */
  readonly holds: number;
  /** Most records it may remove, as whoever asked for it said; else the sync's guard counts. */
  readonly maxRemoved?: Limit;
}

/** A plan and its stored changes. Changes are read in order of id, in pages, so that memory stays flat. */
export interface StoredPlan {
  readonly header: PlanHeader;
  /** Path of the plan's database. */
  readonly file: string;
  changes(filter?: ChangeFilter): AsyncIterable<readonly Change[]>;
  rejections(page?: PlannedRejections): Promise<readonly Rejection[]>;
  close(): Promise<void>;
}

export interface ChangeFilter {
  readonly actions?: readonly Action[];
  readonly keys?: readonly RecordKey[];
  readonly offset?: number;
  readonly limit?: number;
  /** Case-insensitive, in key or any value. */
  readonly text?: string;
  /** Only records of which someone else changed a field since our last write. */
  readonly drifted?: true;
}

export interface PlannedRejections {
  readonly offset: number;
  readonly limit: number;
  /** Case-insensitive, in key, field or reason. */
  readonly text?: string;
}

/** A key for people and programs: the column's value, or an array of them. */
export type DisplayKey = Json;
