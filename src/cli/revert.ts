/** sluice revert */
import { type Place } from "../calls/calls";
import { type RevertPlan } from "../calls/reverting";
import { SyncFailure } from "../failure";
import { type Limit } from "../sync/definition";
import { type Context, json } from "./context";
import { type Paint } from "./paint";
import { changesAndRejections, planJson } from "./plan";
import { progressLine } from "./progress";
import { renderPlan } from "./render-plan";
import { type Asking, carriedOut } from "./run";

export interface RevertArguments {
  readonly run: string;
  readonly maxRemoved?: Limit;
  /** Show the plan, send nothing. */
  readonly dryRun: boolean;
  /** Do not ask. */
  readonly yes: boolean;
  /** List every change. */
  readonly everything: boolean;
}

/** Shows the plan that takes the run back, asks, and carries out exactly that plan. */
export async function revertCommand(
  context: Context,
  ask: RevertArguments,
  { question }: Asking,
  paint: Paint,
): Promise<void> {
  const place = await context.place();
  const planned = await plan(context, place, ask);
  const { header } = planned;
  const there: Place = { ...place, target: planned.target };
  const { create, update, delete: removed } = header.counts;
  const changes = create + update + removed;
  const tripped = header.guards.some((guard) => guard.tripped);
  if (ask.dryRun || tripped || (changes === 0 && header.revert?.holds === 0)) {
    if (tripped) context.exit.add("guarded");
    if (header.counts.rejected > 0) context.exit.add("rejected");
    if (context.format === "json") context.print(await asJson(context, there, header));
    else context.print(await asText(context, there, planned, ask, paint));
    return;
  }
  if (!ask.yes && changes > 0) {
    if (question === undefined) {
      throw new SyncFailure(
        "confirmation-needed",
        "A revert asks for confirmation before it writes.",
        `Run it in a terminal, add --yes, or look at it with --dry-run and then \`sluice run ${header.sync} --plan ${header.id}\`.`,
      );
    }
    context.note(await asText(context, there, planned, ask, paint));
    const overview = await context.calls.overview(there);
    const word = overview.confirm ? overview.target : "revert";
    const answer = await question(`Type ${overview.confirm ? `the target's name (${word})` : word} to run this plan: `);
    if (answer.trim() !== word) {
      context.note("Nothing was sent.");
      context.exit.add("cancelled");
      return;
    }
  }
  await carriedOut(context, there, { file: planned.file, name: header.sync, plan: header.id }, paint);
}

async function plan(context: Context, place: Place, { run, maxRemoved }: RevertArguments): Promise<RevertPlan> {
  const line = progressLine(process.stderr, "revert");
  try {
    const ask = { run, ...(maxRemoved === undefined ? {} : { maxRemoved }) };
    return await context.calls.revert(place, ask, line.show, context.signal);
  } finally {
    line.clear();
  }
}

async function asText(
  context: Context,
  place: Place,
  { header }: RevertPlan,
  { everything }: RevertArguments,
  paint: Paint,
): Promise<string> {
  const shown = await changesAndRejections(context, place, header.id, {
    changes: everything ? Infinity : 10,
    rejections: 1000,
  });
  const { connectionType, object } = header.fingerprint;
  return renderPlan({ header, place: `${connectionType} · ${object}`, ...shown, removal: "remove" }, paint);
}

async function asJson(context: Context, place: Place, header: RevertPlan["header"]): Promise<string> {
  const all = await changesAndRejections(context, place, header.id, { changes: Infinity, rejections: Infinity });
  const syncs = [planJson(header, all.changes, all.rejections)];
  return json({ version: 1, command: "plan", syncs, problems: [], failures: [] });
}
