/** Every message between the results panel's webview and the extension host, both ways, and the state they share. */
import {
  type CopyFormat,
  type ExportFormat,
  type Failure,
  type FindStep,
  type Found,
  type Freshness,
  type PreviewResult,
  type RecordPreview,
  type RowsView,
  type RowsWindow,
} from "../src/calls/calls";
import { type ChangeFilter, type PlanHeader } from "../src/plan/plan";
import { type Change, type Exchange, type Rejection } from "../src/record";
import { type ExchangeSummary, type RunHits, type RunProgress, type RunReport } from "../src/run/report";
import { type Json } from "../src/value";

export const tabs = ["rows", "records", "plan", "run"] as const;
export type Tab = (typeof tabs)[number];

/** What a tab shows: one sync for one target. */
export interface Subject {
  readonly sync: string;
  /** `connection · object`, where the definition could be read. */
  readonly destination?: string;
  readonly target: string;
}

/** A tab is empty, at work, showing a result, or saying why there is none. */
export type Pane<Result> =
  | { readonly state: "empty" }
  | { readonly state: "working"; readonly subject: Subject; readonly work: Work; readonly progress?: RunProgress }
  /** `id`: by which questions and actions name the result. */
  | { readonly state: "ready"; readonly subject: Subject; readonly id: string; readonly result: Result }
  | { readonly state: "failed"; readonly subject: Subject; readonly failure: Failure };

export type Work = "preview" | "records" | "plan" | "run" | "retry" | "verify";

export interface RecordsResult {
  /** How many were asked for and given; they are pulled in windows. */
  readonly count: number;
  readonly rejected: number;
}

export interface RunResult {
  readonly report: RunReport;
  /** When each group of the report was first seen in the runs that are kept; same order as `report.groups`. */
  readonly firstSeen: readonly string[];
  /** The runs of the same sync and target before and after this one. */
  readonly earlier?: string;
  readonly later?: string;
}

/** What each tab shows. */
export interface Shown {
  readonly rows: PreviewResult;
  readonly records: RecordsResult;
  readonly plan: PlanHeader;
  readonly run: RunResult;
}

/** A result that is kept while newer ones come and go. */
export type Pinned = {
  readonly [Name in Tab]: {
    readonly tab: Name;
    readonly pane: Extract<Pane<Shown[Name]>, { state: "ready" }>;
    /** When it was pinned; an ISO instant. */
    readonly at: string;
  };
}[Tab];

export interface PanelState {
  readonly tab: Tab;
  readonly rows: Pane<PreviewResult>;
  readonly records: Pane<RecordsResult>;
  readonly plan: Pane<PlanHeader>;
  readonly run: Pane<RunResult>;
  readonly pinned: readonly Pinned[];
  /** Name of the sync that is being edited: what an empty tab offers to work. */
  readonly active?: string;
}

export const emptyState: PanelState = {
  tab: "rows",
  rows: { state: "empty" },
  records: { state: "empty" },
  plan: { state: "empty" },
  run: { state: "empty" },
  pinned: [],
};

/** The page of one result in an editor of its own: enough to find it again after a reload. */
export interface Single {
  readonly tab: Tab;
  readonly id: string;
  readonly subject: Subject;
  readonly root: string;
  readonly file: string;
}

/** No window is larger: the webview's memory and each message stay small. */
export const windowSize = 200;

interface Window {
  readonly offset: number;
  readonly limit: number;
}

interface Viewed {
  readonly result: string;
  readonly view?: RowsView;
}

