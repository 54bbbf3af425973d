/** What a project holds: its syncs with their last runs, its connections, its targets. */
import path from "node:path";
import { destinations } from "../destinations/index";
import { secretNames } from "../project/interpolation";
import { type ConnectionConfig } from "../project/project";
import { createRunStore } from "../run/store";
import { warehouseTypes } from "../warehouses/index";
import { type ConnectionSummary, type Place, type ProjectOverview, type SyncSummary } from "./calls";
import { loadSyncs, openWorkspace } from "./workspace";

export async function overviewOf(place: Place): Promise<ProjectOverview> {
  const { project, targets, problems } = await openWorkspace(place);
  const store = createRunStore(path.join(place.root, ".sluice"));
  const reports = await store.list({ limit: 500 });
  const syncs = await loadSyncs(place.root);
  return {
    root: place.root,
    targets,
    target: project.target,
    confirm: project.confirm,
    syncs: syncs.map(({ file, parsed }): SyncSummary => {
      const { definition } = parsed;
      const name = definition?.name ?? path.posix.basename(file).replace(/\.sync\.yaml$/, "");
      const lastRun = reports.find((report) => report.sync === name && report.target === project.target);
      return {
        name,
        file,
        after: definition?.after ?? [],
        tags: definition?.tags ?? [],
        problems: parsed.problems.length,
        ...(definition === undefined
          ? {}
          : {
              connection: definition.destination.connection,
              object: definition.destination.object,
              mode: definition.mode,
            }),
        ...(lastRun === undefined ? {} : { lastRun }),
      };
    }),
    connections: [
      ...Object.entries(project.warehouses).map(([name, config]) => summary(name, "warehouse", config, warehouseTypes)),
      ...Object.entries(project.destinations).map(([name, config]) =>
        summary(name, "destination", config, destinations),
      ),
    ],
    problems,
  };
}

function summary(
  name: string,
  kind: ConnectionSummary["kind"],
  { type, keys }: ConnectionConfig,
  types: readonly { readonly type: string; readonly label: string; readonly local?: true }[],
): ConnectionSummary {
  const known = types.find((each) => each.type === type);
  return {
    name,
    ...(known?.local === undefined ? {} : { local: known.local }),
    kind,
    type,
    label: known?.label ?? type,
    sandbox: keys.sandbox === true,
    secrets: [...new Set(Object.values(keys).flatMap(secretNames))],
  };
}
