/** What is asked and answered about where things are. Everything is a place of a file; titles are the editor's. */
import { type RunCounts, type RunStatus } from "../run/report";
import { type FilePlace, type SyncSource } from "./calls";

/** A cursor; line and column from 1. */
export interface Cursor {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Unsaved buffers, which win over the files on disk. */
  readonly open?: readonly SyncSource[];
}

export interface Located {
  /** What the cursor stands on. */
  readonly origin: FilePlace;
  readonly kind: "column" | "connection" | "sync" | "object" | "field" | "file";
  readonly places: readonly FilePlace[];
}

/** A new name for what the cursor stands on. */
export type RenameAnswer =
  /** Nothing that has a name. */
  | { readonly answer: "nothing" }
  | { readonly answer: "refused"; readonly reason: string }
  | { readonly answer: "possible"; readonly origin: FilePlace; readonly name: string }
  | {
      readonly answer: "edits";
      readonly kind: Located["kind"];
      readonly edits: readonly RenameEdit[];
      /** What stays under the old name. */
      readonly notes: readonly RenameNote[];
    };

export interface RenameEdit extends FilePlace {
  readonly text: string;
}

export type RenameNote =
  /** The ledgers of these syncs know rows by the column: each must be adopted before it runs again. */
  | { readonly note: "key-column"; readonly syncs: readonly string[] }
  /** Kept under the connection's old name: secrets in the editor, the sandbox's records, the schema snapshot. */
  | { readonly note: "connection-kept"; readonly connection: string; readonly kept: readonly KeptByConnection[] }
  /** `file`: the sync whose ledger is to be moved along. */
  | { readonly note: "sync-ledger"; readonly from: string; readonly file: string };
export type KeptByConnection = "secrets" | "sandbox" | "schema";

/** What lenses say of one file. Nothing is there for a file of none of these kinds. */
export interface LensFacts {
  /** Of a sync file. */
  readonly sync?: SyncLenses;
  /** Of a model's .sql file: the syncs that use it. */
  readonly models: readonly { readonly sync: string; readonly file: string }[];
  /** Of sluice.yaml: its connections at the top, with the syncs that use them. */
  readonly connections: readonly ConnectionLens[];
}

export interface SyncLenses {
  readonly name: string;
  /** The syncs to run first, with where they are. */
  readonly after: readonly { readonly sync: string; readonly places: readonly FilePlace[] }[];
  readonly lastRun?: LastRun;
  /** Fields that other syncs write too. */
  readonly shared: readonly SharedField[];
  /** Where `destination` stands. */
  readonly destination?: FilePlace;
}

export interface LastRun {
  readonly id: string;
  readonly status: RunStatus;
  readonly finishedAt: string;
  readonly counts: RunCounts;
}

export interface SharedField {
  readonly field: string;
  readonly place: FilePlace;
  readonly others: readonly FilePlace[];
}

export interface ConnectionLens {
  readonly name: string;
  readonly kind: "warehouse" | "destination";
  readonly place: FilePlace;
  /** Where syncs name it; one place a sync. */
  readonly syncs: readonly FilePlace[];
}

/** A sync by its name, for going to it. */
export interface SyncSymbol {
  readonly name: string;
  readonly place: FilePlace;
  /** hubspot · contacts */
  readonly into: string;
}
