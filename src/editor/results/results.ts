/** The results panel as the rest of the editor sees it: what each tab shows, and what its buttons do. */
import * as vscode from "vscode";
import { type Calls, type Place, type RecordPreview } from "../../calls/calls";
import { Cancelled, SyncFailure } from "../../failure";
import { type RunProgress } from "../../run/report";
import {
  type Ask,
  emptyState,
  type PanelState,
  type Pane,
  type Subject,
  type Tab,
  tabs,
  type ToWebview,
  type Work,
} from "../../../webview/protocol";
import { failureOf } from "../failures";
import { type Projects, sourceOf } from "../projects";
import { answer } from "./answers";
import { openDesk } from "./desk";
import { forgotten, memoryKey, type Memory, remembering } from "./memory";
import { Pins } from "./pins";
import { type Given, type Held, Shelf, shownOf } from "./shelf";

/** What a tab's result is of: enough to ask for it again, or to act on it. */
export interface Origin {
  readonly place: Place;
  /** Relative to the project. */
  readonly file: string;
}

type Result<Name extends Tab> = Given[Name];
export type RecordsGiven = readonly RecordPreview[];

export interface Job<Name extends Tab> {
  readonly tab: Name;
  readonly work: Work;
  readonly subject: Subject;
  readonly origin: Origin;
  /** What “again” does. */
  again(): Promise<void>;
  /** `show`: a result of which more is coming; it can be looked at meanwhile. */
  do(
    progress: (progress: RunProgress) => void,
    signal: AbortSignal,
    show: (result: Result<Name>) => void,
  ): Promise<Result<Name>>;
}

interface Slot {
  readonly origin: Origin;
  readonly abort?: AbortController;
  again(): Promise<void>;
}

type Post = (message: ToWebview) => void;

export class Results {
  private panel: PanelState = emptyState;
  private readonly shelf = new Shelf();
  private readonly slots = new Map<Tab, Slot>();
  private readonly posts = new Set<Post>();
  private panelPost: Post | undefined;
  private readonly changed = new vscode.EventEmitter<PanelState>();
  readonly onDidChange = this.changed.event;
  readonly pins = new Pins((pinned) => {
    this.panel = { ...this.panel, pinned };
    this.post({ type: "pinned", pinned });
    this.changedState();
  });

  constructor(
    private readonly calls: Calls,
    private readonly projects: Pick<Projects, "syncIn">,
    private readonly memory: vscode.Memento,
  ) {
    this.restore();
  }

  get state(): PanelState {
    return this.panel;
  }

  /** Where messages to the panel go; it is told everything at once. */
  connect(post: Post): void {
    this.panelPost = post;
    post({ type: "state", state: this.panel });
  }

  disconnect(): void {
    this.panelPost = undefined;
  }

  /** Told what is news for every page, until disposed. */
  listen(post: Post): vscode.Disposable {
    this.posts.add(post);
    return new vscode.Disposable(() => this.posts.delete(post));
  }

  /** To the panel and to every page of a single result. */
  broadcast(message: ToWebview): void {
    this.post(message);
    for (const post of this.posts) post(message);
  }

  /** The sync that is being edited. */
  setActive(sync: string | undefined): void {
    if (this.panel.active === sync) return;
    const { active: _active, ...rest } = this.panel;
    this.panel = { ...rest, ...(sync === undefined ? {} : { active: sync }) };
    this.post({ type: "active", ...(sync === undefined ? {} : { sync }) });
  }

  /** A result by its id. Throws SyncFailure "result-gone". */
  held(id: string): Held {
    return this.shelf.any(id);
  }

  /** Takes a result in, so that it can be asked about. */
  hold(held: Held): void {
    this.shelf.put(held, new Set([...this.shownIds(), ...this.pins.ids()]));
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
    const source = ({ place, file }: Origin) => sourceOf(this.projects.syncIn(place.root, file));
    const desk = (result: string) => {
      const { subject, origin } = this.shelf.get("rows", result);
      return openDesk(subject.sync, origin.place.root);
    };
    return answer({ calls: this.calls, shelf: this.shelf, source, desk }, ask);
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
        job.do(
          (progress) => current() && this.progress(tab, progress),
          abort.signal,
          (shown) => current() && this.show(tab, { subject, origin, result: shown }),
        ),
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
    this.slots.set(tab, { origin: given.origin, again: () => given.again() });
    this.show(tab, given);
  }

  private show<Name extends Tab>(
    tab: Name,
    { subject, origin, result }: { readonly subject: Subject; readonly origin: Origin; readonly result: Result<Name> },
  ): void {
    const id = this.shelf.idOf(tab, result);
    const held = { tab, id, subject, origin, given: result } as unknown as Held;
    this.hold(held);
    this.set(tab, { state: "ready", subject, id, result: shownOf(held) });
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

  private post(message: ToWebview): void {
    this.panelPost?.(message);
  }

  private shownIds(): readonly string[] {
    return tabs.flatMap((tab) => {
      const pane = this.panel[tab];
      return pane.state === "ready" ? [pane.id] : [];
    });
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
    const shown = [...this.shownIds(), ...this.pins.ids()].map((id) => this.shelf.any(id));
    void this.memory.update(memoryKey, remembering(this.panel, shown));
    this.changed.fire(this.panel);
  }

  private restore(): void {
    const { tab, shown, pinned } = this.memory.get<Memory>(memoryKey) ?? forgotten;
    for (const held of shown) {
      this.hold(held);
      if (held.tab !== "plan" && held.tab !== "run") continue;
      if (pinned.some((pin) => pin.id === held.id && pin.behind)) continue;
      const { origin, subject, id } = held;
      const uri = vscode.Uri.joinPath(vscode.Uri.file(origin.place.root), origin.file);
      this.slots.set(held.tab, {
        origin,
        again: async () =>
          void (await (held.tab === "plan" && held.given.revert
            ? vscode.commands.executeCommand("sluice.revert", { root: origin.place.root, run: held.given.revert.run })
            : vscode.commands.executeCommand("sluice.dryRun", uri))),
      });
      this.panel = { ...this.panel, [held.tab]: { state: "ready", subject, id, result: shownOf(held) } };
    }
    this.panel = { ...this.panel, tab };
    this.pins.restore(pinned.map(({ id, at }) => ({ held: this.shelf.any(id), at })));
  }
}

function busy(): SyncFailure {
  return new SyncFailure(
    "run-under-way",
    vscode.l10n.t("Another run of this window is under way."),
    vscode.l10n.t("Wait for its end, or cancel it in the Run tab."),
  );
}
