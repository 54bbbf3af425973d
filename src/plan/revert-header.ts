/** What the plan of a revert says of itself: counts, guards, notices, and how its changes are sent. */
import { type ObjectSchema } from "../destinations/destination";
import { type Mode, type OnRemoved } from "../record";
import { type SyncDefinition } from "../sync/definition";
import { type DuckDb } from "../warehouses/duckdb-driver";
import { claimsOf } from "./claims";
import { changesHash, planDigest } from "./digest";
import { estimate } from "./estimate";
import { checkPlan } from "./guards";
import { type GuardBasis, type PlanHeader, type Revert } from "./plan";
import { type RevertInput } from "./revert-input";
import { count } from "./work";

/** What was found while the changes were turned round. */
export interface Found {
  /** Records of which the destination was asked. */
  readonly read: number;
  readonly recreated: number;
  /** Taken back by an earlier revert. */
  readonly reverted: number;
}

export async function headerOf(
  db: DuckDb,
  input: RevertInput,
  fields: readonly string[],
  { reverted, read, recreated }: Found,
): Promise<PlanHeader> {
  const { kept, definition, ledger, object } = input;
  const actions = await db.rows<{ action: string; rows: number }>(
    "select action, count(*) as rows from changes group by action",
  );
  const of = (action: string): number => actions.find((each) => each.action === action)?.rows ?? 0;
  const left = await count(db, "select count(*) from rejections");
  const restored = await count(db, "select count(*) from notes");
  const changes = of("create") + of("update") + of("delete");
  const counts = {
    rows: changes + left + restored + reverted,
    create: of("create"),
    update: of("update"),
    delete: of("delete"),
    unchanged: restored + reverted,
    rejected: left,
    held: 0,
    skipped: 0,
  };
  const mode = modeOf(object, definition);
  const removal = removalOf(object, definition) ?? "keep";
  const hash = await changesHash({ db, fields, lookups: new Set(fields), signal: input.signal });
  const basis: GuardBasis = {
    rows: counts.rows,
    live: ledger.counts.live + ledger.counts.uncertain,
    removals: counts.delete,
    rejected: 0,
    repeated: 0,
    firstMirror: false,
    drifted: [],
  };
  const said = {
    definitionDigest: input.definitionDigest,
    ledgerRevision: ledger.header?.revision ?? 0,
    ...(ledger.header === undefined ? {} : { ledger: ledger.header.id }),
    fingerprint: input.fingerprint,
    basis,
  };
  const revert: Revert = {
    run: input.run,
    mode,
    removal,
    holds: restored,
    ...(input.maxRemoved === undefined ? {} : { maxRemoved: input.maxRemoved }),
  };
  return {
    version: 1,
    id: input.id,
    sync: definition.name,
    target: kept.header.target,
    mode: definition.mode,
    createdAt: input.now.toISOString(),
    ...said,
    digest: planDigest(said, hash),
    claims: claimsOf(input.otherLedgers, input.fingerprint),
    made: ledger.header?.made ?? {},
    fields: kept.header.fields,
    keyTypes: kept.header.keyTypes,
    counts,
    guards: checkPlan(definition.guards, { basis, revert }, changes),
    estimate: estimate(
      input.reader,
      input.context,
      { ...definition, mode, onRemoved: removal },
      { counts, run: input.id },
    ),
    notices: noticesOf(input, { changes, recreated, reverted }),
    readBack: read,
    drifted: 0,
    revert,
  };
}

function noticesOf(
  { object, run }: RevertInput,
  { changes, recreated, reverted }: { readonly changes: number; readonly recreated: number; readonly reverted: number },
): PlanHeader["notices"] {
  const notices = [
    {
      code: "revert",
      message: `Takes back the run ${run}. What is reverted stays so until its mapped values change in the model, or \`sluice release\`.`,
    },
  ];
  if (!object.readable && changes > 0) {
    notices.push({
      code: "revert-unread",
      message: "The destination cannot be read, so what somebody else changed since is not seen, and is overwritten.",
    });
  }
  if (recreated > 0) {
    const [are, records] = recreated === 1 ? ["is", "1 removed record"] : ["are", `${recreated} removed records`];
    notices.push({
      code: "revert-recreates",
      message: `${records} ${are} made anew, under new ids: the fields that this sync maps come back, whatever else they held does not.`,
    });
  }
  if (reverted > 0) {
    notices.push({
      code: "reverted-before",
      message: `${reverted === 1 ? "1 record was" : `${reverted} records were`} taken back before.`,
    });
  }
  return notices;
}

/** The way in which changes are sent again harmlessly, where there is one. */
function modeOf(object: ObjectSchema, definition: SyncDefinition): Mode {
  const wanted: readonly Mode[] = ["mirror", "upsert"];
  return wanted.find((mode) => object.modes.includes(mode)) ?? definition.mode;
}

/** The sync's own way of removing, else the mildest there is. */
export function removalOf(object: ObjectSchema, { onRemoved }: SyncDefinition): OnRemoved | undefined {
  if (onRemoved === "archive" || onRemoved === "delete") return onRemoved;
  const ways: readonly OnRemoved[] = ["archive", "delete"];
  return ways.find((way) => object.removals.includes(way));
}
