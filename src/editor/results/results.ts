/** The results panel as the rest of the editor sees it: what each tab shows, and what its buttons do. */
import * as vscode from "vscode";
import { type Calls, type Place, type PreviewResult, type RecordPreview } from "../../calls/calls";
import { Cancelled, SyncFailure } from "../../failure";
import { type PlanHeader } from "../../plan/plan";
import { type RunProgress } from "../../run/report";
import {
  type Ask,
  emptyState,
  type PanelState,
  type Pane,
  type RunResult,
  type Subject,
  type Tab,
  type ToWebview,
  type Work,
} from "../../../webview/protocol";
import { failureOf } from "../failures";
import { answer, type Behind } from "./answers";

/** What a tab's result is of: enough to ask for it again, or to act on it. */
export interface Origin {
  readonly place: Place;
  /** Relative to the project. */
  readonly file: string;
}

/** What is remembered over a restart: ids and counts, never rows. Previews live in the engine only. */
interface Remembered {
  readonly tab: Tab;
  readonly plan?: { readonly subject: Subject; readonly origin: Origin; readonly header: PlanHeader };
  readonly run?: { readonly subject: Subject; readonly origin: Origin; readonly result: RunResult };
}
const memoryKey = "sluice.results";

type Result<Name extends Tab> = { rows: PreviewResult; records: RecordsGiven; plan: PlanHeader; run: RunResult }[Name];
export type RecordsGiven = readonly RecordPreview[];

export interface Job<Name extends Tab> {
  readonly tab: Name;
  readonly work: Work;
  readonly subject: Subject;
  readonly origin: Origin;
  /** What “again” does. */
  again(): Promise<void>;
  do(progress: (progress: RunProgress) => void, signal: AbortSignal): Promise<Result<Name>>;
}

interface Slot {
  readonly origin: Origin;
  readonly abort?: AbortController;
  again(): Promise<void>;
}

