/** The results that webviews may ask about, each by its id: the newest are kept, and all that is pinned or open. */
import { type PreviewResult, type RecordPreview } from "../../calls/calls";
import { SyncFailure } from "../../failure";
import { type PlanHeader } from "../../plan/plan";
import { type Shown, type Subject, type Tab } from "../../../webview/protocol";
import { type Origin } from "./results";

/** What a job gives: as a tab shows it, but for big lists, which stay on this side. */
export interface Given {
  readonly rows: PreviewResult;
  readonly records: readonly RecordPreview[];
  readonly plan: PlanHeader;
  readonly run: Shown["run"];
}

export type Held = {
  readonly [Name in Tab]: {
    readonly tab: Name;
    readonly id: string;
    readonly subject: Subject;
    readonly origin: Origin;
    readonly given: Given[Name];
  };
}[Tab];

const kept = 20;

export class Shelf {
  private readonly all = new Map<string, Held>();
  private records = 0;

  /** `inUse`: those that stay whatever their age. */
  put(held: Held, inUse: ReadonlySet<string>): void {
    this.all.delete(held.id);
    this.all.set(held.id, held);
    for (const id of this.all.keys()) {
      if (this.all.size <= kept) break;
      if (!inUse.has(id) && id !== held.id) this.all.delete(id);
    }
  }

  /** Throws SyncFailure "result-gone". */
  get<Name extends Tab>(tab: Name, id: string): Extract<Held, { tab: Name }> {
    const held = this.all.get(id);
    if (held?.tab !== tab) throw gone();
    return held as Extract<Held, { tab: Name }>;
  }

  any(id: string): Held {
    return this.all.get(id) ?? raise(gone());
  }

  /** By which a result is named: the engine's own id, where it has one. */
  idOf<Name extends Tab>(tab: Name, given: Given[Name]): string {
    switch (tab) {
      case "rows":
        return (given as PreviewResult).result;
      case "plan":
        return (given as PlanHeader).id;
      case "run":
        return (given as Shown["run"]).report.id;
      default:
        return `records ${++this.records}`;
    }
  }
}

/** What a webview is told of a result. */
export function shownOf(held: Held): Shown[Tab] {
  if (held.tab !== "records") return held.given;
  const { given } = held;
  return { count: given.length, rejected: given.filter(({ rejection }) => rejection !== undefined).length };
}

function gone(): SyncFailure {
  return new SyncFailure("result-gone", "This result is no longer there.", "Ask for it again.");
}

function raise(failure: Error): never {
  throw failure;
}
