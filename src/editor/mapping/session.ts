/**
 * One sync file as its mapping editors see it: the state they show, and what their messages do. Editors of one
 * document share one session, so that they stay in step.
 */
import * as vscode from "vscode";
import { type FileProblem, type Failure, type ProjectOverview, type SyncContext } from "../../calls/calls";
import { Cancelled, SyncFailure } from "../../failure";
import { type ParsedSync } from "../../sync/definition";
import { type FromMapping, type MappingState } from "../../../webview/mapping-protocol";
import { mayReadUnasked } from "../automatic";
import { parsedProblems } from "../diagnostics/checks";
import { failureOf } from "../failures";
import { inProject, isProjectFile, syncName } from "../files";
import { parsers } from "../parser";
import { type SyncFile } from "../projects";
import { type Services } from "../services";
import { compose } from "./compose";
import { carryOut, Versions } from "./intents";
import { Proposals } from "./proposals";
import { revealPath } from "./reveal";
import { type Ask, ModelRows } from "./rows";

/** Milliseconds without a change before the engine is asked. */
const pause = 250;

export type SessionMessage = Exclude<FromMapping, { readonly type: "ready" | "undo" | "redo" }>;

/** What the last answers said. */
interface Answered {
  readonly problems: readonly FileProblem[];
  readonly failure?: Failure;
  readonly overview?: ProjectOverview;
  readonly context?: SyncContext;
}

