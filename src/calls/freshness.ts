/** May a stored plan still be carried out? Asked for while it is looked at: it reads files and the ledger's header, nothing else. */
import { existsSync } from "node:fs";
import { destinationOf } from "../destinations/index";
import { SyncFailure } from "../failure";
import { definitionDigest } from "../plan/digest";
import { checkFresh, openPlan } from "../plan/store";
import { type Freshness, type Place, type SyncSource } from "./calls";
import { modelSql } from "./checking";
import { type Edges } from "./edges";
import { openLedger } from "./ledgers";
import { planFile, targetOf } from "./planning";
import { loadSync, openWorkspace } from "./workspace";

/** `source`: the sync as it stands in the editor. A file that cannot be read as a sync makes every plan of it stale. */
export async function planFreshness(edges: Edges, place: Place, source: SyncSource, plan: string): Promise<Freshness> {
  const file = planFile(place.root, plan);
  if (!existsSync(file)) return { stale: "gone" };
  const { header } = await openPlan(file);
  const workspace = await openWorkspace({ ...place, target: header.target });
  const sync = await loadSync(place.root, source);
  const { definition } = sync.parsed;
  const connection = definition && workspace.project.destinations[definition.destination.connection];
  const connector = connection && destinationOf(connection.type);
  if (definition === undefined || connector === undefined) return { stale: "definition" };
  const digest = definitionDigest({
    definition,
    modelSql: await modelSql(place.root, sync),
    target: targetOf(workspace, definition),
    connectorVersion: connector.version,
  });
  if (digest !== header.definitionDigest) return { stale: "definition" };
  const ledger = await openLedger(workspace.project, definition.name, edges.now).header();
  try {
    checkFresh(header, { now: new Date(edges.now()), ledger });
    return {};
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    return { stale: error.code === "plan-expired" ? "expired" : "ledger" };
  }
}
