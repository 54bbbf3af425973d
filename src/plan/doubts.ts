/** What a plan says of records in doubt: that they are held out, since which run, and how that ends. */
import { type DoubtfulRun } from "./plan";
import { type Notice } from "./removals";

/** Runs that are named; of the others only the number of records. */
const named = 5;

export function noticesOfDoubt(doubts: readonly DoubtfulRun[]): readonly Notice[] {
  const told = doubts.slice(0, named).map(({ run, records }) => ({
    code: "in-doubt",
    message: `${many(records)} held out: nothing tells whether the destination took what the run ${run} sent. Look there, then settle it with \`sluice retry ${run} --in-doubt applied\`, or \`resend\` to send again.`,
  }));
  const rest = doubts.slice(named).reduce((sum, { records }) => sum + records, 0);
  if (rest === 0) return told;
  return [...told, { code: "in-doubt", message: `${many(rest)} held out too, in doubt since earlier runs.` }];
}

function many(records: number): string {
  return records === 1 ? "1 record is" : `${records} records are`;
}
