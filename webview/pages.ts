/** A long list of which only windows are here: asked for when they are looked at, kept while they are near. */
import { windowSize } from "./protocol";

/** So many windows stay in memory: 100 × 200 items. */
const keptWindows = 100;

export interface Pages<Item> {
  /** Items there are, as far as is known. A short window lowers it. */
  readonly count: number;
  /** undefined: not here yet; asked for. */
  at(index: number): Item | undefined;
}

export function pages<Item>(options: {
  readonly count: number;
  fetch(offset: number, limit: number): Promise<readonly Item[]>;
  onLoad(): void;
  onError(message: string): void;
}): Pages<Item> {
  const windows = new Map<number, readonly Item[] | "asked" | "failed">();
  let count = options.count;

  const load = async (window: number): Promise<void> => {
    windows.set(window, "asked");
    try {
      const offset = window * windowSize;
      const limit = Math.min(windowSize, count - offset);
      const items = await options.fetch(offset, limit);
      windows.set(window, items);
      if (items.length < limit) count = Math.min(count, offset + items.length);
      for (const oldest of windows.keys()) {
        if (windows.size <= keptWindows) break;
        windows.delete(oldest);
      }
    } catch (error) {
      windows.set(window, "failed");
      options.onError((error as Error).message);
    }
    options.onLoad();
  };

  return {
    get count() {
      return count;
    },
    at(index) {
      if (index < 0 || index >= count) return undefined;
      const window = Math.floor(index / windowSize);
      const present = windows.get(window);
      if (present === undefined) void load(window);
      return Array.isArray(present) ? (present as readonly Item[])[index % windowSize] : undefined;
    },
  };
}

/** Two lists as one, the second after the first. */
export function concat<A, B>(first: Pages<A>, second: Pages<B>): Pages<A | B> {
  return {
    get count() {
      return first.count + second.count;
    },
    at: (index) => (index < first.count ? first.at(index) : second.at(index - first.count)),
  };
}
