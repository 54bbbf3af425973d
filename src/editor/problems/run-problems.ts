/**
 * Rejections in the Problems panel, on the mapping line that caused them: from the newest runs of each sync, the
 * editor's and the command line's alike. An edit of the mapping or the model hides them, an undo brings them back.
 */
import * as vscode from "vscode";
import { type Calls } from "../../calls/calls";
import { SyncFailure } from "../../failure";
import { type Path, type Severity } from "../../problem";
import { type RejectionGroup, type RunReport } from "../../run/report";
import { type ParsedSync } from "../../sync/definition";
import { syncName } from "../files";
import { parsers } from "../parser";
import { type Projects } from "../projects";
import { besideOf, textOf } from "../texts";
import { mappingHash, mappingPath, mappingRange } from "./placement";
import { type OpenGroup, outstanding } from "./outstanding";
import { othersDiagnostic, rejectionDiagnostic, type RunDiagnostic } from "./rejection-diagnostic";

/** For each run, the fingerprints of its groups' mappings as they were when it ran. */
type Baselines = Readonly<Record<string, readonly string[]>>;

/** Records of runs that are still rejected for one reason, at the part of the file that decides them. */
export interface OpenRejection {
  readonly path: Path;
  readonly severity: Severity;
  /** How many and why; no row's key. */
  readonly message: string;
  readonly run: string;
  /** Index into the run's groups. Absent: several reasons. */
  readonly group?: number;
}

interface Watched {
  readonly root: string;
  readonly groups: readonly OpenGroup[];
}

/** Runs that are looked at for each project; more than this back nothing is outstanding. */
const lookBack = 200;
/** A record may be rejected for several fields. */
const rejectionsRead = 100_000;
/** Reasons shown on one line; the others are counted in one more. */
const reasonsShown = 10;
const kept = 50;

