/** From a sync file to a stored plan: definition, warehouse, destination and ledger brought together. */
import path from "node:path";
import { type DeliverContext, type ObjectSchema } from "../destinations/destination";
import { SyncFailure } from "../failure";
import { type LedgerHeader } from "../ledger/ledger";
import { ledgerFile, makeSluiceFolder } from "../ledger/place";
import { makeScratch } from "../ledger/scratch";
import { openLedger, type OpenLedger } from "./ledgers";
import { objectContext } from "../plan/fields";
import { plan as makePlan } from "../plan/planner";
import { definitionDigest, type PlanTarget } from "../plan/digest";
import { type PlanOptions, PlanProblems, type StoredPlan } from "../plan/plan";
import { type OtherLedger } from "../plan/claims";
import { asReader } from "../run/connect";
import { type RunProgress } from "../run/report";
import { type SyncDefinition } from "../sync/definition";
import { type Warehouse } from "../warehouses/warehouse";
import { type Place, ProblemsFound, type SyncSource } from "./calls";
import { checkOne, definitionOf, modelSql, placed } from "./checking";
import { type Connections, type OpenDestination } from "./connections";
import { type Edges, makeId } from "./edges";
import { type Neighbours } from "./neighbours";
import { type Indexes } from "./project-index";
import { keepRetention } from "./retention";
import { find, objectOf } from "./schemas";
import { isError, loadSync, type LoadedSync, openWorkspace, type Workspace } from "./workspace";

/** A sync ready to be planned and run: it has no errors and its destination is open. */
export interface Prepared {
  readonly workspace: Workspace;
  readonly sync: LoadedSync;
  readonly definition: SyncDefinition;
  readonly modelSql: string;
  readonly open: OpenDestination;
  readonly object: ObjectSchema;
  readonly ledger: OpenLedger;
  readonly target: PlanTarget;
  /** Whose the credentials are; asked once. A sandbox belongs to nobody. */
  readonly account: () => Promise<{ readonly account: string; readonly label: string }>;
}

export interface Services {
  readonly edges: Edges;
  readonly connections: Connections;
  readonly indexes: Indexes;
  readonly neighbours: Neighbours;
}

/** Throws ProblemsFound for what the author must mend. */
export async function prepare(
  services: Services,
  place: Place,
  source: SyncSource,
  signal?: AbortSignal,
): Promise<Prepared> {
  const { connections } = services;
  const workspace = await openWorkspace(place);
  const sync = await loadSync(place.root, source);
  // A project file that is understood in part only may say something else than its author meant.
  if (workspace.problems.some(isError)) throw new ProblemsFound(workspace.problems);
  const checked = await checkOne({ workspace, sync, connections, describe: true, signal });
  const definition = definitionOf(sync, checked);
  const { project } = workspace;
  if (project.ledger.store !== "local") {
    throw new SyncFailure(
      "ledger-unavailable",
      "This version keeps ledgers in local files only.",
      "Set `ledger: local` in sluice.yaml.",
    );
  }
  await makeSluiceFolder(project.root);
  const open = await connections.destination(project, definition.destination.connection);
  return {
    workspace,
    sync,
    definition,
    modelSql: await modelSql(project.root, sync),
    open,
    object: await objectSchema(workspace, sync, definition, open, signal),
    ledger: openLedger(project, definition.name, services.edges.now),
    target: targetOf(workspace, definition),
    account: askedOnce(() =>
      open.writer.sandbox ? Promise.resolve({ account: "sandbox", label: "the sandbox" }) : open.writer.probe(signal),
    ),
  };
}

function askedOnce<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  return () => (answer ??= ask());
}

/** Makes and stores a plan. Sends nothing but reads. */
export async function planPrepared(
  services: Services,
  prepared: Prepared,
  options: PlanOptions,
  progress: (progress: RunProgress) => void,
  signal?: AbortSignal,
): Promise<StoredPlan> {
  const { edges, connections } = services;
  const { workspace, definition, open, ledger } = prepared;
  const { project } = workspace;
  const id = makeId(edges);
  const known = await ledger.forPlan();
  const { header } = known;
  if (header === undefined && options.firstRun === undefined) await askIfRenamed(services, prepared);
  const warehouse = await connections.warehouse(project, definition.model.warehouse);
  const scratch = await makeScratch(project.root, "plan");
  try {
    const plan = await makePlan({
      id,
      definition,
      modelSql: prepared.modelSql,
      warehouse,
      reader: asReader(open.writer),
      object: prepared.object,
      account: await accountOf(prepared, header),
      rowsFrom: await rowsFrom(prepared, warehouse, signal),
      ledger: known,
      otherLedgers: await otherLedgers(services, prepared),
      options,
      target: prepared.target,
      planFile: planFile(project.root, id),
      scratch: scratch.folder,
      now: new Date(edges.now()),
      progress: (said) => progress({ ...said, rejected: 0, requests: 0, retries: 0 }),
      signal,
    });
    await verifyAccount(prepared, header, plan);
    await keepRetention(edges, project, { lookAgainMs: 3_600_000 });
    return plan;
  } catch (error) {
    if (!(error instanceof PlanProblems)) throw error;
    throw new ProblemsFound(
      await Promise.all(error.problems.map((problem) => placed(project.root, prepared.sync, problem))),
      { cause: error },
    );
  } finally {
    await warehouse.close();
    await scratch.remove();
  }
}

export function planFile(root: string, id: string): string {
  return path.join(root, ".sluice", "plans", `${id}.duckdb`);
}

