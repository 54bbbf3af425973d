/**
 * The calls that the command line makes directly and the editor makes over vscode-jsonrpc to the engine process.
 * One interface, one implementation (session.ts): both surfaces do the same thing.
 */
import { type Column } from "../warehouses/warehouse";
import { type ObjectSchema } from "../destinations/destination";
import { type Change, type Exchange, type Mode, type OnRemoved, type Rejection } from "../record";
import { type LedgerHeader, type RowState } from "../ledger/ledger";
import { type ChangeFilter, type PlanHeader, type PlannedRejections, type PlanOptions } from "../plan/plan";
import { type Problem } from "../problem";
import {
  type ExchangeSummary,
  type RejectionPage,
  type RunHits,
  type RunProgress,
  type RunReport,
  type RunSearch,
} from "../run/report";
import { type ProjectDraft } from "../project/draft";
import { type ColumnFacts, type ModelFacts } from "../sync/facts";
import { type Recovered } from "../run/recover";
import { type Json } from "../value";
import { type Purged, type PurgeAsk } from "./purging";
import { type RevertAsk, type RevertPlan } from "./reverting";
import { type DoubtAsk, type Doubts, type SettleAsk, type Settled } from "./doubt-answers";
import { type Cursor, type LensFacts, type Located, type RenameAnswer, type SyncSymbol } from "./navigation-answers";

export { type ColumnFacts, type ModelFacts };

/** Where a call happens. `target` absent: the project's default. */
export interface Place {
  /** Absolute path of the project folder. */
  readonly root: string;
  readonly target?: string;
}

/** A sync as the caller sees it: the file's path and, for an unsaved buffer, its text. */
export interface SyncSource {
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  readonly text?: string;
}

/** Where something stands: a file of the project, lines and columns from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A problem with the file it is in and its line and column, both from 1. */
export interface FileProblem extends Problem, FilePlace {
  /** Places elsewhere that have to do with it. */
  readonly related?: readonly RelatedPlace[];
}
export interface RelatedPlace extends FilePlace {
  readonly message: string;
}

export interface SyncSummary {
  readonly name: string;
  readonly file: string;
  readonly connection?: string;
  readonly object?: string;
  readonly mode?: string;
  /** Names of the syncs to run first. */
  readonly after: readonly string[];
  readonly tags: readonly string[];
  readonly problems: number;
  readonly lastRun?: RunReport;
}

export interface ConnectionSummary {
  readonly name: string;
  /** A warehouse on this machine: its queries cost nobody anything. */
  readonly local?: boolean;
  readonly kind: "warehouse" | "destination";
  readonly type: string;
  readonly label: string;
  readonly sandbox: boolean;
  /** Names of the secrets its keys refer to. */
  readonly secrets: readonly string[];
}

export interface ProjectOverview {
  readonly root: string;
  readonly targets: readonly string[];
  readonly target: string;
  readonly confirm: boolean;
  readonly syncs: readonly SyncSummary[];
  readonly connections: readonly ConnectionSummary[];
  readonly problems: readonly FileProblem[];
}

/** Rows are spooled in the engine; the caller pulls windows by `result`. Cells are JSON, NULL is null. */
export interface PreviewResult {
  readonly result: string;
  readonly columns: readonly Column[];
  /** Rows that are here. */
  readonly rows: number;
  /** More rows are coming: `arriving` gives them. What is here is no result yet. */
  readonly coming?: true;
  /** The model has more rows than were asked for. */
  readonly truncated: boolean;
  /** Milliseconds from asking the warehouse to the last row, or until now. */
  readonly ms: number;
}

/** No window is larger: the memory of whoever looks, and each message, stay small. */
export const windowRows = 200;

/** Which rows of a result are looked at, and in what order. Empty: all, in the model's order. Columns are indexes. */
export interface RowsView {
  /** The first counts most. NULL comes last in either order. */
  readonly sort?: readonly RowSort[];
  /** All of them hold. */
  readonly filters?: readonly RowFilter[];
  /** Some cell of the row holds this text, whatever its case. */
  readonly search?: string;
}
export interface RowSort {
  readonly column: number;
  readonly order: "ascending" | "descending";
}
/** Values are compared as what the column is; a day alone stands for the whole of it. NULL equals nothing. */
export type RowFilter =
  | { readonly column: number; readonly test: "null" | "not-null" }
  | {
      readonly column: number;
      readonly test: "contains" | "excludes" | "equals" | "differs" | "less" | "greater";
      readonly value: string;
    };

