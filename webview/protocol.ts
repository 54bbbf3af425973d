/** Every message between the results panel's webview and the extension host, both ways, and the state they share. */
import { type Failure, type PreviewResult, type RecordPreview } from "../src/calls/calls";
import { type ChangeFilter, type PlanHeader } from "../src/plan/plan";
import { type Change, type Exchange, type Rejection } from "../src/record";
import { type RunProgress, type RunReport } from "../src/run/report";
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
  | { readonly state: "ready"; readonly subject: Subject; readonly result: Result }
  | { readonly state: "failed"; readonly subject: Subject; readonly failure: Failure };

export type Work = "preview" | "records" | "plan" | "run" | "retry";

export interface RecordsResult {
  /** How many were asked for and given; they are pulled in windows. */
  readonly count: number;
  readonly rejected: number;
}

export interface RunResult {
  readonly report: RunReport;
  /** When each group of the report was first seen in the runs that are kept; same order as `report.groups`. */
  readonly firstSeen: readonly string[];
}

export interface PanelState {
  readonly tab: Tab;
  readonly rows: Pane<PreviewResult>;
  readonly records: Pane<RecordsResult>;
  readonly plan: Pane<PlanHeader>;
  readonly run: Pane<RunResult>;
}

export const emptyState: PanelState = {
  tab: "rows",
  rows: { state: "empty" },
  records: { state: "empty" },
  plan: { state: "empty" },
  run: { state: "empty" },
};

/** No window is larger: the webview's memory and each message stay small. */
export const windowSize = 200;

interface Window {
  readonly offset: number;
  readonly limit: number;
}

/** Questions of the webview, each with its answer. */
export interface Asks {
  readonly rows: { readonly ask: Window & { readonly result: string }; readonly answer: readonly (readonly Json[])[] };
  readonly records: { readonly ask: Window; readonly answer: readonly RecordPreview[] };
  readonly changes: {
    readonly ask: Window & { readonly plan: string } & Pick<ChangeFilter, "actions" | "text">;
    readonly answer: readonly Change[];
  };
  readonly planRejections: { readonly ask: Window & { readonly plan: string }; readonly answer: readonly Rejection[] };
  readonly rejections: {
    /** `group`: index into the report's groups. */
    readonly ask: Window & { readonly run: string; readonly group: number };
    readonly answer: readonly Rejection[];
  };
  readonly exchange: {
    readonly ask: { readonly run: string; readonly exchange: string };
    readonly answer: Exchange | undefined;
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
  | { readonly type: "run-plan"; readonly plan: string }
  /** `group` absent: every rejected record of the run. */
  | { readonly type: "retry"; readonly run: string; readonly group?: number }
  | { readonly type: "open-mapping"; readonly run: string; readonly group: number };

/** Host → webview. */
export type ToWebview =
  | { readonly type: "state"; readonly state: PanelState }
  | { readonly type: "pane"; readonly tab: Tab; readonly pane: PanelState[Tab] }
  | { readonly type: "select-tab"; readonly tab: Tab }
  | { readonly type: "progress"; readonly tab: Tab; readonly progress: RunProgress }
  | { readonly type: "show-group"; readonly group: number }
  | Answering;

/** How every host answers the questions of its webview. */
export type Answering =
  | { readonly type: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly type: "refusal"; readonly id: number; readonly message: string };