/** What every delivery of the plan knows, of this run or of an earlier one that ended in the middle. */
export function deliveryOf(prepared: Prepared, plan: StoredPlan): Omit<DeliverContext, "run" | "resume"> {
  const { definition } = prepared;
  const { revert } = plan.header;
  return {
    ...contextOf(prepared, plan),
    sync: definition.name,
    mode: revert?.mode ?? definition.mode,
    onRemoved: revert?.removal ?? definition.onRemoved,
  };
}

/** What every delivery and read on the sync's object knows. */
export function contextOf(prepared: Prepared, plan: StoredPlan) {
  return objectContext(asReader(prepared.open.writer), prepared.definition, prepared.object, plan.header.fields);
}

export function digestOf(prepared: Prepared): string {
  return definitionDigest({
    definition: prepared.definition,
    modelSql: prepared.modelSql,
    target: prepared.target,
    connectorVersion: prepared.open.destination.version,
  });
}

/** From the snapshot; where there is none the destination is asked. */
async function objectSchema(
  workspace: Workspace,
  sync: LoadedSync,
  definition: SyncDefinition,
  { writer }: OpenDestination,
  signal?: AbortSignal,
): Promise<ObjectSchema> {
  const known = await objectOf(workspace.project, definition);
  if (known.object !== undefined) return known.object;
  const objects = known.objects ?? (await writer.describe(definition.destination.options, signal));
  const object = find(objects, definition.destination.object);
  if (object !== undefined) return object;
  const message = `"${definition.destination.connection}" has no object "${definition.destination.object}". Run \`sluice describe\` if it is new.`;
  throw new ProblemsFound([
    await placed(workspace.project.root, sync, { code: "unknown-object", message, path: ["destination", "object"] }),
  ]);
}

/** A ledger knows its account; asking again waits until there is something to send. */
export async function accountOf({ account, open }: Prepared, header: LedgerHeader | undefined): Promise<string> {
  return (open.writer.sandbox ? undefined : header?.fingerprint.account) ?? (await account()).account;
}

/** The warehouse's own name for what the rows come from, whatever the connection is called. */
export async function rowsFrom(
  { target }: Pick<Prepared, "target">,
  warehouse: Pick<Warehouse, "probe">,
  signal?: AbortSignal,
): Promise<string> {
  return `${target.warehouse.type} ${path.posix.normalize((await warehouse.probe(signal)).account)}`;
}

/** What was only read counts too: it is remembered as what this account holds. */
export async function verifyAccount(
  prepared: Pick<Prepared, "account" | "open">,
  header: LedgerHeader | undefined,
  plan: StoredPlan,
): Promise<void> {
  const { create, update, delete: removed } = plan.header.counts;
  if (create + update + removed + plan.header.readBack > 0) await sameAccount(prepared, header);
}

/** Throws SyncFailure "ledger-mismatch". */
export async function sameAccount(
  { account: ask, open }: Pick<Prepared, "account" | "open">,
  header: LedgerHeader | undefined,
): Promise<void> {
  if (header === undefined || open.writer.sandbox) return;
  const { account, label } = await ask();
  if (account === header.fingerprint.account) return;
  throw new SyncFailure(
    "ledger-mismatch",
    `The credentials of "${open.writer.name}" belong to ${label}, and what was sent before went to another account.`,
    "Use the other account's credentials, or a target of its own for this account.",
  );
}

/** A name without a ledger beside a ledger without a sync: only the author knows whether it was renamed. */
async function askIfRenamed(
  { indexes, neighbours }: Services,
  { workspace, definition, ledger }: Prepared,
): Promise<void> {
  const { object, match } = definition.destination;
  const names = new Set((await indexes.of({ root: workspace.project.root })).syncs.map(({ name }) => name));
  for (const header of await neighbours.orphans(path.dirname(ledger.file), names)) {
    if (names.has(header.sync)) continue;
    const { fingerprint } = header;
    const same =
      fingerprint.object.split(" ")[0] === object &&
      fingerprint.match === match &&
      fingerprint.key.join() === definition.model.key.join();
    if (!same) continue;
    throw new SyncFailure(
      "sync-renamed",
      `"${definition.name}" has no ledger yet, and the ledger of "${header.sync}" belongs to no sync any more.`,
      `If it was renamed, run \`sluice ledger move ${definition.name} --from ${header.sync}\`; if it is new, decide with --first-run send, adopt or baseline.`,
    );
  }
}

/** Ledgers of the project's other syncs, and of all its syncs for other targets: several may lead to one account. */
export async function otherLedgers(
  { indexes, neighbours }: Services,
  { workspace, definition }: Prepared,
): Promise<readonly OtherLedger[]> {
  const { root, target: own } = workspace.project;
  const names = (await indexes.of({ root })).syncs.map(({ name }) => name);
  const found: OtherLedger[] = [];
  for (const target of new Set([own, ...workspace.targets])) {
    const folder = path.dirname(ledgerFile(root, target, definition.name));
    for (const { sync, file, header } of await neighbours.of(folder, names, target === own ? definition.name : "")) {
      const { fingerprint, revision } = header;
      found.push({ sync: target === own ? sync : `${sync} (${target})`, file, fingerprint, revision });
    }
  }
  return found;
}

export function targetOf({ project }: Workspace, definition: SyncDefinition): PlanTarget {
  const warehouse = definition.model.warehouse ?? Object.keys(project.warehouses)[0] ?? "";
  const none = { type: "", keys: {} };
  return {
    name: project.target,
    warehouse: project.warehouses[warehouse] ?? none,
    destination: project.destinations[definition.destination.connection] ?? none,
  };
}
