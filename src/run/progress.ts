/** Progress that a person can follow: at most ten reports a second, and always the last one. */
import { type Clock } from "./clock";
import { type RunProgress } from "./report";

export interface Pace {
  /** `report` is only made where it is to be shown. */
  say(report: () => RunProgress): void;
  /** Shown whatever the time. */
  last(report: () => RunProgress): void;
}

const everyMs = 100;

export function paced(show: ((progress: RunProgress) => void) | undefined, clock: Pick<Clock, "now">): Pace {
  let shown = -Infinity;
  return {
    say(report) {
      if (clock.now() - shown < everyMs) return;
      shown = clock.now();
      show?.(report());
    },
    last(report) {
      shown = clock.now();
      show?.(report());
    },
  };
}