export class Results {
  private panel: PanelState = emptyState;
  private behind: Behind = { records: [] };
  private readonly slots = new Map<Tab, Slot>();
  private post: (message: ToWebview) => void = () => undefined;
  private readonly changed = new vscode.EventEmitter<PanelState>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly calls: Calls,
    private readonly memory: vscode.Memento,
  ) {
    this.restore();
  }

  get state(): PanelState {
    return this.panel;
  }

  /** Where messages to the webview go; it is told everything at once. */
  connect(post: (message: ToWebview) => void): void {
    this.post = post;
    post({ type: "state", state: this.panel });
  }

  disconnect(): void {
    this.post = () => undefined;
  }

  origin(tab: Tab): Origin | undefined {
    return this.slots.get(tab)?.origin;
  }

  async again(tab: Tab): Promise<void> {
    await this.slots.get(tab)?.again();
  }

  cancel(tab: Tab): void {
    this.slots.get(tab)?.abort?.abort();
  }

  select(tab: Tab): void {
    this.panel = { ...this.panel, tab };
    this.post({ type: "select-tab", tab });
    this.changedState();
  }

  /** The user chose it in the webview. */
  selected(tab: Tab): void {
    this.panel = { ...this.panel, tab };
    this.changedState();
  }

  showGroup(group: number): void {
    this.post({ type: "show-group", group });
  }

  answer(ask: Ask): Promise<unknown> {
    return answer(this.calls, this.behind, ask);
  }

  /**
   * Does a job in a tab: shows its progress, its result or its failure. A newer job in the tab ends an older one, but
   * never a run: that is refused while another is under way.
   */
  async work<Name extends Tab>(job: Job<Name>): Promise<Result<Name>> {
    const { tab, subject, origin } = job;
    const before = this.panel[tab];
    if (tab === "run" && before.state === "working") throw busy();
    this.cancel(tab);
    const abort = new AbortController();
    const slot: Slot = { origin, abort, again: () => job.again() };
    const former = this.slots.get(tab);
    this.slots.set(tab, slot);
    const current = (): boolean => this.slots.get(tab) === slot;
    await this.reveal(tab);
    this.set(tab, { state: "working", subject, work: job.work });
    try {
      const result = await vscode.window.withProgress({ location: { viewId: "sluice.results" } }, () =>
        job.do((progress) => current() && this.progress(tab, progress), abort.signal),
      );
      if (current()) this.ready(tab, { subject, origin, result, again: () => job.again() });
      return result;
    } catch (error) {
      if (!current()) throw new Cancelled({ cause: error });
      if (error instanceof Cancelled) {
        if (former) this.slots.set(tab, former);
        this.set(tab, before.state === "working" ? { state: "empty" } : before);
      } else {
        this.set(tab, { state: "failed", subject, failure: failureOf(error) });
      }
      throw error;
    }
  }

  /** Puts a result into a tab. */
  ready<Name extends Tab>(
    tab: Name,
    given: {
      readonly subject: Subject;
      readonly origin: Origin;
      readonly result: Result<Name>;
      again(): Promise<void>;
    },
  ): void {
    const { subject, origin, result } = given;
    this.slots.set(tab, { origin, again: () => given.again() });
    this.set(tab, { state: "ready", subject, result: this.keepBehind(tab, origin, result) });
  }

  async reveal(tab: Tab): Promise<void> {
    await vscode.commands.executeCommand("sluice.results.focus", { preserveFocus: true });
    this.select(tab);
  }

  /** The engine ended: what it spooled is gone. */
  forgetSpooled(): void {
    const { rows } = this.panel;
    if (rows.state !== "ready") return;
    const failure = {
      code: "result-gone",
      message: vscode.l10n.t("The rows of this preview are gone with the engine that held them."),
      hint: vscode.l10n.t("Run the preview again."),
    };
    this.set("rows", { state: "failed", subject: rows.subject, failure });
  }

  /** Big lists stay on this side; the webview pulls windows of them. */
  private keepBehind(tab: Tab, origin: Origin, result: Result<Tab>): unknown {
    switch (tab) {
      case "records": {
        const records = result as RecordsGiven;
        this.behind = { ...this.behind, records };
        return { count: records.length, rejected: records.filter((record) => record.rejection !== undefined).length };
      }
      case "plan":
        this.behind = { ...this.behind, plan: origin.place };
        return result;
      case "run":
        this.behind = { ...this.behind, run: { place: origin.place, report: (result as RunResult).report } };
        return result;
      case "rows":
        return result;
    }
  }

  private progress(tab: Tab, progress: RunProgress): void {
    const pane = this.panel[tab];
    if (pane.state !== "working") return;
    this.panel = { ...this.panel, [tab]: { ...pane, progress } };
    this.post({ type: "progress", tab, progress });
  }

  private set(tab: Tab, pane: Pane<unknown>): void {
    this.panel = { ...this.panel, [tab]: pane };
    this.post({ type: "pane", tab, pane: pane as PanelState[Tab] });
    this.changedState();
  }

  private changedState(): void {
    const { plan, run, tab } = this.panel;
    const planOrigin = this.origin("plan");
    const runOrigin = this.origin("run");
    const remembered: Remembered = {
      tab,
      ...(plan.state === "ready" &&
        planOrigin && { plan: { subject: plan.subject, origin: planOrigin, header: plan.result } }),
      ...(run.state === "ready" &&
        runOrigin && { run: { subject: run.subject, origin: runOrigin, result: run.result } }),
    };
    void this.memory.update(memoryKey, remembered);
    this.changed.fire(this.panel);
  }

  private restore(): void {
    const { plan, run, tab } = this.memory.get<Remembered>(memoryKey) ?? { tab: "rows" };
    const askAgain = (origin: Origin) => async () => {
      await vscode.commands.executeCommand(
        "sluice.dryRun",
        vscode.Uri.joinPath(vscode.Uri.file(origin.place.root), origin.file),
      );
    };
    if (plan) {
      this.slots.set("plan", { origin: plan.origin, again: askAgain(plan.origin) });
      this.behind = { ...this.behind, plan: plan.origin.place };
      this.panel = { ...this.panel, plan: { state: "ready", subject: plan.subject, result: plan.header } };
    }
    if (run) {
      this.slots.set("run", { origin: run.origin, again: askAgain(run.origin) });
      this.behind = { ...this.behind, run: { place: run.origin.place, report: run.result.report } };
      this.panel = { ...this.panel, run: { state: "ready", subject: run.subject, result: run.result } };
    }
    this.panel = { ...this.panel, tab };
  }
}

function busy(): SyncFailure {
  return new SyncFailure(
    "run-under-way",
    vscode.l10n.t("Another run of this window is under way."),
    vscode.l10n.t("Wait for its end, or cancel it in the Run tab."),
  );
}
