/** What lenses say, from the index: nothing is parsed but the file that is looked at. */
import path from "node:path";
import { connectionUses } from "../language/navigation";
import { declarationsOf, type ProjectText } from "../language/subject";
import { type IndexedSync } from "../language/sync-index";
import { sharedFields } from "../language/writers";
import { createRunStore } from "../run/store";
import { type Place, type SyncSource } from "./calls";
import { openProject, type Navigation, type OpenProject, placed } from "./navigation";
import {
  type ConnectionLens,
  type LastRun,
  type LensFacts,
  type SharedField,
  type SyncLenses,
} from "./navigation-answers";

/** Places that the lens of one field leads to. */
const mostOthers = 20;

export async function lensFacts(
  navigation: Navigation,
  place: Place,
  { file, open }: { readonly file: string; readonly open?: readonly SyncSource[] },
): Promise<LensFacts> {
  const project = await openProject(navigation, place, open);
  const sync = project.syncs.find((each) => each.file === file);
  return {
    ...(sync === undefined ? {} : { sync: await syncLenses(project, place, sync) }),
    models: project.syncs.flatMap(({ name, file: user, source }) =>
      source?.kind === "file" && source.file === file ? [{ sync: name, file: user }] : [],
    ),
    connections: file === "sluice.yaml" ? await connectionLenses(project) : [],
  };
}

async function syncLenses(project: OpenProject, place: Place, sync: IndexedSync): Promise<SyncLenses> {
  const spots = ({ file, nameRange }: IndexedSync) =>
    placed(project, { file, range: nameRange ?? { start: 0, end: 0 } });
  const lastRun = await lastRunOf(place, sync.name, project.workspace?.project.target);
  const shared = sharedFields(sync, project.syncs, project.identityOf).map(async ({ write, others }) => ({
    field: write.name,
    place: await placed(project, { file: sync.file, range: write.range }),
    others: await Promise.all(
      others.slice(0, mostOthers).map((other) => placed(project, { file: other.sync.file, range: other.write.range })),
    ),
  }));
  const destination = sync.connection ?? sync.object;
  return {
    name: sync.name,
    after: await Promise.all(
      sync.after.map(async ({ name }) => ({
        sync: name,
        places: await Promise.all(project.syncs.filter((each) => each.name === name).map(spots)),
      })),
    ),
    shared: await Promise.all<SharedField>(shared),
    ...(destination === undefined
      ? {}
      : { destination: await placed(project, { file: sync.file, range: destination.range }) }),
    ...(lastRun === undefined ? {} : { lastRun }),
  };
}

/** Among the newest runs of all syncs: what is further back is history, not a lens. */
async function lastRunOf(place: Place, sync: string, target: string | undefined): Promise<LastRun | undefined> {
  const runs = await createRunStore(path.join(place.root, ".sluice")).list({ limit: 100 });
  const run = runs.find((each) => each.sync === sync && (target === undefined || each.target === target));
  if (run === undefined) return undefined;
  const { id, status, finishedAt, counts } = run;
  return { id, status, finishedAt, counts };
}

async function connectionLenses(project: ProjectText): Promise<readonly ConnectionLens[]> {
  const text = (await project.read("sluice.yaml")) ?? "";
  const first = new Map(
    declarationsOf(text)
      .map((each) => [`${each.side} ${each.name}`, each] as const)
      .reverse(),
  );
  return Promise.all(
    [...first.values()].reverse().map(async ({ side, name, range }) => {
      // A project's only warehouse is used without being named.
      const isOnly = side === "warehouses" && [...first.values()].filter((each) => each.side === side).length === 1;
      const uses = project.syncs.flatMap((sync) => {
        const [use] = connectionUses(sync, { side, name });
        const unnamed = isOnly && sync.warehouse === undefined ? sync.source : undefined;
        const at = use?.range ?? unnamed?.range;
        return at === undefined ? [] : [{ file: sync.file, range: at }];
      });
      return {
        name,
        kind: side === "warehouses" ? "warehouse" : "destination",
        place: await placed(project, { file: "sluice.yaml", range }),
        syncs: await Promise.all(uses.map((use) => placed(project, use))),
      };
    }),
  );
}
