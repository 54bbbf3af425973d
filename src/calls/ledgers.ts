/** The ledger of a sync and target, as planning and running need it. */
import { type LocalLedger, openLocalLedger } from "../ledger/local";
import { ledgerFile, ledgerLock } from "../ledger/place";
import { type PlanLedger } from "../plan/planner";
import { type ResolvedProject } from "../project/project";

export interface OpenLedger extends LocalLedger {
  /** What the planner compares with. */
  forPlan(): Promise<PlanLedger>;
}

export function openLedger({ root, target }: ResolvedProject, sync: string, now: () => number): OpenLedger {
  const file = ledgerFile(root, target, sync);
  const ledger = openLocalLedger({ file, lockFile: ledgerLock(root, target, sync), now });
  return {
    ...ledger,
    forPlan: async () => ({ file, ...(await ledger.standing()) }),
  };
}
