/** What a run leaves behind, and what it says while it goes on. */
import { type Exchange, type Rejection } from "../record";

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
  /** The run whose rejected keys this one retried. */
  readonly retryOf?: string;
  readonly counts: RunCounts;
  /** Rejections by field and reason, largest first; the records themselves are in rejections.jsonl. */
  readonly groups: readonly RejectionGroup[];
  readonly failure?: { readonly code: string; readonly message: string; readonly hint: string };
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
  readonly phase: "describing" | "staging" | "comparing" | "reading" | "sending" | "committing";
  readonly done: number;
  /** undefined: not known. */
  readonly total?: number;
  readonly rejected: number;
  readonly requests: number;
  readonly retries: number;
  /** What is left of the tightest limit bucket in its window. */
  readonly budget?: { readonly bucket: string; readonly remaining: number; readonly of: number };
}

/** Where a run's report, rejections and exchanges are kept: `.sluice/runs/<id>/`. */
export interface RunStore {
  /** Newest first. */
  list(filter?: { readonly sync?: string; readonly limit?: number }): Promise<readonly RunReport[]>;
  /** A full id, or any unambiguous beginning of one; "last" is the newest. */
  read(id: string): Promise<RunReport | undefined>;
  rejections(id: string, page?: { readonly offset: number; readonly limit: number }): Promise<readonly Rejection[]>;
  exchange(run: string, id: string): Promise<Exchange | undefined>;
  begin(id: string): Promise<RunRecorder>;
}

/** Writes one run's folder. Files are owner-only. */
export interface RunRecorder {
  rejected(rejection: Rejection): Promise<void>;
  /** Redacted by the caller. Kept for rejected records, a sample otherwise. */
  exchanged(exchange: Exchange): Promise<void>;
  finish(report: RunReport): Promise<void>;
}
