/** What a run leaves behind, and what it says while it goes on. */
import { type DoubtfulRun, type HeldCounts } from "../plan/plan";
import { type Exchange, type RecordKey, type Rejection } from "../record";

export interface RunCounts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly held: number;
  readonly rejected: number;
  readonly inDoubt: number;
  readonly requests: number;
  readonly retries: number;
}

export type RunStatus = "succeeded" | "rejected" | "guarded" | "stopped" | "cancelled";

export interface RunReport {
  readonly version: 1;
  readonly id: string;
  readonly sync: string;
  /** Path of the sync file, relative to the project. */
  readonly file: string;
  readonly target: string;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Digest of the plan carried out. */
  readonly plan: string;
  readonly definitionDigest: string;
  /** Names of the mapped fields, by which rejections were told apart; reports of old versions have none. */
  readonly fields?: readonly string[];
  /** The run whose rejected keys this one retried. */
  readonly retryOf?: string;
  /** The run that this one took back. */
  readonly revertOf?: string;
  /** The keys it was limited to; absent: all that changed, or all that the retried run rejected. */
  readonly only?: readonly RecordKey[];
  readonly counts: RunCounts;
  /** What was found when it was read back what the run wrote; absent: nobody looked. */
  readonly verification?: Verification;
  /** Why records were held out of it, and which runs left records in doubt; reports of old versions do not say. */
  readonly held?: HeldCounts;
  readonly doubts?: readonly DoubtfulRun[];
  /** Rejections by field and reason, largest first; the records themselves are in rejections.jsonl. */
  readonly groups: readonly RejectionGroup[];
  readonly failure?: { readonly code: string; readonly message: string; readonly hint: string };
  /** What became of the alerts about it; absent: nobody was to be told. */
  readonly alerts?: readonly AlertSent[];
}

export interface AlertSent {
  readonly connection: string;
  readonly channel?: string;
  readonly status: "sent" | "failed";
  /** Why it was not sent. */
  readonly message?: string;
}

export interface Verification {
  /** ISO instant. */
  readonly at: string;
  readonly verified: number;
  /** They are among the run's rejections, by the codes of `notAsWritten`. */
  readonly mismatched: number;
  readonly unverifiable: number;
  /** Why records could not be verified, where it is one reason for all. */
  readonly why?: string;
}

/** Codes of records that were accepted and are not as they were written. */
export const notAsWritten = { other: "not-as-written", absent: "not-found", there: "not-removed" } as const;

export function isNotAsWritten(code: string): boolean {
  return code === notAsWritten.other || code === notAsWritten.absent || code === notAsWritten.there;
}

export interface RejectionGroup {
  readonly stage: Rejection["stage"];
  readonly field?: string;
  readonly code: string;
  readonly reason: string;
  readonly count: number;
  /** Up to five. */
  readonly examples: readonly Rejection[];
}

export interface RunProgress {
  readonly phase: "describing" | "staging" | "comparing" | "reading" | "sending" | "committing" | "verifying";
  readonly done: number;
  /** undefined: not known. */
  readonly total?: number;
  readonly rejected: number;
  readonly requests: number;
  readonly retries: number;
  /** What is left of every limit bucket in its window, the tightest first. Absent while nothing is asked of the destination. */
  readonly budgets?: readonly Budget[];
}

export interface Budget {
  readonly bucket: string;
  readonly remaining: number;
  readonly of: number;
}

/** What tells a group's rejections from others. */
export type GroupIdentity = Pick<RejectionGroup, "stage" | "field" | "code" | "reason">;

export interface RejectionPage {
  readonly offset: number;
  readonly limit: number;
  /** Only rejections of this group; `offset` counts them alone. */
  readonly group?: GroupIdentity;
}

/** An exchange without its bodies. */
export interface ExchangeSummary {
  readonly id: string;
  readonly at: string;
  readonly method: string;
  readonly url: string;
  readonly status?: number;
  readonly ms: number;
  /** How many changes the request carried. */
  readonly changes: number;
}

/** Where some text stands in what a run left: in a rejection, or in an exchange's request or response. */
export interface RunHit {
  readonly rejection?: Rejection;
  readonly exchange?: ExchangeSummary;
  readonly where: "key" | "reason" | "field" | "url" | "request" | "response";
  /** Some text around the first place; `at` and `length` mark it there, in UTF-16 units. */
  readonly excerpt: { readonly text: string; readonly at: number; readonly length: number };
}

export interface RunSearch {
  /** Case-insensitive. */
  readonly text: string;
  readonly offset: number;
  readonly limit: number;
}

export interface RunHits {
  readonly hits: readonly RunHit[];
  /** There are more beyond these. */
  readonly more: boolean;
}

/** Where a run's report, rejections and exchanges are kept: `.sluice/runs/<id>/`. */
export interface RunStore {
  /** Of a run, whether or not there is one. */
  folder(id: string): string;
  /** Of all runs, those without a report too; newest first. */
  ids(): Promise<readonly string[]>;
  /** The full id; also of a run that left no report. undefined: there is no such run. */
  resolve(id: string): Promise<string | undefined>;
  /** Newest first. */
  list(filter?: { readonly sync?: string; readonly limit?: number }): Promise<readonly RunReport[]>;
  /** A full id, or any unambiguous beginning of one; "last" is the newest. */
  read(id: string): Promise<RunReport | undefined>;
  rejections(id: string, page?: RejectionPage): Promise<readonly Rejection[]>;
  exchange(run: string, id: string): Promise<Exchange | undefined>;
  /** In the order they were kept: all of rejected records, a sample of the others. */
  exchanges(id: string, page: { readonly offset: number; readonly limit: number }): Promise<readonly ExchangeSummary[]>;
  /** Rejections first, then exchanges; read as a stream, so that memory stays flat. */
  search(id: string, ask: RunSearch, signal?: AbortSignal): Promise<RunHits>;
  begin(id: string): Promise<RunRecorder>;
  /** Replaces the report of a run that has ended, and some of its rejections. */
  amend(
    report: RunReport,
    rejections: { readonly drop: (one: Rejection) => boolean; readonly add: readonly Rejection[] },
  ): Promise<void>;
  /** Goes on with the folder of a run that ended in the middle, or of one of which more is known now. */
  reopen(id: string): Promise<RunRecorder>;
  /** A full id that has a folder, with a report or without. */
  has(id: string): Promise<boolean>;
}

/** Writes one run's folder. Files are owner-only. */
export interface RunRecorder {
  rejected(rejection: Rejection): Promise<void>;
  /** Redacted by the caller. Kept for rejected records, a sample otherwise. */
  exchanged(exchange: Exchange): Promise<void>;
  /** What was told until now is on the disk when it resolves. */
  flush(): Promise<void>;
  finish(report: RunReport): Promise<void>;
}
