/** sluice retry: send rejected records again, or settle records in doubt. */
import { type Place } from "../calls/calls";
import { type DoubtVerdict, type Settled } from "../calls/doubt-answers";
import { SyncFailure } from "../failure";
import { type RecordKey } from "../record";
import { type Context, json } from "./context";
import { count, type Paint, plural } from "./paint";
import { allJson, type Asking, finish, watched } from "./run";

export interface RetryArguments {
  readonly run: string;
  readonly keys?: readonly RecordKey[];
  readonly inDoubt?: DoubtVerdict;
  /** Do not ask. */
  readonly yes: boolean;
}

export async function retryCommand(
  context: Context,
  { yes, inDoubt, ...ask }: RetryArguments,
  asking: Asking,
  paint: Paint,
): Promise<void> {
  const place = await context.place();
  if (inDoubt === "applied") {
    const settled = await context.calls.settleDoubts(place, { ...ask, how: inDoubt }, context.signal);
    context.print(context.format === "json" ? settledJson(settled) : settledText(settled, paint));
    return;
  }
  if (!yes && !(await agreed(context, place, ask, inDoubt, asking))) {
    context.note("Nothing was sent.");
    context.exit.add("cancelled");
    return;
  }
  const report = await watched("retry", (progress) =>
    context.calls.retry(place, { ...ask, ...(inDoubt === undefined ? {} : { inDoubt }) }, progress, context.signal),
  );
  finish(context, report, paint);
  if (context.format === "json")
    context.print(
      json({ version: 1, command: "run", runs: await allJson(context, place, [report]), problems: [], failures: [] }),
    );
}

/** A retry goes where its run went: where that target asks before it writes, so does this. */
async function agreed(
  { calls, signal }: Context,
  place: Place,
  { run, keys }: { readonly run: string; readonly keys?: readonly RecordKey[] },
  inDoubt: "resend" | undefined,
  { question }: Asking,
): Promise<boolean> {
  const { target, records } = await subjectOf();
  if (!(await calls.overview(target === "default" ? place : { ...place, target })).confirm) return true;
  if (question === undefined) {
    throw new SyncFailure(
      "confirmation-needed",
      `The target "${target}" asks for confirmation before it writes.`,
      "Run it in a terminal, or add --yes.",
    );
  }
  const answer = await question(
    `Today's rows of ${plural(keys?.length ?? records, "record")} would be sent. Type the target's name (${target}) to do it: `,
  );
  return answer.trim() === target;

  async function subjectOf(): Promise<{ readonly target: string; readonly records: number }> {
    if (inDoubt === "resend") {
      const doubts = await calls.doubts(place, { run, limit: 0 }, signal);
      return { target: doubts.target, records: doubts.total };
    }
    const report = await calls.runReport(place, { run });
    return { target: report.target, records: report.counts.rejected };
  }
}

function settledJson({ keys, ...settled }: Settled): string {
  const { run, sync, target, how, left } = settled;
  return json({ version: 1, command: "retry", settled: { run, sync, target, how, records: keys.length, left } });
}

function settledText({ run, sync, target, keys, left }: Settled, paint: Paint): string {
  const still = left > 0 ? `, ${count(left)} still in doubt` : "";
  return [
    `${paint("green", "✓")} ${paint("bold", sync)}  ${plural(keys.length, "record")} settled as applied${still}`,
    paint("dim", `  run ${run} · target ${target} · the next plan compares with what was sent`),
  ].join("\n");
}
