/**
 * Values that do not fit, as warnings on the lines of mappings: found by one query over the model, unasked where that
 * costs nothing. An edit of the mapping or the model hides them until they are counted anew, an undo brings them back.
 */
import * as vscode from "vscode";
import { type Calls, type FileProblem, type FitReport, ProblemsFound } from "../../calls/calls";
import { Cancelled } from "../../failure";
import { mayReadUnasked } from "../automatic";
import { type Checks } from "../diagnostics/checks";
import { syncName } from "../files";
import { type Overviews } from "../overviews";
import { parsers } from "../parser";
import { mappingHash } from "../problems/placement";
import { toRange } from "../problems/rejection-diagnostic";
import { type Projects, sourceOf, type SyncFile } from "../projects";
import { besideOf } from "../texts";
import { plainText } from "../../../webview/plain-text";
import { follow, type Shift } from "./follow";

/** Milliseconds between a check and the query, in which another keystroke calls it off. */
const pause = 300;
/** Reports kept for each document, so that an undo needs no query. */
const kept = 5;

export const fitSource = "sluice values";

interface Counted {
  /** What was counted: the same text of it gives the same answer while the data stands still. */
  readonly fingerprint: string;
  readonly text: string;
  readonly report: FitReport;
  /** Of each problem's mapping and the model, when it was counted. */
  readonly hashes: readonly string[];
}

interface Shown {
  readonly counted: Counted;
  /** The report's problems where they stand now. */
  problems: readonly FileProblem[];
  visible: readonly FileProblem[];
  /** What Problems shows: after an edit that of before, until the places are known again. */
  drawn: readonly FileProblem[];
}

