/** What an operator may do to a ledger by hand: look, bind it to what is there now, start anew, free or forget keys. */
import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { SyncFailure } from "../failure";
import { journalFile } from "../ledger/place";
import { type RecordKey } from "../record";
import { fingerprintOf } from "../plan/planner";
import { asReader } from "../run/connect";
import { type LedgerSummary, type Place, type SyncSource } from "./calls";
import { makeId } from "./edges";
import { openLedger } from "./ledgers";
import { prepare, type Prepared, rowsFrom, type Services } from "./planning";
import { openRecovered } from "./recovering";
import { loadSync, openWorkspace } from "./workspace";

export type LedgerAction = "show" | "adopt" | "reset" | "move";

/** move: the ledger of `from`, a name that no sync has any more, becomes this sync's. adopt: what was sent counts for the account, object, match and key of today, as far as it still means something there (see ledger/rebind.ts). reset: the old file is put aside. */
export async function keepLedger(
  services: Services,
  place: Place,
  source: SyncSource,
  { action, from }: { readonly action: LedgerAction; readonly from?: string },
): Promise<LedgerSummary> {
  const { root, target, name, ledger } = await ledgerOf(services, place, source);
  if (action === "reset") await putAside(services, [ledger.file, journalFile(root, target, name)], ledger.lock);
  if (action === "adopt") await bind(services, place, source);
  if (action === "move") await move(services, place, { from, to: name });
  const header = action === "reset" ? undefined : await ledger.header();
  return {
    sync: name,
    target,
    file: ledger.file,
    ...(header === undefined ? {} : { header, counts: await ledger.counts() }),
  };
}

/** Gives how many rows were freed (release) or struck out (forget: the next run sends them as new). */
export async function settleKeys(
  services: Services,
  place: Place,
  source: SyncSource,
  { keys, how }: { readonly keys: readonly RecordKey[]; readonly how: "release" | "forget" },
): Promise<number> {
  const { ledger } = await ledgerOf(services, place, source);
  const lock = await ledger.lock(how);
  try {
    return await ledger.settle(keys, how);
  } finally {
    await lock.release();
  }
}

async function ledgerOf({ edges }: Services, place: Place, source: SyncSource) {
  const { project } = await openWorkspace(place);
  const sync = await loadSync(place.root, source);
  const name = sync.parsed.definition?.name;
  if (name === undefined) {
    throw new SyncFailure(
      "unreadable-sync",
      `${source.file} cannot be understood.`,
      "`sluice check` says what to mend.",
    );
  }
  const ledger = openLedger(project, name, edges.now);
  return { root: project.root, target: project.target, name, ledger };
}

async function move(
  services: Services,
  place: Place,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): Promise<void> {
  const { project } = await openWorkspace(place);
  const old = openLedger(project, from ?? "", services.edges.now);
  const now = openLedger(project, to, services.edges.now);
  const header = from === undefined ? undefined : await old.header();
  if (header === undefined || from === undefined) {
    throw new SyncFailure(
      "no-ledger",
      "There is no ledger of that name to move.",
      "Name the sync it was made for: `sluice ledger move <sync> --from <old name>`.",
    );
  }
  if (existsSync(now.file)) {
    throw new SyncFailure(
      "ledger-exists",
      `"${to}" has a ledger of its own.`,
      "Put that aside first with `sluice ledger reset`.",
    );
  }
  const lock = await old.lock("ledger move");
  // A first run under the new name must not begin meanwhile.
  const mine = await now.lock("ledger move").catch(async (error: unknown) => {
    await lock.release();
    throw error;
  });
  try {
    const { root, target } = project;
    const pairs = [
      [journalFile(root, target, from), journalFile(root, target, to)],
      [`${old.file}.wal`, `${now.file}.wal`],
      [old.file, now.file],
    ] as const;
    for (const [before, after] of pairs) if (existsSync(before)) await rename(before, after);
    await now.create({ sync: to, target, fingerprint: header.fingerprint, values: header.values });
  } finally {
    await mine.release();
    await lock.release();
  }
}

async function putAside(
  { edges }: Services,
  files: readonly string[],
  lock: (holder: string) => Promise<{ release(): Promise<void> }>,
): Promise<void> {
  const held = await lock("ledger reset");
  try {
    const suffix = `${makeId(edges)}.old`;
    for (const file of files.flatMap((one) => [one, `${one}.wal`])) {
      if (existsSync(file)) await rename(file, `${file}.${suffix}`);
    }
  } finally {
    await held.release();
  }
}

/** What a run that ended in the middle was told belongs to what the ledger was for. */
async function recoverBefore(services: Services, prepared: Prepared): Promise<void> {
  const { journal } = await openRecovered(services, prepared, { jobs: "leave" });
  const isLeft = journal.open().length > 0;
  await journal.close();
  if (!isLeft) return;
  throw new SyncFailure(
    "run-unfinished",
    "An earlier run ended in the middle of a job, and only what the ledger is for now can be asked how it ended.",
    "Take the change back and run the sync once, then adopt; or start anew with `sluice ledger reset`.",
  );
}

async function bind(services: Services, place: Place, source: SyncSource): Promise<void> {
  const prepared = await prepare(services, place, source);
  const { definition, ledger, open, workspace } = prepared;
  const { target, ledger: kept } = workspace.project;
  const lock = await ledger.lock("ledger adopt");
  try {
    if ((await ledger.header()) === undefined) {
      throw new SyncFailure(
        "no-ledger",
        `There is no ledger of "${definition.name}" yet.`,
        "Run the sync with --first-run adopt instead.",
      );
    }
    await recoverBefore(services, prepared);
    const reader = asReader(open.writer);
    const { account } = await prepared.account();
    const warehouse = await services.connections.warehouse(workspace.project, definition.model.warehouse);
    const from = await rowsFrom(prepared, warehouse).finally(() => warehouse.close());
    await ledger.create({
      sync: definition.name,
      target,
      fingerprint: fingerprintOf({ account, definition, reader, rowsFrom: from }),
      values: kept.values,
    });
  } finally {
    await lock.release();
  }
}
