/**
 * Rejections in the Problems panel, on the mapping line that caused them: from the newest runs of each sync, the
 * editor's and the command line's alike. An edit of the mapping or the model hides them, an undo brings them back.
 */
import * as vscode from "vscode";
import { type Calls } from "../../calls/calls";
import { SyncFailure } from "../../failure";
import { type RunReport } from "../../run/report";
import { syncName } from "../files";
import { parsers } from "../parser";
import { type Projects } from "../projects";
import { besideOf, textOf } from "../texts";
import { mappingHash, mappingPath, mappingRange } from "./placement";
import { type OpenGroup, outstanding, type PartialRetries } from "./outstanding";
import { rejectionDiagnostic, type RunDiagnostic } from "./rejection-diagnostic";

/** For each run, the fingerprints of its groups' mappings as they were when it ran. */
type Baselines = Readonly<Record<string, readonly string[]>>;

interface Watched {
  readonly root: string;
  readonly groups: readonly OpenGroup[];
}

/** Runs that are looked at for each project; more than this back nothing is outstanding. */
const lookBack = 200;
const kept = 50;

export class RunProblems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("sluice-runs");
  private readonly watched = new Map<string, Watched>();

  constructor(
    private readonly calls: Calls,
    private readonly projects: Projects,
    private readonly memory: vscode.Memento,
  ) {}

  /** Remembers what the mappings were when a run of this window began. */
  async bind(root: string, report: RunReport, text: string): Promise<void> {
    const { parseSync } = await parsers();
    const parsed = parseSync(text, { name: syncName(report.file) });
    const beside = besideOf(this.projects.syncIn(root, report.file).uri);
    const hashes = report.groups.map((group) =>
      mappingHash(parsed, text, { path: mappingPath(parsed, group), beside }),
    );
    await this.memory.update("sluice.baselines", newest({ ...this.baselines(), [report.id]: hashes }));
  }

  /** A run that retried one group alone leaves the others of its run outstanding. */
  async retriedAlone(report: RunReport, group: number): Promise<void> {
    await this.memory.update("sluice.partialRetries", newest({ ...this.partialRetries(), [report.id]: group }));
  }

  /** Reads the project's newest reports anew. */
  async refresh(root: string): Promise<void> {
    const place = this.projects.place(root);
    const reports = await this.calls.runs(place, { limit: lookBack });
    const target = place.target ?? (await this.calls.overview(place)).target;
    const files = new Map<string, RunReport[]>();
    for (const report of reports.filter((one) => one.target === target))
      files.set(report.file, [...(files.get(report.file) ?? []), report]);
    for (const [key, watched] of this.watched) if (watched.root === root) this.drop(key);
    for (const [file, ofFile] of files) {
      const groups = outstanding(ofFile, this.partialRetries());
      if (groups.length === 0) continue;
      const { uri } = this.projects.syncIn(root, file);
      this.watched.set(uri.toString(), { root, groups });
      await this.draw(uri);
    }
  }

  async refreshAll(): Promise<void> {
    for (const root of await this.projects.roots()) {
      try {
        await this.refresh(root);
      } catch (error) {
        // A project that cannot be read says so where it is looked at; its rejections are just not known.
        if (!(error instanceof SyncFailure)) throw error;
      }
    }
  }

  /** Places a file's rejections anew, on its text as it stands. */
  async draw(uri: vscode.Uri): Promise<void> {
    const { parseSync } = await parsers();
    await this.bindUnbound(uri);
    const watched = this.watched.get(uri.toString());
    if (watched === undefined) return;
    const text = textOf(uri);
    if (text === undefined) return this.collection.delete(uri);
    const parsed = parseSync(text, { name: syncName(uri.fsPath) });
    const beside = besideOf(uri);
    const found: RunDiagnostic[] = [];
    for (const open of watched.groups) {
      const where = mappingPath(parsed, open.group);
      const baseline = this.baselines()[open.report.id]?.[open.index];
      if (baseline !== mappingHash(parsed, text, { path: where, beside })) continue;
      found.push(
        rejectionDiagnostic({ uri, text, root: watched.root, open, range: mappingRange(parsed, text, where) }),
      );
    }
    this.collection.set(uri, found);
  }

  /** A text changed: a sync file, or a model's .sql file, which may be any of its project's. */
  async drawWhatConcerns(uri: vscode.Uri): Promise<void> {
    for (const key of this.watched.keys())
      if (key === uri.toString() || uri.path.endsWith(".sql")) await this.draw(vscode.Uri.parse(key));
  }

  diagnosticsAt(uri: vscode.Uri, range: vscode.Range): readonly RunDiagnostic[] {
    const all = (this.collection.get(uri) ?? []) as readonly RunDiagnostic[];
    return all.filter((diagnostic) => diagnostic.range.intersection(range) !== undefined);
  }

  dispose(): void {
    this.collection.dispose();
  }

  private drop(key: string): void {
    this.watched.delete(key);
    this.collection.delete(vscode.Uri.parse(key));
  }

  /** A run that was not started here is taken to be of the text as it is when it is first seen. */
  private async bindUnbound(uri: vscode.Uri): Promise<void> {
    const watched = this.watched.get(uri.toString());
    const text = textOf(uri);
    if (watched === undefined || text === undefined) return;
    for (const { report } of watched.groups)
      if (this.baselines()[report.id] === undefined) await this.bind(watched.root, report, text);
  }

  private baselines(): Baselines {
    return this.memory.get<Baselines>("sluice.baselines") ?? {};
  }

  private partialRetries(): PartialRetries {
    return this.memory.get<PartialRetries>("sluice.partialRetries") ?? {};
  }
}

/** Ids of runs sort by time: the memory of old ones is let go. */
function newest<Value>(byRun: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const runs = Object.keys(byRun).sort().slice(-kept);
  return Object.fromEntries(runs.map((run) => [run, byRun[run] as Value]));
}
