/** The one implementation of Calls: both surfaces make a session from their edges and close it at the end. */
import path from "node:path";
import { existsSync } from "node:fs";
import { SyncFailure } from "../failure";
import { type ChangeFilter } from "../plan/plan";
import { openPlan } from "../plan/store";
import { projectText } from "../project/draft";
import { createRunStore } from "../run/store";
import { browse } from "./browsing";
import { type Calls, type ObjectChoice, type Place } from "./calls";
import { type ObjectSchema } from "../destinations/destination";
import { checkFiles, checkOne, describeModel } from "./checking";
import { connectionKinds } from "./connection-kinds";
import { doubtsOf, settleDoubts } from "./doubts";
import { openConnections } from "./connections";
import { draftOf, modelColumns } from "./drafting";
import { type Edges } from "./edges";
import { fitSync, valuesOfField } from "./fit";
import { planFreshness } from "./freshness";
import { initProject, initSample } from "./init";
import { overviewOf } from "./overview";
import { planFile, planPrepared, prepare, type Services } from "./planning";
import { previewRecords } from "./records";
import { modelFacts } from "./facts";
import { mapRow } from "./mapped-row";
import { keepLedger, settleKeys } from "./ledger-keeping";
import { lensFacts } from "./lens-facts";
import { findSyncs, locate, renameAt } from "./navigation";
import { keepDescriptions } from "./descriptions";
import { surroundingsOf } from "./surroundings";
import { keepIndexes } from "./project-index";
import { keepNeighbours } from "./neighbours";
import { keepResults } from "./spool/results";
import { previewRows } from "./spool/preview";
import { purge } from "./purging";
import { planRevertOf } from "./reverting";
import { isLeft, recoverPrepared, recoverSync } from "./recovering";
import { retryRun, runSync } from "./running";
import { withoutReport } from "./unknown-run";
import { objectOf, refreshSnapshot } from "./schemas";
import { unfinishedRuns } from "./unfinished";
import { verificationProblems, verifyRun } from "./verifying";
import { isError, loadSync, openWorkspace } from "./workspace";

export interface Session {
  readonly calls: Calls;
  /** Connections are closed and sandboxes saved. */
  close(): Promise<void>;
}

