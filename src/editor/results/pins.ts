/** Results that are kept while newer ones come and go, newest first. */
import { type Pinned } from "../../../webview/protocol";
import { type Held, shownOf } from "./shelf";

/** More than these would be a list to search in. */
const most = 12;

export class Pins {
  private all: readonly Pinned[] = [];

  constructor(private readonly changed: (pinned: readonly Pinned[]) => void) {}

  ids(): readonly string[] {
    return this.all.map(({ pane }) => pane.id);
  }

  add(held: Held, at: string): void {
    this.set([pinnedOf(held, at), ...this.all.filter(({ pane }) => pane.id !== held.id)].slice(0, most));
  }

  remove(id: string): void {
    this.set(this.all.filter(({ pane }) => pane.id !== id));
  }

  restore(pins: readonly { readonly held: Held; readonly at: string }[]): void {
    if (pins.length > 0) this.set(pins.map(({ held, at }) => pinnedOf(held, at)));
  }

  private set(pinned: readonly Pinned[]): void {
    this.all = pinned;
    this.changed(pinned);
  }
}

function pinnedOf(held: Held, at: string): Pinned {
  const { tab, id, subject } = held;
  return { tab, at, pane: { state: "ready", id, subject, result: shownOf(held) } } as Pinned;
}
