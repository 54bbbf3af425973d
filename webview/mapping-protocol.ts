/** Every message between the mapping editor's webview and the extension host, both ways, and the state they share. */
import { type Failure, type FileProblem, type MappedRow, type ModelFacts, type ObjectChoice } from "../src/calls/calls";
import { type Path, type Severity } from "../src/problem";
import { type ObjectSchema } from "../src/destinations/destination";
import { type Intent } from "../src/sync/intent";
import { type SyncDefinition } from "../src/sync/definition";
import { type Proposal } from "../src/sync/propose";
import { type Column } from "../src/warehouses/warehouse";

/** All that the page shows; a new one after each change of the document or of what is known about it. */
export interface MappingState {
  /** Of the text document: intents carry it back. */
  readonly version: number;
  /** The file's name, and the target whose connections are meant. */
  readonly file: string;
  readonly target: string;
  /** Absent where the file cannot be understood; `problems` says why. What could be read of a broken file is in it. */
  readonly definition?: SyncDefinition;
  /** Of this file only, those about values included; each with its path: shown at the mapping or setting it speaks of. */
  readonly problems: readonly FileProblem[];
  /** What the newest runs could not send, as long as nobody has mended it. */
  readonly rejections: readonly RejectedRecords[];
  /** Why the warehouse or the project could not be asked: a secret is missing, the database is locked. */
  readonly failure?: Failure;
  /** Absent: the model cannot be described now. */
  readonly columns?: readonly Column[];
  /** Absent: not asked yet, since it reads rows (see `facts` below). */
  readonly facts?: ModelFacts;
  /** The destination's object, from the schema snapshot. Absent: none yet, `canDescribe` says whether one can be had. */
  readonly object?: ObjectSchema;
  readonly canDescribe: boolean;
  /** For the choices of connection and object: destinations only. */
  readonly connections: readonly string[];
  readonly objects: readonly ObjectChoice[];
  readonly proposals: readonly Proposal[];
  /** The model row whose values are shown live, or why there is none. */
  readonly sample?: MappedRow | { readonly failure: Failure };
  /** Something is being asked for just now. */
  readonly busy: boolean;
  /** The workspace is not trusted: nothing may be asked of the warehouse or the destination. */
  readonly restricted: boolean;
}

/** Records of one run, rejected for one reason, at the part of the file that decides them. */
export interface RejectedRecords {
  readonly path: Path;
  readonly severity: Severity;
  readonly message: string;
  readonly run: string;
  /** Absent: several reasons, summed up. */
  readonly group?: number;
}

/** Webview → host. */
export type FromMapping =
  | { readonly type: "ready" }
  /** Made for the document as it was at `version`; re-resolved by its paths if the text has changed since, or refused. */
  | { readonly type: "intent"; readonly version: number; readonly intent: Intent }
  /** Look at the model's rows: statistics, examples and the live values. */
  | { readonly type: "facts" }
  /** Show the values of another row, from 0. */
  | { readonly type: "sample"; readonly row: number }
  /** Read the destination's fields anew. */
  | { readonly type: "describe" }
  /** Not to be proposed again for this file. */
  | { readonly type: "dismiss"; readonly field: string }
  /** Show the place in the text editor. */
  | { readonly type: "reveal"; readonly path: readonly (string | number)[] }
  /** Show rejected records in the results panel. */
  | { readonly type: "rejected"; readonly run: string; readonly group?: number }
  /** Where the page could not tell the workbench itself: edits were still on their way when it was asked for. */
  | { readonly type: "undo" }
  | { readonly type: "redo" };

/** Host → webview. */
export type ToMapping =
  | { readonly type: "state"; readonly state: MappingState }
  /** The intent could not be carried out; the page shows the document as it is. */
  | { readonly type: "refused"; readonly reason: string }
  /** One intent has been carried out or refused: the document is as it leaves it. */
  | { readonly type: "settled" };