/** Questions of the webview, each with its answer. */
export interface Asks {
  readonly rows: { readonly ask: Window & Viewed & { readonly excerpt: number }; readonly answer: RowsWindow };
  readonly rowsView: { readonly ask: Required<Viewed>; readonly answer: { readonly rows: number } };
  readonly cell: {
    readonly ask: Viewed & { readonly row: number; readonly column: number };
    readonly answer: { readonly value: Json; readonly length: number };
  };
  readonly find: {
    readonly ask: Viewed & {
      readonly text: string;
      readonly from: { readonly row: number; readonly column: number };
      readonly step: FindStep;
    };
    readonly answer: Found;
  };
  /** Onto the clipboard: rows from one to before another. */
  readonly copy: {
    readonly ask: Viewed & {
      readonly rows: { readonly from: number; readonly to: number };
      readonly columns: readonly number[];
      readonly format: CopyFormat;
      readonly head: "with names" | "without names";
    };
    readonly answer: null;
  };
  /** Into a file that the user picks. undefined: the user picked none. */
  readonly export: {
    readonly ask: Viewed & { readonly format: ExportFormat };
    readonly answer: { readonly rows: number; readonly file: string } | undefined;
  };
  readonly countRows: { readonly ask: { readonly result: string }; readonly answer: number };
  readonly records: {
    readonly ask: Window & { readonly result: string; readonly only?: "rejected" };
    readonly answer: readonly RecordPreview[];
  };
  /** Looked up in the model: the rows with this key, as it was typed. */
  readonly findRecord: {
    readonly ask: { readonly result: string; readonly key: string };
    readonly answer: readonly RecordPreview[];
  };
  readonly changes: {
    readonly ask: Window & { readonly plan: string } & Pick<ChangeFilter, "actions" | "text" | "drifted">;
    readonly answer: readonly Change[];
  };
  readonly planRejections: {
    readonly ask: Window & { readonly plan: string; readonly text?: string };
    readonly answer: readonly Rejection[];
  };
  readonly freshness: { readonly ask: { readonly plan: string }; readonly answer: Freshness };
  readonly rejections: {
    /** `group`: index into the report's groups. */
    readonly ask: Window & { readonly run: string; readonly group: number };
    readonly answer: readonly Rejection[];
  };
  readonly exchange: {
    readonly ask: { readonly run: string; readonly exchange: string };
    readonly answer: Exchange | undefined;
  };
  readonly exchanges: {
    readonly ask: Window & { readonly run: string };
    readonly answer: readonly ExchangeSummary[];
  };
  readonly searchRun: {
    readonly ask: Window & { readonly run: string; readonly text: string };
    readonly answer: RunHits;
  };
}

export type Ask = { readonly [Name in keyof Asks]: { readonly name: Name } & Asks[Name]["ask"] }[keyof Asks];

/** Webview → host. */
export type FromWebview =
  | { readonly type: "ready" }
  | { readonly type: "tab"; readonly tab: Tab }
  | { readonly type: "ask"; readonly id: number; readonly ask: Ask }
  | { readonly type: "cancel"; readonly tab: Tab }
  | { readonly type: "again"; readonly tab: Tab }
  /** The preview once more, with so many rows at most. */
  | { readonly type: "load-rows"; readonly result: string; readonly limit: number }
  | { readonly type: "run-plan"; readonly plan: string }
  /** A new plan of the same sync; `readBack`: of every record the destination's present values are read. */
  | { readonly type: "plan-again"; readonly plan: string; readonly readBack?: "all" }
  | { readonly type: "open-diff"; readonly plan: string; readonly key: string; readonly change: number }
  /** A live run of the record with this key alone. */
  | { readonly type: "send-one"; readonly result: string; readonly key: Json }
  /** `group` absent: every rejected record of the run; `key`: that one of them. */
  | { readonly type: "retry"; readonly run: string; readonly group?: number; readonly key?: Json }
  /** The plan that takes the run back; a look at what it wrote. */
  | { readonly type: "revert" | "verify"; readonly run: string }
  | { readonly type: "open-run"; readonly run: string; readonly other: string }
  | { readonly type: "open-mapping"; readonly run: string; readonly group: number }
  | { readonly type: "show-field"; readonly result: string; readonly field: string }
  | { readonly type: "copy"; readonly text: string }
  | { readonly type: "pin" | "unpin" | "open-in-editor"; readonly result: string }
  /** What fills an empty tab, for the sync that is being edited. */
  | { readonly type: "begin"; readonly tab: Tab };

/** Host → webview. */
export type ToWebview =
  | { readonly type: "state"; readonly state: PanelState }
  | { readonly type: "pane"; readonly tab: Tab; readonly pane: PanelState[Tab] }
  | { readonly type: "select-tab"; readonly tab: Tab }
  | { readonly type: "progress"; readonly tab: Tab; readonly progress: RunProgress }
  | { readonly type: "show-group"; readonly group: number }
  | { readonly type: "pinned"; readonly pinned: readonly Pinned[] }
  | { readonly type: "active"; readonly sync?: string }
  /** Something that plans depend on has changed: what is shown of one may be stale. */
  | { readonly type: "plans-changed" }
  /** This page is of one result alone. */
  | { readonly type: "single"; readonly single: Single; readonly pane: PanelState[Tab] }
  | Answering;

/** How every host answers the questions of its webview. */
export type Answering =
  | { readonly type: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly type: "refusal"; readonly id: number; readonly message: string };
