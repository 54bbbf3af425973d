/** The ledger of a sync and target, as planning and running need it. */
import { type Ledger } from "../ledger/ledger";
import { openLocalLedger } from "../ledger/local";
import { ledgerFile, ledgerLock } from "../ledger/place";
import { type PlanLedger } from "../plan/planner";
import { type ResolvedProject } from "../project/project";

export type OpenLedger = Ledger & {
  readonly file: string;
  /** What the planner compares with. */
  forPlan(): Promise<PlanLedger>;
};
