/** What crosses between editor and engine: each call by its name and how many arguments it has, whatever carries it. */
import { type Calls } from "./calls";

/** How many plain arguments a call has before its callback and signal, and whether it reports progress. */
export interface Shape {
  readonly args: number;
  readonly progress?: true;
}

export const shapes: Readonly<Record<keyof Calls, Shape>> = {
  overview: { args: 1 },
  check: { args: 2 },
  context: { args: 2 },
  surroundings: { args: 2 },
  fit: { args: 2 },
  fieldValues: { args: 3 },
  preview: { args: 3 },
  arriving: { args: 1 },
  countRows: { args: 1 },
  drop: { args: 1 },
  view: { args: 1 },
  window: { args: 1 },
  facts: { args: 2 },
  mappedRow: { args: 3 },
  cell: { args: 1 },
  find: { args: 1 },
  copyCells: { args: 1 },
  exportResult: { args: 1 },
  records: { args: 3 },
  plan: { args: 3, progress: true },
  changes: { args: 2 },
  planRejections: { args: 2 },
  planHeader: { args: 2 },
  planFreshness: { args: 3 },
  run: { args: 3, progress: true },
  retry: { args: 2, progress: true },
  revert: { args: 2, progress: true },
  verify: { args: 2, progress: true },
  verificationProblems: { args: 2 },
  purge: { args: 2 },
  doubts: { args: 2 },
  settleDoubts: { args: 2 },
  runs: { args: 2 },
  runReport: { args: 2 },
  rejections: { args: 2 },
  exchange: { args: 2 },
  exchanges: { args: 2 },
  searchRun: { args: 2 },
  describe: { args: 2 },
  browse: { args: 2 },
  create: { args: 1 },
  recover: { args: 2 },
  unfinished: { args: 1 },
  connectionKinds: { args: 0 },
  modelColumns: { args: 2 },
  draft: { args: 2 },
  ledger: { args: 3 },
  settle: { args: 3 },
  locate: { args: 2 },
  rename: { args: 2 },
  lenses: { args: 2 },
  symbols: { args: 2 },
  test: { args: 2 },
};
export const callNames = Object.keys(shapes) as readonly (keyof Calls)[];

/** An object with every call, each answered by `answer`. */
export function callsBy(answer: (name: keyof Calls, args: readonly unknown[]) => Promise<unknown>): Calls {
  const methods = callNames.map((name) => [name, (...args: readonly unknown[]) => answer(name, args)]);
  return Object.fromEntries(methods) as unknown as Calls;
}
