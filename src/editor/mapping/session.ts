/**
 * One sync file as its mapping editors see it: the state they show, and what their messages do. Editors of one
 * document share one session, so that they stay in step.
 */
import * as vscode from "vscode";
import { type FileProblem, type SyncContext } from "../../calls/calls";
import { Cancelled } from "../../failure";
import { type ParsedSync } from "../../sync/definition";
import { type FromMapping, type MappingState } from "../../../webview/mapping-protocol";
import { failureOf } from "../failures";
import { syncName } from "../files";
import { parsers } from "../parser";
import { parsedProblems } from "../diagnostics/checks";
import { type Services } from "../services";
import { carryOut, Versions } from "./intents";
import { revealPath } from "./reveal";

/** Milliseconds without a change before the engine is asked. */
const pause = 250;

export class MappingSession implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<MappingState>();
  readonly onDidChange = this.changed.event;
  private current: MappingState;
  private parsed: ParsedSync | undefined;
  private readonly versions = new Versions();
  private readonly listeners: readonly vscode.Disposable[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort = new AbortController();
  /** Intents are carried out one after the other, each on the text the one before left. */
  private queue: Promise<unknown> = Promise.resolve();
  private disposed = false;

  constructor(
    private readonly services: Services,
    readonly document: vscode.TextDocument,
  ) {
    this.current = {
      version: document.version,
      file: vscode.workspace.asRelativePath(document.uri, false),
      target: "",
      problems: [],
      canDescribe: false,
      connections: [],
      objects: [],
      proposals: [],
      busy: true,
      restricted: !vscode.workspace.isTrusted,
    };
    const again = (): void => this.schedule();
    this.listeners = [
      vscode.workspace.onDidChangeTextDocument(({ document: changed, contentChanges }) => {
        if (changed === document && contentChanges.length > 0) void this.textChanged();
      }),
      // A model's .sql file, sluice.yaml or a schema snapshot.
      vscode.workspace.onDidSaveTextDocument((saved) => {
        if (saved !== document && /\.(sql|json|yaml)$/.test(saved.fileName)) again();
      }),
      services.overviews.onDidChange(again),
    ];
    void this.textChanged();
  }

  get state(): MappingState {
    return this.current;
  }

  /** Gives why an intent was refused. */
  async receive(
    message: Exclude<FromMapping, { readonly type: "ready" | "undo" | "redo" }>,
  ): Promise<string | undefined> {
    switch (message.type) {
      case "intent": {
        const done = this.queue.then(() => carryOut(this.document, this.versions, message));
        this.queue = done.catch(() => undefined);
        return done;
      }
      case "reveal":
        await revealPath(this.document, this.parsed, message.path);
        return undefined;
      case "describe":
        await this.describe();
        return undefined;
      case "facts":
      case "sample":
      case "dismiss":
        return undefined;
    }
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.abort.abort();
    for (const listener of this.listeners) listener.dispose();
    this.changed.dispose();
  }

  private set(change: Partial<MappingState>): void {
    if (this.disposed) return;
    this.current = { ...this.current, ...change };
    this.changed.fire(this.current);
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
    const { definition: _before, ...rest } = this.current;
    this.current = rest;
    const { definition } = this.parsed;
    this.set({ version, busy: vscode.workspace.isTrusted, ...(definition !== undefined && { definition }) });
    this.schedule();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.abort.abort();
    this.timer = setTimeout(() => void this.ask(), pause);
  }

  private async ask(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    const { document } = this;
    const { version } = document;
    const isCurrent = (): boolean => !abort.signal.aborted && document.version === version && !this.disposed;
    const sync = this.services.projects.syncAt(document.uri);
    if (sync === undefined || !vscode.workspace.isTrusted) {
      const problems = await parsedProblems(document);
      if (isCurrent()) this.set({ problems, busy: false, restricted: !vscode.workspace.isTrusted });
      return;
    }
    try {
      const { calls, overviews, projects } = this.services;
      const overview = await overviews.get(sync.root);
      const source = { file: sync.file, text: document.getText() };
      const context = await calls.context(projects.place(sync.root), source, abort.signal);
      if (!isCurrent()) return;
      const connections = overview.connections.filter(({ kind }) => kind === "destination").map(({ name }) => name);
      this.show({ file: sync.file, target: overview.target, connections, context });
    } catch (error) {
      if (error instanceof Cancelled || !isCurrent()) return;
      const problems = await parsedProblems(document);
      if (isCurrent()) this.set({ problems, failure: failureOf(error), busy: false, restricted: false });
    }
  }

  private show(found: {
    readonly file: string;
    readonly target: string;
    readonly connections: readonly string[];
    readonly context: SyncContext;
  }): void {
    const { file, target, connections, context } = found;
    const { failure: _failure, columns: _columns, object: _object, ...rest } = this.current;
    this.current = rest;
    const connection = this.parsed?.definition?.destination.connection;
    this.set({
      file,
      target,
      connections,
      problems: ofFile(context.problems, file),
      objects: context.objects,
      ...(context.columns !== undefined && { columns: context.columns }),
      ...(context.object !== undefined && { object: context.object }),
      canDescribe: connection !== undefined && connections.includes(connection),
      busy: false,
      restricted: false,
    });
  }

  private async describe(): Promise<void> {
    const sync = this.services.projects.syncAt(this.document.uri);
    const connection = this.parsed?.definition?.destination.connection;
    if (sync === undefined || connection === undefined) return;
    await vscode.commands.executeCommand("sluice.refreshSchema", { root: sync.root, connection });
    this.schedule();
  }
}

function ofFile(problems: readonly FileProblem[], file: string): readonly FileProblem[] {
  return problems.filter((problem) => problem.file === file);
}
