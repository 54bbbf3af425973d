/** Stops a run when a destination fails batch after batch: going on would only spoil more records. */
import { SyncFailure } from "../failure";

export interface Breaker {
  failed(reason: string): void;
  passed(): void;
}

/** `onTrip` is called once, after `limit` failures in a row. */
export function createBreaker(onTrip: (failure: SyncFailure) => void, limit = 3): Breaker {
  let row = 0;
  return {
    failed(reason) {
      row += 1;
      if (row !== limit) return;
      onTrip(
        new SyncFailure(
          "unavailable",
          `The destination failed ${row} times in a row. ${reason}`,
          "Run again when it is well; what was sent until now is kept.",
        ),
      );
    },
    passed() {
      row = 0;
    },
  };
}