export function createSession(edges: Edges): Session {
  const connections = openConnections(edges);
  const indexes = keepIndexes();
  const services: Services = { edges, connections, indexes, neighbours: keepNeighbours(edges.now) };
  const descriptions = keepDescriptions(edges.now);
  const results = keepResults(edges.now);
  const of = (result: string) => results.spool(result);
  const navigation = { indexes, connections };

  const calls: Calls = {
    overview: (place) => overviewOf(place),
    check: (place, ask, signal) => checkFiles({ place, ask, connections, indexes, descriptions, signal }),

    async context(place, source, signal) {
      const workspace = await openWorkspace(place);
      const sync = await loadSync(place.root, source);
      const ask = { workspace, sync, connections, descriptions, describe: true, signal };
      const { problems, columns: checked } = await checkOne(ask);
      const { definition, model } = sync.parsed;
      // A file with errors elsewhere is not checked against its columns, and yet they are known.
      const isBroken = sync.parsed.problems.some(isError);
      const columns = isBroken && model !== undefined ? (await describeModel(ask, model)).columns : checked;
      const known = definition === undefined ? undefined : await objectOf(workspace.project, definition);
      return {
        ...(columns === undefined ? {} : { columns }),
        ...(known?.object === undefined ? {} : { object: known.object }),
        objects: (known?.objects ?? []).map(choiceOf),
        problems,
      };
    },

    surroundings: (place, source, signal) => surroundingsOf({ place, source, connections, descriptions, signal }),
    fit: (place, source, signal) => fitSync(services, place, source, signal),
    fieldValues: (place, source, ask, signal) => valuesOfField(services, place, source, ask, signal),

    preview: (place, source, ask, signal) => previewRows(services, results, { place, source, ask }, signal),
    arriving: (ask, signal) => results.arriving(ask.result, ask.rows, signal),
    countRows: async ({ result }, signal) => results.count(result, signal),
    drop: ({ result }) => results.drop(result),
    view: async ({ result, view }, signal) => of(result).view(view, signal),
    window: async ({ result, ...ask }) => of(result).window(ask),
    cell: async ({ result, ...ask }) => of(result).cell(ask),
    find: async ({ result, ...ask }, signal) => of(result).find(ask, signal),
    copyCells: async ({ result, ...ask }, signal) => of(result).copy(ask, signal),
    exportResult: async ({ result, ...ask }, signal) => of(result).export(ask, signal),

    facts: (place, source, signal) => modelFacts(services, place, source, signal),
    mappedRow: (place, source, ask, signal) => mapRow(services, place, source, ask, signal),
    records: (place, source, ask, signal) => previewRecords(services, place, source, ask, signal),

    async plan(place, source, options, progress, signal) {
      const prepared = await prepare(services, place, source, signal);
      if (await isLeft(prepared.workspace.project, prepared.definition.name)) await recoverPrepared(services, prepared);
      return (await planPrepared(services, prepared, options, progress, signal)).header;
    },
    async changes(place, { plan, ...filter }) {
      const found = [];
      for await (const page of (await planNamed(place, plan)).changes(filter as ChangeFilter)) found.push(...page);
      return found;
    },
    async planRejections(place, { plan, ...page }) {
      return (await planNamed(place, plan)).rejections(page);
    },
    planHeader: async (place, { plan }) => (await planNamed(place, plan)).header,
    planFreshness: (place, source, { plan }) => planFreshness(edges, place, source, plan),

    run: (place, source, options, progress, signal) => runSync(services, place, source, options, { progress, signal }),
    retry: (place, ask, progress, signal) => retryRun(services, place, ask, { progress, signal }),

    doubts: (place, ask, signal) => doubtsOf(services, place, ask, signal),
    settleDoubts: (place, ask, signal) => settleDoubts(services, place, ask, signal),
    revert: (place, ask, progress, signal) => planRevertOf(services, place, ask, progress, signal),
    verificationProblems: (place, ask) => verificationProblems(place, ask),
    verify: (place, ask, progress, signal) => verifyRun(services, place, ask, { progress, signal }),

    purge: (place, ask) => purge(services, place, ask),
    runs: (place, ask) => storeOf(place).list(ask),
    runReport: async (place, { run }) =>
      (await storeOf(place).read(run)) ?? raise(await withoutReport(storeOf(place), run)),
    rejections: async (place, { run, ...page }) => storeOf(place).rejections(run, page),
    exchange: async (place, { run, exchange }) => storeOf(place).exchange(run, exchange),
    exchanges: async (place, { run, ...page }) => storeOf(place).exchanges(run, page),
    searchRun: async (place, { run, ...ask }, signal) => storeOf(place).search(run, ask, signal),

    async describe(place, { connection }, signal) {
      const { project } = await openWorkspace(place);
      const { writer, destination } = await connections.destination(project, connection);
      if (destination.selfDescribing === true) {
        throw new SyncFailure(
          "nothing-to-describe",
          `${destination.label} has no fields of its own to describe.`,
          "Map the fields the sync should send.",
        );
      }
      return refreshSnapshot(project, writer, signal);
    },
    ledger: (place, source, ask) => keepLedger(services, place, source, ask),
    settle: (place, source, ask) => settleKeys(services, place, source, ask),
    locate: (place, ask) => locate(navigation, place, ask),
    rename: (place, ask, signal) => renameAt(navigation, place, ask, signal),
    lenses: (place, ask) => lensFacts(navigation, place, ask),
    symbols: (place, ask) => findSyncs(navigation, place, ask),
    browse: (place, { connection }, signal) => browse(services, place, connection, signal),
    async create(ask, signal) {
      if ("project" in ask) return { files: await initProject(ask.folder, projectText(ask.project)) };
      const files = await initSample(ask.folder, ask.sample);
      // The sample's destination is simulated on this machine: its fields can be had at once.
      const { file } = await calls.describe({ root: ask.folder }, { connection: "hubspot" }, signal);
      return { files: [...files, file] };
    },
    recover: (place, source, signal) => recoverSync(services, place, source, signal),
    unfinished: (place) => unfinishedRuns(place),
    connectionKinds: () => Promise.resolve(connectionKinds()),
    modelColumns: (place, model, signal) => modelColumns(services, place, model, signal),
    draft: (place, choice, signal) => draftOf(services, place, choice, signal),
    async test(place, { connection }, signal) {
      const { project } = await openWorkspace(place);
      if (Object.hasOwn(project.warehouses, connection)) {
        const warehouse = await connections.warehouse(project, connection);
        try {
          const { account } = await warehouse.probe(signal);
          return { account, label: account };
        } finally {
          await warehouse.close();
        }
      }
      return (await connections.destination(project, connection)).writer.probe(signal);
    },
  };
  return {
    calls,
    async close() {
      await results.close();
      await connections.close();
    },
  };
}

const storeOf = (place: Place) => createRunStore(path.join(place.root, ".sluice"));

async function planNamed(place: Place, name: string) {
  const kept = planFile(place.root, name);
  return openPlan(existsSync(kept) ? kept : path.resolve(place.root, name));
}

function raise(failure: Error): never {
  throw failure;
}

function choiceOf({ name, label, fields }: ObjectSchema): ObjectChoice {
  const identifiers = fields.filter(({ unique }) => unique === true).map(named);
  return { ...named({ name, label }), identifiers };
}

function named({ name, label }: { readonly name: string; readonly label?: string | undefined }) {
  return label === undefined ? { name } : { name, label };
}