export class Fits implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("sluice-values");
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  /** What is shown of this document is another. */
  readonly onDidChange = this.changed.event;
  private readonly shown = new Map<string, Shown>();
  private readonly earlier = new Map<string, readonly Counted[]>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly aborts = new Map<string, AbortController>();

  constructor(
    private readonly calls: Calls,
    private readonly projects: Projects,
    private readonly overviews: Overviews,
    private readonly checks: Checks,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** What is shown of a document, with fixes for its text as it stands. */
  of(document: vscode.TextDocument): readonly FileProblem[] {
    return this.shown.get(document.uri.toString())?.visible ?? [];
  }

  /** The same for the eye: of a text that is just being edited still what was found before, without fixes to apply. */
  drawn(document: vscode.TextDocument): readonly FileProblem[] {
    return this.shown.get(document.uri.toString())?.drawn ?? [];
  }

  /** A document was checked: its values are counted if it has no errors, they were not, and nobody pays for it. */
  async consider(document: vscode.TextDocument): Promise<void> {
    const sync = this.projects.syncAt(document.uri);
    if (sync === undefined || this.checks.of(document).some(({ severity }) => severity === "error")) return;
    const fingerprint = await this.fingerprint(document);
    const key = document.uri.toString();
    if (fingerprint === undefined) return;
    const text = document.getText();
    const known = this.earlier.get(key)?.find((one) => one.text === text && one.fingerprint === fingerprint);
    if (known !== undefined) return this.show(document, known);
    if (this.shown.get(key)?.counted.fingerprint === fingerprint) return;
    const { parseSync } = await parsers();
    const warehouse = parseSync(text, { name: syncName(sync.file) }).model?.warehouse;
    if (!mayReadUnasked(document.uri, await this.overviews.get(sync.root), warehouse)) return;
    this.later(key, pause, () => this.count(sync, document).then(() => undefined));
  }

  /** Counts anew. undefined: the text changed meanwhile. */
  async count(sync: SyncFile, document: vscode.TextDocument, signal?: AbortSignal): Promise<FitReport | undefined> {
    const key = document.uri.toString();
    this.aborts.get(key)?.abort();
    const abort = new AbortController();
    this.aborts.set(key, abort);
    signal?.addEventListener("abort", () => abort.abort());
    const { version } = document;
    const fingerprint = await this.fingerprint(document);
    const report = await this.calls.fit(this.projects.place(sync.root), sourceOf(sync), abort.signal);
    if (document.version !== version || document.isClosed || fingerprint === undefined) return undefined;
    const text = document.getText();
    const hashes = await this.hashes(document.uri, text, report.problems);
    await this.show(document, { fingerprint, text, report, hashes });
    return report;
  }

  /** The text changed: what was found moves along. */
  shift({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    const shown = this.shown.get(key);
    if (shown === undefined || contentChanges.length === 0) return;
    for (const { rangeOffset, rangeLength, text } of contentChanges) {
      const shift: Shift = { at: rangeOffset, removed: rangeLength, added: text.length };
      shown.problems = follow(shown.problems, shift);
    }
    // Fixes are for the text as it stands: none are offered until the places are known again.
    shown.visible = [];
    this.aborts.get(key)?.abort();
    this.later(`draw ${key}`, pause / 2, () => this.draw(document));
  }

  forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    this.aborts.get(key)?.abort();
    for (const timer of [key, `draw ${key}`]) clearTimeout(this.timers.get(timer));
    this.shown.delete(key);
    this.earlier.delete(key);
    this.collection.delete(document.uri);
    this.changed.fire(document.uri);
  }

  /** Another target, another warehouse: nothing that was counted holds. */
  forgetAll(): void {
    const before = [...this.shown.keys()];
    this.collection.clear();
    this.shown.clear();
    this.earlier.clear();
    for (const key of before) this.changed.fire(vscode.Uri.parse(key));
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const abort of this.aborts.values()) abort.abort();
    this.collection.dispose();
    this.changed.dispose();
  }

  private async show(document: vscode.TextDocument, counted: Counted): Promise<void> {
    const key = document.uri.toString();
    const others = (this.earlier.get(key) ?? []).filter(({ text }) => text !== counted.text);
    this.earlier.set(key, [counted, ...others].slice(0, kept));
    const drawn = this.shown.get(key)?.drawn ?? [];
    this.shown.set(key, { counted, problems: counted.report.problems, visible: [], drawn });
    await this.draw(document);
  }

  private async draw(document: vscode.TextDocument): Promise<void> {
    const shown = this.shown.get(document.uri.toString());
    if (shown === undefined) return;
    const text = document.getText();
    // An undo brings back a text that was counted, its fixes included.
    const known = this.earlier.get(document.uri.toString())?.find((one) => one.text === text);
    if (known !== undefined && known !== shown.counted) return this.show(document, known);
    if (known !== undefined) shown.problems = known.report.problems;
    const problems = shown.problems;
    const now = await this.hashes(document.uri, text, problems);
    if (document.getText() !== text) return;
    shown.visible = problems.filter((_, index) => now[index] === shown.counted.hashes[index]);
    shown.drawn = shown.visible;
    this.collection.set(
      document.uri,
      shown.visible.map((problem) => diagnosticOf(text, problem)),
    );
    this.changed.fire(document.uri);
  }

  private async hashes(uri: vscode.Uri, text: string, problems: readonly FileProblem[]): Promise<readonly string[]> {
    const { parseSync } = await parsers();
    const parsed = parseSync(text, { name: syncName(uri.fsPath) });
    const beside = besideOf(uri);
    return problems.map(({ path }) => mappingHash(parsed, text, { path, beside }));
  }

  /** Of everything in the file that decides what the query counts. undefined: it cannot be understood. */
  private async fingerprint(document: vscode.TextDocument): Promise<string | undefined> {
    const { parseSync } = await parsers();
    const { definition } = parseSync(document.getText(), { name: syncName(document.uri.fsPath) });
    if (definition === undefined) return undefined;
    const { model, fields, destination, mode } = definition;
    const sql = model.source.kind === "file" ? besideOf(document.uri)(model.source.file) : undefined;
    return JSON.stringify([model, fields, destination, mode, sql]);
  }

  private later(key: string, ms: number, work: () => Promise<void>): void {
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => void work().catch((error: unknown) => this.note(error)), ms),
    );
  }

  /** Nobody asked for this, so nobody is told but the log. */
  private note(error: unknown): void {
    if (error instanceof Cancelled || error instanceof ProblemsFound) return;
    this.log.warn(`Values could not be checked: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function diagnosticOf(text: string, problem: FileProblem): vscode.Diagnostic {
  const range = toRange(text, problem.range);
  const diagnostic = new vscode.Diagnostic(range, plainText(problem.message), vscode.DiagnosticSeverity.Warning);
  diagnostic.source = fitSource;
  diagnostic.code = problem.code;
  return diagnostic;
}
