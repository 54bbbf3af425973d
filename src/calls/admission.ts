/** From what was asked for to a plan that may be carried out: the only place where calls get one. */
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { SyncFailure } from "../failure";
import { admit, type AdmittedPlan } from "../plan/admit";
import { claimsOf } from "../plan/claims";
import { type PlanHeader, type StoredPlan } from "../plan/plan";
import { openPlan } from "../plan/store";
import { type RunProgress } from "../run/report";
import { createRunStore } from "../run/store";
import { type RunOptions } from "./calls";
import { digestOf, otherLedgers, planFile, planPrepared, type Prepared, type Services } from "./planning";

export interface Watch {
  readonly progress: (progress: RunProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A stored plan, or one that is made now; in both cases as things stand, with the ledger's lock held. */
export async function admittedPlan(
  services: Services,
  prepared: Prepared,
  options: RunOptions & { readonly run: string },
  watch: Watch,
): Promise<AdmittedPlan> {
  if (options.plan === undefined) {
    const made = await planPrepared(services, prepared, options, watch.progress, watch.signal);
    return admitted(services, prepared, made, options.approve);
  }
  const { root } = prepared.workspace.project;
  const stored = await storedPlan(root, options.plan, options.run);
  try {
    return await admitted(services, prepared, stored, options.approve);
  } catch (error) {
    if (error instanceof SyncFailure && error.code === "plan-outdated") throw await ranAlready(root, stored, error);
    throw error;
  }
}

/** Admit a plan however it was made: by a run, by hand, or as the inverse of another. */
export async function admitted(
  services: Services,
  prepared: Prepared,
  plan: StoredPlan,
  approved?: string,
): Promise<AdmittedPlan> {
  const { definition, ledger, workspace } = prepared;
  return admit(plan, {
    definition,
    definitionDigest: digestOf(prepared),
    target: workspace.project.target,
    ledger: await ledger.header(),
    claims: claimsOf(await otherLedgers(services, prepared), plan.header.fingerprint),
    account: prepared.account,
    object: prepared.object,
    fields: (names) => prepared.open.writer.fieldsNow({ object: definition.destination.object, names }),
    now: new Date(services.edges.now()),
    ...(approved === undefined ? {} : { approved }),
  });
}

/** Before the first write of a run whose guards hold: a run that was stopped by one leaves no ledger that looks begun. */
export async function bindLedger({ definition, ledger, workspace }: Prepared, plan: PlanHeader): Promise<void> {
  const { target, ledger: kept } = workspace.project;
  const { fingerprint, made } = plan;
  const header = await ledger.header();
  const binding = { sync: definition.name, target, fingerprint, made };
  if (header === undefined) return ledger.create({ ...binding, values: kept.values });
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (same(header.fingerprint, fingerprint) && same(header.made, made)) return;
  await ledger.create({ ...binding, values: header.values });
}

/** A file of the user's own is copied, so that it is there, and the same, for as long as the run may need it. */
async function storedPlan(root: string, name: string, run: string): Promise<StoredPlan> {
  const kept = planFile(root, name);
  if (existsSync(kept)) return openPlan(kept);
  const given = path.resolve(name);
  if (!existsSync(given)) return openPlan(given);
  const own = planFile(root, run);
  await mkdir(path.dirname(own), { recursive: true, mode: 0o700 });
  await copyFile(given, own);
  await chmod(own, 0o600);
  return openPlan(own);
}

/** Of a ledger that moved: was it by this very plan? */
async function ranAlready(root: string, { header }: StoredPlan, otherwise: SyncFailure): Promise<SyncFailure> {
  const runs = await createRunStore(path.join(root, ".sluice")).list({ sync: header.sync, limit: 100 });
  const before = runs.find((run) => run.plan === header.digest && run.status !== "guarded");
  if (before === undefined) return otherwise;
  return new SyncFailure(
    "plan-outdated",
    `The plan was carried out already, by the run ${before.id}.`,
    "Make a new plan: it has what is left to do.",
  );
}
