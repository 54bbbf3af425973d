/** Whose else is a record? Live rows of other syncs' ledgers claim what this sync would remove. */
import { type Fingerprint } from "../ledger/ledger";
import { count, type Work } from "./work";

/** Another sync's ledger: its live rows may claim a record that left this one. */
export interface OtherLedger {
  readonly sync: string;
  readonly file: string;
  readonly fingerprint: Fingerprint;
  readonly revision: number;
}

export interface ClaimInput {
  readonly fingerprint: Fingerprint;
  readonly others: readonly OtherLedger[];
  readonly attach: (file: string, name: string) => Promise<void>;
}

/** SQL: rows of the ledger `o` that hold their record. */
export const isLive = "o.state in ('live', 'uncertain', 'doubt', 'held')";

/** SQL: two rows with one match mean the same record, unless both records are known and are not the same. */
export const maySame = "(o.remote_id is null or g.remote_id is null or o.remote_id = g.remote_id)";

/** Takes out of the table `gone` (lrid, match, remote_id) what another sync holds. Gives how many. */
export async function takeOutOthers(
  work: Pick<Work, "db" | "signal">,
  { fingerprint, others, attach }: ClaimInput,
): Promise<number> {
  let claimed = 0;
  for (const other of others) {
    if (!sameObject(other.fingerprint, fingerprint)) continue;
    await attach(other.file, "sluice_other");
    try {
      const sameMatch = other.fingerprint.match === fingerprint.match ? "o.match = g.match" : "false";
      claimed += await takeOut(
        work,
        `lrid in (
           select g.lrid from gone g join sluice_other.records o on ${sameMatch} where ${isLive} and ${maySame}
           union all select g.lrid from gone g join sluice_other.records o on o.remote_id = g.remote_id where ${isLive})`,
      );
    } finally {
      await work.db.detach("sluice_other");
    }
  }
  return claimed;
}

export async function takeOut({ db, signal }: Pick<Work, "db" | "signal">, condition: string): Promise<number> {
  const before = await count(db, "select count(*) from gone");
  await db.run(`delete from gone where ${condition}`, signal);
  return before - (await count(db, "select count(*) from gone"));
}

/** Revisions of the ledgers that were asked whether they claim what goes. */
export function claimsOf(others: readonly OtherLedger[], fingerprint: Fingerprint): Readonly<Record<string, number>> {
  const asked = others.filter((other) => sameObject(other.fingerprint, fingerprint));
  return Object.fromEntries(asked.map(({ sync, revision }) => [sync, revision] as const));
}

function sameObject(a: Fingerprint, b: Fingerprint): boolean {
  return a.account === b.account && a.connectionType === b.connectionType && a.object === b.object;
}
