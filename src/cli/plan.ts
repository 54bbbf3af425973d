/** sluice plan */
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { type Failure, type FileProblem, type Place, ProblemsFound, type SyncSummary } from "../calls/calls";
import { SyncFailure } from "../failure";
import { type Change, keyParts, type Rejection } from "../record";
import { type PlanHeader, type PlanOptions } from "../plan/plan";
import { toJson } from "../value";
import { displayKey } from "../plan/keys";
import { type Context, json, problemJson } from "./context";
import { reportFailure } from "./fail";
import { type Paint } from "./paint";
import { progressLine } from "./progress";
import { renderPlan } from "./render-plan";
import { renderProblems } from "./render-problems";

export interface PlanArguments extends PlanOptions {
  readonly out?: string;
  /** List every change, not the first few. */
  readonly everything: boolean;
  readonly sample?: number;
  readonly detailedExitcode: boolean;
}

/** Why a sync of several could not be planned or run. */
export type SyncStopped = { readonly sync: string } & Failure;

const shownInText = 10;
const pageSize = 1000;

/** Plans each sync and prints it. Stops at nothing: a sync that cannot be planned is reported and the next one goes on. */
export async function planCommand(
  context: Context,
  syncs: readonly SyncSummary[],
  ask: PlanArguments,
  paint: Paint,
): Promise<void> {
  const place = await context.place();
  const results: unknown[] = [];
  const problems: FileProblem[] = [];
  const failures: SyncStopped[] = [];
  for (const sync of syncs) {
    const line = progressLine(process.stderr, sync.name);
    try {
      const header = await context.calls.plan(place, { file: sync.file }, ask, line.show, context.signal);
      line.clear();
      if (ask.out !== undefined)
        await copyFile(path.join(place.root, ".sluice", "plans", `${header.id}.duckdb`), ask.out);
      note(context, header, ask);
      const limit = ask.everything ? Infinity : (ask.sample ?? (context.format === "json" ? Infinity : shownInText));
      const { changes, rejections } = await changesAndRejections(context, place, header.id, {
        changes: limit,
        rejections: context.format === "json" ? Infinity : pageSize,
      });
      if (context.format === "json") results.push(planJson(header, changes, rejections));
      else
        context.print(
          renderPlan(
            {
              header,
              place: `${sync.connection ?? ""} · ${sync.object ?? ""}`,
              changes,
              rejections,
              removal: "remove",
            },
            paint,
          ),
        );
    } catch (error) {
      line.clear();
      if (error instanceof SyncFailure) {
        failures.push({ sync: sync.name, ...reportFailure(context, error, paint) });
        continue;
      }
      if (!(error instanceof ProblemsFound)) throw error;
      context.exit.add("problems");
      problems.push(...error.problems);
      if (context.format === "text") context.print(renderProblems(error.problems, paint));
    }
  }
  if (context.format === "json")
    context.print(json({ version: 1, command: "plan", syncs: results, problems: problems.map(problemJson), failures }));
}

/** A stored plan's changes and rejections, at most so many of each. */
export async function changesAndRejections(
  { calls }: Context,
  place: Place,
  plan: string,
  most: { readonly changes: number; readonly rejections: number },
): Promise<{ readonly changes: readonly Change[]; readonly rejections: readonly Rejection[] }> {
  const limit = pageSize;
  return {
    changes: await pages((offset) => calls.changes(place, { plan, offset, limit }), most.changes),
    rejections: await pages((offset) => calls.planRejections(place, { plan, offset, limit }), most.rejections),
  };
}

/** Every page until one is not full, up to `limit` items. */
async function pages<T>(page: (offset: number) => Promise<readonly T[]>, limit: number): Promise<readonly T[]> {
  const items: T[] = [];
  while (items.length < limit) {
    const next = await page(items.length);
    items.push(...next);
    if (next.length < pageSize) break;
  }
  return items.slice(0, limit);
}

function note(context: Context, { counts, guards, held }: PlanHeader, ask: PlanArguments): void {
  if (guards.some((guard) => guard.tripped)) context.exit.add("guarded");
  if (counts.rejected > 0 || (held?.inDoubt ?? 0) > 0) context.exit.add("rejected");
  if (ask.detailedExitcode && counts.create + counts.update + counts.delete > 0) context.exit.add("changes");
}

/** A plan as the JSON output gives it. */
export function planJson(header: PlanHeader, changes: readonly Change[], rejections: readonly Rejection[]) {
  const { sync: name, target, mode, digest, definitionDigest, counts, guards, estimate, notices, id } = header;
  const { held, doubts } = header;
  const shown = changes.map(({ action, key, fields }) => ({
    action,
    key: displayKey(keyParts(key, header.keyTypes.length), header.keyTypes),
    fields: Object.fromEntries(
      Object.entries(fields).map(([field, { before, after }]) => [
        field,
        { ...(before === undefined ? {} : { before: toJson(before) }), after: toJson(after) },
      ]),
    ),
  }));
  return {
    name,
    id,
    target,
    mode,
    digest,
    definitionDigest,
    counts,
    ...(held === undefined ? {} : { held }),
    ...(doubts === undefined ? {} : { doubts }),
    changes: shown,
    rejections,
    guards,
    estimate,
    notices,
    ...(header.revert === undefined ? {} : { revertOf: header.revert.run }),
  };
}
