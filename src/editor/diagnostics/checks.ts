/**
 * Checks as you type: what the engine says of the text as it stands. Where the workspace is not trusted only the
 * parser speaks, in this process: it touches nothing but the text.
 */
import path from "node:path";
import * as vscode from "vscode";
import { type Calls, type FileProblem, ProblemsFound } from "../../calls/calls";
import { Cancelled } from "../../failure";
import { type Problem, placeOf } from "../../problem";
import { inProject, isProjectFile, isSyncFile, syncName } from "../files";
import { parsers } from "../parser";
import { type Projects, type SyncFile } from "../projects";
import { diagnosticOf } from "./problem-ranges";

/** Milliseconds without a keystroke before the text is checked. */
const pause = 250;

export interface Checked {
  readonly version: number;
  readonly problems: readonly FileProblem[];
}

interface Pending {
  timer?: ReturnType<typeof setTimeout>;
  abort?: AbortController;
}

export class Checks implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("sluice-checks");
  private readonly answered = new vscode.EventEmitter<vscode.TextDocument>();
  /** A document was checked as it stands. */
  readonly onDidCheck = this.answered.event;
  private readonly checked = new Map<string, Checked>();
  /** Which document's check speaks of which file: a sync's may speak of its model's .sql file. */
  private readonly spoken = new Map<string, ReadonlyMap<string, readonly FileProblem[]>>();
  private readonly pending = new Map<string, Pending>();

  constructor(
    private readonly calls: Calls,
    private readonly projects: Projects,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** What the last check said, if it was of this version. */
  of(document: vscode.TextDocument): readonly FileProblem[] {
    const found = this.checked.get(document.uri.toString());
    return found?.version === document.version ? found.problems : [];
  }

  /** Checks when typing pauses. */
  schedule(document: vscode.TextDocument): void {
    if (!concerns(document)) return;
    const key = document.uri.toString();
    const pending = this.pending.get(key) ?? {};
    this.pending.set(key, pending);
    clearTimeout(pending.timer);
    pending.timer = setTimeout(() => void this.check(document, pending), pause);
  }

  scheduleAll(): void {
    for (const document of vscode.workspace.textDocuments) this.schedule(document);
  }

  forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    const pending = this.pending.get(key);
    clearTimeout(pending?.timer);
    pending?.abort?.abort();
    this.pending.delete(key);
    this.checked.delete(key);
    this.publish(key, new Map());
  }

  /** Throws ProblemsFound if the saved file has errors. */
  async requireNoErrors(sync: SyncFile): Promise<void> {
    const problems = await this.calls.check(this.projects.place(sync.root), { files: [{ file: sync.file }] });
    const errors = problems.filter((problem) => problem.severity === "error" && problem.file === sync.file);
    if (errors.length > 0) throw new ProblemsFound(errors);
  }

  dispose(): void {
    for (const { timer, abort } of this.pending.values()) {
      clearTimeout(timer);
      abort?.abort();
    }
    this.collection.dispose();
    this.answered.dispose();
  }

  private async check(document: vscode.TextDocument, pending: Pending): Promise<void> {
    pending.abort?.abort();
    const abort = new AbortController();
    pending.abort = abort;
    const { version } = document;
    const problems = await this.problemsOf(document, abort.signal);
    if (problems === undefined || abort.signal.aborted || document.isClosed || document.version !== version) return;
    const key = document.uri.toString();
    this.checked.set(key, { version, problems: problems.get(key) ?? [] });
    this.publish(key, problems);
    this.answered.fire(document);
  }

  /** Shows what the check of one document says, beside what others say of the same files. */
  private publish(owner: string, problems: ReadonlyMap<string, readonly FileProblem[]>): void {
    const before = this.spoken.get(owner) ?? new Map<string, readonly FileProblem[]>();
    if (problems.size > 0) this.spoken.set(owner, problems);
    else this.spoken.delete(owner);
    for (const file of new Set([...before.keys(), ...problems.keys()])) {
      const all = [...this.spoken.values()].flatMap((said) => said.get(file) ?? []);
      const uri = vscode.Uri.parse(file);
      const root = this.projects.rootOf(uri) ?? "";
      this.collection.set(
        uri,
        all.map((problem) => diagnosticOf(root, problem)),
      );
    }
  }

  /** undefined: there is no answer now, so what is shown stays. */
  private async problemsOf(
    document: vscode.TextDocument,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly FileProblem[]> | undefined> {
    const root = this.projects.rootOf(document.uri);
    const parsed = async (): Promise<ReadonlyMap<string, readonly FileProblem[]>> =>
      new Map([[document.uri.toString(), await parsedProblems(document)]]);
    if (root === undefined || !vscode.workspace.isTrusted) return parsed();
    const file = inProject(root, document.uri.fsPath);
    try {
      const source = { file, text: document.getText() };
      return byFile(root, await this.calls.check(this.projects.place(root), { files: [source] }, signal));
    } catch (error) {
      if (error instanceof Cancelled) return undefined;
      if (error instanceof ProblemsFound) return byFile(root, error.problems);
      // Nobody asked for this check, so nobody is told but the log; the parser still speaks.
      this.log.warn(`${file} could not be checked: ${error instanceof Error ? error.message : String(error)}`);
      return await parsed();
    }
  }
}

function byFile(root: string, problems: readonly FileProblem[]): ReadonlyMap<string, readonly FileProblem[]> {
  const found = new Map<string, FileProblem[]>();
  for (const problem of problems) {
    const uri = vscode.Uri.file(path.join(root, problem.file)).toString();
    found.set(uri, [...(found.get(uri) ?? []), problem]);
  }
  return found;
}

export function registerChecks(context: vscode.ExtensionContext, checks: Checks, projects: Projects): void {
  const { workspace } = vscode;
  context.subscriptions.push(
    checks,
    workspace.onDidOpenTextDocument((document) => checks.schedule(document)),
    workspace.onDidChangeTextDocument(({ document }) => checks.schedule(document)),
    workspace.onDidCloseTextDocument((document) => checks.forget(document)),
    // A change of sluice.yaml, of a model's .sql file or of a schema snapshot may concern every open sync.
    workspace.onDidSaveTextDocument((document) => {
      if (isProjectFile(document.fileName) || /\.(sql|json)$/.test(document.fileName)) checks.scheduleAll();
    }),
    projects.onDidChange(() => checks.scheduleAll()),
  );
  checks.scheduleAll();
}

function concerns(document: vscode.TextDocument): boolean {
  return document.uri.scheme === "file" && (isSyncFile(document.fileName) || isProjectFile(document.fileName));
}

/** What the parser alone says, which touches nothing but the text. */
export async function parsedProblems(document: vscode.TextDocument): Promise<readonly FileProblem[]> {
  const { parseProject, parseSync } = await parsers();
  const text = document.getText();
  const { problems } = isProjectFile(document.fileName)
    ? parseProject(text)
    : parseSync(text, { name: syncName(document.fileName) });
  return problems.map((problem) => inFile(path.basename(document.fileName), text, problem));
}

function inFile(file: string, text: string, problem: Problem): FileProblem {
  const start = placeOf(text, problem.range.start);
  const end = placeOf(text, problem.range.end);
  return { ...problem, file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}
