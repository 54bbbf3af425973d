/** Calls that answer what a test says, and refuse the rest. */
import { type Calls } from "../../../src/calls/calls";
import { callsBy } from "../../../src/calls/channel";

export function fakeCalls(answers: Partial<Calls>): Calls {
  return callsBy(async (name, args) => {
    const answer = answers[name] as ((...args: readonly unknown[]) => Promise<unknown>) | undefined;
    if (answer === undefined) throw new Error(`the test answers no ${name}`);
    return answer(...args);
  });
}
