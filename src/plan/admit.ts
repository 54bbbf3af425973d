/**
 * The one way from a plan to a run. `run` takes admitted plans only, and nothing but `admit` makes one: whichever road
 * leads to a run (run, a stored plan, an approved definition, retry, revert, the editor) comes by here.
 *
 * | refused as          | because                                                                     |
 * |---------------------|-----------------------------------------------------------------------------|
 * | plan-altered        | the file is not what the planner wrote                                      |
 * | plan-mismatch       | it is of another sync or target                                             |
 * | definition-changed  | the sync, its model or its target has changed since, or is not as approved  |
 * | plan-expired        | it is older than 24 hours, or from the future                               |
 * | plan-outdated       | the ledger, or one that claims records of the same object, has moved since  |
 * | ledger-mismatch     | the credentials of today belong to another account                          |
 * | field-gone and more | the destination's fields are not what they were (see still-there.ts)        |
 *
 * The guards are judged again, by today's definition: a plan cannot say of itself that it kept them.
 */
import { type FieldSchema, type ObjectSchema } from "../destinations/destination";
import { SyncFailure } from "../failure";
import { type LedgerHeader } from "../ledger/ledger";
import { type SyncDefinition } from "../sync/definition";
import { checkPlan } from "./guards";
import { type StoredPlan } from "./plan";
import { checkStillThere } from "./still-there";
import { checkFresh, verifyPlan } from "./store";

declare const admitted: unique symbol;
/** A plan that may be carried out, unless one of its guards has tripped. */
export type AdmittedPlan = StoredPlan & { readonly [admitted]: true };

/** How things stand now, with the ledger's lock held. */
export interface Present {
  readonly definition: SyncDefinition;
  readonly definitionDigest: string;
  readonly target: string;
  /** undefined: no ledger yet. */
  readonly ledger: LedgerHeader | undefined;
  /** Revisions of the ledgers of other syncs, by what the plan calls them. */
  readonly claims: Readonly<Record<string, number>>;
  /** Asked for where there is something to send: whose the credentials are. */
  readonly account: () => Promise<{ readonly account: string; readonly label: string }>;
  /** The object as it is known, and asked for where there is something to send: its fields now, where that can be told. */
  readonly object: ObjectSchema;
  readonly fields: (names: readonly string[]) => Promise<readonly FieldSchema[] | undefined>;
  readonly now: Date;
  /** Digest of the plan, or of its definition, that someone has agreed to. */
  readonly approved?: string;
}

/** Throws SyncFailure. The file is read whole: what is admitted is what is stored. */
export async function admit(plan: StoredPlan, present: Present): Promise<AdmittedPlan> {
  const { header } = plan;
  const { definition, target, approved } = present;
  const counts = await verifyPlan(plan);
  if (header.sync !== definition.name || header.target !== target) {
    throw new SyncFailure(
      "plan-mismatch",
      `The plan is for ${header.sync} on ${header.target}.`,
      "Run that sync on that target, or make a new plan.",
    );
  }
  if (header.definitionDigest !== present.definitionDigest) {
    throw new SyncFailure(
      "definition-changed",
      "The sync, its model or its target has changed since the plan was made.",
      "Make a new plan and carry that one out.",
    );
  }
  if (approved !== undefined && approved !== header.digest && approved !== header.definitionDigest) {
    throw new SyncFailure(
      "definition-changed",
      "What would be carried out is not what was approved.",
      `Look at it, and approve ${header.digest} (this plan) or ${header.definitionDigest} (this definition).`,
    );
  }
  checkFresh(header, { now: present.now, ledger: present.ledger });
  if (counts.delete > 0) checkClaims(header.claims ?? {}, present.claims);
  const changes = counts.create + counts.update + counts.delete;
  const guards = checkPlan(definition.guards, header, changes);
  if (changes > 0) await checkAccount(plan, present);
  if (changes > 0 && guards.every(({ tripped }) => !tripped)) {
    const now = await present.fields([...header.fields.map(({ name }) => name), ...matchOf(definition)]);
    if (now !== undefined) await checkStillThere(plan, present, now);
  }
  return { ...plan, header: { ...header, guards } } as AdmittedPlan;
}

function matchOf({ destination: { match } }: SyncDefinition): readonly string[] {
  return match === undefined ? [] : [match];
}

/** A record that was free when the plan was made may be another sync's by now. */
function checkClaims(then: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): void {
  const moved = Object.keys(now).find((sync) => now[sync] !== then[sync]);
  if (moved === undefined) return;
  throw new SyncFailure(
    "plan-outdated",
    `"${moved}" has run since the plan was made, and may hold records that this plan removes.`,
    "Make a new plan and carry that one out.",
  );
}

async function checkAccount({ header }: StoredPlan, present: Present): Promise<void> {
  const { account, label } = await present.account();
  if (account === header.fingerprint.account) return;
  throw new SyncFailure(
    "ledger-mismatch",
    `The credentials of "${present.definition.destination.connection}" belong to ${label}, and the plan was made for another account.`,
    "Use the other account's credentials, or a target of its own for this account.",
  );
}
