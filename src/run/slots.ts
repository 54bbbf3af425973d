/** How many conversations may talk at once. */
import { Cancelled } from "../failure";

export interface Slots {
  /** Waits for a free slot, in the order of asking. Rejects with Cancelled on abort. */
  take(signal?: AbortSignal): Promise<void>;
  free(): void;
}

export function createSlots(count: number): Slots {
  let free = count;
  let queue: (() => void)[] = [];
  return {
    async take(signal) {
      if (signal?.aborted) throw new Cancelled();
      if (free > 0) {
        free -= 1;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const go = () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        };
        const stop = () => {
          queue = queue.filter((other) => other !== go);
          reject(new Cancelled());
        };
        signal?.addEventListener("abort", stop, { once: true });
        queue.push(go);
      });
    },
    free() {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}

/** Runs `work` on every item, at most `count` at once. The first failure stops taking new items and is thrown once all under way have ended. */
export async function inParallel<T>(
  items: Iterable<T>,
  count: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  let failed: { readonly error: unknown } | undefined;
  async function worker(): Promise<void> {
    for (;;) {
      if (failed !== undefined) return;
      const next = rest.next();
      if (next.done === true) return;
      try {
        await work(next.value);
      } catch (error) {
        failed ??= { error };
      }
    }
  }
  await Promise.all(Array.from({ length: count }, worker));
  if (failed !== undefined) throw failed.error;
}
