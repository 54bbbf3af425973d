/** Windows of a result: asked for when they come in sight, the newest wish first, kept while they are near. */
import { type RowsWindow } from "../../../src/calls/calls";
import { type Json } from "../../../src/value";
import { windowSize } from "../../protocol";

/** So many windows stay in memory: 50 × 200 rows. */
const keptWindows = 50;
const mostUnderWay = 2;

export interface RowWindows {
  /** undefined: not here yet. */
  at(row: number): readonly Json[] | undefined;
  isCut(row: number, column: number): boolean;
  /** These rows are in sight: what of them is not here is asked for, and nothing that went out of sight meanwhile. */
  want(first: number, last: number): void;
  /** Other rows are looked at now. */
  reset(): void;
}

interface Loaded {
  readonly rows: RowsWindow["rows"];
  readonly cut: ReadonlySet<string>;
}

export function rowWindows(options: {
  /** Rows there are now; it may grow. */
  count(): number;
  fetch(offset: number, limit: number): Promise<RowsWindow>;
  onLoad(): void;
  onError(message: string): void;
}): RowWindows {
  let windows = new Map<number, Loaded | "failed">();
  let underWay = new Set<number>();
  let sight: readonly [number, number] = [0, -1];

  const isMissing = (window: number): boolean => {
    const present = windows.get(window);
    if (present === undefined) return true;
    // While rows still come the last window grows.
    return present !== "failed" && present.rows.length < Math.min(windowSize, options.count() - window * windowSize);
  };

  function pump(): void {
    const [first, last] = sight;
    const end = Math.ceil(options.count() / windowSize);
    for (let window = first; window <= last + 1 && window < end; window += 1) {
      if (underWay.size >= mostUnderWay) return;
      if (!underWay.has(window) && isMissing(window)) void load(window);
    }
  }

  async function load(window: number): Promise<void> {
    const [mine, asked] = [windows, underWay];
    asked.add(window);
    try {
      const offset = window * windowSize;
      const { rows, cut = [] } = await options.fetch(offset, Math.min(windowSize, options.count() - offset));
      mine.delete(window);
      mine.set(window, { rows, cut: new Set(cut.map((place) => place.join())) });
      for (const oldest of mine.keys()) {
        if (mine.size <= keptWindows) break;
        mine.delete(oldest);
      }
    } catch (error) {
      mine.set(window, "failed");
      if (mine === windows) options.onError((error as Error).message);
    }
    asked.delete(window);
    if (mine !== windows) return;
    options.onLoad();
    pump();
  }

  const loadedAt = (row: number): Loaded | undefined => {
    const present = windows.get(Math.floor(row / windowSize));
    return present === "failed" ? undefined : present;
  };

  return {
    at: (row) => loadedAt(row)?.rows[row % windowSize],
    isCut: (row, column) => loadedAt(row)?.cut.has(`${row % windowSize},${column}`) ?? false,
    want(first, last) {
      sight = [Math.floor(Math.max(0, first) / windowSize), Math.floor(Math.max(0, last) / windowSize)];
      pump();
    },
    reset() {
      windows = new Map();
      underWay = new Set();
    },
  };
}