export class MappingSession implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<MappingState>();
  readonly onDidChange = this.changed.event;
  private readonly versions = new Versions();
  private readonly rows: ModelRows;
  private readonly proposals: Proposals;
  private readonly listeners: readonly vscode.Disposable[];
  private version: number;
  private parsed: ParsedSync | undefined;
  private answered: Answered = { problems: [] };
  private work: "asking" | "done" = "asking";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort = new AbortController();
  /** Intents are carried out one after the other, each on the text the one before left. */
  private queue: Promise<unknown> = Promise.resolve();
  private isDisposed = false;

  constructor(
    private readonly services: Services,
    readonly document: vscode.TextDocument,
  ) {
    this.version = document.version;
    this.rows = new ModelRows(services.calls);
    this.proposals = new Proposals(services.context.workspaceState, document.uri);
    const again = (): void => this.schedule();
    const schemas = vscode.workspace.createFileSystemWatcher("**/schema/*.json");
    this.listeners = [
      vscode.workspace.onDidChangeTextDocument(({ document: changed, contentChanges }) => {
        if (changed === document && contentChanges.length > 0) void this.textChanged();
      }),
      vscode.workspace.onDidSaveTextDocument((saved) => {
        if (!saved.fileName.endsWith(".sql") && !isProjectFile(saved.fileName)) return;
        this.rows.forget();
        again();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(again),
      ...[services.fits.onDidChange, services.runProblems.onDidChange].map((event) =>
        event((uri) => {
          if (uri.toString() === document.uri.toString()) this.tell();
        }),
      ),
      services.overviews.onDidChange(again),
      schemas,
      ...[schemas.onDidChange, schemas.onDidCreate, schemas.onDidDelete].map((event) => event(again)),
    ];
    void this.textChanged();
  }

  get state(): MappingState {
    const { document, parsed } = this;
    const sync = this.sync();
    const ask = sync && parsed && this.askFor(sync, parsed, this.abort.signal);
    const facts = ask && this.rows.facts(ask);
    return compose({
      ...this.answered,
      version: this.version,
      file: sync?.file ?? vscode.workspace.asRelativePath(document.uri, false),
      parsed,
      values: this.services.fits.drawn(document),
      rejections: this.services.runProblems.of(document.uri),
      facts,
      sample: ask && this.rows.sample(ask),
      proposals: this.proposals.of(parsed?.definition, this.answered.context, facts),
      work: this.work,
      trust: vscode.workspace.isTrusted ? "trusted" : "untrusted",
    });
  }

  /** Gives why an intent was refused. */
  async receive(message: SessionMessage): Promise<string | undefined> {
    switch (message.type) {
      case "intent": {
        const done = this.queue.then(() => carryOut(this.document, this.versions, message));
        this.queue = done.catch(() => undefined);
        return done;
      }
      case "reveal":
        await revealPath(this.document, this.parsed, message.path);
        return undefined;
      case "rejected":
        await this.openRun(message);
        return undefined;
      case "describe":
        await this.describe();
        return undefined;
      case "facts":
        this.rows.forget();
        this.rows.wish("same");
        this.schedule(0);
        return undefined;
      case "sample":
        this.rows.wish(message.row);
        this.schedule(0);
        return undefined;
      case "dismiss":
        await this.proposals.dismiss(message.field);
        this.tell();
        return undefined;
    }
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer);
    this.abort.abort();
    for (const listener of this.listeners) listener.dispose();
    this.changed.dispose();
  }

  private tell(): void {
    if (!this.isDisposed) this.changed.fire(this.state);
  }

  /** Where it may be asked about. */
  private sync(): SyncFile | undefined {
    return vscode.workspace.isTrusted ? this.services.projects.syncAt(this.document.uri) : undefined;
  }

  /** What the text says is shown at once; what the engine says of it follows when typing pauses. */
  private async textChanged(): Promise<void> {
    const { document } = this;
    const { version } = document;
    const text = document.getText();
    this.versions.remember(version, text);
    const { parseSync } = await parsers();
    if (document.version !== version) return;
    this.parsed = parseSync(text, { name: syncName(document.fileName) });
    this.version = version;
    this.schedule();
    this.tell();
  }

  private schedule(wait = pause): void {
    clearTimeout(this.timer);
    this.abort.abort();
    this.work = "asking";
    this.timer = setTimeout(() => void this.ask(), wait);
  }

  private async ask(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    const { parsed, version } = this;
    const isCurrent = (): boolean => !abort.signal.aborted && this.version === version && !this.isDisposed;
    if (parsed === undefined) return;
    try {
      const answered = await this.answerFor(parsed, abort.signal, (some) => {
        if (!isCurrent()) return;
        this.answered = some;
        this.tell();
      });
      if (!isCurrent()) return;
      this.answered = answered;
    } catch (error) {
      if (error instanceof Cancelled || !isCurrent()) return;
      const problems = await parsedProblems(this.document);
      if (!isCurrent()) return;
      this.answered = { ...this.answered, problems, failure: failureOf(error) };
    }
    this.work = "done";
    this.tell();
  }

  private async answerFor(
    parsed: ParsedSync,
    signal: AbortSignal,
    meanwhile: (answered: Answered) => void,
  ): Promise<Answered> {
    if (!vscode.workspace.isTrusted) return { problems: await parsedProblems(this.document) };
    const sync = this.sync();
    if (sync === undefined) throw noProject();
    const { calls, overviews } = this.services;
    const overview = await overviews.get(sync.root);
    const ask = this.askFor(sync, parsed, signal);
    const context = await calls.context(ask.place, ask.source, signal);
    const answered = { overview, context, problems: context.problems.filter(({ file }) => file === sync.file) };
    meanwhile(answered);
    await this.rows.look(
      { ...ask, onProgress: () => meanwhile(answered) },
      mayReadUnasked(this.document.uri, overview, parsed.model?.warehouse),
    );
    return answered;
  }

  private askFor(sync: SyncFile, parsed: ParsedSync, signal: AbortSignal): Ask {
    const source = { file: inProject(sync.root, sync.uri.fsPath), text: this.document.getText() };
    return { place: this.services.projects.place(sync.root), source, parsed, signal, onProgress: () => undefined };
  }

  private async openRun({ run, group }: SessionMessage & { readonly type: "rejected" }): Promise<void> {
    const sync = this.sync();
    if (sync === undefined) return;
    const records = { root: sync.root, run, ...(group !== undefined && { group }) };
    await vscode.commands.executeCommand("sluice.openRun", records);
  }

  private async describe(): Promise<void> {
    const sync = this.sync();
    const connection = this.parsed?.definition?.destination.connection;
    if (sync === undefined || connection === undefined) return;
    await vscode.commands.executeCommand("sluice.refreshSchema", { root: sync.root, connection });
    this.schedule(0);
  }
}

function noProject(): SyncFailure {
  return new SyncFailure(
    "no-project",
    vscode.l10n.t("This file belongs to no project: there is no sluice.yaml in its folder or above it."),
    vscode.l10n.t("Make a project, and its connections can be asked for columns and fields."),
  );
}
