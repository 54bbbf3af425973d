/** What is needed to plan how a run is taken back. */
import { type Reader } from "../destinations/connection";
import { type ObjectContext, type ObjectSchema, type PresentRecord } from "../destinations/destination";
import { type RecordKey } from "../record";
import { type Limit, type SyncDefinition } from "../sync/definition";
import { type OtherLedger } from "./claims";
import { type PlanHeader, type PlanProgress, type StoredPlan } from "./plan";
import { type PlanLedger } from "./planner";

export interface RevertInput {
  /** Of the plan to make, sortable. */
  readonly id: string;
  /** The run to take back. */
  readonly run: string;
  /** The plan that it carried out. */
  readonly kept: StoredPlan;
  /** What records held right before the run changed them, by number of the change; where it was read. */
  readonly before: AsyncIterable<readonly (readonly [change: number, found: PresentRecord | "absent"])[]>;
  /** Keys that the run rejected: it did nothing to them. */
  readonly rejected: readonly RecordKey[];
  /** Runs that reverted this one: what they left half done goes on. */
  readonly reverts: readonly string[];
  readonly definition: SyncDefinition;
  readonly definitionDigest: string;
  readonly object: ObjectSchema;
  readonly reader: Reader;
  readonly context: ObjectContext;
  readonly fingerprint: PlanHeader["fingerprint"];
  readonly ledger: PlanLedger;
  /** Ledgers of the target's other syncs: what their live rows claim is not removed. */
  readonly otherLedgers: readonly OtherLedger[];
  /** Most records the revert may remove; default: what the sync's guards say. */
  readonly maxRemoved?: Limit | undefined;
  /** The file to make; its folder is made too. */
  readonly planFile: string;
  /** Folder to spill to. */
  readonly scratch: string;
  readonly now: Date;
  readonly progress: (progress: PlanProgress) => void;
  readonly signal?: AbortSignal | undefined;
}