export interface RowsWindow {
  readonly rows: readonly (readonly Json[])[];
  /** Cells that were cut to the excerpt asked for: row within the window, column. */
  readonly cut?: readonly (readonly [row: number, column: number])[];
}

/** here: the place itself counts too. */
export type FindStep = "here" | "next" | "previous";
export interface Found {
  /** Cells that hold the text. */
  readonly matches: number;
  /** The one found; the search goes round at either end. `number` counts from 1. */
  readonly at?: { readonly number: number; readonly row: number; readonly column: number };
}

export const copyFormats = ["tsv", "csv", "json", "markdown", "insert"] as const;
export type CopyFormat = (typeof copyFormats)[number];
export const exportFormats = ["csv", "json", "parquet"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What one row would become on the wire. */
export interface RecordPreview {
  readonly key: Json;
  readonly fields: Readonly<Record<string, Json>>;
  readonly rejection?: Rejection;
  /** The first request that would write it, were it new to the destination; absent for a rejected record. */
  readonly request?: WireRequest;
}

/** A request as the connector makes it: nothing of it was sent, and credentials are never in it. */
export interface WireRequest {
  /** An HTTP method; for files `replace` or `append`. */
  readonly method: string;
  /** Below the connection's address, with its query; for files the path in the project. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  /** read: the connector must ask the destination something before it writes. */
  readonly effect: "read" | "write";
}

/** Why a stored plan may not be carried out any more; nothing where it may. */
export interface Freshness {
  readonly stale?: "definition" | "ledger" | "expired" | "gone";
}

export interface RetryAsk {
  readonly run: string;
  /** Only these of its records. */
  readonly keys?: readonly string[];
  /** Its records in doubt instead of those it rejected: they are released, and sent again. */
  readonly inDoubt?: "resend";
}

export interface RunOptions extends PlanOptions {
  /** Carry out this stored plan (its id or file), or refuse. */
  readonly plan?: string;
  /** Plan anew, and refuse unless the definition digest is this. */
  readonly approve?: string;
  /** Read back what was written, and report what is not as it was sent. */
  readonly verify?: true;
}

/** What the editor knows about one sync for completion, hover and the mapping. */
export interface SyncContext {
  /** undefined: the model cannot be described; `problems` says why. */
  readonly columns?: readonly Column[];
  /** undefined: no schema snapshot yet. */
  readonly object?: ObjectSchema;
  readonly objects: readonly ObjectChoice[];
  readonly problems: readonly FileProblem[];
}

/** An object of the connection, without its many fields. */
export interface ObjectChoice {
  readonly name: string;
  readonly label?: string;
  /** Fields whose value tells one of its records from all others: what a lookup compares with. */
  readonly identifiers: readonly { readonly name: string; readonly label?: string }[];
}

/** What completion and hover need of a sync file, however broken: what cannot be had is left out. */
export interface Surroundings {
  /** Of the model. */
  readonly columns?: readonly Column[];
  /** Of the destination's connection. */
  readonly objects?: readonly ObjectSchema[];
}

/** One row of the model, and what each mapping makes of it: a broken mapping says why, the others still answer. */
export interface MappedRow {
  /** The row's place in the order of the keys, from 0; undefined: the model has no such row. */
  readonly row?: number;
  readonly cells: Readonly<Record<string, Json>>;
  readonly fields: Readonly<Record<string, MappedValue>>;
}
export type MappedValue =
  { readonly wire: Json } | { readonly left: "skipped" } | { readonly refused: string; readonly code: string };

/** What one look at the model's values found: warnings on the lines of mappings, each with a count. */
export interface FitReport {
  /** Of the model. */
  readonly rows: number;
  readonly ms: number;
  readonly problems: readonly FileProblem[];
}

/** Different values of a field's column or expression, the most frequent first. */
export interface FieldValues {
  readonly values: readonly {
    readonly value: string;
    readonly rows: number;
    /** It is an option of the field, or stands in its table of values. */
    readonly fits: boolean;
    /** The option that it probably means. */
    readonly closest?: string;
  }[];
  /** There are more than were asked for. */
  readonly more: boolean;
  readonly options: readonly { readonly value: string; readonly label?: string }[];
}

/** header and counts are absent where nothing was ever sent. */
export interface LedgerSummary {
  readonly sync: string;
  readonly target: string;
  readonly file: string;
  readonly header?: LedgerHeader;
  readonly counts?: Readonly<Record<RowState, number>>;
}

/** A run that ended in the middle. */
export interface UnfinishedRun {
  readonly sync: string;
  readonly file: string;
  readonly target: string;
  readonly runs: readonly string[];
  /** Changes that were about to be sent and have no answer. */
  readonly unanswered: number;
}

/** A type of connection, as a wizard asks for one. */
export interface ConnectionKindSummary {
  readonly kind: "warehouse" | "destination";
  readonly type: string;
  readonly label: string;
  /** It can be simulated on this machine. */
  readonly sandbox: boolean;
  /** Its keys in sluice.yaml. */
  readonly settings: readonly SettingSummary[];
  /** Of a destination: its extra keys of `destination:` in a sync file. */
  readonly options: readonly SettingSummary[];
}
export interface SettingSummary {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
  /** other: a map or a list, to be written by hand. */
  readonly form: "text" | "number" | "flag" | "choice" | "other";
  readonly choices?: readonly string[];
  /** What it is where it is not given. */
  readonly preset?: string;
}

/** A table of a warehouse (modes and the like absent), or an object of a destination. */
export interface BrowsedObject {
  readonly name: string;
  readonly label?: string;
  readonly modes?: readonly Mode[];
  readonly removals?: readonly OnRemoved[];
  readonly match?: ObjectSchema["match"];
  /** Takes fields that are not listed. */
  readonly open?: boolean;
  readonly fields: readonly BrowsedField[];
}
export interface BrowsedField {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly unique?: boolean;
}

/** The model of a sync that is not written yet. A file is relative to the project. */
export interface ModelChoice {
  readonly warehouse: string;
  readonly source: { readonly table: string } | { readonly file: string } | { readonly sql: string };
}
export interface SyncChoice {
  /** Where it will be written, relative to the project. */
  readonly file: string;
  readonly model: ModelChoice;
  readonly key: readonly string[];
  readonly destination: {
    readonly connection: string;
    readonly object: string;
    readonly match?: string;
    /** The column that the match field gets; absent: as proposed. */
    readonly matchColumn?: string;
    readonly options: Readonly<Record<string, string>>;
  };
  readonly mode: Mode;
  readonly onRemoved?: OnRemoved;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Every call may throw SyncFailure, Cancelled, or ProblemsFound (the file must be mended first). */
export interface Calls {
  overview(place: Place): Promise<ProjectOverview>;
  /** Static checks, plus columns and fields where they can be had without cost. `files` absent: all of the project. */
  check(
    place: Place,
    ask: { readonly files?: readonly SyncSource[]; readonly offline?: boolean },
    signal?: AbortSignal,
  ): Promise<readonly FileProblem[]>;
  context(place: Place, sync: SyncSource, signal?: AbortSignal): Promise<SyncContext>;
  /** From what is kept, where it can be: it is asked for while somebody types. */
  surroundings(place: Place, sync: SyncSource, signal?: AbortSignal): Promise<Surroundings>;
  /** Reads the whole model, in the warehouse: how many rows have values that their fields do not take. */
  fit(place: Place, sync: SyncSource, signal?: AbortSignal): Promise<FitReport>;
  fieldValues(
    place: Place,
    sync: SyncSource,
    ask: { readonly field: string; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<FieldValues>;
  /**
   * The model's rows. `early`: answered as soon as there are rows to look at, with more of them `coming`. `limit` absent:
   * all rows.
   */
  preview(
    place: Place,
    sync: SyncSource,
    ask: { readonly limit?: number; readonly early?: true },
    signal?: AbortSignal,
  ): Promise<PreviewResult>;
  /** Waits until there are more than `rows` rows or all are here. Throws what the preview failed with; an abort ends it. */
  arriving(ask: { readonly result: string; readonly rows: number }, signal?: AbortSignal): Promise<PreviewResult>;
  /** Rows the previewed model has in all, asked of the warehouse. */
  countRows(ask: { readonly result: string }, signal?: AbortSignal): Promise<number>;
  /** Ends a preview that is still coming and forgets its rows. */
  drop(ask: { readonly result: string }): Promise<void>;
  /** Rows of a view. */
  view(
    ask: { readonly result: string; readonly view: RowsView },
    signal?: AbortSignal,
  ): Promise<{ readonly rows: number }>;
  /** At most 200 rows. `excerpt`: longer texts are cut to so many characters. */
  window(ask: {
    readonly result: string;
    readonly view?: RowsView;
    readonly offset: number;
    readonly limit: number;
    readonly excerpt?: number;
  }): Promise<RowsWindow>;
  /** One cell, up to a million characters of it. `length`: characters of all of its text. */
  cell(ask: {
    readonly result: string;
    readonly view?: RowsView;
    readonly row: number;
    readonly column: number;
  }): Promise<{ readonly value: Json; readonly length: number }>;
  find(
    ask: {
      readonly result: string;
      readonly view?: RowsView;
      readonly text: string;
      readonly from: { readonly row: number; readonly column: number };
      readonly step: FindStep;
    },
    signal?: AbortSignal,
  ): Promise<Found>;
  /** Rows from one to before another, as text. `table`: what INSERT names. */
  copyCells(
    ask: {
      readonly result: string;
      readonly view?: RowsView;
      readonly rows: { readonly from: number; readonly to: number };
      readonly columns: readonly number[];
      readonly format: CopyFormat;
      readonly head: "with names" | "without names";
      readonly table: string;
    },
    signal?: AbortSignal,
  ): Promise<string>;
  /** Writes the rows of a view into a file, whole or not at all. `file`: absolute. */
  exportResult(
    ask: {
      readonly result: string;
      readonly view?: RowsView;
      readonly format: ExportFormat;
      readonly file: string;
    },
    signal?: AbortSignal,
  ): Promise<{ readonly rows: number }>;
  /** Reads the model's first rows. Needs no more of the file than its model. */
  facts(place: Place, sync: SyncSource, signal?: AbortSignal): Promise<ModelFacts>;
  /** Reads one row, from 0. What is wrong elsewhere in the file does not stand in its way. */
  mappedRow(place: Place, sync: SyncSource, ask: { readonly row: number }, signal?: AbortSignal): Promise<MappedRow>;
  /** `key`: only the rows with this key, as somebody types it: `7`, or for several columns `["eu", 7]`. */
  records(
    place: Place,
    sync: SyncSource,
    ask: { readonly limit: number; readonly key?: string },
    signal?: AbortSignal,
  ): Promise<readonly RecordPreview[]>;
  plan(
    place: Place,
    sync: SyncSource,
    options: PlanOptions,
    progress: (progress: RunProgress) => void,
    signal?: AbortSignal,
  ): Promise<PlanHeader>;
  changes(place: Place, ask: { readonly plan: string } & ChangeFilter): Promise<readonly Change[]>;
  planRejections(place: Place, ask: { readonly plan: string } & PlannedRejections): Promise<readonly Rejection[]>;
  planHeader(place: Place, ask: { readonly plan: string }): Promise<PlanHeader>;
  planFreshness(place: Place, sync: SyncSource, ask: { readonly plan: string }): Promise<Freshness>;
  run(
    place: Place,
    sync: SyncSource,
    options: RunOptions,
    progress: (progress: RunProgress) => void,
    signal?: AbortSignal,
  ): Promise<RunReport>;
  /** Plans today's rows of the run's rejected keys under the guards, and runs that. */
  retry(
    place: Place,
    ask: RetryAsk,
    progress: (progress: RunProgress) => void,
    signal?: AbortSignal,
  ): Promise<RunReport>;
  /** Plans how to take a run back; `run` with the plan's id carries that out. */
  revert(
    place: Place,
    ask: RevertAsk,
    progress: (progress: RunProgress) => void,
    signal?: AbortSignal,
  ): Promise<RevertPlan>;
  /** What a verification of the run found, on the lines of the sync file. */
  verificationProblems(place: Place, ask: { readonly run: string }): Promise<readonly FileProblem[]>;
  /** Reads back what a run wrote; gives its report with what was found. */
  verify(
    place: Place,
    ask: { readonly run: string },
    progress: (progress: RunProgress) => void,
    signal?: AbortSignal,
  ): Promise<RunReport>;
  /** Takes away what runs left behind; what is still needed stays, and is named. Never a ledger in use. */
  purge(place: Place, ask: PurgeAsk): Promise<Purged>;
  /** What a run left in doubt and nobody has settled. */
  doubts(place: Place, ask: DoubtAsk, signal?: AbortSignal): Promise<Doubts>;
  /** Says of records in doubt what became of them; sends nothing. */
  settleDoubts(place: Place, ask: SettleAsk, signal?: AbortSignal): Promise<Settled>;
  runs(place: Place, ask: { readonly sync?: string; readonly limit?: number }): Promise<readonly RunReport[]>;
  runReport(place: Place, ask: { readonly run: string }): Promise<RunReport>;
  rejections(place: Place, ask: { readonly run: string } & RejectionPage): Promise<readonly Rejection[]>;
  exchange(place: Place, ask: { readonly run: string; readonly exchange: string }): Promise<Exchange | undefined>;
  /** Those that were kept: all of rejected records, a sample of the others. */
  exchanges(
    place: Place,
    ask: { readonly run: string; readonly offset: number; readonly limit: number },
  ): Promise<readonly ExchangeSummary[]>;
  /** Full-text search over the rejections and exchanges of a run. */
  searchRun(place: Place, ask: { readonly run: string } & RunSearch, signal?: AbortSignal): Promise<RunHits>;
  /** Reads the destination's objects and fields and writes schema/<connection>.json. */
  describe(
    place: Place,
    ask: { readonly connection: string },
    signal?: AbortSignal,
  ): Promise<{ readonly file: string; readonly objects: readonly ObjectSchema[] }>;
  /** Tables of a warehouse, objects of a destination as far as they are known without asking it. */
  browse(place: Place, ask: { readonly connection: string }, signal?: AbortSignal): Promise<readonly BrowsedObject[]>;
  /** Makes a project folder that does not exist yet; gives its files. `sample`: the folder of the sample's files. */
  create(
    ask: { readonly folder: string } & ({ readonly sample: string } | { readonly project: ProjectDraft }),
    signal?: AbortSignal,
  ): Promise<{ readonly files: readonly string[] }>;
  /** Takes what is known of a run that ended in the middle into the ledger; sends nothing. Cheap where there is none. */
  recover(place: Place, sync: SyncSource, signal?: AbortSignal): Promise<Recovered>;
  /** Runs of any target that ended in the middle; recovers nothing. */
  unfinished(place: Place): Promise<readonly UnfinishedRun[]>;
  connectionKinds(): Promise<readonly ConnectionKindSummary[]>;
  /** Of a model that may stand in no file yet; reads no rows. */
  modelColumns(place: Place, model: ModelChoice, signal?: AbortSignal): Promise<readonly Column[]>;
  /** The text of a new sync file; writes nothing. */
  draft(place: Place, choice: SyncChoice, signal?: AbortSignal): Promise<{ readonly text: string }>;
  /** show; adopt (bind it to the account, object, match and key of today); reset (put it aside); move (take over `from`'s). */
  ledger(
    place: Place,
    sync: SyncSource,
    ask: { readonly action: "show" | "adopt" | "reset" | "move"; readonly from?: string },
  ): Promise<LedgerSummary>;
  /** Frees held rows or forgets rows; gives how many. */
  settle(
    place: Place,
    sync: SyncSource,
    ask: { readonly keys: readonly string[]; readonly how: "release" | "forget" },
  ): Promise<number>;
  /** Where what the cursor stands on is defined, or everywhere the project (highlights: this file) speaks of it; undefined: it has no name. */
  locate(
    place: Place,
    ask: Cursor & { readonly what: "definitions" | "references" | "highlights" },
  ): Promise<Located | undefined>;
  /** `name` absent: may it be renamed? Edits are proven by a warehouse of this machine, where the model has one. */
  rename(place: Place, ask: Cursor & { readonly name?: string }, signal?: AbortSignal): Promise<RenameAnswer>;
  /** What lenses say of one file. */
  lenses(place: Place, ask: { readonly file: string; readonly open?: readonly SyncSource[] }): Promise<LensFacts>;
  /** Syncs whose name or file has the query's letters in this order. */
  symbols(
    place: Place,
    ask: { readonly query: string; readonly open?: readonly SyncSource[] },
  ): Promise<readonly SyncSymbol[]>;
  test(
    place: Place,
    ask: { readonly connection: string },
    signal?: AbortSignal,
  ): Promise<{ readonly account: string; readonly label: string }>;
}

/** The files have errors that must be mended before this call can be answered. */
export class ProblemsFound extends Error {
  override readonly name = "ProblemsFound";
  constructor(
    readonly problems: readonly FileProblem[],
    options?: ErrorOptions,
  ) {
    super("The files have problems", options);
  }
}
