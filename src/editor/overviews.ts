/** What each project holds for its chosen target, asked for when it is looked at and kept until something changes. */
import * as vscode from "vscode";
import { type Calls, type ProjectOverview } from "../calls/calls";
import { SyncFailure } from "../failure";
import { type Subject } from "../../webview/protocol";
import { syncName } from "./files";
import { type Projects, type SyncFile } from "./projects";

interface Known {
  readonly root: string;
  readonly overview: ProjectOverview;
}
interface Unknown {
  readonly root: string;
  readonly overview?: undefined;
  readonly failure: unknown;
}

export class Overviews implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** What was asked for may be out of date. */
  readonly onDidChange = this.changed.event;
  private readonly known = new Map<string, Promise<ProjectOverview>>();
  /** Projects this window has looked at. */
  private readonly asked = new Set<string>();
  private readonly watcher = vscode.workspace.createFileSystemWatcher("**/*.sync.yaml");

  constructor(
    private readonly calls: Calls,
    private readonly projects: Projects,
  ) {
    projects.onDidChange(() => this.refresh());
    for (const event of [this.watcher.onDidCreate, this.watcher.onDidDelete, this.watcher.onDidChange])
      event(() => this.refresh());
  }

  /** Throws what the call throws; the next look asks again. */
  get(root: string): Promise<ProjectOverview> {
    const present = this.known.get(root);
    if (present !== undefined) return present;
    const asked = this.ask(root);
    this.known.set(root, asked);
    asked.catch(() => {
      if (this.known.get(root) === asked) this.known.delete(root);
    });
    return asked;
  }

  refresh(): void {
    this.known.clear();
    this.changed.fire();
  }

  /** What a result of this sync is about. */
  async subject(sync: SyncFile): Promise<Subject> {
    const overview = await this.get(sync.root);
    const summary = overview.syncs.find((one) => one.file === sync.file);
    const destination = [summary?.connection, summary?.object].filter((part) => part !== undefined).join(" · ");
    return {
      sync: summary?.name ?? syncName(sync.file),
      target: overview.target,
      ...(destination !== "" && { destination }),
    };
  }

  /** All that the projects hold; projects that cannot be read are left out. */
  async all(): Promise<readonly ProjectOverview[]> {
    return (await this.everyProject()).flatMap(({ overview }) => overview ?? []);
  }

  /** Every project, with what it holds or why that cannot be said. */
  async everyProject(): Promise<readonly (Known | Unknown)[]> {
    return Promise.all(
      (await this.projects.roots()).map(async (root) => {
        try {
          return { root, overview: await this.get(root) };
        } catch (failure) {
          return { root, failure };
        }
      }),
    );
  }

  dispose(): void {
    this.watcher.dispose();
    this.changed.dispose();
  }

  private async ask(root: string): Promise<ProjectOverview> {
    const place = this.projects.place(root);
    const isFirst = !this.asked.has(root);
    this.asked.add(root);
    try {
      const overview = await this.calls.overview(place);
      if (!overview.confirm || this.projects.keptTarget(root) === undefined) return overview;
      // Kept while it did not ask before a run: it stays this window's at most, and a new window begins with the default.
      await this.projects.forgetTarget(root);
      if (isFirst) return await this.calls.overview({ root });
      await this.projects.choose(root, overview.target, "until-reload");
      return overview;
    } catch (error) {
      // A target that was chosen earlier and is no longer in the file must not lock the project.
      if (!(error instanceof SyncFailure) || error.code !== "unknown-target" || place.target === undefined) throw error;
      await this.projects.forgetTarget(root);
      return this.calls.overview({ root });
    }
  }
}