export class RunProblems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("sluice-runs");
  private readonly watched = new Map<string, Watched>();
  /** Each project's reports are read one time after the other: the last tells how it stands. */
  private readonly readings = new Map<string, Promise<void>>();
  private readonly shown = new Map<string, readonly OpenRejection[]>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  /** What `of` gives for this file is another. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly calls: Calls,
    private readonly projects: Projects,
    private readonly memory: vscode.Memento,
  ) {}

  /** Remembers what the mappings were when a run of this window began. */
  async bind(root: string, report: RunReport, text: string): Promise<void> {
    const { parseSync } = await parsers();
    const parsed = parseSync(text, { name: syncName(report.file) });
    const hashOf = hashing(parsed, text, this.projects.syncIn(root, report.file).uri);
    const hashes = report.groups.map((group) => hashOf(mappingPath(parsed, group)));
    await this.memory.update("sluice.baselines", newest({ ...this.baselines(), [report.id]: hashes }));
  }

  /** A verification found other groups: those that were there keep what they were bound to. */
  async bindVerified(
    root: string,
    { before, report }: { readonly before: RunReport; readonly report: RunReport },
  ): Promise<void> {
    const known = this.baselines()[report.id];
    const text = textOf(this.projects.syncIn(root, report.file).uri);
    if (text === undefined) return;
    await this.bind(root, report, text);
    if (known === undefined) return;
    const present = this.baselines()[report.id] ?? [];
    const hashes = report.groups.map((group, index) => {
      const at = before.groups.findIndex((other) => sameGroup(group, other));
      return known[at] ?? present[index] ?? "";
    });
    await this.memory.update("sluice.baselines", newest({ ...this.baselines(), [report.id]: hashes }));
  }

  /** Reads the project's newest reports anew. */
  refresh(root: string): Promise<void> {
    const before = this.readings.get(root) ?? Promise.resolve();
    const reading = before.catch(() => undefined).then(() => this.read(root));
    this.readings.set(root, reading);
    return reading;
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

  /** What is open of a file and still speaks of its text. */
  of(uri: vscode.Uri): readonly OpenRejection[] {
    return this.shown.get(uri.toString()) ?? [];
  }

  /** Places a file's rejections anew, on its text as it stands. */
  async draw(uri: vscode.Uri): Promise<void> {
    const { parseSync } = await parsers();
    await this.bindUnbound(uri);
    const watched = this.watched.get(uri.toString());
    if (watched === undefined) return;
    const text = textOf(uri);
    if (text === undefined) return this.show(uri, []);
    const parsed = parseSync(text, { name: syncName(uri.fsPath) });
    const baselines = this.baselines();
    const hashOf = hashing(parsed, text, uri);
    const lines = new Map<string, { readonly where: Path; readonly groups: OpenGroup[] }>();
    for (const open of watched.groups) {
      const where = mappingPath(parsed, open.group);
      if (baselines[open.report.id]?.[open.index] !== hashOf(where)) continue;
      const line = lines.get(JSON.stringify(where)) ?? { where, groups: [] };
      lines.set(JSON.stringify(where), line);
      line.groups.push(open);
    }
    const found = [...lines.values()].flatMap(({ where, groups }): readonly Placed[] => {
      const about = { uri, text, root: watched.root, range: mappingRange(parsed, text, where) };
      const largest = [...groups].sort((a, b) => b.group.count - a.group.count);
      const others = largest.slice(reasonsShown);
      const shown = largest.slice(0, reasonsShown).map((open) => rejectionDiagnostic({ ...about, open }));
      const all = others.length === 0 ? shown : [...shown, othersDiagnostic({ ...about, others })];
      return all.map((diagnostic) => ({ path: where, diagnostic }));
    });
    this.show(uri, found);
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
    this.changed.dispose();
  }

  private async read(root: string): Promise<void> {
    const place = this.projects.place(root);
    const reports = await this.calls.runs(place, { limit: lookBack });
    const target = place.target ?? (await this.calls.overview(place)).target;
    const files = new Map<string, RunReport[]>();
    for (const report of reports.filter((one) => one.target === target))
      files.set(report.file, [...(files.get(report.file) ?? []), report]);
    const found = new Map<string, Watched>();
    for (const [file, ofFile] of files) {
      const groups = await outstanding(ofFile, ({ id: run, counts }) =>
        this.calls.rejections(place, { run, offset: 0, limit: Math.max(counts.rejected, rejectionsRead) }),
      );
      if (groups.length > 0) found.set(this.projects.syncIn(root, file).uri.toString(), { root, groups });
    }
    for (const [key, watched] of this.watched) if (watched.root === root && !found.has(key)) this.drop(key);
    for (const [key, watched] of found) this.watched.set(key, watched);
    for (const key of found.keys()) await this.draw(vscode.Uri.parse(key));
  }

  private drop(key: string): void {
    this.watched.delete(key);
    this.show(vscode.Uri.parse(key), []);
  }

  private show(uri: vscode.Uri, placed: readonly Placed[]): void {
    this.collection.set(
      uri,
      placed.map(({ diagnostic }) => diagnostic),
    );
    if (placed.length > 0) this.shown.set(uri.toString(), placed.map(rejectionOf));
    else this.shown.delete(uri.toString());
    this.changed.fire(uri);
  }

  /** A run that was not started here is taken to be of the text as it is when it is first seen. */
  private async bindUnbound(uri: vscode.Uri): Promise<void> {
    const watched = this.watched.get(uri.toString());
    const text = textOf(uri);
    if (watched === undefined || text === undefined) return;
    for (const { report } of watched.groups)
      if (this.baselines()[report.id]?.length !== report.groups.length) await this.bind(watched.root, report, text);
  }

  private baselines(): Baselines {
    return this.memory.get<Baselines>("sluice.baselines") ?? {};
  }
}

function sameGroup(one: RejectionGroup, other: RejectionGroup): boolean {
  return (
    one.stage === other.stage && one.field === other.field && one.code === other.code && one.reason === other.reason
  );
}

interface Placed {
  readonly path: Path;
  readonly diagnostic: RunDiagnostic;
}

function rejectionOf({ path, diagnostic }: Placed): OpenRejection {
  const { message, records, severity } = diagnostic;
  return {
    path,
    severity: severity === vscode.DiagnosticSeverity.Error ? "error" : "warning",
    message,
    run: records.run,
    ...(records.group !== undefined && { group: records.group }),
  };
}

/** Ids of runs sort by time: the memory of old ones is let go. */
function newest<Value>(byRun: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const runs = Object.keys(byRun).sort().slice(-kept);
  return Object.fromEntries(runs.map((run) => [run, byRun[run] as Value]));
}

/** Fingerprints of mappings in one text. Many reasons stand on one line, which is looked at once. */
function hashing(parsed: ParsedSync, text: string, uri: vscode.Uri): (path: Path) => string {
  const known = new Map<string, string>();
  const beside = besideOf(uri);
  return (path) => {
    const name = JSON.stringify(path);
    const hash = known.get(name) ?? mappingHash(parsed, text, { path, beside });
    known.set(name, hash);
    return hash;
  };
}
