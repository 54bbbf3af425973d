/** What has come of a run so far: counts, rejections and the exchanges that show them. */
import { type Exchange, type Outcome, type OutgoingChange, type Rejection } from "../record";
import { type PlanHeader } from "../plan/plan";
import { type Limit } from "../sync/definition";
import { type Delivered } from "./deliver";
import { displayKey } from "./outgoing";
import { createGroups } from "./reasons";
import { type RejectionGroup, type RunCounts, type RunRecorder } from "./report";

export interface Tally {
  /** A rejection the plan already knew, which its header counts. */
  planned(rejection: Rejection): Promise<void>;
  /** A change that was not sent because a value cannot be on the wire. */
  unsent(key: string, why: { readonly field: string; readonly code: string; readonly reason: string }): Promise<void>;
  delivered(batch: readonly OutgoingChange[], delivered: Delivered): Promise<void>;
  counts(): Omit<RunCounts, "requests" | "retries">;
  groups(): readonly RejectionGroup[];
  /** Something was rejected, in doubt, or taken only in part. */
  readonly flawed: boolean;
  /** Changes that are settled. */
  readonly done: number;
  /** Records rejected by the destination are more than the limit allows. A share is taken once 100 outcomes are known. */
  exceeds(limit: Limit): boolean;
}

/** Exchanges without rejections: the first few, then one of many. */
const sampleFirst = 10;
const sampleEvery = 50;
const sampleMost = 200;
/** Once so many characters of exchanges that show rejections are kept, only the first few of each field and code follow. */
const plenty = 64 * 1024 * 1024;
const fewOfEach = 20;
const mostKinds = 1000;

export function createTally(header: PlanHeader, recorder: RunRecorder): Tally {
  const groups = createGroups(header.fields.map(({ name }) => name));
  const counts = { created: 0, updated: 0, deleted: 0, skipped: 0, rejected: 0, inDoubt: 0 };
  let outcomes = 0;
  let unsent = 0;
  let flawed = false;
  let good = 0;
  let kept = 0;
  const keptOf = new Map<string, number>();

  async function reject(rejection: Rejection): Promise<void> {
    flawed = true;
    groups.add(rejection);
    await recorder.rejected(rejection);
  }

  function count(action: OutgoingChange["action"], outcome: Outcome): void {
    outcomes += 1;
    switch (outcome.outcome) {
      case "applied":
        if (action === "delete") counts.deleted += 1;
        else if (outcome.created ?? action === "create") counts.created += 1;
        else counts.updated += 1;
        break;
      case "skipped":
        counts.skipped += 1;
        break;
      case "rejected":
        counts.rejected += 1;
        break;
      case "in doubt":
        counts.inDoubt += 1;
        break;
    }
  }

  /** One of the exchanges that nobody was rejected by is kept now and then, to see what a good one looks like. */
  function sampled(): boolean {
    good += 1;
    return good <= sampleFirst || (good % sampleEvery === 0 && good / sampleEvery <= sampleMost);
  }

  /** Is an exchange that shows these rejections kept? A run of a million records does not fill the disk with them. */
  function worthKeeping({ request, response }: Exchange, shows: readonly Rejection[]): boolean {
    const kinds = [...new Set(shows.map(({ field, code }) => JSON.stringify([field, code])))];
    const isRare = (kind: string): boolean =>
      keptOf.has(kind) ? (keptOf.get(kind) ?? 0) < fewOfEach : keptOf.size < mostKinds;
    if (kept >= plenty && !kinds.some(isRare)) return false;
    kept += (request.body?.length ?? 0) + (response?.body.length ?? 0);
    for (const kind of kinds) {
      if (keptOf.has(kind) || keptOf.size < mostKinds) keptOf.set(kind, (keptOf.get(kind) ?? 0) + 1);
    }
    return true;
  }

  return {
    planned: reject,
    async unsent(key, why) {
      unsent += 1;
      counts.rejected += 1;
      await reject({ key: displayKey(key, header.keyTypes), stage: "mapping", ...why });
    },
    async delivered(batch, { settled, exchanges }) {
      const changes = new Map(batch.map((change) => [change.id, change]));
      for (const { outcome } of settled) {
        const change = changes.get(outcome.id);
        if (change !== undefined) count(change.action, outcome);
      }
      const found = settled.flatMap(({ outcome, exchange }) => {
        const change = changes.get(outcome.id);
        return change === undefined ? [] : rejectionsOf(outcome, displayKey(change.key, header.keyTypes), exchange);
      });
      const shown = new Set<string>();
      for (const one of exchanges) {
        const shows = found.filter(({ exchange }) => exchange === one.id);
        if (shows.length > 0 ? !worthKeeping(one, shows) : !sampled()) continue;
        shown.add(one.id);
        await recorder.exchanged(one satisfies Exchange);
      }
      for (const { exchange, ...rejection } of found) {
        await reject(exchange === undefined || !shown.has(exchange) ? rejection : { ...rejection, exchange });
      }
    },
    counts: () => ({
      ...counts,
      rejected: counts.rejected + header.counts.rejected,
      skipped: counts.skipped + header.counts.skipped,
      unchanged: header.counts.unchanged,
      held: header.counts.held,
    }),
    groups: () => groups.all(),
    get flawed() {
      return flawed;
    },
    get done() {
      return outcomes + unsent;
    },
    exceeds(limit) {
      // What a revert leaves was nobody's refusal.
      const planned = header.revert === undefined ? header.counts.rejected : 0;
      if ("records" in limit) return counts.rejected + planned > limit.records;
      return outcomes >= 100 && counts.rejected > limit.share * (outcomes + unsent);
    },
  };
}

/** What an outcome has to say against its record; nothing for one that was taken whole, or passed over. */
export function rejectionsOf(outcome: Outcome, key: Rejection["key"], exchange?: string): readonly Rejection[] {
  const shown = exchange === undefined ? {} : { exchange };
  switch (outcome.outcome) {
    case "applied":
      return (outcome.refused ?? []).map((one) => ({ key, stage: "destination", ...one, ...shown }));
    case "skipped":
      return [];
    case "in doubt":
      return [{ key, stage: "destination", code: "in-doubt", reason: outcome.reason, ...shown }];
    case "rejected": {
      const { field, code, reason, status } = outcome;
      return [
        {
          key,
          stage: "destination",
          ...(field === undefined ? {} : { field }),
          code,
          reason,
          ...(status === undefined ? {} : { status }),
          ...shown,
        },
      ];
    }
  }
}
