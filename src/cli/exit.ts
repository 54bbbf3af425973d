/** The exit code. Of several reasons the first of 2, 1, 4, 5, 3, 6 counts; 130 is a cancel. */

export const exitCodes = {
  done: 0,
  problems: 1,
  usage: 2,
  rejected: 3,
  stopped: 4,
  guarded: 5,
  changes: 6,
  cancelled: 130,
} as const;

const order: readonly number[] = [
  exitCodes.cancelled,
  exitCodes.usage,
  exitCodes.problems,
  exitCodes.stopped,
  exitCodes.guarded,
  exitCodes.rejected,
  exitCodes.changes,
];

export interface Exit {
  add(reason: keyof typeof exitCodes): void;
  readonly code: number;
}

export function collectExit(): Exit {
  const reasons = new Set<number>();
  return {
    add: (reason) => void reasons.add(exitCodes[reason]),
    get code() {
      return order.find((code) => reasons.has(code)) ?? exitCodes.done;
    },
  };
}
